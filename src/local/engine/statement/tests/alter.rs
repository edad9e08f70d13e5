//! Changes of tables that leave their rows alone.

use super::support::Bench;
use crate::ident::TableName;
use crate::local::store::TableRecord;

fn record(bench: &Bench, name: &str) -> TableRecord {
    let name = TableName::parse(name).unwrap();
    bench.store.read(|reader| reader.expect_securable::<TableRecord>(&name)).unwrap()
}

/// Databricks documentation, "ALTER TABLE", ADD COLUMN: FIRST and AFTER place it; rows that are there have NULL.
#[test]
fn a_column_is_added_where_it_belongs_and_the_rows_stay() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT, b STRING COMMENT 'old')");
    bench.run("INSERT INTO t VALUES (1, 'x')");
    bench.run("ALTER TABLE t ADD COLUMNS (z DATE, `m n` ARRAY<INT> COMMENT 'it\\'s' AFTER a)");
    bench.run("ALTER TABLE t ADD COLUMN f DOUBLE FIRST");
    assert_eq!(bench.rows("SELECT * FROM t"), [["NULL", "1", "NULL", "x", "NULL"]]);
    bench.run("INSERT INTO t VALUES (2.5, 2, array(7), 'y', DATE'2025-01-01')");
    assert_eq!(bench.rows("SELECT f, `m n`[0], z FROM t WHERE a = 2"), [["2.5", "7", "2025-01-01"]]);
    bench.run("UPDATE t SET z = DATE'2024-01-01' WHERE a = 1");
    assert_eq!(bench.rows("SELECT z, f FROM t WHERE a = 1"), [["2024-01-01", "NULL"]]);
    let names: Vec<String> =
        record(&bench, "c.s.t").columns.iter().map(|column| column.name.as_str().to_string()).collect();
    assert_eq!(names, ["f", "a", "m n", "b", "z"]);
    assert_eq!(bench.class("ALTER TABLE t ADD COLUMNS (A INT)"), "COLUMN_ALREADY_EXISTS");
    assert_eq!(bench.class("ALTER TABLE t ADD COLUMNS (q INT AFTER nothing)"), "MISSING_COLUMN");
    assert_eq!(bench.class("ALTER TABLE t ADD COLUMNS (q INT NOT NULL)"), "UNSUPPORTED_FEATURE");
    assert_eq!(record(&bench, "c.s.t").columns.len(), 5, "a refused statement leaves nothing");
}

#[test]
fn comments_properties_and_clustering_change_by_themselves() {
    let bench = Bench::new();
    bench.run("CREATE TABLE t (a INT COMMENT 'old', b INT) TBLPROPERTIES ('k' = '1', 'l' = '2')");
    bench.run("INSERT INTO t VALUES (1, 2)");
    bench.run("ALTER TABLE t ALTER COLUMN a COMMENT 'new'");
    bench.run("COMMENT ON COLUMN c.s.t.b IS 'of b'");
    bench.run("ALTER TABLE t SET TBLPROPERTIES ('k' = '3', 'delta.appendOnly' = 'true')");
    bench.run("ALTER TABLE t UNSET TBLPROPERTIES ('l')");
    bench.run("ALTER TABLE t UNSET TBLPROPERTIES IF EXISTS ('l')");
    bench.run("ALTER TABLE t CLUSTER BY (b)");
    let found = record(&bench, "c.s.t");
    let comments: Vec<Option<&str>> = found.columns.iter().map(|column| column.comment.as_deref()).collect();
    assert_eq!(comments, [Some("new"), Some("of b")]);
    assert_eq!(found.cluster_by.len(), 1);
    let properties: Vec<String> = found.properties.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(properties, ["delta.appendOnly=true", "k=3"]);
    // The property is obeyed from now on.
    assert_eq!(bench.class("DELETE FROM t"), "DELTA_CANNOT_MODIFY_APPEND_ONLY");
    bench.run("ALTER TABLE t ALTER COLUMN a COMMENT ''");
    bench.run("ALTER TABLE t CLUSTER BY NONE");
    let found = record(&bench, "c.s.t");
    assert!(found.columns[0].comment.is_none() && found.cluster_by.is_empty());
    assert_eq!(bench.class("ALTER TABLE t UNSET TBLPROPERTIES ('l')"), "UNSET_NONEXISTENT_PROPERTIES");
    assert_eq!(bench.class("ALTER TABLE t ALTER COLUMN q COMMENT 'x'"), "MISSING_COLUMN");
    assert_eq!(bench.class("ALTER TABLE t SET TBLPROPERTIES ('delta.nothing' = '1')"), "DELTA_UNKNOWN_CONFIGURATION");
    assert_eq!(bench.rows("SELECT * FROM t"), [["1", "2"]]);
}
