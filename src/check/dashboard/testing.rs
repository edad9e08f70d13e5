//! Whole dashboards through all rules, with the tables of a small shop.

use crate::analyze::{Session, bind_query};
use crate::catalog::{ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::check::Outputs;
use crate::diag::{Code, Diagnostic, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::project::json;
use crate::syntax::{parse_query, parse_type};

pub(in crate::check) fn catalog() -> MemoryCatalog {
    let name = |text: &str| Identifier::object(text).unwrap();
    let column = |(column, ty): &(&str, &str)| ColumnInfo {
        name: Identifier::new(*column).unwrap(),
        data_type: Some(parse_type(ty).unwrap()),
        nullable: true,
        comment: None,
    };
    let orders = [
        ("id", "BIGINT"),
        ("customer_id", "BIGINT"),
        ("region", "STRING"),
        ("amount", "DECIMAL(12,2)"),
        ("ordered_on", "DATE"),
        ("returned", "BOOLEAN"),
    ];
    let customers = [("id", "BIGINT"), ("name", "STRING"), ("born", "DATE")];
    let mut catalog = MemoryCatalog::default();
    catalog.add_schema(name("shop"), name("gold"));
    for (table, columns) in [("orders", &orders[..]), ("customers", &customers[..])] {
        catalog.add_table(TableInfo {
            name: TableName { catalog: name("shop"), schema: name("gold"), name: name(table) },
            kind: RelationKind::Table,
            columns: columns.iter().map(column).collect(),
            append_only: true,
            comment: None,
        });
    }
    catalog
}

pub(in crate::check) fn session(catalog: &MemoryCatalog) -> Session<'_> {
    Session::new(catalog, Identifier::object("shop").unwrap(), Identifier::object("gold").unwrap())
}

fn found(text: &str) -> Vec<Diagnostic> {
    let file = SourceFile::new("d.lvdash.json", text);
    let root = json::parse(&file, Code::DASHBOARD_FORMAT).unwrap();
    let catalog = catalog();
    let session = session(&catalog);
    let mut outputs = Outputs::new();
    for query in super::queries(&root) {
        let (bound, _) = bind_query(&parse_query(&query.sql.file).0.unwrap(), &query.sql.file, &session);
        let columns = bound.map(crate::check::columns_of);
        outputs.insert(query.dataset, columns);
    }
    super::check(&root, &outputs, &session).into_iter().collect()
}

fn head(diagnostic: &Diagnostic) -> String {
    format!("{} {:?}", diagnostic.code, diagnostic.severity)
        .replace("Error", "error")
        .replace("Warning", "warning")
        .replace("Note", "note")
}

/// One finding of this code and severity, at this text, with this in its message.
#[track_caller]
pub(in crate::check) fn assert_one(found: &[Diagnostic], code: &str, at: &str, message: &str) {
    let all: Vec<&Diagnostic> = found.iter().filter(|diagnostic| head(diagnostic) == code).collect();
    let [one] = all.as_slice() else { panic!("{} findings {code} among {found:#?}", all.len()) };
    let location = one.location.as_ref().unwrap();
    assert_eq!(&location.file.text()[location.span.range()], at, "{one:#?}");
    assert!(one.message.contains(message), "{}", one.message);
}

#[track_caller]
pub(super) fn assert_finds(text: &str, code: &str, at: &str, message: &str) {
    assert_one(&found(text), code, at, message);
}

/// Nothing of this code; all codes for the empty text.
#[track_caller]
pub(super) fn assert_clean(text: &str, code: &str) {
    assert_none(found(text), code);
}

/// The hint of the only finding of a code.
#[track_caller]
pub(super) fn assert_hint(text: &str, code: &str, hint: &str) {
    assert_hint_of(found(text), code, hint);
}

#[track_caller]
pub(in crate::check) fn assert_none(found: Vec<Diagnostic>, code: &str) {
    let of_code = |diagnostic: &Diagnostic| diagnostic.code.to_string().starts_with(code);
    let found: Vec<Diagnostic> = found.into_iter().filter(of_code).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[track_caller]
pub(in crate::check) fn assert_hint_of(found: Vec<Diagnostic>, code: &str, hint: &str) {
    let found: Vec<Diagnostic> = found.into_iter().filter(|d| d.code.to_string() == code).collect();
    let [one] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(one.hint.as_deref(), Some(hint));
}

/// A dashboard with one widget over the shop's orders, on a grid page.
pub(super) fn widget(widget: &str) -> String {
    with_dataset(r#"{"name": "orders", "queryLines": ["SELECT * FROM shop.gold.orders"]}"#, widget)
}

pub(super) fn with_dataset(dataset: &str, widget: &str) -> String {
    format!(
        r#"{{"datasets": [{dataset}], "pages": [{{"name": "p", "layoutVersion": "GRID_V1", "layout": [{{"widget": {widget}, "position": {{"x": 0, "y": 0, "width": 6, "height": 4}}}}]}}]}}"#
    )
}

/// A bar chart whose x and y are these fields: (name, expression).
pub(super) fn bar(x: (&str, &str), y: (&str, &str), scales: (&str, &str), disaggregated: bool) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let field =
        |(name, expression): (&str, &str)| format!(r#"{{"name": {}, "expression": {}}}"#, text(name), text(expression));
    let encoding =
        |name: &str, scale: &str| format!(r#"{{"fieldName": {}, "scale": {{"type": "{scale}"}}}}"#, text(name));
    widget(&format!(
        r#"{{"name": "w", "queries": [{{"name": "main_query", "query": {{"datasetName": "orders", "fields": [{}, {}], "disaggregated": {disaggregated}}}}}], "spec": {{"version": 3, "widgetType": "bar", "encodings": {{"x": {}, "y": {}}}}}}}"#,
        field(x),
        field(y),
        encoding(x.0, scales.0),
        encoding(y.0, scales.1),
    ))
}
