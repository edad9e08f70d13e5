//! Statements that read what they write, and objects that would be read to compute themselves.

use super::support::Bench;
use crate::local::engine::Principal;
use crate::local::store::{Grant, SecurableKind, TableKind, TableRecord};

/// Databricks documentation, "CREATE TABLE", REPLACE, and "INSERT", OVERWRITE: the query reads the snapshot from before
/// the statement.
#[test]
fn a_statement_reads_the_table_as_it_was_before() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t AS SELECT id, id % 3 AS k FROM range(10000)");
    let sums = |expected: [&str; 2]| assert_eq!(bench.rows("SELECT count(*), sum(id) FROM t"), [expected]);
    assert_eq!(bench.rows("CREATE OR REPLACE TABLE t AS SELECT * FROM t"), [["10000"]]);
    sums(["10000", "49995000"]);
    assert_eq!(bench.rows("INSERT OVERWRITE t SELECT * FROM t WHERE id < 100"), [["100"]]);
    sums(["100", "4950"]);
    assert_eq!(bench.rows("INSERT INTO t SELECT * FROM t"), [["100"]]);
    sums(["200", "9900"]);
    bench.run("CREATE VIEW v AS SELECT id, k FROM t");
    bench.run("INSERT OVERWRITE t SELECT DISTINCT * FROM v");
    sums(["100", "4950"]);
    bench.run("CREATE OR REPLACE TABLE t AS SELECT id + 1 AS id FROM v");
    sums(["100", "5050"]);
    assert_eq!(bench.rows("UPDATE t SET id = id + 1"), [["100"]]);
    sums(["100", "5150"]);
    assert_eq!(bench.rows("TABLE t LIMIT 0"), [[""; 0]; 0]);
}

#[test]
fn a_failed_replacement_leaves_the_table_and_no_trace() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t AS SELECT 1 AS a");
    for _ in 0..2 {
        assert_eq!(bench.class("CREATE OR REPLACE TABLE t AS SELECT a / 0 AS a FROM t"), "DIVIDE_BY_ZERO");
        assert_eq!(bench.class("INSERT OVERWRITE t SELECT 1 / (a - 1) FROM t"), "DIVIDE_BY_ZERO");
    }
    bench.run("CREATE OR REPLACE TABLE t AS SELECT a + 1 AS a FROM t");
    assert_eq!(bench.rows("SELECT * FROM t"), [["2"]]);
}

/// The table stays the same object: its owner and its grants stay.
#[test]
fn a_replaced_table_keeps_its_identity() {
    let bench = Bench::new();
    let name = crate::ident::TableName::parse("c.s.t").unwrap();
    bench.run("CREATE TABLE t (a INT)");
    let found = || bench.store.read(|reader| reader.expect_securable::<TableRecord>(&name)).unwrap();
    let before = found();
    bench.run("GRANT SELECT ON TABLE t TO analysts");
    bench.run("CREATE OR REPLACE TABLE t (b STRING)");
    let after = found();
    assert_eq!(after.registration.id, before.registration.id);
    assert_eq!(after.columns[0].name.as_str(), "b");
    let grants: Vec<Grant> = bench.store.read(|reader| reader.grants_on(SecurableKind::Table, "c.s.t")).unwrap();
    assert_eq!(grants.len(), 1);
}

/// Databricks documentation, "Error conditions": RECURSIVE_VIEW, SQLSTATE 42K0H.
#[test]
fn a_view_does_not_read_itself() {
    let bench = Bench::new();
    bench.run("CREATE VIEW v1 AS SELECT 1 AS a");
    bench.run("CREATE VIEW v2 AS SELECT a FROM v1");
    bench.run("CREATE VIEW v3 AS WITH x AS (SELECT a FROM v2) SELECT a FROM x");
    for sql in [
        "CREATE OR REPLACE VIEW v1 AS SELECT a FROM v1",
        "CREATE OR REPLACE VIEW v1 AS SELECT a FROM c.s.V2",
        "CREATE OR REPLACE VIEW v1 AS SELECT a FROM v3",
        "CREATE OR REPLACE VIEW v1 AS SELECT 1 AS a WHERE EXISTS (SELECT * FROM v2)",
        "CREATE OR REPLACE VIEW v2 AS SELECT (SELECT max(a) FROM v3) AS a",
    ] {
        assert_eq!(bench.class(sql), "RECURSIVE_VIEW", "{sql}");
    }
    let error = bench.try_run("CREATE OR REPLACE VIEW v1 AS SELECT a FROM v2").unwrap_err().to_string();
    let expected = "[RECURSIVE_VIEW] Recursive view `c`.`s`.`v1` detected (cycle: `c`.`s`.`v1` -> `c`.`s`.`v2` -> \
                    `c`.`s`.`v1`). SQLSTATE: 42K0H";
    assert_eq!(error, expected);
    assert_eq!(bench.rows("SELECT * FROM v3"), [["1"]]);
    bench.run("CREATE OR REPLACE VIEW v2 AS SELECT a + 1 AS a FROM v1");
    assert_eq!(bench.rows("SELECT * FROM v3"), [["2"]]);
}

