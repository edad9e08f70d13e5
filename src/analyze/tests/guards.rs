//! Masks, row filters and keys (Databricks documentation, "Column mask clause", "Row filter clause", "Foreign key").

use std::sync::Arc;

use crate::analyze::pipeline::analyze;
use crate::analyze::{Alterations, Session, bind_function, bind_table, check_upkeep};
use crate::catalog::{Catalog, FunctionInfo};
use crate::diag::Diagnostics;
use crate::syntax::ast::StatementKind;
use crate::syntax::parse;

use super::support::{catalog, file, id, messages};

const FUNCTIONS: &str = "CREATE FUNCTION c.s.hide(x STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('hr') THEN x ELSE '***' END;
CREATE FUNCTION c.s.hash(x STRING) RETURNS STRING RETURN sha2(x, 256);
CREATE FUNCTION c.s.zero(x DECIMAL(10,2)) RETURNS DECIMAL(10,2) RETURN 0;
CREATE FUNCTION c.s.day(x DATE) RETURNS DATE RETURN date_trunc('YEAR', x);
CREATE FUNCTION c.s.two(x STRING, y INT) RETURNS STRING RETURN x;
CREATE FUNCTION c.s.rows(x INT) RETURNS TABLE (y INT) RETURN SELECT x;
CREATE FUNCTION c.s.mine(x STRING, y INT) RETURNS BOOLEAN RETURN y > 1;
";

/// What is said of a statement behind the functions, by a table or by a pipeline.
fn found(sql: &str) -> Vec<String> {
    let mut catalog = catalog();
    let source = file(&format!("{FUNCTIONS}{sql}"));
    let mut parsed = parse(&source);
    assert!(!parsed.diagnostics.has_errors(), "{:?}", messages(&parsed.diagnostics));
    let mut out = Diagnostics::default();
    parsed.statements.retain(|statement| {
        let StatementKind::CreateFunction(function) = &statement.kind else { return true };
        let definition = Arc::new((**function).clone());
        let name = function.name.value.resolve(&id("c"), &id("s")).unwrap();
        let returns = bind_function(function, &source, &Session::new(&catalog, id("c"), id("s"))).0.returns;
        catalog.add_function(FunctionInfo { name, definition, text: source.text().into(), returns });
        false
    });
    assert_eq!(catalog.function_names(&id("c"), &id("s")).len(), 7);
    let session = Session::new(&catalog, id("c"), id("s"));
    match &parsed.statements[0].kind {
        StatementKind::CreateTable(table) => out.extend(bind_table(table, &source, &session).1),
        _ => out.extend(analyze(&[(source, parsed)], &session).diagnostics),
    }
    let hints =
        out.iter().map(|diagnostic| diagnostic.hint.clone().map(|hint| format!(" ({hint})")).unwrap_or_default());
    messages(&out).into_iter().zip(hints).map(|(message, hint)| message + &hint).collect()
}

/// The same of a table and of a dataset.
#[track_caller]
fn both(elements: &str, clauses: &str, expected: &[&str]) {
    let query = "SELECT d, b, a, day FROM t";
    assert_eq!(found(&format!("CREATE TABLE g ({elements}) {clauses}")), expected);
    assert_eq!(found(&format!("CREATE MATERIALIZED VIEW g ({elements}) {clauses} AS {query}")), expected);
}

const COLUMNS: &str = "d DECIMAL(10,2), b STRING, a INT, day DATE";

