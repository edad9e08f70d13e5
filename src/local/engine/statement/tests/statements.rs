//! What each kind of statement does.

use super::support::Bench;
use crate::local::engine::{EngineError, ParameterValue, Principal};
use crate::syntax::DataType;

#[test]
fn rows_are_written_changed_and_read_back() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (id INT NOT NULL, name STRING, amount DECIMAL(10,2))");
    bench.run("INSERT INTO t VALUES (1, 'a', 1.5), (2, NULL, 2)");
    bench.run("INSERT INTO t (name, id) VALUES ('c', 3)");
    assert_eq!(
        bench.rows("SELECT * FROM t ORDER BY id"),
        [["1", "a", "1.50"], ["2", "NULL", "2.00"], ["3", "c", "NULL"]]
    );
    assert_eq!(bench.rows("UPDATE t SET name = concat('x', id), amount = 7 WHERE id >= 2"), [["2"]]);
    assert_eq!(bench.rows("DELETE FROM t WHERE amount < 2"), [["1"]]);
    assert_eq!(
        bench.rows("SELECT id, name, amount FROM c.s.t ORDER BY id DESC"),
        [["3", "x3", "7.00"], ["2", "x2", "7.00"]]
    );
    bench.run("CREATE TABLE u AS SELECT id * 2 AS twice FROM t");
    assert_eq!(bench.rows("SELECT sum(twice) FROM u"), [["10"]]);
    bench.run("TRUNCATE TABLE t");
    assert_eq!(bench.rows("SELECT count(*) FROM t"), [["0"]]);
}

/// Databricks documentation, "Statement Execution API": JSON_ARRAY values are strings, timestamps ISO 8601.
#[test]
fn values_have_the_form_of_the_api() {
    let bench = Bench::new();
    let row = bench.rows("SELECT TIMESTAMP'2024-03-01 10:05:00', DATE'2024-03-01', TRUE, 1.50, 1e8, CAST(NULL AS INT)");
    assert_eq!(row, [["2024-03-01T10:05:00.000Z", "2024-03-01", "true", "1.50", "1.0E8", "NULL"]]);
}

#[test]
fn parameters_are_values_never_text() {
    let mut bench = Bench::new();
    let value = ParameterValue { data_type: DataType::String, text: Some("x' OR '1'='1".to_string()) };
    bench.session.parameters.insert("p".to_string(), value);
    assert_eq!(bench.rows("SELECT :p = 'a', length(:p)"), [["false", "12"]]);
}

#[test]
fn views_and_functions_are_used_by_name() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (id INT, zip STRING)");
    bench.run("INSERT INTO t VALUES (1, '94105')");
    bench.run("CREATE FUNCTION mask(z STRING) RETURNS STRING RETURN concat(substring(z, 1, 3), '**')");
    bench.run("CREATE VIEW v COMMENT 'masked' AS SELECT id, c.s.mask(zip) AS zip FROM t");
    assert_eq!(bench.rows("SELECT zip FROM v WHERE id = 1"), [["941**"]]);
    assert_eq!(bench.class("CREATE VIEW v AS SELECT 1 AS a"), "TABLE_OR_VIEW_ALREADY_EXISTS");
}

#[test]
fn privileges_are_enforced() {
    let mut bench = Bench::new();
    bench.run("CREATE TABLE t AS SELECT 1 AS a");
    bench.session.principal =
        Principal { name: "ann@example.test".to_string(), groups: vec!["analysts".to_string()], admin: false };
    assert_eq!(bench.class("SELECT * FROM t"), "INSUFFICIENT_PERMISSIONS");
    let admin = Principal { name: "admin@example.test".to_string(), groups: vec![], admin: true };
    let ann = std::mem::replace(&mut bench.session.principal, admin);
    bench.run("GRANT USE CATALOG ON CATALOG c TO analysts");
    bench.run("GRANT USE SCHEMA, SELECT ON SCHEMA s TO analysts");
    bench.session.principal = ann;
    assert_eq!(bench.rows("SELECT * FROM t"), [["1"]]);
    assert_eq!(bench.class("INSERT INTO t VALUES (2)"), "INSUFFICIENT_PERMISSIONS");
    assert_eq!(bench.class("GRANT SELECT ON TABLE t TO analysts"), "INSUFFICIENT_PERMISSIONS");
}

#[test]
fn what_is_not_run_is_refused() {
    let bench = Bench::new();
    for sql in ["OPTIMIZE c.s.t", "SET x = 1", "VACUUM c.s.t"] {
        assert_eq!(bench.class(sql), "UNSUPPORTED_FEATURE", "{sql}");
    }
    assert!(matches!(bench.try_run("SELECT nope FROM nowhere"), Err(EngineError::Invalid(_))));
    assert_eq!(bench.class("SELECT 1/0"), "DIVIDE_BY_ZERO");
}

/// The rows of a generator follow those of the table, in the order of each list (Databricks documentation, "explode
/// table-valued generator function").
#[test]
fn a_lateral_generator_keeps_the_order_of_its_table() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (id INT, a ARRAY<INT>)");
    bench.run("INSERT INTO t SELECT id, array(3, 1, 2) FROM range(3000)");
    let found = bench.rows("SELECT id, e FROM t, LATERAL explode(a) AS x(e)");
    let expected: Vec<Vec<String>> =
        (0..3000).flat_map(|id| [3, 1, 2].map(|e| vec![id.to_string(), e.to_string()])).collect();
    assert!(found == expected, "{:?}", &found[..12]);
    assert_eq!(bench.rows("SELECT id, e FROM t, LATERAL explode(array(a[0], id)) AS x(e) WHERE id = 7")[1], ["7", "7"]);
}

/// Values of nested types are JSON in a text (Databricks documentation, "Statement Execution API"); a decimal has as
/// many digits as its scale says.
#[test]
fn nested_decimals_keep_their_scale() {
    let bench = Bench::new();
    let value = |expression: &str| bench.rows(&format!("SELECT {expression}"))[0][0].clone();
    assert_eq!(value("array(CAST(1 AS DECIMAL(10,2)), NULL)"), "[1.00,null]");
    assert_eq!(value("named_struct('a', CAST(1 AS DECIMAL(10,2)), 'b', 'x\"y')"), r#"{"a":1.00,"b":"x\"y"}"#);
    assert_eq!(value("map('k', array(CAST(0.5 AS DECIMAL(3,3))))"), r#"{"k":[0.500]}"#);
    assert_eq!(value("CAST(NULL AS ARRAY<DECIMAL(10,2)>)"), "NULL");
    assert_eq!(value("array(1, 2)"), "[1,2]");
}

/// The error condition of a value that an INSERT cannot store (Databricks documentation, "Error conditions").
#[test]
fn what_does_not_fit_a_column_is_said_with_its_name() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (id INT, d DECIMAL(5,2))");
    let said = |sql: &str| bench.try_run(sql).unwrap_err().to_string();
    assert_eq!(
        said("INSERT INTO t (id) VALUES (3000000000)"),
        "[CAST_OVERFLOW_IN_TABLE_INSERT] Fail to assign a value of \"BIGINT\" type to the \"INT\" type column or \
         variable `id` due to an overflow. Use `try_cast` on the input value to tolerate overflow and return NULL \
         instead. SQLSTATE: 22003"
    );
    assert_eq!(bench.class("INSERT INTO t (d) VALUES (123456)"), "CAST_OVERFLOW_IN_TABLE_INSERT");
}
