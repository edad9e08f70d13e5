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
    catalog
}

pub(super) fn bind(sql: &str) -> (Option<BoundQuery>, Diagnostics) {
    let catalog = catalog();
    let session = Session::new(&catalog, id("c"), id("s"));
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
