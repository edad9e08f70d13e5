//! What an update computes, and what it leaves alone (lakeflow-sql.md §4.1).

use super::support::Workspace;
use crate::local::engine::EngineError;
use crate::local::engine::pipeline::{Outcome, UpdateOptions};

const SQL: &str = "
CREATE OR REFRESH STREAMING TABLE raw (id INT NOT NULL, v STRING COMMENT 'text') COMMENT 'as landed' AS
SELECT id, v FROM STREAM read_files('/Volumes/main/demo/landing/raw', format => 'csv', header => true, schema => 'id INT, v STRING');
CREATE TEMPORARY VIEW loud AS SELECT id, upper(v) AS v FROM raw;
CREATE OR REFRESH MATERIALIZED VIEW by_value AS SELECT v, count(*) AS n FROM loud GROUP BY v;
CREATE OR REFRESH MATERIALIZED VIEW one AS SELECT 1 AS x;
CREATE VIEW shown AS SELECT v FROM by_value WHERE n > 1;";

fn outcomes(report: &crate::local::engine::pipeline::UpdateReport) -> Vec<(String, Outcome, i64)> {
    report.datasets.iter().map(|d| (d.name.name.to_string(), d.outcome, d.rows)).collect()
}

#[test]
fn unchanged_inputs_are_not_computed_again() {
    let workspace = Workspace::new();
    workspace.file("raw/1.csv", "id,v\n1,a\n2,a\n3,b\n");
    workspace.update(SQL);
    assert_eq!(workspace.rows("SELECT * FROM by_value ORDER BY v"), ["A|2", "B|1"]);
    assert_eq!(workspace.rows("SELECT * FROM shown"), ["A"]);
    let second = workspace.update(SQL);
    assert!(second.datasets.iter().all(|d| d.rows == 0), "{:?}", outcomes(&second));
    workspace.file("raw/2.csv", "id,v\n4,b\n");
    let third = outcomes(&workspace.update(SQL));
    assert!(third.contains(&("by_value".to_string(), Outcome::Completed, 2)), "{third:?}");
    assert!(third.contains(&("one".to_string(), Outcome::Unchanged, 0)), "{third:?}");
    // A changed definition is computed although its inputs are as they were.
    let changed = SQL.replace("count(*) AS n", "count(*) + 1 AS n");
    let fourth = outcomes(&workspace.update(&changed));
    assert!(fourth.contains(&("by_value".to_string(), Outcome::Completed, 2)), "{fourth:?}");
    assert_eq!(workspace.rows("SELECT * FROM by_value ORDER BY v"), ["A|3", "B|3"]);
}

#[test]
fn a_full_refresh_starts_anew() {
    let workspace = Workspace::new();
    workspace.file("raw/1.csv", "id,v\n1,a\n");
    workspace.update(SQL);
    workspace.file("raw/1.csv", "id,v\n1,a\n2,b\n");
    let only = UpdateOptions { full_refresh_selection: vec!["demo.raw".to_string()], ..UpdateOptions::default() };
    let report = workspace.try_update(SQL, &only).unwrap();
    assert_eq!(outcomes(&report), [("raw".to_string(), Outcome::Completed, 2)]);
    assert_eq!(workspace.rows("SELECT count(*) FROM raw"), ["2"]);
    assert_eq!(workspace.rows("SELECT * FROM by_value ORDER BY v"), ["A|1"]);
    let everything = UpdateOptions { full_refresh: true, ..UpdateOptions::default() };
    assert!(workspace.try_update(SQL, &everything).unwrap().failure.is_none());
    assert_eq!(workspace.rows("SELECT * FROM by_value ORDER BY v"), ["A|1", "B|1"]);
}

#[test]
fn a_reader_of_a_refreshed_stream_must_start_anew_too() {
    let workspace = Workspace::new();
    workspace.file("raw/1.csv", "id,v\n1,a\n");
    let sql = format!("{SQL} CREATE OR REFRESH STREAMING TABLE copy AS SELECT * FROM STREAM(raw);");
    workspace.update(&sql);
    let only = UpdateOptions { full_refresh_selection: vec!["raw".to_string()], ..UpdateOptions::default() };
    workspace.try_update(&sql, &only).unwrap();
    let report = workspace.try_update(&sql, &UpdateOptions::default()).unwrap();
    let failure = report.failure.unwrap();
    assert_eq!(failure.dataset.name.as_str(), "copy");
    assert!(matches!(failure.error, EngineError::Sql(e) if e.class == "DELTA_SOURCE_TABLE_IGNORE_CHANGES"));
    let all = UpdateOptions { full_refresh: true, ..UpdateOptions::default() };
    assert!(workspace.try_update(&sql, &all).unwrap().failure.is_none());
    assert_eq!(workspace.rows("SELECT * FROM copy"), ["1|a"]);
}

