//! Scripts, procedures, variables, texts that are executed (Databricks documentation, "SQL scripting", "BEGIN END
//! compound statement", "DECLARE VARIABLE", "SET variable", "EXECUTE IMMEDIATE", "CREATE PROCEDURE", "CALL", "FETCH
//! statement"). What is valid and what is not was asked of Apache Spark 4.3.0, too, where it has the statement.

use crate::analyze::{Observed, Running, Session};
use crate::catalog::{FunctionInfo, MemoryCatalog};
use crate::syntax::ast::StatementKind;
use crate::syntax::parse;

use super::support::{catalog, file, id, messages};

fn with_routines(sql: &str) -> MemoryCatalog {
    let mut catalog = catalog();
    for statement in parse(&file(sql)).statements {
        let resolved = |name: &crate::syntax::ast::Name| name.value.resolve(&id("c"), &id("s")).unwrap();
        match statement.kind {
            StatementKind::CreateProcedure(procedure) => catalog.add_procedure(resolved(&procedure.name), *procedure),
            StatementKind::CreateFunction(function) => {
                let (name, text) = (resolved(&function.name), "".into());
                catalog.add_function(FunctionInfo { name, definition: (*function).into(), text, returns: None });
            }
            _ => {}
        }
    }
    catalog
}

/// All that is said of statements that run one after another.
fn found(sql: &str) -> Vec<String> {
    let source = file(sql);
    let parsed = parse(&source);
    assert!(!parsed.diagnostics.has_errors(), "{sql}: {:?}", messages(&parsed.diagnostics));
    let catalog = with_routines(sql);
    let mut running = Running::new(Session::new(&catalog, id("c"), id("s")), &source);
    let results = parsed.statements.iter().filter_map(|statement| running.statement(statement));
    results.flat_map(|(_, found)| messages(&found)).collect()
}

#[test]
fn what_is_right_is_left_alone() {
    for sql in include_str!("scripts_silent.txt").lines().filter(|line| !line.starts_with("--")) {
        assert_eq!(found(sql), Vec::<String>::new(), "{sql}");
    }
}

/// Each case of `scripts_errors.txt`: one error, its code, and its place.
#[test]
fn what_is_wrong_is_said_at_its_place() {
    let mut wrong = Vec::new();
    for line in include_str!("scripts_errors.txt").lines().filter(|line| !line.starts_with("--")) {
        let (marked, code) = line.rsplit_once(" | ").expect(line);
        let found = found(&marked.replace(['«', '»'], ""));
        let place = marked.split('«').nth(1).and_then(|rest| rest.split('»').next()).expect(line);
        let start = format!("error {code} at `{place}`:");
        if found.len() != 1 || !found[0].starts_with(&start) {
            wrong.push(format!("{line}\n  {}", found.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever traces a script sees each statement with the names that it sees.
#[test]
fn statements_inside_are_told_of() {
    let sql = "BEGIN DECLARE n INT DEFAULT 1; FOR r AS SELECT a FROM t DO INSERT INTO u (a) VALUES (r.a + n); END FOR; \
               IF n > 1 THEN EXECUTE IMMEDIATE 'DELETE FROM t WHERE a = 1'; END IF; END";
    let source = file(sql);
    let catalog = catalog();
    let mut seen = Vec::new();
    let mut observer = |what: Observed<'_>, _: &Session<'_>, file: &std::sync::Arc<crate::diag::SourceFile>| {
        let span = match what {
            Observed::Statement(statement) => statement.span,
            Observed::Query(query) => query.span,
        };
        seen.push(file.text()[span.range()].to_string());
    };
    let parsed = parse(&source);
    Running::new(Session::new(&catalog, id("c"), id("s")), &source)
        .observed(&mut observer)
        .statement(&parsed.statements[0]);
    assert_eq!(
        seen,
        [
            "SELECT a FROM t",
            "INSERT INTO u (a) VALUES (r.a + n)",
            "EXECUTE IMMEDIATE 'DELETE FROM t WHERE a = 1'",
            "DELETE FROM t WHERE a = 1"
        ]
    );
}

/// Expressions of a script are proved as those of other statements.
#[test]
fn expressions_of_scripts_are_counted() {
    let source = file("BEGIN DECLARE x INT DEFAULT 1; SET x = x + 1; SELECT x, a FROM t; END");
    let catalog = catalog();
    let parsed = parse(&source);
    let mut running = Running::new(Session::new(&catalog, id("c"), id("s")), &source);
    let (proof, _) = running.statement(&parsed.statements[0]).unwrap();
    // `1`; `x + 1`, `x`, `1`; `x`, `a`.
    assert_eq!((proof.expressions, proof.typed), (6, 6));
}
