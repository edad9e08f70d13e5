//! What is understood and not run is refused, never ignored; a user's mistake is told as the user's.

use super::support::Bench;
use crate::local::engine::EngineError;

#[test]
fn clauses_that_are_not_obeyed() {
    let bench = Bench::new();
    for sql in [
        "CREATE CATALOG d USING SHARE p.s",
        "CREATE CATALOG d DEFAULT COLLATION UNICODE_CI",
        "CREATE SCHEMA d DEFAULT COLLATION UTF8_LCASE",
        "CREATE TABLE d (a STRING) DEFAULT COLLATION UTF8_LCASE",
        "CREATE TABLE d (a STRING COLLATE UTF8_LCASE)",
        "CREATE TABLE d (a INT, CONSTRAINT positive CHECK (a > 0))",
        "CREATE TABLE d (a INT) SCHEDULE EVERY 1 HOUR",
        "CREATE TABLE d (a INT) WITH ROW FILTER f ON (a)",
        "CREATE FUNCTION f(a STRING) RETURNS STRING DEFAULT COLLATION UTF8_LCASE RETURN a",
        "CREATE VIEW d CLUSTER BY (a) AS SELECT 1 AS a",
        "CREATE VIEW d (a, CONSTRAINT pk PRIMARY KEY (a)) AS SELECT 1 AS a",
        "INSERT INTO s.t REPLACE USING (a) SELECT 1",
    ] {
        let _ = bench.try_run("CREATE TABLE IF NOT EXISTS s.t (a INT)");
        assert_eq!(bench.class(sql), "UNSUPPORTED_FEATURE", "{sql}");
    }
    bench.run("CREATE CATALOG d DEFAULT COLLATION UTF8_BINARY");
    bench.run("CREATE TABLE d (a STRING COLLATE UTF8_BINARY) DEFAULT COLLATION UTF8_BINARY");
}

/// Databricks documentation, "Table properties reference": delta.appendOnly.
#[test]
fn properties_of_delta_are_obeyed_kept_or_refused() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT) TBLPROPERTIES ('delta.appendOnly' = 'true', 'quality' = 'gold')");
    bench.run("INSERT INTO t VALUES (1)");
    for sql in ["DELETE FROM t", "UPDATE t SET a = 2", "TRUNCATE TABLE t", "INSERT OVERWRITE t VALUES (1)"] {
        assert_eq!(bench.class(sql), "DELTA_CANNOT_MODIFY_APPEND_ONLY", "{sql}");
    }
    bench.run(
        "CREATE TABLE u (a INT) TBLPROPERTIES ('delta.appendOnly' = 'false', 'delta.enableChangeDataFeed' = 'true')",
    );
    bench.run("DELETE FROM u");
    let check = "CREATE TABLE x (a INT) TBLPROPERTIES ('delta.constraints.c' = 'a > 0')";
    assert_eq!(bench.class(check), "DELTA_UNKNOWN_CONFIGURATION");
    let odd = "CREATE TABLE x (a INT) TBLPROPERTIES ('delta.appendOnly' = 'yes')";
    assert_eq!(bench.class(odd), "INVALID_PARAMETER_VALUE");
}

/// Databricks documentation, "Unity Catalog privileges and securable objects".
#[test]
fn only_privileges_that_apply_are_granted() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT)");
    bench.run("CREATE VOLUME v");
    for sql in [
        "GRANT READ VOLUME ON TABLE t TO x",
        "GRANT SELECT ON VOLUME v TO x",
        "GRANT USE CATALOG ON SCHEMA s TO x",
        "GRANT FLY ON CATALOG c TO x",
        "GRANT SELECT, FLY ON TABLE t TO x",
        "REVOKE CREATE TABLE ON TABLE t FROM x",
    ] {
        assert_eq!(bench.class(sql), "INVALID_PARAMETER_VALUE", "{sql}");
    }
    assert!(bench.rows("SHOW GRANTS ON TABLE t").is_empty());
    bench.run("GRANT SELECT, MODIFY, MANAGE ON TABLE t TO x");
    bench.run("REVOKE ALL PRIVILEGES ON TABLE t FROM x");
    assert_eq!(bench.rows("SHOW GRANTS ON TABLE t"), [["x", "MANAGE", "TABLE", "c.s.t"]]);
}

#[test]
fn mistakes_have_classes_of_their_own() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT, b INT)");
    for (sql, class) in [
        ("INSERT INTO t (a, a) VALUES (1, 2)", "COLUMN_ALREADY_EXISTS"),
        ("INSERT INTO t (a, A) VALUES (1, 2)", "COLUMN_ALREADY_EXISTS"),
        ("INSERT INTO t BY NAME SELECT 1 AS a, 2 AS a", "COLUMN_ALREADY_EXISTS"),
        ("INSERT INTO t VALUES (1)", "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"),
        ("INSERT INTO t VALUES (1, 2, 3)", "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"),
        ("UPDATE t SET a = 1, a = 2", "DELTA_CONFLICT_SET_COLUMN"),
        ("CREATE VIEW v AS SELECT 1 AS a, 2 AS A", "COLUMN_ALREADY_EXISTS"),
        ("CREATE SCHEMA s", "SCHEMA_ALREADY_EXISTS"),
        ("CREATE CATALOG c", "CATALOG_ALREADY_EXISTS"),
        ("CREATE TABLE nope.t (a INT)", "SCHEMA_NOT_FOUND"),
        ("CREATE SCHEMA nope.s", "CATALOG_NOT_FOUND"),
        ("DROP TABLE nope", "TABLE_OR_VIEW_NOT_FOUND"),
        ("DROP FUNCTION nope", "ROUTINE_NOT_FOUND"),
        ("DROP VOLUME nope", "UC_VOLUME_NOT_FOUND"),
        ("DROP SCHEMA s", "SCHEMA_NOT_EMPTY"),
    ] {
        assert_eq!(bench.class(sql), class, "{sql}");
    }
    for sql in [
        "CREATE TABLE d AS SELECT 1 AS a, 2 AS a",
        "CREATE TABLE d (a INT, a INT)",
        "CREATE TABLE d (a INT) CLUSTER BY (nope)",
        "CREATE TABLE d (a INT) PARTITIONED BY (nope)",
        "CREATE TABLE d (a INT, PRIMARY KEY (nope))",
        "UPDATE t SET other.a = 1",
        "CREATE TABLE d (a INT) SELECT",
    ] {
        assert!(matches!(bench.try_run(sql), Err(EngineError::Invalid(_))), "{sql}: {:?}", bench.try_run(sql));
    }
    bench.run("UPDATE s.t SET t.a = 1, s.t.b = 2");
}

