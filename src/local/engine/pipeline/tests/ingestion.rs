//! Files become rows once (lakeflow-sql.md §4.2), with the meaning that Databricks gives to CSV.

use super::support::Workspace;
use crate::diag::Code;
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
    let Some(EngineError::Sql(error)) = report.failure.map(|failure| failure.error) else { panic!("accepted") };
    assert_eq!(error.class, "UNSUPPORTED_FEATURE");
    assert!(error.message.ends_with(": it needs state."), "{}", error.message);
}

/// Databricks documentation, "read_files": "the compression is detected by the file's extension".
#[test]
fn a_compressed_file_is_read_by_its_extension() {
    use std::io::Write as _;
    let workspace = Workspace::new();
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let rows: String = (0..50_000).map(|n| format!("k{n},{n}\n")).collect();
    // Two members one behind the other are one text.
    let whole = [gzip(&format!("id,n\n{rows}")), gzip("last,7\n")].concat();
    workspace.bytes("calls/a.csv.gz", &whole);
    workspace.file("calls/b.csv", "id,n\nplain,1\n");
    assert_eq!(workspace.update(CALLS).datasets[0].rows, 50_002);
    assert_eq!(workspace.rows("SELECT count(*), sum(n), count(_rescued_data) FROM calls"), ["50002|1249975008|0"]);
    assert_eq!(workspace.rows("SELECT file FROM calls WHERE id = 'last'"), ["a.csv.gz"]);
    for (name, bytes) in [("c.csv.gz", b"id,n\nx,1\n".to_vec()), ("d.csv.gz", whole[..whole.len() / 2].to_vec())] {
        workspace.bytes(&format!("calls/{name}"), &bytes);
        let report = workspace.try_update(CALLS, &UpdateOptions::default()).unwrap();
        let EngineError::Sql(error) = report.failure.unwrap().error else { panic!("{name}") };
        assert_eq!(error.class, "FAILED_READ_FILE");
        assert!(error.message.contains(&format!("/Volumes/main/demo/landing/calls/{name}")), "{}", error.message);
        workspace.bytes(&format!("calls/{name}"), &gzip("id,n\n"));
    }
    workspace.bytes("calls/e.csv.bz2", b"BZh9");
    let report = workspace.try_update(CALLS, &UpdateOptions::default()).unwrap();
    let EngineError::Sql(error) = report.failure.unwrap().error else { panic!() };
    assert_eq!(error.class, "UNSUPPORTED_FEATURE");
}

#[test]
fn a_file_in_another_encoding_fails_with_its_name_and_line() {
    let workspace = Workspace::new();
    workspace.file("calls/a.csv", "id,n\na,1\n");
    workspace.bytes("calls/b.csv", b"id,note\nb,ok\nc,M\xfcller\n");
    let report = workspace.try_update(CALLS, &UpdateOptions::default()).unwrap();
    let EngineError::Sql(error) = report.failure.unwrap().error else { panic!() };
    assert_eq!(error.class, "MALFORMED_CSV_RECORD");
    assert_eq!(error.message, "/Volumes/main/demo/landing/calls/b.csv, line 3: the text is not UTF-8.");
}

/// Databricks documentation, "TIMESTAMP type": what is no timestamp is rescued, and no hour is lost.
#[test]
fn a_timestamp_is_read_to_its_end_or_rescued() {
    let workspace = Workspace::new();
    let rows = "id,at\na,2024-03-01 10\nb,2024-03-01 junk\nc,2024-03-01 24:00:00\nd,2024-03-01 10:05 AM\n\
                e,2024-03-01T10:05:06.5+02:00\nf,2024-03-01T\n";
    workspace.file("calls/a.csv", rows);
    workspace.update(CALLS);
    let path = "\"_file_path\":\"dbfs:/Volumes/main/demo/landing/calls/a.csv\"";
    let rescued = |id: &str, at: &str| format!("{id}|~|{{\"at\":\"{at}\",{path}}}");
    assert_eq!(
        workspace.rows("SELECT id, at, _rescued_data FROM calls ORDER BY id"),
        [
            "a|2024-03-01T10:00:00.000Z|~".to_string(),
            rescued("b", "2024-03-01 junk"),
            rescued("c", "2024-03-01 24:00:00"),
            rescued("d", "2024-03-01 10:05 AM"),
            "e|2024-03-01T08:05:06.500Z|~".to_string(),
            rescued("f", "2024-03-01T"),
        ]
    );
}

/// Types are not inferred from files. Nothing that would be missing is passed over.
#[test]
fn files_without_a_schema_are_refused_and_not_left_out() {
    let workspace = Workspace::new();
    workspace.file("calls/a.csv", "id,n\na,1\n");
    let files = "read_files('/Volumes/main/demo/landing/calls', format => 'csv', header => true)";
    for sql in [
        format!("CREATE STREAMING TABLE t AS SELECT * FROM STREAM {files};"),
        format!("CREATE MATERIALIZED VIEW t AS SELECT * FROM {files};"),
        format!(
            "CREATE STREAMING TABLE t (id STRING); CREATE FLOW f AS INSERT INTO t BY NAME SELECT * FROM STREAM {files};"
        ),
        format!("CREATE MATERIALIZED VIEW s AS SELECT * FROM {files}; CREATE MATERIALIZED VIEW t AS SELECT * FROM s;"),
    ] {
        let sql = format!("{sql} CREATE MATERIALIZED VIEW other AS SELECT 1 AS x;");
        let error = workspace.try_update(&sql, &UpdateOptions::default()).unwrap_err();
        let EngineError::Invalid(found) = error else { panic!("{error:?}") };
        let errors: Vec<_> = found.iter().filter(|found| found.code == Code::UNSUPPORTED_SQL).collect();
        assert!(!errors.is_empty() && errors.iter().all(|found| found.location.is_some()), "{found:?}");
    }
}
