//! Statements that change rows: what is wrong in them is said once, at its place; what is right is not.

use crate::analyze::{Running, Session, bind_change};
use crate::catalog::RelationKind;
use crate::syntax::parse;

use super::support::{catalog, file, id, messages, table};

fn found(sql: &str) -> Vec<String> {
    let catalog = catalog();
    let source = file(sql);
    let parsed = parse(&source);
    assert!(!parsed.diagnostics.has_errors(), "{sql}: {:?}", messages(&parsed.diagnostics));
    let session = Session::new(&catalog, id("c"), id("s"));
    messages(&bind_change(&parsed.statements[0].kind, &source, &session).unwrap().1)
}

#[test]
fn what_is_right_is_left_alone() {
    for sql in [
        "INSERT INTO t SELECT * FROM t",
        "INSERT INTO t (a, b) VALUES (1, 'x')",
        "INSERT INTO t (a, b) VALUES (1, DEFAULT), (DEFAULT, 'x')",
        "INSERT WITH SCHEMA EVOLUTION INTO t (a, z) VALUES (1, 2)",
        "WITH q AS (SELECT 1 AS a) INSERT INTO t (a) SELECT a FROM q",
        "UPDATE t AS x SET x.a = x.a + 1, b = DEFAULT WHERE x.a IN (SELECT a FROM u)",
        "UPDATE u SET p.q = 1, c = upper(u.c) WHERE u.a > 1",
        "DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.a)",
        "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND c = 'D' THEN DELETE WHEN MATCHED THEN UPDATE SET b = c",
        // `a` alone is the source's where no row of the target is matched, and the target's where none of the source is.
        "MERGE INTO t USING u AS s ON t.a = s.a WHEN NOT MATCHED AND a > 1 THEN INSERT (a, b) VALUES (a, DEFAULT)",
        "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE AND a > 1 THEN UPDATE SET ok = false",
        "MERGE INTO t USING (SELECT a AS k FROM u) s ON t.a = s.k WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
        "INSERT INTO t (day, at) VALUES ('2024-01-01', '2024-01-01 10:00:00')",
        "INSERT INTO delta.`/mnt/landing/orders` VALUES (1, 'x')",
        "WITH q AS (SELECT a AS k FROM u) MERGE INTO t USING q ON t.a = q.k WHEN MATCHED THEN DELETE",
        "UPDATE u SET arr = array(1L), m = NULL, p = struct(1), c = current_date()",
        "MERGE INTO u USING t ON t.a = u.a WHEN MATCHED THEN UPDATE SET u.c = t.b, p.q = 1, u.p.r = 'x', arr = DEFAULT",
        "MERGE WITH SCHEMA EVOLUTION INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET zz = 1",
        "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a, b) VALUES (a, c)",
        "INSERT INTO u BY NAME SELECT 'x' AS C, 1 AS a",
        "INSERT WITH SCHEMA EVOLUTION INTO u BY NAME SELECT 1 AS zz",
        "INSERT WITH SCHEMA EVOLUTION INTO t SELECT *, 1 AS zz FROM t",
        "INSERT INTO t REPLACE USING (A) SELECT * FROM t",
        "INSERT INTO t REPLACE WHERE a > 10 AND t.day < current_date() SELECT * FROM t",
        // Where every write may add columns, none is too many.
        "UPDATE t SET a = (SELECT max(a) FROM u)",
        "MERGE INTO t USING (SELECT a, count(*) AS n FROM u GROUP BY a) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET x = s.n",
        "MERGE INTO t USING (SELECT count(*) AS n FROM u) s ON t.a = s.n WHEN NOT MATCHED THEN INSERT (a) VALUES (s.n)",
        "INSERT INTO t SELECT *, 1 AS zz FROM t -- spark.databricks.delta.schema.autoMerge.enabled",
    ] {
        assert_eq!(found(sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    for (sql, at) in [
        ("INSERT INTO t (a, zz) VALUES (1, 'x')", "zz"),
        ("INSERT INTO t (a, b) SELECT 1", "t"),
        ("INSERT INTO t (a, day) VALUES (1, true)", "day"),
        ("INSERT INTO nope SELECT 1", "nope"),
        ("INSERT INTO t SELECT nope FROM u", "nope"),
        ("UPDATE t SET zz = 1", "zz"),
        ("UPDATE t SET a = zz", "zz"),
        ("UPDATE u SET zz.q = 1", "zz.q"),
        ("UPDATE nope SET a = 1", "nope"),
        ("DELETE FROM t y WHERE y.zz = 1", "y.zz"),
        ("MERGE INTO t USING u ON t.a = u.zz WHEN MATCHED THEN DELETE", "u.zz"),
        ("MERGE INTO t USING nope n ON t.a = n.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT *", "nope"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a) VALUES (t.a)", "t.a"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (zz) VALUES (1)", "zz"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE THEN UPDATE SET b = c", "c"),
        ("UPDATE t SET d = array('x')", "array('x')"),
        ("UPDATE u AS x SET x.arr = a", "a"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET t.d = u.arr", "u.arr"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET zz = 1", "zz"),
        ("MERGE INTO t AS x USING u ON x.a = u.a WHEN MATCHED THEN UPDATE SET x.zz = 1", "x.zz"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a, d) VALUES (1, u.arr)", "u.arr"),
        ("INSERT INTO t SELECT *, 1 FROM t", "t"),
        ("INSERT INTO u BY NAME SELECT 1 AS a, 2 AS zz", "u"),
        ("INSERT INTO t REPLACE USING (zz) SELECT * FROM t", "zz"),
        ("INSERT INTO t REPLACE WHERE zz > 10 SELECT * FROM t", "zz"),
        ("UPDATE t SET a = max(a)", "max(a)"),
        ("UPDATE t SET b = 'x', a = row_number() OVER (ORDER BY day)", "row_number() OVER (ORDER BY day)"),
        ("MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT (a) VALUES (count(*))", "count(*)"),
    ] {
        let found = found(sql);
        let [only] = found.as_slice() else { panic!("{sql}: {found:?}") };
        // The place is the name, or that part of it which is not known.
        let place = only.split_once("at `").and_then(|(_, rest)| rest.split_once("`:")).unwrap().0;
        let part = at.ends_with(&format!(".{place}")) || at.starts_with(&format!("{place}."));
        assert!(place == at || part, "{sql}: {only}");
    }
}

/// Delta casts what is stored; a cast that may fail for single values is worth a word, one that cannot be is an error.
#[test]
fn what_is_cast_when_it_is_stored_is_a_warning() {
    assert_eq!(
        found("INSERT INTO t (a, b) VALUES ('2', 'x')"),
        ["warning LS404 at `a`: the column `a` of `c.s.t` is INT, and each STRING is cast to it when it is stored"]
    );
    assert_eq!(
        found("INSERT INTO t (a) SELECT day FROM t"),
        ["error LS404 at `a`: the column `a` of `c.s.t` is INT, and DATE cannot be stored in it"]
    );
}

/// Databricks documentation, error condition INSERT_COLUMN_ARITY_MISMATCH, NOT_ENOUGH_DATA_COLUMNS: defaults are for
/// columns that a list of columns leaves out ("INSERT": "the specified or implied insert column list").
#[test]
fn fewer_columns_than_the_table_has_are_refused_without_a_list() {
    assert_eq!(
        found("INSERT INTO t SELECT 1, 'x'"),
        ["error LS410 at `t`: `c.s.t` has 7 columns, and the query gives only 2"]
    );
    assert!(found("INSERT INTO t (a, b) SELECT 1, 'x'").is_empty());
    assert!(found("INSERT INTO t BY NAME SELECT 1 AS a").is_empty());
}

#[test]
fn a_condition_is_called_what_it_is() {
    assert_eq!(
        found("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND c THEN DELETE"),
        ["error LS404 at `c`: the condition needs a BOOLEAN, not STRING"]
    );
    assert_eq!(found("DELETE FROM t WHERE b"), ["error LS404 at `b`: WHERE needs a BOOLEAN, not STRING"]);
}

/// "A view is a read-only object" (Databricks documentation, "What is a view?"). Rows of streaming tables may be changed.
#[test]
fn what_has_no_rows_of_its_own_cannot_be_changed() {
    for (kind, refused) in [
        (RelationKind::View, true),
        (RelationKind::MaterializedView, true),
        (RelationKind::StreamingTable, false),
        (RelationKind::TemporaryView, false),
    ] {
        let mut catalog = catalog();
        catalog.add_table(table("v", "a INT, b STRING", kind));
        for sql in [
            "INSERT INTO v SELECT 1, 'x'",
            "INSERT OVERWRITE v SELECT 1, 'x'",
            "UPDATE v SET a = 1",
            "DELETE FROM v WHERE a = 1",
            "MERGE INTO v USING t ON v.a = t.a WHEN MATCHED THEN DELETE",
            "TRUNCATE TABLE v",
            "COPY INTO v FROM '/Volumes/c/s/files' FILEFORMAT = CSV",
        ] {
            if sql.starts_with("TRUNCATE") && kind == RelationKind::StreamingTable {
                continue;
            }
            let source = file(sql);
            let parsed = parse(&source);
            let session = Session::new(&catalog, id("c"), id("s"));
            let mut running = Running::new(session, &source);
            let (_, found) = running.statement(&parsed.statements[0]).unwrap();
            let errors: Vec<_> = messages(&found).into_iter().filter(|text| text.starts_with("error")).collect();
            assert_eq!(errors.len(), usize::from(refused), "{sql}: {errors:?}");
            assert!(errors.iter().all(|text| text.starts_with("error LS410 at `v`: `c.s.v` is a ")), "{errors:?}");
        }
    }
}