#[test]
fn a_failed_dataset_stops_only_its_readers() {
    let workspace = Workspace::new();
    let sql = "CREATE OR REFRESH MATERIALIZED VIEW bad AS SELECT 1 / (x - 1) AS y FROM VALUES (1) AS t(x);
        CREATE OR REFRESH MATERIALIZED VIEW after_bad AS SELECT * FROM bad;
        CREATE OR REFRESH MATERIALIZED VIEW good AS SELECT 2 AS y;";
    let report = workspace.try_update(sql, &UpdateOptions::default()).unwrap();
    let mut found = outcomes(&report);
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("after_bad".to_string(), Outcome::Skipped, 0),
        ("bad".to_string(), Outcome::Failed, 0),
        ("good".to_string(), Outcome::Completed, 1),
    ];
    assert_eq!(found, expected);
    assert!(matches!(report.failure.unwrap().error, EngineError::Sql(e) if e.class == "DIVIDE_BY_ZERO"));
}

#[test]
fn a_dry_run_writes_nothing_and_finds_errors() {
    let workspace = Workspace::new();
    let options = UpdateOptions { validate_only: true, ..UpdateOptions::default() };
    workspace.try_update(SQL, &options).unwrap();
    let tables = workspace.store.read(|reader| reader.securables::<crate::local::store::TableRecord>()).unwrap();
    assert!(tables.is_empty());
    let broken = workspace.try_update("CREATE MATERIALIZED VIEW a AS SELECT nothing FROM b;", &options);
    assert!(matches!(broken, Err(EngineError::Invalid(_))));
}

/// A statement that is not understood might decide about rows: it is refused, not passed over.
#[test]
fn what_is_not_understood_is_refused() {
    let workspace = Workspace::new();
    let sql = "SET TIME ZONE 'America/Los_Angeles'; CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;";
    let Err(EngineError::Invalid(found)) = workspace.try_update(sql, &UpdateOptions::default()) else {
        panic!("accepted")
    };
    assert!(found.iter().any(|d| d.code == crate::diag::Code::SQL_NOT_UNDERSTOOD), "{found:?}");
}

#[test]
fn records_and_events_tell_what_happened() {
    let workspace = Workspace::new();
    workspace.file("raw/1.csv", "id,v\n1,a\n");
    workspace.update(SQL);
    let name = crate::ident::TableName::parse("main.demo.raw").unwrap();
    let record =
        workspace.store.read(|reader| reader.expect_securable::<crate::local::store::TableRecord>(&name)).unwrap();
    assert_eq!(record.comment.as_deref(), Some("as landed"));
    assert_eq!(record.columns[1].comment.as_deref(), Some("text"));
    assert!(!record.columns[0].nullable);
    let page =
        workspace.store.read(|reader| reader.events("p-1", None, crate::local::store::PageRequest::ALL)).unwrap();
    let done = page
        .items
        .iter()
        .find(|event| event.event_type == "flow_progress" && event.origin["dataset_name"] == "main.demo.raw");
    let details = &done.unwrap().details["flow_progress"];
    assert_eq!((&details["status"], &details["metrics"]["num_output_rows"]), (&"COMPLETED".into(), &1.into()));
    assert!(page.items.iter().any(|event| event.event_type == "flow_definition"));
}

#[test]
fn a_new_column_is_added_and_a_changed_one_needs_a_full_refresh() {
    let workspace = Workspace::new();
    workspace.file("raw/1.csv", "id,v\n1,a\n");
    let sql = |columns: &str| {
        format!(
            "CREATE OR REFRESH STREAMING TABLE raw AS SELECT {columns} FROM STREAM read_files(
            '/Volumes/main/demo/landing/raw', format => 'csv', header => true, schema => 'id INT, v STRING');"
        )
    };
    workspace.update(&sql("id"));
    workspace.file("raw/2.csv", "id,v\n2,b\n");
    workspace.update(&sql("v, id"));
    assert_eq!(workspace.rows("SELECT id, v FROM raw ORDER BY id"), ["1|~", "2|b"]);
    let report = workspace.try_update(&sql("v, CAST(id AS STRING) AS id"), &UpdateOptions::default()).unwrap();
    assert!(matches!(report.failure.unwrap().error, EngineError::Sql(e) if e.class == "CANNOT_UPDATE_TABLE_SCHEMA"));
}

/// What would read nothing for ever is refused before anything is written.
#[test]
fn a_stream_of_a_batch_view_is_refused() {
    let workspace = Workspace::new();
    let sql = "CREATE MATERIALIZED VIEW src AS SELECT 1 AS a; CREATE TEMPORARY VIEW v AS SELECT a FROM src;
               CREATE STREAMING TABLE n AS SELECT * FROM STREAM(v);";
    let refused = workspace.try_update(sql, &UpdateOptions::default());
    let Err(EngineError::Invalid(found)) = refused else { panic!("{refused:?}") };
    assert_eq!(found.iter().map(|diagnostic| diagnostic.code.to_string()).collect::<Vec<_>>(), ["LS503"]);
}
