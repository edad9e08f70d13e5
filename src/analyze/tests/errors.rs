//! Errors: the code and the place at which each is reported.

use super::support::errors;

/// Each case: the query, with the place of its one error between `«` and `»`, and the error's code.
#[test]
fn each_error_is_at_its_place() {
    let cases = [
        ("SELECT «nope» FROM t", "LS402"),
        ("SELECT t.«nope» FROM t", "LS402"),
        ("SELECT «z».a FROM t", "LS402"),
        ("SELECT p.«nope» FROM u", "LS402"),
        ("SELECT * EXCEPT («nope») FROM t", "LS402"),
        ("SELECT * FROM t JOIN u USING («b»)", "LS402"),
        ("SELECT 1 FROM «tt»", "LS401"),
        ("SELECT 1 FROM c.s.«»missing", "LS401"),
        ("SELECT «a» FROM t JOIN u ON t.a = u.a", "LS403"),
        ("SELECT «ok + 1» FROM t", "LS404"),
        ("SELECT a FROM t WHERE «b»", "LS404"),
        ("SELECT upper(«arr») FROM u", "LS404"),
        ("SELECT a FROM t UNION «SELECT day FROM t»", "LS404"),
        ("SELECT CASE WHEN ok THEN 1 ELSE «day» END FROM t", "LS404"),
        ("SELECT CAST(«»day AS INT) FROM t", "LS404"),
        ("SELECT substring(«b») FROM t", "LS405"),
        ("SELECT «upper(lower(b), ')')» FROM t", "LS405"),
        ("SELECT «a», count(*) FROM t", "LS407"),
        ("SELECT b, «a» + 1 FROM t GROUP BY b", "LS407"),
        ("SELECT a FROM t WHERE «sum(a)» > 1", "LS407"),
        ("SELECT sum(«sum(a)») FROM t", "LS407"),
        ("SELECT «row_number()» FROM t", "LS407"),
        ("SELECT b, sum(a) AS s, avg(«s») OVER () FROM t GROUP BY b", "LS402"),
        ("SELECT a FROM t «TABLESAMPLE (10 PERCENT)»", "LS408"),
        ("SELECT a FROM t GROUP BY «5»", "LS410"),
        ("SELECT a FROM t ORDER BY «5»", "LS410"),
        ("SELECT DISTINCT a FROM t ORDER BY «b»", "LS410"),
        ("SELECT «explode(arr)» + 1 FROM u", "LS410"),
        ("SELECT sum(a) OVER «w» FROM t", "LS410"),
    ];
    for (marked, code) in cases {
        let sql = marked.replace(['«', '»'], "");
        let place = marked.split('«').nth(1).and_then(|rest| rest.split('»').next()).unwrap_or_default();
        let found = errors(&sql);
        assert_eq!(found.len(), 1, "{sql}: {found:?}");
        assert!(found[0].starts_with(&format!("error {code} ")), "{sql}: {found:?}");
        // An empty mark leaves the place open: sqlparser keeps none that is exact.
        if !place.is_empty() && !place.starts_with("TABLESAMPLE") {
            assert!(found[0].contains(&format!("at `{place}`:")), "{sql}: {found:?}");
        }
    }
}

#[test]
fn one_mistake_is_one_error() {
    // What depends on the unknown column has no type, and nothing more is said of it.
    assert_eq!(errors("SELECT upper(nope) || 1, sum(nope + 1), nope FROM t WHERE nope > 1 GROUP BY ALL").len(), 4);
    assert_eq!(errors("SELECT x.y + 1 AS z, z || 'a' FROM (SELECT nope AS y FROM t) x WHERE y > 2").len(), 1);
    assert_eq!(errors("SELECT q.anything, upper(q.other) FROM missing q WHERE q.third = 1").len(), 1);
}

#[test]
fn hints_name_the_closest_column() {
    let (_, diagnostics) = super::support::bind("SELECT dya FROM t");
    let hints: Vec<_> = diagnostics.iter().filter_map(|diagnostic| diagnostic.hint.as_deref()).collect();
    assert_eq!(hints, ["did you mean `day`?"]);
}

#[test]
fn what_is_not_known_is_a_note() {
    let (query, diagnostics) = super::support::bind("SELECT my_function(a) AS f FROM t");
    assert!(!diagnostics.has_errors());
    assert_eq!(super::support::messages(&diagnostics).len(), 1);
    assert_eq!(query.unwrap().output[0].ty, None);
    let (query, diagnostics) = super::support::bind("SELECT q, count(*) AS n FROM other.schema.tab GROUP BY q");
    assert!(!diagnostics.has_errors());
    assert_eq!(query.unwrap().output.len(), 2);
    // The columns of `*` are not known at all.
    let (query, diagnostics) = super::support::bind("SELECT * FROM other.schema.tab");
    assert!(query.is_none() && !diagnostics.has_errors());
}

/// The limits of the parser are within those of the binder, on the 2 MiB stack of a test thread.
#[test]
fn deep_and_long_expressions_are_bound() {
    for text in [
        format!("SELECT {}1{}", "coalesce(a, ".repeat(40), ")".repeat(40)) + " FROM t",
        format!("SELECT b{} FROM t", " || 'x'".repeat(390)),
        format!("SELECT a FROM t WHERE a = 0{}", " OR a = 1".repeat(190)),
        format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(390)),
        format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(20), ") x".repeat(20)),
        format!("SELECT a IN (1{}) FROM t", ", 1".repeat(10_000)),
    ] {
        assert_eq!(errors(&text), Vec::<String>::new());
    }
}

#[test]
fn aliases_are_not_written_out_without_bounds() {
    let doubling: String = (0..40).map(|i| format!(", x{i} + x{i} AS x{}", i + 1)).collect();
    let found = errors(&format!("SELECT a AS x0{doubling} FROM t"));
    assert!(found.iter().any(|text| text.starts_with("error LS408")), "{found:?}");
    // A random value would not be the same twice.
    let found = errors("SELECT uuid() AS id, concat(id, '!') AS again FROM t");
    assert!(found.len() == 1 && found[0].starts_with("error LS408 at `id`"), "{found:?}");
}

/// Whoever uses an operand twice doubles the tree with each nesting: it ends where it would be too large.
#[test]
fn operands_that_are_used_twice_do_not_grow_without_bound() {
    for (open, close) in [
        ("nullif(", ", 'x')"),
        ("nullifzero(", ")"),
        ("CASE ", " WHEN 'a' THEN 'b' WHEN 'c' THEN 'd' END"),
        ("decode(", ", 'a', 'b', 'c', 'd')"),
        ("CAST(", " BETWEEN 'a' AND 'b' AS STRING)"),
        ("CAST(", " LIKE ANY ('a', 'b') AS STRING)"),
    ] {
        let sql = format!("SELECT {}b{} FROM t", open.repeat(40), close.repeat(40));
        let found = errors(&sql);
        assert!(found.iter().any(|text| text.contains("so large an expression")), "{open}: {found:?}");
    }
}