#[test]
fn a_function_and_a_view_do_not_read_each_other() {
    let bench = Bench::new();
    bench.run("CREATE FUNCTION f() RETURNS INT RETURN 1");
    bench.run("CREATE VIEW v AS SELECT f() AS a");
    assert_eq!(
        bench.class("CREATE OR REPLACE FUNCTION f() RETURNS INT RETURN (SELECT max(a) FROM v)"),
        "RECURSIVE_VIEW"
    );
    assert_eq!(bench.class("CREATE OR REPLACE FUNCTION f() RETURNS INT RETURN f() + 1"), "RECURSIVE_VIEW");
    bench.run("CREATE VIEW w AS SELECT 1 AS a");
    bench.run("CREATE FUNCTION g() RETURNS INT RETURN (SELECT max(a) FROM w)");
    assert_eq!(bench.class("CREATE OR REPLACE VIEW w AS SELECT g() AS a"), "RECURSIVE_VIEW");
}

/// Databricks documentation, "STREAMING_TABLE_OPERATION_NOT_ALLOWED error condition": CREATE_OR_REPLACE and
/// DROP_DELTA_LIVE_TABLE.
#[test]
fn what_a_pipeline_makes_is_replaced_and_dropped_by_the_pipeline_only() {
    let bench = Bench::new();
    for (name, kind) in
        [("st", TableKind::StreamingTable), ("mv", TableKind::MaterializedView), ("pv", TableKind::View)]
    {
        bench.run(&format!("CREATE VIEW base_{name} AS SELECT 1 AS a"));
        let base = crate::ident::TableName::parse(&format!("c.s.base_{name}")).unwrap();
        bench
            .store
            .write(|writer| {
                let mut record = writer.expect_securable::<TableRecord>(&base)?;
                record.name = crate::ident::TableName::parse(&format!("c.s.{name}")).unwrap();
                record.kind = kind;
                record.pipeline_id = Some("p".to_string());
                writer.create_table(record, "admin@example.test")
            })
            .unwrap();
    }
    let streaming = "STREAMING_TABLE_OPERATION_NOT_ALLOWED";
    let materialized = "MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED";
    for (sql, class) in [
        ("CREATE OR REPLACE TABLE st AS SELECT 1 AS a", format!("{streaming}.CREATE_OR_REPLACE")),
        ("CREATE OR REPLACE VIEW st AS SELECT 1 AS a", format!("{streaming}.CREATE_OR_REPLACE")),
        ("DROP TABLE st", format!("{streaming}.DROP_DELTA_LIVE_TABLE")),
        ("CREATE OR REPLACE TABLE mv (a INT)", format!("{materialized}.REPLACE_DELTA_LIVE_TABLE")),
        ("DROP MATERIALIZED VIEW mv", format!("{materialized}.DROP_DELTA_LIVE_TABLE")),
        ("CREATE OR REPLACE VIEW pv AS SELECT 2 AS a", "UNSUPPORTED_FEATURE".to_string()),
        ("DROP VIEW pv", "UNSUPPORTED_FEATURE".to_string()),
        ("CREATE TABLE st (a INT)", "TABLE_OR_VIEW_ALREADY_EXISTS".to_string()),
    ] {
        assert_eq!(bench.class(sql), class, "{sql}");
    }
    bench.run("CREATE TABLE IF NOT EXISTS st (a INT)");
    bench.run("DROP SCHEMA s CASCADE");
}

