//! Flows that replace rows (Databricks documentation, "Batch processing with REPLACE WHERE flows" and "Partial snapshot
//! replacement with REPLACE USING flows").

use super::support::Workspace;
use crate::local::engine::pipeline::{Outcome, UpdateOptions};
use crate::local::engine::{EngineError, statement};

fn run(workspace: &Workspace, sql: &str) {
    let session = super::support::session();
    statement::execute(&workspace.store, sql, &session, Default::default(), &Default::default()).unwrap();
}

/// "All rows matching the predicate are deleted and replaced by re-evaluating the source query for that same
/// predicate range. Rows that don't match the predicate are left untouched." "You don't need to add the predicate to
/// the source query. The pipeline engine applies it automatically when it reads from the source."
#[test]
fn where_the_predicate_holds_rows_are_the_sources() {
    let workspace = Workspace::new();
    run(&workspace, "CREATE TABLE src (a INT, b STRING)");
    run(&workspace, "INSERT INTO src VALUES (1, 'x'), (2, 'y'), (NULL, 'z')");
    let sql = "CREATE STREAMING TABLE t (a INT, b STRING) FLOW REPLACE WHERE a > 1 BY NAME SELECT b, a FROM src;";
    for _ in 0..3 {
        workspace.update(sql);
        assert_eq!(workspace.rows("SELECT a, b FROM t"), ["2|y"]);
    }
    run(&workspace, "DELETE FROM src");
    run(&workspace, "INSERT INTO src VALUES (0, 'late'), (3, 'new')");
    workspace.update(sql);
    assert_eq!(workspace.rows("SELECT a, b FROM t"), ["3|new"]);
    // Rows outside of a changed predicate stay, those of the source inside of it come.
    workspace.update(&sql.replace("a > 1", "a < 1"));
    assert_eq!(workspace.rows("SELECT a, b FROM t ORDER BY a"), ["0|late", "3|new"]);
}

#[test]
fn expectations_see_only_the_replaced_range() {
    let workspace = Workspace::new();
    run(&workspace, "CREATE TABLE src (a INT)");
    run(&workspace, "INSERT INTO src VALUES (1), (2), (30)");
    let sql = "CREATE STREAMING TABLE t (a INT, CONSTRAINT small EXPECT (a < 10) ON VIOLATION DROP ROW)
      FLOW REPLACE WHERE a > 1 BY NAME SELECT a FROM src;";
    let report = workspace.update(sql);
    assert_eq!(workspace.rows("SELECT a FROM t"), ["2"]);
    assert_eq!((report.datasets[0].expectations[0].passed, report.datasets[0].expectations[0].failed), (1, 1));
}

const USING: &str = "CREATE STREAMING TABLE events (region_id INT, device_type STRING, seq INT)
  FLOW REPLACE USING (region_id) SEQUENCE BY seq BY NAME SELECT region_id, device_type, seq FROM STREAM(feed);";

/// The documentation's own example: the rows of region 1 are replaced, "because seq 2 is greater than seq 1", region 2
/// is "untouched", and "the seq 1 row for region 3 is not added, because only the highest sequence for a key applies".
#[test]
fn the_highest_sequence_of_a_key_replaces_the_rows_of_that_key() {
    let workspace = Workspace::new();
    run(&workspace, "CREATE TABLE feed (region_id INT, device_type STRING, seq INT)");
    run(&workspace, "INSERT INTO feed VALUES (1, 'iOS', 1), (1, 'Android', 1), (2, 'iOS', 1), (2, 'desktop', 1)");
    workspace.update(USING);
    let rows = || workspace.rows("SELECT * FROM events ORDER BY region_id, device_type");
    assert_eq!(rows(), ["1|Android|1", "1|iOS|1", "2|desktop|1", "2|iOS|1"]);
    run(
        &workspace,
        "INSERT INTO feed VALUES (1, 'iOS', 2), (1, 'Android', 2), (1, 'desktop', 2), (3, 'iOS', 1), (3, 'desktop', 2)",
    );
    workspace.update(USING);
    let expected = ["1|Android|2", "1|desktop|2", "1|iOS|2", "2|desktop|1", "2|iOS|1", "3|desktop|2"];
    assert_eq!(rows(), expected);
    // "A lower-sequence row never overwrites a higher one already in the target."
    // "Rows that share the same key and the same sequence are appended rather than replaced."
    run(&workspace, "INSERT INTO feed VALUES (1, 'late', 1), (3, 'tablet', 2)");
    workspace.update(USING);
    let expected = ["1|Android|2", "1|desktop|2", "1|iOS|2", "2|desktop|1", "2|iOS|1", "3|desktop|2", "3|tablet|2"];
    assert_eq!(rows(), expected);
    let idle = workspace.update(USING);
    assert_eq!(idle.datasets[0].outcome, Outcome::Unchanged);
    assert_eq!(rows(), expected);
    let all = UpdateOptions { full_refresh: true, ..UpdateOptions::default() };
    assert!(workspace.try_update(USING, &all).unwrap().failure.is_none());
    assert_eq!(rows(), expected);
}

/// A key that is dropped by an expectation replaces nothing.
#[test]
fn a_dropped_row_replaces_nothing() {
    let workspace = Workspace::new();
    run(&workspace, "CREATE TABLE feed (region_id INT, device_type STRING, seq INT)");
    run(&workspace, "INSERT INTO feed VALUES (1, 'iOS', 1)");
    let sql = USING.replace("seq INT)", "seq INT, CONSTRAINT known EXPECT (device_type <> '?') ON VIOLATION DROP ROW)");
    workspace.update(&sql);
    run(&workspace, "INSERT INTO feed VALUES (1, '?', 2)");
    workspace.update(&sql);
    assert_eq!(workspace.rows("SELECT * FROM events"), ["1|iOS|1"]);
}

/// What the documentation does not define is refused: neither a key nor the sequence may be NULL.
#[test]
fn a_null_key_or_sequence_is_refused() {
    for row in ["(NULL, 'iOS', 1)", "(1, 'iOS', NULL)"] {
        let workspace = Workspace::new();
        run(&workspace, "CREATE TABLE feed (region_id INT, device_type STRING, seq INT)");
        run(&workspace, &format!("INSERT INTO feed VALUES {row}"));
        let report = workspace.try_update(USING, &UpdateOptions::default()).unwrap();
        let Some(EngineError::Sql(error)) = report.failure.map(|failure| failure.error) else { panic!("{row}") };
        assert_eq!(error.class, "AUTO_CDC_NULL_VALUE");
    }
}

/// "The source must be a streaming source. REPLACE USING rejects non-streaming sources."
#[test]
fn replace_using_needs_a_stream() {
    let workspace = Workspace::new();
    run(&workspace, "CREATE TABLE feed (region_id INT, device_type STRING, seq INT)");
    let whole = USING.replace("STREAM(feed)", "feed");
    let Err(EngineError::Invalid(found)) = workspace.try_update(&whole, &UpdateOptions::default()) else {
        panic!("accepted")
    };
    assert!(found.iter().any(|d| d.code == crate::diag::Code::NOT_STREAMING), "{found:?}");
}
