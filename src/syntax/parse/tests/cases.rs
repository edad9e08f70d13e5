//! One case a production and clause; the names are those of the feature list in the parser's design. The outlines are
//! read by people: a tree that is wrong is not seen by a count.

use crate::diag::{Code, SourceFile, human};
use crate::syntax::ast::StatementKind;
use crate::syntax::parse;

use super::outline::outline;

/// The cases of a file: `-- case: name`, then statements.
pub(super) fn cases(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.split("-- case: ").skip(1).map(|case| case.split_once('\n').unwrap())
}

/// The files of cases that are understood, by theme.
pub(super) const THEMES: [(&str, &str); 9] = [
    ("alter", include_str!("cases/alter.sql")),
    ("data", include_str!("cases/data.sql")),
    ("governance", include_str!("cases/governance.sql")),
    ("maintenance", include_str!("cases/maintenance.sql")),
    ("pipelines", include_str!("cases/pipelines.sql")),
    ("queries", include_str!("cases/queries.sql")),
    ("scripts", include_str!("cases/scripts.sql")),
    ("tables", include_str!("cases/tables.sql")),
    ("unity", include_str!("cases/unity.sql")),
];

const OPAQUE: &str = include_str!("cases/opaque.sql");

/// Every case that is understood.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    THEMES.into_iter().flat_map(|(_, file)| cases(file))
}

fn outlines(file: &'static str) -> String {
    let mut out = String::new();
    for (name, text) in cases(file) {
        let file = SourceFile::new(name, text);
        out.push_str(&format!("== {name}\n"));
        for statement in &parse(&file).statements {
            out.push_str(&outline(&file, statement));
        }
    }
    out
}

#[test]
fn every_case_has_its_tree() {
    for (theme, file) in THEMES {
        insta::assert_snapshot!(theme, outlines(file));
    }
}

/// Each case is of its own name, is understood as a whole, and says nothing.
#[test]
fn every_case_is_understood() {
    let mut names: Vec<&str> = Vec::new();
    let mut wrong = Vec::new();
    for (name, text) in all() {
        let parsed = parse(&SourceFile::new(name, text));
        let opaque = parsed.statements.iter().any(|s| matches!(s.kind, StatementKind::Opaque { .. }));
        if opaque || !parsed.diagnostics.is_empty() || parsed.statements.is_empty() {
            wrong.push(format!("{name}:\n{}", human(&parsed.diagnostics, false)));
        }
        names.push(name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} cases", names.len());
    assert!(names.len() >= 400, "{}", names.len());
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
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
