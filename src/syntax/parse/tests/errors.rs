//! Where errors stand, what they say, and what they leave alone.

use crate::diag::{Code, Diagnostic, SourceFile};
use crate::syntax::ast::StatementKind;
use crate::syntax::{Parsed, parse};

fn parsed(text: &str) -> Parsed {
    parse(&SourceFile::new("e.sql", text))
}

/// The only error: its message, the text it points at, its hint.
fn error(text: &str) -> (String, String, Option<String>) {
    let parsed = parsed(text);
    let found: Vec<&Diagnostic> = parsed.diagnostics.iter().collect();
    let [only] = found.as_slice() else { panic!("{found:#?}") };
    let span = only.location.as_ref().unwrap().span;
    assert_eq!(only.code, Code::SQL_SYNTAX);
    (only.message.clone(), text[span.range()].to_string(), only.hint.clone())
}

fn check(text: &str, message: &str, at: &str) {
    let (found, place, _) = error(text);
    assert_eq!((found.as_str(), place.as_str()), (message, at), "{text}");
}

fn hinted(text: &str, hint: &str) {
    let (_, _, found) = error(text);
    assert!(found.as_deref().is_some_and(|found| found.contains(hint)), "{text}: {found:?}");
}

#[test]
fn headers() {
    check("CREATE OR REFRESH MATERIALIZED VIEW a SELECT 1", "expected a clause or `AS`, found `SELECT`", "SELECT");
    check("CREATE MATERIALIZED VIEW a", "expected `AS` and the query of `a`, found the end of the statement", "");
    check("CREATE OR REFRSH STREAMING TABLE a", "expected `REFRESH` or `REPLACE`, found `REFRSH`", "REFRSH");
    check("CREATE TABLE t (a INT b STRING)", "expected `,` or `)` in the column list, found `b`", "b");
    check("CREATE TABLE t (a INTT)", "`INTT` is not a data type", "INTT");
    check("CREATE VIEW v AS", "expected a query, found the end of the statement", "");
    check("CREATE STREAMING TABLE s CLUSTER BY a AS SELECT 1", "expected `(`, `AUTO` or `NONE`, found `a`", "a");
    check(
        "CREATE FUNCTION f(x INT) RETURNS INT x + 1",
        "expected `RETURN`, `AS $$…$$` or a characteristic of the function, found `x`",
        "x",
    );
    check("CREATE VOLUME v LOCATION 's3://x'", "a managed volume has no `LOCATION`", "'s3://x'");
    check("CREATE EXTERNAL VOLUME v", "an external volume needs a `LOCATION`", "v");
}

#[test]
fn flows() {
    check(
        "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(x) SEQUENCE BY y",
        "expected `KEYS (…)`, found the end of the statement",
        "",
    );
    check("CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(x) KEYS id SEQUENCE BY y", "expected `(`, found `id`", "id");
    check(
        "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(x) KEYS (id) SEQUENCE BY y STORED AS SCD TYPE 3",
        "expected `1` or `2`, found `3`",
        "3",
    );
    check("CREATE FLOW f AS AUTO CDC INTO t KEYS (id)", "expected `FROM`, found `KEYS`", "KEYS");
    check("CREATE FLOW f AS SELECT 1", "expected `INSERT INTO` or `AUTO CDC INTO`, found `SELECT`", "SELECT");
}

#[test]
fn grants() {
    check("GRANT SELECT ON TABLE a FROM x", "expected `TO`, found `FROM`", "FROM");
    check("GRANT ON TABLE a TO x", "expected a privilege, found `ON`", "ON");
    hinted("GRANT SELECT ON TABLE a TO data-team", "backticks");
    hinted("GRANT SELECT ON TABLE a TO a, b", "one principal");
    hinted("GRANT SELECT ON TABLE a TO 'x'", "backticks");
}

#[test]
fn clauses_are_given_once() {
    let text = "CREATE OR REFRESH MATERIALIZED VIEW a COMMENT 'x' CLUSTER BY AUTO COMMENT 'y' AS SELECT 1";
    let (message, at, _) = error(text);
    assert_eq!((message.as_str(), at.as_str()), ("`COMMENT` is given twice", "COMMENT"));
    let parsed = parsed(text);
    let only = parsed.diagnostics.iter().next().unwrap();
    assert_eq!(only.location.as_ref().unwrap().span.start as usize, text.rfind("COMMENT").unwrap());
    assert_eq!(only.related[0].location.span.start as usize, text.find("COMMENT").unwrap());
    check("CREATE TABLE t (a INT COMMENT 'x' COMMENT 'y')", "`COMMENT` is given twice", "COMMENT");
    check("CREATE FLOW f AS AUTO CDC INTO t FROM x KEYS (a) SEQUENCE BY b KEYS (c)", "`KEYS` is given twice", "KEYS");
    check("CREATE FUNCTION f() RETURNS INT COMMENT 'a' COMMENT 'b' RETURN 1", "`COMMENT` is given twice", "COMMENT");
    check("CREATE TABLE t (a INT, A INT)", "the column `A` is defined twice", "A");
    check("CREATE VIEW v TBLPROPERTIES ('a' = '1', a = 2) AS SELECT 1", "the property `a` is given twice", "a");
}

#[test]
fn hints() {
    hinted("CREATE OR REFRESH MATERIALIZED VIEW a COMENT 'x' AS SELECT 1", "`COMMENT`");
    hinted("CREATE VIEW v (a COMENT 'y') AS SELECT 1", "`COMMENT`");
    hinted("CREATE TABEL t (a INT)", "`TABLE`");
    hinted("SELCT 1", "`SELECT`");
    hinted("SELECT a FROM t WERE x = 1", "did you mean `WHERE` instead of `WERE`?");
    hinted("CREATE TABLE t (a DATETIME)", "`TIMESTAMP`");
    hinted("CREATE TABLE t (CONSTRAINT c EXPECT (a > 0))", "CHECK");
    hinted("CREATE TABLE t (a INT) PARTITIONED BY (a) CLUSTER BY (a)", "liquid");
}

#[test]
fn several_errors_of_one_statement() {
    let text = "CREATE VIEW v (CONSTRAINT a EXPECT (x >), CONSTRAINT b EXPECT (y = = 1)) AS SELECT 1 +";
    let parsed = parsed(text);
    let places: Vec<_> = parsed.diagnostics.iter().map(|d| &text[d.location.as_ref().unwrap().span.range()]).collect();
    assert_eq!(places, [")", "=", ""]);
}

#[test]
fn an_error_hides_no_other_statement() {
    let parsed = parsed("CREATE VIEW v AS SELECT (1; SELECT 2; SELECT ,; CREATE VIEW w AS SELECT 3");
    assert_eq!(parsed.diagnostics.iter().count(), 2);
    let kinds: Vec<_> = parsed.statements.iter().map(|s| matches!(s.kind, StatementKind::Opaque { .. })).collect();
    assert_eq!(kinds, [true, false, true, false]);
}

#[test]
fn a_broken_definition_still_names_what_it_defines() {
    let parsed = parsed("CREATE OR REFRESH MATERIALIZED VIEW a.b (x COMMENT 'y') AS SELECT FROM WHERE");
    let StatementKind::Opaque { creates: Some(name), .. } = &parsed.statements[0].kind else { panic!() };
    assert_eq!(name.value.to_string(), "a.b");
}

#[test]
fn what_the_lexer_reports_is_reported_once() {
    let parsed = parsed("SELECT 1;\nSELECT 'abc FROM t\n;SELECT 2");
    let codes: Vec<_> = parsed.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::SQL_LEX]);
    assert_eq!(parsed.statements.len(), 3);
}
