//! Files become rows once (lakeflow-sql.md §4.2), with the meaning that Databricks gives to CSV.

use super::support::Workspace;
use crate::local::engine::EngineError;
use crate::local::engine::pipeline::{Outcome, UpdateOptions};

const CALLS: &str = "CREATE OR REFRESH STREAMING TABLE calls AS
SELECT *, _metadata.file_name AS file FROM STREAM read_files('/Volumes/main/demo/landing/calls', format => 'csv',
  header => true, escape => '\"', rescuedDataColumn => '_rescued_data', schema => 'id STRING, n INT, at TIMESTAMP, ok BOOLEAN, amount DECIMAL(10,2), note STRING');";

#[test]
fn every_file_is_read_once() {
    let workspace = Workspace::new();
    workspace.file(
        "calls/2025-11-13.csv",
        "id,n,at,ok,amount,note\na,1,2024-03-01 10:05:00,True,1.5,\nb,,,False,2,\"x, \"\"y\"\"\"\n",
    );
    assert_eq!(workspace.update(CALLS).datasets[0].rows, 2);
    let query = "SELECT id, n, at, ok, amount, note, _rescued_data, file FROM calls ORDER BY id";
    assert_eq!(
        workspace.rows(query),
        ["a|1|2024-03-01T10:05:00.000Z|true|1.50|~|~|2025-11-13.csv", "b|~|~|false|2.00|x, \"y\"|~|2025-11-13.csv"]
    );
    let again = workspace.update(CALLS);
    assert_eq!((again.datasets[0].rows, again.datasets[0].outcome), (0, Outcome::Unchanged));
    // A later overwrite of a path that was read is not read again; a new file is.
    workspace.file("calls/2025-11-13.csv", "id,n\nz,9\n");
    workspace.file("calls/2025-11-14.csv", "n,id\n3,c\n");
    assert_eq!(workspace.update(CALLS).datasets[0].rows, 1);
    assert_eq!(workspace.rows("SELECT id, n, note FROM calls ORDER BY id"), ["a|1|~", "b|~|x, \"y\"", "c|3|~"]);
}

/// Databricks documentation, "What is the rescued data column?": what does not fit goes there as JSON, with the file.
#[test]
fn what_does_not_fit_is_rescued() {
    let workspace = Workspace::new();
    workspace.file("calls/a.csv", "id,n,extra,amount\na,1.9,hello,12\nb,7,,abc\nc,8\nd,9,,1,2,3\n");
    workspace.update(CALLS);
    let path = "\"_file_path\":\"dbfs:/Volumes/main/demo/landing/calls/a.csv\"";
    assert_eq!(
        workspace.rows("SELECT id, n, amount, _rescued_data FROM calls ORDER BY id"),
        [
            format!("a|~|12.00|{{\"n\":\"1.9\",\"extra\":\"hello\",{path}}}"),
            format!("b|7|~|{{\"amount\":\"abc\",{path}}}"),
            "c|8|~|~".to_string(),
            format!("d|9|1.00|{{\"_c4\":\"2\",\"_c5\":\"3\",{path}}}"),
        ]
    );
}

#[test]
fn a_broken_file_fails_with_its_line_and_leaves_nothing() {
    let workspace = Workspace::new();
    workspace.file("calls/a.csv", "id,n\na,1\n");
    workspace.file("calls/b.csv", "id,note\nb,ok\nc,\"open\nd,1\n");
    let report = workspace.try_update(CALLS, &UpdateOptions::default()).unwrap();
    let failure = report.failure.unwrap();
    let EngineError::Sql(error) = failure.error else { panic!("{:?}", failure.error) };
    assert_eq!(error.class, "MALFORMED_CSV_RECORD");
    assert!(error.message.starts_with("/Volumes/main/demo/landing/calls/b.csv, line 3"), "{}", error.message);
    workspace.file("calls/b.csv", "id,note\nb,ok\n");
    assert_eq!(workspace.update(CALLS).datasets[0].rows, 2);
}

#[test]
fn streams_of_tables_go_on_where_they_stopped() {
    let workspace = Workspace::new();
    let sql = format!(
        "{CALLS} CREATE OR REFRESH STREAMING TABLE clean AS SELECT id, n FROM STREAM(calls) WHERE n > 0;
         CREATE OR REFRESH MATERIALIZED VIEW total AS SELECT count(*) AS rows, sum(n) AS n FROM clean;"
    );
    workspace.file("calls/1.csv", "id,n\na,1\nb,0\n");
    workspace.update(&sql);
    workspace.file("calls/2.csv", "id,n\nc,5\n");
    let report = workspace.update(&sql);
    let written: Vec<i64> = report.datasets.iter().map(|dataset| dataset.rows).collect();
    assert_eq!(written, [1, 1, 1]);
    assert_eq!(workspace.rows("SELECT * FROM total"), ["2|6"]);
}

#[test]
fn a_stream_that_needs_state_is_refused() {
    let workspace = Workspace::new();
    workspace.file("calls/1.csv", "id,n\na,1\n");
    let sql = format!(
        "{CALLS} CREATE OR REFRESH STREAMING TABLE sums AS SELECT id, sum(n) AS n FROM STREAM(calls) GROUP BY id;"
    );
    let report = workspace.try_update(&sql, &UpdateOptions::default()).unwrap();
    assert!(matches!(report.failure.unwrap().error, EngineError::Sql(error) if error.class == "UNSUPPORTED_FEATURE"));
}
