//! Result types, against the cases beside this file.

use crate::syntax::parse;

use super::support::{bind, file, messages, short_types};

const FILES: [&str; 4] = [
    include_str!("types.sql"),
    include_str!("coercion.sql"),
    include_str!("queries.sql"),
    include_str!("lakehouse.sql"),
];

#[test]
fn types_are_those_of_spark() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    let lines = FILES.iter().flat_map(|file| file.lines());
    for line in lines.filter(|line| !line.starts_with("--")) {
        let (sql, expected) = line.rsplit_once(" => ").expect(line);
        let syntax = parse(&file(sql)).diagnostics;
        let (query, diagnostics) = if syntax.has_errors() { (None, syntax) } else { bind(sql) };
        let found = if diagnostics.has_errors() { "error".to_string() } else { short_types(query.as_ref()) };
        if found != expected {
            let why = messages(&diagnostics).join("\n  ");
            wrong.push(format!("{sql}\n  expected {expected}\n  found    {found}\n  {why}"));
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 2600, "only {cases} cases were read");
}

/// How much of a query was proved: names, literals, calls and operators, each with a type or without.
#[test]
fn expressions_are_counted() {
    let proof = |sql: &str| {
        let proof = bind(sql).0.unwrap().proof;
        (proof.expressions, proof.typed)
    };
    // `a + 1` is three: the sum, the name, the literal.
    assert_eq!(proof("SELECT a + 1 FROM t"), (3, 3));
    // The call and the column of an unknown table have no type.
    assert_eq!(proof("SELECT my_function(a), upper(b) FROM t"), (4, 3));
    assert_eq!(proof("SELECT q, 1 FROM other.schema.tab"), (2, 1));
    // Subqueries and common table expressions count once.
    assert_eq!(proof("WITH x AS (SELECT a FROM t) SELECT a FROM x WHERE a IN (SELECT a FROM u)"), (5, 5));
    assert_eq!(proof("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"), (5, 5));
}
