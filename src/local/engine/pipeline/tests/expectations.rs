//! Expectations: warn, drop, fail (lakeflow-sql.md §4.3).

use super::support::{Workspace, session};
use crate::local::engine::pipeline::{ExpectationReport, Outcome, UpdateOptions};
use crate::local::engine::{EngineError, statement};
use crate::local::store::PageRequest;

fn sql(action: &str) -> String {
    format!(
        "CREATE OR REFRESH STREAMING TABLE t (
           CONSTRAINT positive EXPECT (n > 0),
           CONSTRAINT known EXPECT (id IS NOT NULL) ON VIOLATION {action},
           CONSTRAINT small EXPECT (n < 100) ON VIOLATION DROP ROW)
         AS SELECT id, n FROM STREAM read_files('/Volumes/main/demo/landing/t', format => 'csv', header => true,
           schema => 'id STRING, n INT');
         CREATE OR REFRESH MATERIALIZED VIEW m (CONSTRAINT even EXPECT (n % 2 = 0) ON VIOLATION DROP ROW) AS
         SELECT * FROM t;"
    )
}

fn report(name: &str, passed: i64, failed: i64) -> ExpectationReport {
    ExpectationReport { name: name.to_string(), passed, failed }
}

#[test]
fn rows_are_counted_and_dropped_once() {
    let workspace = Workspace::new();
    workspace.file("t/1.csv", "id,n\na,1\nb,-1\n,500\nc,\n,2\nd,4\n");
    let done = workspace.update(&sql("DROP ROW"));
    assert_eq!(workspace.rows("SELECT id, n FROM t ORDER BY id"), ["a|1", "b|-1", "d|4"]);
    let table = &done.datasets[0];
    // NULL is not true: c fails `positive` and `small`.
    assert_eq!((table.rows, table.dropped), (3, 3));
    assert_eq!(table.expectations, [report("positive", 4, 2), report("known", 4, 2), report("small", 4, 2)]);
    assert_eq!(workspace.rows("SELECT id FROM m"), ["d"]);
    // The next batch counts its own rows only.
    workspace.file("t/2.csv", "id,n\ne,8\n");
    let next = workspace.update(&sql("DROP ROW"));
    assert_eq!(next.datasets[0].expectations[0], report("positive", 1, 0));
}

#[test]
fn a_violated_fail_rolls_the_flow_back() {
    let workspace = Workspace::new();
    workspace.file("t/1.csv", "id,n\na,1\n");
    workspace.update(&sql("FAIL UPDATE"));
    workspace.file("t/2.csv", "id,n\nb,2\n,3\n");
    let report = workspace.try_update(&sql("FAIL UPDATE"), &UpdateOptions::default()).unwrap();
    let failure = report.failure.unwrap();
    assert!(
        matches!(failure.error, EngineError::Sql(e) if e.class == "EXPECTATION_VIOLATION" && e.message.contains("'known'"))
    );
    assert_eq!(workspace.rows("SELECT id FROM t"), ["a"]);
    workspace.file("t/2.csv", "id,n\nb,2\nc,3\n");
    workspace.update(&sql("FAIL UPDATE"));
    assert_eq!(workspace.rows("SELECT id FROM t ORDER BY id"), ["a", "b", "c"]);
}

/// "Expectations are optional clauses in pipeline materialized view, streaming table, or view creation statements that
/// apply data quality checks on each record passing through a query" (Databricks documentation, "Manage data quality
/// with pipeline expectations"; "drop: Invalid records are dropped before data is written to the target").
const VIEWS: &str = "
CREATE TEMPORARY VIEW v (CONSTRAINT big EXPECT (a > 1) ON VIOLATION DROP ROW, CONSTRAINT odd EXPECT (a % 2 = 1)) AS
SELECT a FROM src;
CREATE TEMPORARY LIVE VIEW w (CONSTRAINT small EXPECT (b < 30) ON VIOLATION DROP ROW) AS SELECT a * 10 AS b FROM LIVE.v;
CREATE MATERIALIZED VIEW m AS SELECT l.a FROM v AS l JOIN v AS r ON l.a = r.a;
CREATE MATERIALIZED VIEW n AS SELECT b FROM w;";

fn run(workspace: &Workspace, sql: &str) {
    statement::execute(&workspace.store, sql, &session(), Default::default(), &Default::default()).unwrap();
}

fn source(rows: &str) -> Workspace {
    let workspace = Workspace::new();
    run(&workspace, "CREATE TABLE src (a INT)");
    run(&workspace, &format!("INSERT INTO src VALUES {rows}"));
    workspace
}

