//! Result types. Expected values: Apache Spark 4.3 with `spark.sql.ansi.enabled=true` (`spark.sql(q).schema`).

use super::support::types;

#[test]
fn simple_queries() {
    assert_eq!(types("SELECT a, b AS c FROM t WHERE a > 1"), "INT, STRING");
    assert_eq!(types("SELECT * FROM t"), "INT, STRING, DECIMAL(10,2), DOUBLE, DATE, TIMESTAMP, BOOLEAN");
    assert_eq!(types("SELECT b, count(*) AS n, sum(a) FROM t GROUP BY b ORDER BY n DESC"), "STRING, BIGINT, BIGINT");
}
