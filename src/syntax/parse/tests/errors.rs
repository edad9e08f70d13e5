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
    check(
        "CREATE TABLE t (a INT, PRIMARY KEY (a), PRIMARY KEY (a))",
        "the primary key is defined twice",
        "PRIMARY KEY (a)",
    );
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

/// Each broken statement of a script, a file and a notebook is reported, and nothing else.
#[test]
fn every_error_of_a_file_is_reported() {
    let places = |text: &str| {
        let parsed = parsed(text);
        let place = |d: &Diagnostic| text[d.location.as_ref().unwrap().span.range()].to_string();
        parsed.diagnostics.iter().map(place).collect::<Vec<_>>()
    };
    let script =
        "BEGIN SELECT FROM x; INSERT INTO t; IF a THEN UPDATE t SET; END IF; SELECT 1; END; SELEC 2; SELECT 3 +";
    assert_eq!(places(script), ["FROM", "", "", "SELEC", ""]);
    let notebook = "-- Databricks notebook source\nCREATE TABEL t (a INT)\n-- COMMAND ----------\nSELECT (1\n\
                    -- COMMAND ----------\nMERGE INTO t USING s WHEN MATCHED THEN DELETE\n-- COMMAND ----------\nSELECT 1";
    let parsed = parsed(notebook);
    let lines = parsed.diagnostics.iter().map(|d| {
        let at = d.location.as_ref().unwrap().span.start as usize;
        notebook[..at].matches('\n').count() + 1
    });
    assert_eq!(lines.collect::<Vec<_>>(), [2, 4, 6]);
    assert_eq!(parsed.statements.len(), 4);
}

/// "HOUR: 1 to 72, DAY: 1 to 31" (Databricks documentation, "CREATE MATERIALIZED VIEW", § SCHEDULE).
#[test]
fn schedules_have_limits() {
    for (schedule, code) in [
        ("EVERY 73 HOURS", Some(Code::SCHEDULE_LIMIT)),
        ("EVERY 0 HOURS", Some(Code::SCHEDULE_LIMIT)),
        ("EVERY 32 DAYS", Some(Code::SCHEDULE_LIMIT)),
        ("EVERY 5 MINUTES", Some(Code::UNDOCUMENTED_SQL)),
        ("EVERY 1 HOUR", None),
        ("EVERY 72 HOURS", None),
        ("EVERY 31 DAYS", None),
        ("EVERY 52 WEEKS", None),
    ] {
        let parsed = parsed(&format!("CREATE MATERIALIZED VIEW m SCHEDULE {schedule} AS SELECT 1 AS a"));
        assert_eq!(parsed.diagnostics.iter().next().map(|d| d.code), code, "{schedule}");
        let undocumented = code == Some(Code::UNDOCUMENTED_SQL);
        assert_eq!(parsed.diagnostics.has_errors(), code.is_some() && !undocumented, "{schedule}");
        let opaque = matches!(parsed.statements[0].kind, StatementKind::Opaque { .. });
        assert_eq!(opaque, code == Some(Code::SCHEDULE_LIMIT));
    }
}

#[test]
fn changes_of_rows() {
    check(
        "MERGE INTO t USING s ON a = b",
        "expected `WHEN MATCHED`, `WHEN NOT MATCHED` or `WHEN NOT MATCHED BY SOURCE`, found the end of the statement",
        "",
    );
    check("MERGE INTO t USING s ON a = b WHEN NOT MATCHED THEN DELETE", "expected `INSERT`, found `DELETE`", "DELETE");
    check(
        "MERGE INTO t USING s ON a = b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (1)",
        "2 columns are given 1 values",
        "(1)",
    );
    check("INSERT INTO t x SELECT 1", "expected a query, found `x`", "x");
    check("WITH q AS (SELECT 1) DELETE FROM t", "a query cannot change rows; expected `SELECT`", "DELETE");
    check("COPY INTO t FROM 's3://b'", "expected `FILEFORMAT`, found the end of the statement", "");
}

#[test]
fn scripts() {
    check("BEGIN SELECT 1; DECLARE a INT; END", "expected a statement, found `DECLARE`", "DECLARE");
    check("BEGIN IF a THEN SELECT 1; END LOOP; END", "expected `IF`, found `LOOP`: `IF` is closed by `END IF`", "LOOP");
    check("a: BEGIN SELECT 1; END b", "the label is `a`", "b");
    check("BEGIN WHILE a SELECT 1; END WHILE; END", "expected `DO`, found `;`", ";");
    check(
        "BEGIN DECLARE EXIT HANDLER FOR NOT FOUND SELECT 1; DECLARE a INT; END",
        "declarations stand in the order variables and conditions, cursors, handlers",
        "DECLARE",
    );
}

#[test]
fn policies() {
    check(
        "CREATE POLICY p ON VOLUME v ROW FILTER f TO a FOR TABLES",
        "a policy is of a catalog, a schema or a table",
        "VOLUME",
    );
    check(
        "CREATE POLICY p ON TABLE t COLUMN MASK f TO a FOR TABLES MATCH COLUMNS has_tag('x') AS c ON COLUMN d",
        "`d` is no alias of `MATCH COLUMNS`",
        "d",
    );
}