fn masked(column: &str, mask: &str) -> String {
    COLUMNS
        .split(", ")
        .map(|own| if own.starts_with(column) { format!("{own} {mask}") } else { own.to_string() })
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn masks_take_and_return_the_columns_type() {
    both(&masked("b ", "MASK c.s.hide"), "", &[]);
    both(&masked("b ", "MASK hide"), "", &[]);
    both(&masked("d ", "MASK c.s.zero"), "", &[]);
    both(&masked("b ", "MASK c.s.two USING COLUMNS (a)"), "", &[]);
    // Of a schema of somebody else nothing is proved.
    both(&masked("b ", "MASK x.y.z"), "", &["note LS406 at `x.y.z`: the mask `x.y.z` is not known; it is not checked"]);
    both(
        &masked("b ", "MASK c.s.hied"),
        "",
        &["error LS406 at `c.s.hied`: the mask `c.s.hied` does not exist (did you mean `hide`?)"],
    );
    both(
        &masked("d ", "MASK c.s.hide"),
        "",
        &["error LS404 at `c.s.hide`: the mask `c.s.hide` of `d` gives '***', which cannot be cast to DECIMAL(10,2)"],
    );
    both(
        &masked("d ", "MASK c.s.hash"),
        "",
        &[
            "warning LS404 at `c.s.hash`: the mask `c.s.hash` of `d`, which is DECIMAL(10,2), returns STRING: a text that is no DECIMAL(10,2) fails the queries that read the column (let the function take and return DECIMAL(10,2))",
        ],
    );
    both(
        &masked("a ", "MASK c.s.day"),
        "",
        &[
            "error LS404 at `c.s.day`: the mask `c.s.day` takes DATE as `x`, not INT",
            "error LS404 at `c.s.day`: the mask `c.s.day` of `a`, which is INT, returns DATE, which cannot be cast to it",
        ],
    );
    both(&masked("b ", "MASK c.s.two"), "", &["error LS405 at `c.s.two`: the mask `c.s.two` takes 2 arguments, not 1"]);
    both(
        &masked("b ", "MASK c.s.two USING COLUMNS (zz)"),
        "",
        &["error LS402 at `zz`: the column `zz` does not exist"],
    );
    both(
        &masked("b ", "MASK c.s.two USING COLUMNS (day)"),
        "",
        &["error LS404 at `day`: the mask `c.s.two` takes INT as `y`, not DATE"],
    );
    both(
        &masked("a ", "MASK c.s.rows"),
        "",
        &["error LS410 at `c.s.rows`: the mask `c.s.rows` is a table function; it must return one value"],
    );
}

#[test]
fn row_filters_are_conditions_over_the_columns() {
    both(COLUMNS, "WITH ROW FILTER c.s.mine ON (b, a)", &[]);
    both(
        COLUMNS,
        "WITH ROW FILTER c.s.mien ON (b, a)",
        &["error LS406 at `c.s.mien`: the row filter `c.s.mien` does not exist (did you mean `mine`?)"],
    );
    both(
        COLUMNS,
        "WITH ROW FILTER c.s.mine ON (b, dayy)",
        &["error LS402 at `dayy`: the column `dayy` does not exist (did you mean `day`?)"],
    );
    both(
        COLUMNS,
        "WITH ROW FILTER c.s.mine ON (b)",
        &["error LS405 at `c.s.mine`: the row filter `c.s.mine` takes 2 arguments, not 1"],
    );
    both(
        COLUMNS,
        "WITH ROW FILTER c.s.mine ON (b, day)",
        &["error LS404 at `day`: the row filter `c.s.mine` takes INT as `y`, not DATE"],
    );
    both(
        COLUMNS,
        "WITH ROW FILTER c.s.hide ON (b)",
        &["error LS404 at `c.s.hide`: the row filter `c.s.hide` returns STRING, not BOOLEAN"],
    );
}

#[test]
fn keys_and_layouts_name_what_is_there() {
    let with = |key: &str| format!("{COLUMNS}, CONSTRAINT fk FOREIGN KEY {key}");
    both(&with("(a) REFERENCES c.s.u (a)"), "", &[]);
    both(&with("(a) REFERENCES g (a)"), "", &[]);
    both(&with("(a) REFERENCES u"), "", &[]);
    both(
        &with("(a) REFERENCES x.y.z (q)"),
        "",
        &["note LS401 at `x.y.z`: the table `x.y.z` is not known; its columns are not checked"],
    );
    both(&with("(a) REFERENCES c.s.uu (a)"), "", &["error LS401 at `c.s.uu`: the table `c.s.uu` does not exist"]);
    both(&with("(a) REFERENCES c.s.u (ar)"), "", &["error LS402 at `ar`: the column `ar` of `c.s.u` does not exist"]);
    both(
        COLUMNS,
        "CLUSTER BY (dya)",
        &["error LS402 at `dya`: the column `dya` of CLUSTER BY does not exist (did you mean `day`?)"],
    );
    both(
        COLUMNS,
        "PARTITIONED BY (dya)",
        &["error LS402 at `dya`: the column `dya` of PARTITIONED BY does not exist (did you mean `day`?)"],
    );
    // A dataset of the pipeline, wherever it stands.
    let two = |column: &str| {
        format!(
            "CREATE MATERIALIZED VIEW g (a INT, FOREIGN KEY (a) REFERENCES h ({column})) AS SELECT a FROM t;
        CREATE MATERIALIZED VIEW h AS SELECT a FROM g;"
        )
    };
    assert_eq!(found(&two("a")), Vec::<String>::new());
    assert_eq!(found(&two("b")), ["error LS402 at `b`: the column `b` of `c.s.h` does not exist"]);
}

/// What other statements add, drop and rename is taken for done or not, whichever is right.
fn upkeep(sql: &str) -> Vec<String> {
    let catalog = catalog();
    let session = Session::new(&catalog, id("c"), id("s"));
    let source = file(sql);
    let parsed = parse(&source);
    assert!(!parsed.diagnostics.has_errors(), "{sql}: {:?}", messages(&parsed.diagnostics));
    let mut others = Alterations::default();
    parsed.statements.iter().for_each(|statement| others.take(&statement.kind, &session));
    let mut out = Diagnostics::default();
    for statement in &parsed.statements {
        out.extend(check_upkeep(&statement.kind, &source, &session, &others));
    }
    messages(&out)
}

/// Databricks documentation, "ALTER TABLE", "OPTIMIZE", "COMMENT ON", "DROP TABLE": what they name has to be there.
#[test]
fn changes_of_tables_name_what_is_there() {
    for (sql, expected) in [
        ("ALTER TABLE t DROP COLUMN zz", "error LS402 at `zz`"),
        ("ALTER TABLE t DROP COLUMNS (a, zz)", "error LS402 at `zz`"),
        ("ALTER TABLE t RENAME COLUMN zz TO y", "error LS402 at `zz`"),
        ("ALTER TABLE t RENAME COLUMN a TO b", "error LS409 at `b`"),
        ("ALTER TABLE t RENAME TO u", "warning LS410 at `u`"),
        ("ALTER TABLE t ADD COLUMN a INT", "warning LS409 at `a`"),
        ("ALTER TABLE t ADD COLUMN n INT AFTER zz", "error LS402 at `zz`"),
        ("ALTER TABLE t ALTER COLUMN zz SET NOT NULL", "error LS402 at `zz`"),
        ("ALTER TABLE t ALTER COLUMN a AFTER zz", "error LS402 at `zz`"),
        ("ALTER TABLE t ALTER COLUMN zz SET TAGS ('x' = 'y')", "error LS402 at `zz`"),
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (zz > 1)", "error LS402 at `zz`"),
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (a)", "error LS404 at `a`"),
        ("ALTER TABLE tt DROP COLUMN a", "error LS401 at `tt`"),
        ("COMMENT ON COLUMN t.zz IS 'x'", "error LS402 at `t.zz`"),
        ("OPTIMIZE t ZORDER BY (a, zz)", "error LS402 at `zz`"),
        ("OPTIMIZE t WHERE zz > 1", "error LS402 at `zz`"),
        ("DROP TABLE tt", "warning LS401 at `tt`"),
        ("ALTER TABLE t ADD COLUMN n INT; ALTER TABLE t DROP COLUMN zz", "error LS402 at `zz`"),
    ] {
        let found = upkeep(sql);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{sql}: {found:?}");
    }
    for fine in [
        "ALTER TABLE t ADD COLUMN n INT; ALTER TABLE t ALTER COLUMN n COMMENT 'x'; COMMENT ON COLUMN t.n IS 'x'",
        "ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t ADD CONSTRAINT k CHECK (b > 1)",
        "ALTER TABLE t RENAME COLUMN a TO n; OPTIMIZE t WHERE n > 1 ZORDER BY (day)",
        "DROP TABLE u; ALTER TABLE t RENAME TO u",
        "ALTER TABLE t RENAME TO gone; ALTER TABLE gone DROP COLUMN anything; DROP TABLE gone",
        "DROP TABLE IF EXISTS tt; DROP TABLE t; DROP TABLE x.y.z",
        "COMMENT ON COLUMN u.p IS 'x'; ALTER TABLE u ADD COLUMN p.z INT; OPTIMIZE u ZORDER BY (p.q)",
    ] {
        assert_eq!(upkeep(fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn generated_columns_and_checks_read_columns_of_the_table() {
    let table = |elements: &str| found(&format!("CREATE TABLE g ({elements})"));
    assert_eq!(table("a INT, b INT GENERATED ALWAYS AS (a + 1), CONSTRAINT k CHECK (b > a)"), Vec::<String>::new());
    assert_eq!(
        table("a INT, b INT GENERATED ALWAYS AS (zz + 1)"),
        ["error LS402 at `zz`: the column `zz` does not exist"]
    );
    assert_eq!(table("a INT, CONSTRAINT k CHECK (a + 1)"), ["error LS404 at `a + 1`: CHECK needs a BOOLEAN, not INT"]);
}

/// Databricks documentation, error condition USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION.
#[test]
fn defaults_come_last() {
    let catalog = catalog();
    let source = file("CREATE FUNCTION f(x INT DEFAULT 1, y INT) RETURNS INT RETURN x + y");
    let parsed = parse(&source);
    let StatementKind::CreateFunction(function) = &parsed.statements[0].kind else { panic!() };
    let (_, found) = bind_function(function, &source, &Session::new(&catalog, id("c"), id("s")));
    assert_eq!(messages(&found), ["error LS410 at `y`: the parameter `y` needs a default: one before it has one"]);
}

#[test]
fn formats_and_collations_that_are_nearly_known_are_told() {
    assert_eq!(
        found("CREATE TABLE g (a INT) USING detla"),
        ["warning LS410 at `detla`: the format `detla` is not known (did you mean `delta`?)"]
    );
    assert_eq!(
        found("CREATE TABLE g (a STRING COLLATE UNICODE_C)"),
        ["warning LS410 at `UNICODE_C`: the collation `UNICODE_C` is not known (did you mean `UNICODE_CI`?)"]
    );
    assert_eq!(found("CREATE TABLE g (a STRING COLLATE EN_CI) USING snowflake"), Vec::<String>::new());
}
