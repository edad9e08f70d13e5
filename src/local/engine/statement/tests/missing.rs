//! What does not exist is named, with its place (Databricks documentation, "Error conditions":
//! TABLE_OR_VIEW_NOT_FOUND, UNRESOLVED_ROUTINE, UNBOUND_SQL_PARAMETER, WRONG_NUM_ARGS).

use super::support::Bench;
use crate::diag::{Code, Severity};
use crate::local::engine::EngineError;

/// The errors of a text that does not compile: codes, and the texts that they point at.
fn errors(bench: &Bench, sql: &str) -> Vec<(Code, String)> {
    let Err(EngineError::Invalid(found)) = bench.try_run(sql) else { panic!("{sql}: {:?}", bench.try_run(sql)) };
    let errors = found.sorted();
    let errors = errors.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| (found.code, sql[found.location.as_ref().unwrap().span.range()].to_string())).collect()
}

#[test]
fn a_name_that_nothing_has_is_the_only_error() {
    let bench = Bench::new();
    for (sql, code, place) in [
        ("SELECT * FROM nowhere.s.t", Code::UNKNOWN_TABLE, "nowhere.s.t"),
        ("SELECT a + 1 FROM c.nosuch.t WHERE b > 0", Code::UNKNOWN_TABLE, "c.nosuch.t"),
        ("WITH x AS (SELECT a, b FROM nosuch) SELECT a, b + 1 FROM x", Code::UNKNOWN_TABLE, "nosuch"),
        ("SELECT nosuch(1)", Code::UNKNOWN_FUNCTION, "nosuch(1)"),
        ("SELECT c.s.nosuch(1) + 1", Code::UNKNOWN_FUNCTION, "c.s.nosuch(1)"),
        ("SELECT * FROM c.s.nosuch(1)", Code::UNKNOWN_FUNCTION, "c.s.nosuch"),
        ("SELECT if(true, 1)", Code::WRONG_ARITY, "if(true, 1)"),
        ("SELECT length()", Code::WRONG_ARITY, "length()"),
        ("WITH x AS (SELECT nope AS n, v FROM VALUES (1) t(v)) SELECT n + 1 FROM x", Code::UNKNOWN_COLUMN, "nope"),
        ("SELECT n FROM (SELECT nope AS n FROM VALUES (1) t(v)) ORDER BY n", Code::UNKNOWN_COLUMN, "nope"),
        ("SELECT 1 LIMIT -1", Code::INVALID_QUERY, "1"),
    ] {
        let found = errors(&bench, sql);
        assert_eq!(found, [(code, place.to_string())], "{sql}");
    }
}

#[test]
fn a_column_that_is_not_grouped_has_the_name_that_the_query_gives_it() {
    let bench = Bench::new();
    let sql = "SELECT v, count(*) FROM VALUES (1) t(v)";
    let Err(EngineError::Invalid(found)) = bench.try_run(sql) else { panic!("{sql}") };
    assert!(found.iter().any(|found| found.message.starts_with("`v` must be in GROUP BY")), "{found:?}");
}

#[test]
fn a_parameter_without_a_value_is_named_with_its_place() {
    let bench = Bench::new();
    for sql in ["SELECT :p", "SELECT 1 WHERE 1 = :p", "SELECT (SELECT max(x) FROM VALUES (1) t(x) WHERE x = :p)"] {
        let Err(EngineError::Sql(error)) = bench.try_run(sql) else { panic!("{sql}") };
        assert_eq!(error.class, "UNBOUND_SQL_PARAMETER", "{sql}");
        assert!(error.message.contains(&format!("(line 1, pos {})", sql.find(":p").unwrap())), "{}", error.message);
    }
}

/// What DuckDB says of the SQL that it was given is nothing that the user wrote.
#[test]
fn no_words_of_the_database_reach_the_user() {
    let bench = Bench::new();
    for sql in ["SELECT lpad(X'61', 3)", "SELECT reverse(X'61')", "SELECT * FROM range(1, 5, 0)"] {
        let Err(EngineError::Sql(error)) = bench.try_run(sql) else { panic!("{sql}: {:?}", bench.try_run(sql)) };
        let told = ["Binder", "Candidate", "LINE 1", "BLOB"].iter().any(|word| error.message.contains(word));
        assert!(!told, "{sql}: {}", error.message);
    }
}
