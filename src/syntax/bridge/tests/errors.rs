use super::support::{error, expr_error};

fn check(text: &str, message: &str, at: &str) {
    assert_eq!(error(text), (message.to_string(), at.to_string()), "{text}");
}

#[test]
fn errors_stand_at_the_token() {
    check("SELECT a, FROM t", "expected an expression, found `FROM`", "FROM");
    check("SELECT a b c FROM t", "unexpected `c`", "c");
    check("SELECT CASE WHEN x THEN 1 ELS 2 END FROM t", "expected `END`, found `ELS`", "ELS");
    check("SELECT coalesce(a, b FROM t", "expected `)`, found `FROM`", "FROM");
    check("SELECT a FROM t WHERE (x = 1 AND y = 2", "expected `)`, found the end of the statement", "");
    check("SELECT a FROM t GROUP a", "expected `BY` after `GROUP`, found `a`", "a");
    check("SELECT * FROM a LEFT b ON x", "expected OUTER, SEMI, ANTI or JOIN after LEFT", "LEFT");
    check("SELECT a FROM t WHERE x = = 1", "expected an expression, found `=`", "=");
    check(
        "WITH a AS (SELECT 1) b AS (SELECT 2) SELECT 1",
        "expected SELECT, VALUES, or a subquery in the query body, found `b`",
        "b",
    );
    check("SELECT sum(x) OVER (PARTITION a) FROM t", "expected `BY` after `PARTITION`, found `a`", "a");
}

#[test]
fn errors_inside_subqueries_are_the_subqueries_own() {
    check("SELECT * FROM (SELECT a FROM t WERE x = 1) q", "unexpected `x`", "x");
    check("WITH q AS (SELECT a, FROM t) SELECT * FROM q", "expected an expression, found `FROM`", "FROM");
    check("SELECT * FROM a WHERE b IN (SELECT c FROM d ORDER e)", "expected `BY` after `ORDER`, found `e`", "e");
}

#[test]
fn no_position_of_sqlparser_leaks() {
    for text in
        ["SELECT (", "SELECT a FROM", "SELECT a FROM t LIMIT", "SELECT f(", "SELECT a FROM t JOIN", "SELECT x::"]
    {
        let (message, _) = error(text);
        assert!(!message.contains("Line:") && !message.contains("EOF") && !message.contains("Expected"), "{message}");
    }
}

#[test]
fn an_expression_is_whole() {
    assert_eq!(expr_error("a + 1 b"), ("unexpected `b`".into(), "b".into()));
    assert_eq!(expr_error(""), ("expected an expression, found the end of the statement".into(), String::new()));
    assert_eq!(expr_error("a = 1)"), ("unexpected `)`".into(), ")".into()));
}
