//! The event log as a table function (Databricks documentation, "event_log table-valued function" and "Pipeline event
//! log", § data quality).

use super::support::{Workspace, session};
use crate::local::engine::{CancelToken, EngineError, statement};

const SQL: &str = "CREATE MATERIALIZED VIEW m (CONSTRAINT big EXPECT (a > 1) ON VIOLATION DROP ROW, CONSTRAINT odd EXPECT (a % 2 = 1))
  AS SELECT explode(array(1, 2, 3)) AS a;";

fn class(workspace: &Workspace, query: &str, admin: bool) -> String {
    let mut session = session();
    session.principal.admin = admin;
    session.principal.name = if admin { "admin@test" } else { "guest@test" }.to_string();
    match statement::execute(&workspace.store, query, &session, Default::default(), &CancelToken::default()) {
        Err(EngineError::Sql(error)) => error.class,
        Err(EngineError::Invalid(found)) => found.iter().map(|d| d.code.to_string()).collect(),
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn the_widely_used_query_works() {
    let workspace = Workspace::new();
    workspace.update(SQL);
    for of in ["TABLE(m)", "TABLE(main.demo.m)", "'p-1'"] {
        let query = format!(
            "SELECT row_expectations.dataset AS dataset, row_expectations.name AS expectation,
               SUM(row_expectations.passed_records) AS passing_records, SUM(row_expectations.failed_records) AS failing_records
             FROM (SELECT explode(from_json(details :flow_progress :data_quality :expectations,
                     'array<struct<name: string, dataset: string, passed_records: int, failed_records: int>>')) row_expectations
                   FROM event_log({of}) WHERE event_type = 'flow_progress' AND origin.update_id = 'u-1')
             GROUP BY row_expectations.dataset, row_expectations.name ORDER BY expectation"
        );
        assert_eq!(workspace.rows(&query), ["main.demo.m|big|2|1", "main.demo.m|odd|2|1"], "{of}");
    }
    let rows = "SELECT event_type, level, maturity_level, origin.pipeline_name, origin.dataset_name, error, timestamp,
      details:flow_progress.metrics.num_output_rows, sequence.data_plane_id.seq_no > 0, id IS NOT NULL
      FROM event_log(TABLE(m)) WHERE message LIKE '%COMPLETED%'";
    assert_eq!(
        workspace.rows(rows),
        ["flow_progress|INFO|STABLE|demo|main.demo.m|~|2025-11-14T02:00:00.000Z|2|true|true"]
    );
    assert_eq!(workspace.rows("SELECT count(*) FROM event_log('p-2')"), ["0"]);
    let columns = workspace.rows("SELECT * FROM event_log('p-1') LIMIT 1");
    assert_eq!(columns.len(), 1);
}

#[test]
fn an_error_is_a_struct() {
    let workspace = Workspace::new();
    workspace.update("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;");
    let sql = "CREATE MATERIALIZED VIEW m AS SELECT 1 / (a - 1) AS a FROM VALUES (1) AS t(a);";
    assert!(workspace.try_update(sql, &Default::default()).unwrap().failure.is_some());
    let query = "SELECT error.fatal, error.exceptions[0].class_name FROM event_log('p-1') WHERE level = 'ERROR'";
    assert_eq!(workspace.rows(query), ["true|DIVIDE_BY_ZERO"]);
}

/// "Can be called only by the owner of a streaming table or materialized view."
#[test]
fn only_the_owner_reads_it() {
    let workspace = Workspace::new();
    workspace.update(SQL);
    for of in ["TABLE(m)", "'p-1'"] {
        let query = format!("SELECT * FROM event_log({of})");
        assert_eq!(class(&workspace, &query, false), "INSUFFICIENT_PERMISSIONS");
    }
    assert_eq!(class(&workspace, "SELECT * FROM event_log(TABLE(nothing))", true), "LS401");
    assert_eq!(class(&workspace, "SELECT * FROM event_log(concat('p', '-1'))", true), "LS410");
}

/// Spark's values of `from_json` in PERMISSIVE mode; a type that is not read is refused by name.
#[test]
fn from_json_reads_what_fits() {
    let workspace = Workspace::new();
    let value = |text: &str, schema: &str, of: &str| {
        workspace.rows(&format!("SELECT from_json('{text}', '{schema}'){of}")).concat()
    };
    assert_eq!(value(r#"{"a": 1, "b": "x"}"#, "a INT, b STRING", ".a"), "1");
    assert_eq!(value(r#"{"a": "1", "b": 2}"#, "a INT, b STRING", ".a"), "~");
    assert_eq!(value(r#"{"a": 1.5, "b": 2}"#, "a INT, b STRING", ".a"), "~");
    assert_eq!(value(r#"{"a": 3000000000}"#, "a INT", ".a"), "~");
    assert_eq!(value(r#"{"b": 2}"#, "a INT, b STRING", ".b"), "2");
    assert_eq!(value(r#"{"b": {"c": [1, true]}}"#, "b STRUCT<c: ARRAY<BOOLEAN>>", ".b.c[1]"), "true");
    assert_eq!(value("no json", "a INT", ".a"), "~");
    assert_eq!(value("no json", "a INT", " IS NULL"), "false");
    assert_eq!(value("[1, null, 3]", "ARRAY<INT>", "[2]"), "3");
    assert_eq!(value(r#"{"a": 1}"#, "ARRAY<STRUCT<a: INT>>", "[0].a"), "1");
    assert_eq!(class(&workspace, "SELECT from_json('{}', 'a DATE')", true), "UNSUPPORTED_FEATURE");
    assert_eq!(
        class(&workspace, "SELECT from_json('{}', 'a INT', map('mode', 'FAILFAST'))", true),
        "UNSUPPORTED_FEATURE"
    );
}
