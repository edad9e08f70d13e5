//! Deep nesting is an error and never a stack overflow, on the 2 MiB stack of a test thread.

use super::support::{error, expr_error, file};
use crate::syntax::{parse, parse_expr, parse_query};

#[test]
fn deep_nesting_is_an_error() {
    for depth in [60, 99, 160, 1_000, 100_000] {
        let texts = [
            format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth)),
            format!("SELECT {}1{}", "f(".repeat(depth), ")".repeat(depth)),
            format!("SELECT {}1{}", "CASE WHEN a THEN ".repeat(depth), " END".repeat(depth)),
            format!("SELECT {}a", "NOT ".repeat(depth)),
            format!("SELECT {}a", "- ".repeat(depth)),
            format!("SELECT {}a", "~".repeat(depth)),
            format!("SELECT {}a", "x -> ".repeat(depth)),
            format!("SELECT * FROM {}t{}", "(".repeat(depth), ")".repeat(depth)),
            format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(depth), ")".repeat(depth)),
            format!("SELECT x::{}INT{}", "ARRAY<".repeat(depth), ">".repeat(depth)),
            format!("SELECT {}", "(".repeat(depth)),
            format!("SELECT {}", "(SELECT ".repeat(depth)),
            format!("SELECT {}", "INTERVAL ".repeat(depth)),
            format!("SELECT a{}", "[0".repeat(depth)),
            format!("CREATE TABLE t (a {}INT)", "STRUCT<a: ".repeat(depth)),
        ];
        for text in texts {
            drop(parse(&file(&text)));
        }
    }
}

#[test]
fn too_deep_is_said_so() {
    let deep = |open: &str, depth: usize| format!("SELECT {}1{}", open.repeat(depth), ")".repeat(depth));
    assert_eq!(error(&deep("(", 200)).0, "more than 100 brackets inside each other");
    assert_eq!(error(&format!("SELECT {}a", "NOT ".repeat(500))).0, "the nesting is too deep");
    assert_eq!(expr_error(&format!("a{}", " + 1".repeat(500))).0, "more than 400 operators in one expression");
}

#[test]
fn what_people_write_is_not_too_deep() {
    // Copying and comparing the tree, as below, recurses on the caller's stack: in an unoptimized build that needs
    // more than a test's thread has.
    stacker::grow(16 * 1024 * 1024, check_what_people_write);
}

fn check_what_people_write() {
    for text in [
        format!("SELECT {}1{}", "coalesce(a, ".repeat(40), ")".repeat(40)),
        format!("SELECT {}1{}", "if(a > 1, 2, ".repeat(40), ")".repeat(40)),
        format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(20), ") x".repeat(20)),
        format!("SELECT a{}", " || 'x'".repeat(390)),
        format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(390)),
        format!("SELECT CASE{} END", " WHEN a = 1 AND b = 2 THEN 3".repeat(2_000)),
        format!("SELECT a IN (1{})", ", 1".repeat(10_000)),
        format!("VALUES (1 + 1){}", ", (1 + 1)".repeat(5_000)),
    ] {
        let (query, diagnostics) = parse_query(&file(&text));
        assert!(diagnostics.is_empty(), "{:?}", diagnostics.iter().next());
        // Walking, copying and dropping recurse as the tree is deep.
        let query = query.unwrap();
        assert_eq!(query.clone(), query);
        assert!(!query.ast.to_string().is_empty());
    }
    assert!(parse_expr(&file(&format!("a{}", " OR a = 1".repeat(190)))).1.is_empty());
}

/// Programs write rows of any length: they make no deep tree, on the 2 MiB of a test's thread.
#[test]
fn long_rows_of_associative_operators_are_shallow() {
    let rows = 20_000;
    let between = " OR a BETWEEN 1 AND 2 AND CASE WHEN b OR c THEN 'x' || 'y' ELSE d END = e";
    for text in [
        format!("SELECT 1 FROM t WHERE a = 1{}", " OR a = 1".repeat(rows)),
        format!("SELECT 1 FROM t WHERE a = 1{}", " AND NOT a = 1".repeat(rows)),
        format!("SELECT 1 FROM t WHERE a = 1{} ORDER BY 1", between.repeat(rows / 10)),
        format!("SELECT a{} AS x FROM t", " || b::STRING || 'x'".repeat(rows)),
        format!("SELECT 1 + 2{} + 3 x FROM t", " || coalesce(b.c, 'x')".repeat(rows)),
        format!("SELECT * EXCEPT (a) FROM t{} LIMIT 1", " UNION ALL SELECT * EXCEPT (a) FROM t".repeat(rows)),
        format!("(SELECT 1){}", " UNION SELECT 1 INTERSECT SELECT 1".repeat(rows / 2)),
        format!("SELECT 1{}{}", " UNION ALL SELECT 2".repeat(200), " UNION SELECT 3".repeat(200)),
        format!("SELECT * FROM t JOIN s ON a = b{} WHERE c{}", " OR a = c".repeat(300), " AND d".repeat(300)),
    ] {
        let (query, diagnostics) = parse_query(&file(&text));
        let told = diagnostics.iter().next().map(|found| &found.message);
        assert_eq!(told, None, "{}", &text[..60]);
        let query = query.unwrap();
        assert!(!query.ast.to_string().is_empty());
        assert_eq!(query.clone(), query);
    }
    // What parentheses would change stays in its order: a set difference is not associative.
    let (query, _) = parse_query(&file(&format!("SELECT 1{}", " EXCEPT SELECT 2".repeat(160))));
    assert!(!query.unwrap().ast.to_string().contains('('));
}