/// Databricks documentation, "Error conditions": EXPECT_TABLE_NOT_VIEW, EXPECT_VIEW_NOT_TABLE and
/// WRONG_COMMAND_FOR_OBJECT_TYPE.
#[test]
fn one_kind_does_not_stand_for_another() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT)");
    bench.run("CREATE VIEW v AS SELECT 1 AS a");
    for (sql, class) in [
        ("CREATE OR REPLACE VIEW t AS SELECT 1 AS a", "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE"),
        ("CREATE OR REPLACE TABLE v (a INT)", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"),
        ("DROP VIEW t", "WRONG_COMMAND_FOR_OBJECT_TYPE"),
        ("DROP TABLE v", "WRONG_COMMAND_FOR_OBJECT_TYPE"),
        ("DROP MATERIALIZED VIEW IF EXISTS t", "WRONG_COMMAND_FOR_OBJECT_TYPE"),
    ] {
        assert_eq!(bench.class(sql), class, "{sql}");
    }
    bench.run("DROP VIEW v");
    bench.run("DROP TABLE t");
}

/// Databricks documentation, "DROP TABLE": the owner, or MANAGE.
#[test]
fn replacing_and_dropping_need_ownership_or_manage() {
    let mut bench = Bench::new();
    bench.run("CREATE TABLE t AS SELECT 1 AS a");
    bench.run("GRANT USE CATALOG ON CATALOG c TO ann");
    bench.run("GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA s TO ann");
    let ann = Principal { name: "ann".to_string(), groups: vec![], admin: false };
    let admin = std::mem::replace(&mut bench.session.principal, ann.clone());
    for sql in ["CREATE OR REPLACE TABLE t AS SELECT 2 AS a", "DROP TABLE t", "DROP SCHEMA s", "DROP CATALOG c"] {
        assert_eq!(bench.class(sql), "INSUFFICIENT_PERMISSIONS", "{sql}");
    }
    bench.run("CREATE TABLE own AS SELECT * FROM t");
    bench.run("CREATE OR REPLACE TABLE own AS SELECT * FROM own");
    bench.run("DROP TABLE own");
    bench.session.principal = admin;
    bench.run("GRANT MANAGE ON TABLE t TO ann");
    bench.session.principal = ann;
    bench.run("CREATE OR REPLACE TABLE t AS SELECT 2 AS a");
    bench.run("DROP TABLE t");
}

/// Databricks documentation, "DELETE FROM" and "UPDATE": the condition may hold subqueries.
#[test]
fn a_change_reads_its_own_table_as_it_was_before() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t AS SELECT id FROM range(10)");
    assert_eq!(bench.rows("DELETE FROM t WHERE id IN (SELECT max(id) FROM t)"), [["1"]]);
    let update = "UPDATE t SET id = id + (SELECT max(id) FROM t) WHERE id > (SELECT avg(id) FROM t)";
    assert_eq!(bench.rows(update), [["4"]]);
    assert_eq!(bench.rows("SELECT array_join(sort_array(collect_list(id)), ',') FROM t"), [["0,1,2,3,4,13,14,15,16"]]);
    assert_eq!(bench.class("MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN DELETE"), "UNSUPPORTED_FEATURE");
}

#[test]
fn a_subquery_of_a_change_needs_select() {
    let mut bench = Bench::new();
    bench.run("CREATE TABLE t AS SELECT 1 AS a");
    bench.run("CREATE TABLE secret AS SELECT 2 AS a");
    bench.run("GRANT USE CATALOG ON CATALOG c TO ann");
    bench.run("GRANT USE SCHEMA ON SCHEMA s TO ann");
    bench.run("GRANT SELECT, MODIFY ON TABLE t TO ann");
    bench.session.principal = Principal { name: "ann".to_string(), groups: vec![], admin: false };
    for sql in ["UPDATE t SET a = (SELECT max(a) FROM secret)", "DELETE FROM t WHERE EXISTS (SELECT * FROM secret)"] {
        assert_eq!(bench.class(sql), "INSUFFICIENT_PERMISSIONS", "{sql}");
    }
    bench.run("UPDATE t SET a = (SELECT max(a) + 1 FROM t)");
}