/// (dataset, rows, dropped, name:passed:failed …) of the completed flows, in the order in which they were logged.
fn quality(workspace: &Workspace) -> Vec<String> {
    let page = workspace.store.read(|reader| reader.events("p-1", None, PageRequest::ALL)).unwrap();
    let mut found = Vec::new();
    for event in page.items.iter().rev() {
        let progress = &event.details["flow_progress"];
        let Some(quality) = progress.get("data_quality") else { continue };
        let checks = quality["expectations"].as_array().unwrap().iter().map(|check| {
            assert_eq!(check["dataset"], event.origin["dataset_name"]);
            format!(" {}:{}:{}", check["name"].as_str().unwrap(), check["passed_records"], check["failed_records"])
        });
        let dataset = event.origin["dataset_name"].as_str().unwrap();
        let (rows, dropped) = (&progress["metrics"]["num_output_rows"], &quality["dropped_records"]);
        found.push(format!("{dataset} {rows}-{dropped}{}", checks.collect::<String>()));
    }
    found.sort();
    found
}

#[test]
fn a_view_gives_its_readers_what_its_expectations_leave() {
    let workspace = source("(1), (2), (3), (NULL)");
    workspace.update(VIEWS);
    assert_eq!(workspace.rows("SELECT a FROM m ORDER BY a"), ["2", "3"]);
    assert_eq!(workspace.rows("SELECT b FROM n"), ["20"]);
    // Once for each flow that reads it, however often it does; `n` reads `v` through `w`.
    let of_v = "main.demo.v 2-2 big:2:2 odd:2:2";
    assert_eq!(quality(&workspace), [of_v, of_v, "main.demo.w 1-1 small:1:1"]);
    // Nothing is computed, and nothing counted, where nothing has changed.
    let again = workspace.update(VIEWS);
    assert!(again.datasets.iter().all(|dataset| dataset.outcome == Outcome::Unchanged));
    assert_eq!(quality(&workspace).len(), 3);
    // An expectation is part of what its readers are computed from.
    workspace.update(&VIEWS.replace("a > 1", "a > 2"));
    assert_eq!(workspace.rows("SELECT a FROM m"), ["3"]);
    assert_eq!(workspace.rows("SELECT b FROM n"), [""; 0]);
}

#[test]
fn a_view_of_a_stream_counts_only_what_is_new() {
    let workspace = source("(1), (2)");
    let sql = "CREATE TEMPORARY VIEW v (CONSTRAINT big EXPECT (a > 1) ON VIOLATION DROP ROW) AS SELECT a FROM STREAM(src);
      CREATE STREAMING TABLE t AS SELECT a FROM STREAM(v);
      CREATE STREAMING TABLE c (a INT, n INT); CREATE FLOW f AS AUTO CDC INTO c FROM STREAM(w) KEYS (a) SEQUENCE BY n;
      CREATE TEMPORARY VIEW w (CONSTRAINT big EXPECT (a > 1) ON VIOLATION DROP ROW) AS SELECT a, a AS n FROM STREAM(src);";
    workspace.update(sql);
    run(&workspace, "INSERT INTO src VALUES (0), (5)");
    workspace.update(sql);
    workspace.update(sql);
    assert_eq!(workspace.rows("SELECT a FROM t ORDER BY a"), ["2", "5"]);
    assert_eq!(workspace.rows("SELECT a FROM c ORDER BY a"), ["2", "5"]);
    assert_eq!(quality(&workspace), ["v", "v", "w", "w"].map(|view| format!("main.demo.{view} 1-1 big:1:1")));
}

/// "fail: Invalid records prevent the update from succeeding."
#[test]
fn a_violated_fail_of_a_view_rolls_its_reader_back() {
    let workspace = source("(2)");
    let sql = "CREATE TEMPORARY VIEW v (CONSTRAINT big EXPECT (a > 1) ON VIOLATION FAIL UPDATE) AS SELECT a FROM STREAM(src);
      CREATE STREAMING TABLE t AS SELECT a FROM STREAM(v) WHERE a > 3; CREATE MATERIALIZED VIEW other AS SELECT 1 AS x;";
    workspace.update(sql);
    run(&workspace, "INSERT INTO src VALUES (1), (7)");
    let report = workspace.try_update(sql, &UpdateOptions::default()).unwrap();
    let failure = report.failure.unwrap();
    assert_eq!(failure.dataset.name.as_str(), "t");
    assert!(
        matches!(&failure.error, EngineError::Sql(e) if e.class == "EXPECTATION_VIOLATION" && e.message.contains("'big'")),
        "{:?}",
        failure.error
    );
    assert_eq!(workspace.rows("SELECT a FROM t"), [""; 0]);
    assert_eq!(workspace.rows("SELECT x FROM other"), ["1"]);
    // The rows were not taken as read.
    workspace.update(&sql.replace("a > 1)", "a > 0)"));
    assert_eq!(workspace.rows("SELECT a FROM t"), ["7"]);
}

/// What is counted is what is read, also where the query gives other rows each time.
#[test]
fn a_view_is_computed_once_for_a_reader() {
    let workspace = source("(1)");
    let sql = "CREATE TEMPORARY VIEW v (CONSTRAINT known EXPECT (id IS NOT NULL)) AS SELECT uuid() AS id FROM src;
      CREATE MATERIALIZED VIEW m AS SELECT l.id = r.id AS same FROM v AS l CROSS JOIN v AS r;";
    workspace.update(sql);
    assert_eq!(workspace.rows("SELECT same FROM m"), ["true"]);
}
