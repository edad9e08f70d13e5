//! One case a production and clause; the names are those of the feature list in the parser's design.

use crate::diag::{Code, SourceFile, human};
use crate::syntax::ast::StatementKind;
use crate::syntax::parse;

use super::outline::outline;

/// The cases of a file: `-- case: name`, then statements.
pub(super) fn cases(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.split("-- case: ").skip(1).map(|case| case.split_once('\n').unwrap())
}

pub(super) const PIPELINES: &str = include_str!("cases/pipelines.sql");
pub(super) const UNITY: &str = include_str!("cases/unity.sql");
pub(super) const TABLES: &str = include_str!("cases/tables.sql");
pub(super) const DATA: &str = include_str!("cases/data.sql");
const OPAQUE: &str = include_str!("cases/opaque.sql");

fn outlines(file: &'static str) -> String {
    let mut all = String::new();
    for (name, text) in cases(file) {
        let file = SourceFile::new(name, text);
        let parsed = parse(&file);
        assert!(parsed.diagnostics.is_empty(), "{}", human(&parsed.diagnostics, false));
        all.push_str(&format!("== {name}\n"));
        for statement in &parsed.statements {
            assert!(!matches!(statement.kind, StatementKind::Opaque { .. }), "{name}");
            all.push_str(&outline(&file, statement));
        }
    }
    all
}

#[test]
fn pipelines() {
    insta::assert_snapshot!(outlines(PIPELINES));
}

#[test]
fn unity() {
    insta::assert_snapshot!(outlines(UNITY));
}

#[test]
fn tables() {
    insta::assert_snapshot!(outlines(TABLES));
}

#[test]
fn data() {
    insta::assert_snapshot!(outlines(DATA));
}

/// A statement that is not understood is never silently right: each has its warning.
#[test]
fn not_understood_is_said_so() {
    for (name, text) in cases(OPAQUE) {
        let parsed = parse(&SourceFile::new(name, text));
        assert!(
            parsed.diagnostics.iter().all(|d| d.code == Code::SQL_NOT_UNDERSTOOD),
            "{}",
            human(&parsed.diagnostics, false)
        );
        assert!(!parsed.diagnostics.has_errors());
        assert_eq!(parsed.diagnostics.iter().count(), parsed.statements.len(), "{name}");
        assert!(parsed.statements.iter().all(|s| matches!(s.kind, StatementKind::Opaque { .. })), "{name}");
    }
}

#[test]
fn statements_keep_their_span() {
    let text = "  USE a ;\n-- c\nSELECT 1; ";
    let parsed = parse(&SourceFile::new("s.sql", text));
    let texts: Vec<_> = parsed.statements.iter().map(|statement| &text[statement.span.range()]).collect();
    assert_eq!(texts, ["USE a", "SELECT 1"]);
}

#[test]
fn a_notebook_is_read_as_it_is() {
    let text = "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC # Title; with a semicolon\n\n-- COMMAND ----------\n\n\
                CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT 1 AS x\n\n-- COMMAND ----------\n\nSELECT * FROM a";
    let parsed = parse(&SourceFile::new("n.sql", text));
    assert!(parsed.diagnostics.is_empty());
    assert_eq!(parsed.statements.len(), 2);
}
