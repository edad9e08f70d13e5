//! A small catalog and the ways to bind a text against it.

use std::sync::Arc;

use crate::analyze::bound::BoundQuery;
use crate::analyze::{Session, bind_query};
use crate::catalog::{ColumnInfo, MemoryCatalog, RelationKind, TableInfo};
use crate::diag::{Diagnostics, Severity, SourceFile};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::StatementKind;
use crate::syntax::{DataType, parse, parse_type};

pub(super) fn id(text: &str) -> Identifier {
    Identifier::new(text).unwrap()
}

/// `c.s.name` with `name TYPE, …`.
pub(super) fn table(name: &str, columns: &str, kind: RelationKind) -> TableInfo {
    let DataType::Struct(fields) = parse_type(&format!("STRUCT<{columns}>")).unwrap() else { panic!("no struct") };
    let column = |field: crate::syntax::StructField| ColumnInfo {
        name: field.name,
        data_type: Some(field.data_type),
        nullable: true,
        comment: None,
    };
    TableInfo {
        name: TableName { catalog: id("c"), schema: id("s"), name: id(name) },
        kind,
        columns: fields.into_iter().map(column).collect(),
        append_only: true,
        comment: None,
    }
}

pub(super) fn catalog() -> MemoryCatalog {
    let mut catalog = MemoryCatalog::default();
    catalog.add_schema(id("c"), id("s"));
    let table = |name, columns| table(name, columns, RelationKind::Table);
    catalog.add_table(table("t", "a INT, b STRING, d DECIMAL(10,2), x DOUBLE, day DATE, at TIMESTAMP, ok BOOLEAN"));
    catalog
        .add_table(table("u", "a BIGINT, c STRING, arr ARRAY<INT>, m MAP<STRING, INT>, p STRUCT<q: INT, r: STRING>"));
    catalog.add_table(table(
        "w",
        "tiny TINYINT, small SMALLINT, i INT, big BIGINT, f FLOAT, x DOUBLE, d DECIMAL(10,2), wide DECIMAL(38,10), \
         s STRING, bin BINARY, ok BOOLEAN, day DATE, at TIMESTAMP, ntz TIMESTAMP_NTZ, ym INTERVAL YEAR TO MONTH, \
         ds INTERVAL DAY TO SECOND, ints ARRAY<INT>, strs ARRAY<STRING>, floats ARRAY<FLOAT>, m MAP<STRING, INT>, \
         st STRUCT<a: INT, b: STRING>, sts ARRAY<STRUCT<a: INT, b: STRING>>, v VARIANT",
    ));
    catalog.add_table(table(
        "claims",
        "claim_id STRING, member_id BIGINT, provider_npi STRING, service_date DATE, received_at TIMESTAMP, \
         paid DECIMAL(12,2), billed DECIMAL(12,2), units INT, status STRING, denied BOOLEAN, codes ARRAY<STRING>, \
         lines ARRAY<STRUCT<line_no: INT, cpt: STRING, amount: DECIMAL(10,2), mods: ARRAY<STRING>>>, \
         attrs MAP<STRING, STRING>, raw STRING, payload VARIANT",
    ));
    catalog.add_table(table(
        "members",
        "member_id BIGINT, name STRING, birth_date DATE, zip STRING, plan_id INT, \
         address STRUCT<street: STRING, city: STRING, geo: STRUCT<lat: DOUBLE, lon: DOUBLE>>, risk DOUBLE, \
         enrolled_from DATE, enrolled_to DATE",
    ));
    catalog
}

/// Spark's short form: `array<int>`, `struct<a:int>`; `?` for a type that is not proved.
pub(super) fn short_types(query: Option<&BoundQuery>) -> String {
    let short = |ty: &DataType| ty.to_string().to_lowercase().replace(", ", ",").replace(": ", ":").replace('`', "");
    let name = |ty: &Option<DataType>| ty.as_ref().map_or("?".to_string(), short);
    let output = query.map(|query| query.output.as_slice()).unwrap_or_default();
    output.iter().map(|column| name(&column.ty)).collect::<Vec<_>>().join(", ")
}

pub(super) fn bind(sql: &str) -> (Option<BoundQuery>, Diagnostics) {
    bind_for(sql, false)
}

/// The errors that who runs the query reports beside those of a check.
pub(super) fn refusals(sql: &str) -> Vec<String> {
    messages(&bind_for(sql, true).1).into_iter().filter(|text| text.starts_with("error")).collect()
}

fn bind_for(sql: &str, complete: bool) -> (Option<BoundQuery>, Diagnostics) {
    let catalog = catalog();
    let mut session = Session::new(&catalog, id("c"), id("s"));
    session.complete = complete;
    let file = SourceFile::new("case.sql", sql);
    let parsed = parse(&file);
    assert!(!parsed.diagnostics.has_errors(), "{sql}: {:?}", messages(&parsed.diagnostics));
    let StatementKind::Query(query) = &parsed.statements[0].kind else { panic!("{sql} is no query") };
    bind_query(query, &file, &session)
}

pub(super) fn messages(diagnostics: &Diagnostics) -> Vec<String> {
    let text = |d: &crate::diag::Diagnostic| {
        let at = d.location.as_ref().map(|l| l.file.text()[l.span.range()].to_string()).unwrap_or_default();
        let level = match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{level} {} at `{at}`: {}", d.code, d.message)
    };
    diagnostics.iter().map(text).collect()
}

pub(super) fn errors(sql: &str) -> Vec<String> {
    messages(&bind(sql).1).into_iter().filter(|text| text.starts_with("error")).collect()
}

pub(super) fn file(sql: &str) -> Arc<SourceFile> {
    SourceFile::new("case.sql", sql)
}