/// Databricks documentation, "Error conditions": TABLE_OR_VIEW_NOT_FOUND, INCOMPATIBLE_VIEW_SCHEMA_CHANGE.
#[test]
fn a_view_whose_table_has_gone_or_changed_is_no_internal_error() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT)");
    bench.run("CREATE VIEW v AS SELECT a FROM t");
    bench.run("CREATE VIEW w AS SELECT a FROM v");
    bench.run("CREATE OR REPLACE TABLE t (b INT)");
    assert_eq!(bench.class("SELECT * FROM v"), "INCOMPATIBLE_VIEW_SCHEMA_CHANGE");
    assert_eq!(bench.class("SELECT * FROM w"), "INCOMPATIBLE_VIEW_SCHEMA_CHANGE");
    bench.run("DROP TABLE t");
    assert_eq!(bench.class("SELECT * FROM v"), "TABLE_OR_VIEW_NOT_FOUND");
}

#[test]
fn a_primary_key_is_not_null() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT, b INT, CONSTRAINT pk PRIMARY KEY (a))");
    assert_eq!(bench.class("INSERT INTO t VALUES (NULL, 1)"), "NOT_NULL_CONSTRAINT_VIOLATION");
    bench.run("INSERT INTO t VALUES (1, NULL)");
}

/// The rows that do not fit are not computed: `range` here has more than could ever be.
#[test]
fn a_result_that_is_too_large_is_cut_off_early() {
    let bench = Bench::new();
    let answer = bench.run("SELECT id, cast(id AS STRING) AS s FROM range(100000000000)");
    assert!(answer.oversized);
    let bytes: usize = answer.rows.iter().map(|row| crate::local::engine::statement::row_bytes(row)).sum();
    assert!(bytes <= crate::local::engine::statement::MAX_ANSWER && bytes > 24_000_000, "{bytes}");
    assert_eq!(bench.class("SELECT 1 / (id - 50000) FROM range(100000)"), "DIVIDE_BY_ZERO");
    assert_eq!(bench.rows("SELECT NULL, CAST(NULL AS INT), 1"), [["NULL", "NULL", "1"]]);
}

/// Files are read by what they are declared to be, and only those of volumes.
#[test]
fn files_without_a_schema_or_outside_of_volumes_are_refused_by_name() {
    let bench = Bench::new();
    let told = |sql: &str| match bench.try_run(sql) {
        Err(EngineError::Sql(error)) => error.to_string(),
        other => panic!("{sql}: {other:?}"),
    };
    for sql in [
        "SELECT * FROM read_files('/Volumes/c/s/v/', format => 'csv')",
        "SELECT a FROM read_files('/Volumes/c/s/v/', format => 'csv')",
        "CREATE TABLE d AS SELECT * FROM read_files('/Volumes/c/s/v/', format => 'csv')",
        "CREATE VIEW d AS SELECT * FROM read_files('/Volumes/c/s/v/', format => 'csv')",
    ] {
        let column = sql.find("read_files").unwrap();
        let expected = format!(
            "[UNSUPPORTED_FEATURE] The embedded workspace does not support read_files without `schema` in a query; \
             declare the columns with `schema => 'a INT, …'` (line 1, pos {column}). SQLSTATE: 0A000"
        );
        assert_eq!(told(sql), expected, "{sql}");
    }
    assert!(bench.try_run("SELECT * FROM d").is_err());
    assert_eq!(
        told("SELECT * FROM read_files('/etc/passwd')"),
        "[FAILED_READ_FILE] Cannot list the files of '/etc/passwd': a path must start with /Volumes/. (line 1, pos 14) \
         SQLSTATE: KD001"
    );
    for schema in ["format => 'csv'", "format => 'csv', schema => 'a STRING'"] {
        let sql = format!("SELECT a FROM read_files('/etc/passwd', {schema})");
        assert_eq!(bench.class(&sql), "FAILED_READ_FILE", "{sql}");
    }
}

/// Databricks documentation, "Error conditions", SCHEMA_NOT_EMPTY; for catalogs Unity Catalog's error code.
#[test]
fn what_is_not_empty_is_not_dropped() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT)");
    let told = |sql: &str| match bench.try_run(sql) {
        Err(EngineError::Sql(error)) => (error.class, error.sqlstate),
        other => panic!("{sql}: {other:?}"),
    };
    assert_eq!(told("DROP SCHEMA s"), ("SCHEMA_NOT_EMPTY".into(), "2BP01".into()));
    assert_eq!(told("DROP CATALOG c"), ("CATALOG_NOT_EMPTY".into(), "2BP01".into()));
    bench.run("DROP CATALOG c CASCADE");
}
