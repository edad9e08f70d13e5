//! Expectations: warn, drop, fail (lakeflow-sql.md §4.3).

use super::support::Workspace;
use crate::local::engine::EngineError;
use crate::local::engine::pipeline::{ExpectationReport, UpdateOptions};

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
