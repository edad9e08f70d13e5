//! Precedence (Databricks documentation, "Operators", § Operator precedence; Spark's `SqlBaseParser.g4`).

use super::support::{expr, shape};

fn check(text: &str, expected: &str) {
    assert_eq!(shape(&expr(text).ast), expected, "{text}");
}

#[test]
fn concatenation_binds_as_addition_does() {
    check("a + b || c", "((a + b) || c)");
    check("a || b * c", "(a || (b * c))");
    check("'x' || a = b", "(('x' || a) = b)");
}

#[test]
fn a_path_binds_tighter_than_any_operator() {
    check("x + a:b", "(x + (a path :b))");
    check("x || raw:y", "(x || (raw path :y))");
    check("- raw:y", "(- (raw path :y))");
    check("a:b.c::INT + 1", "(((a path :b.c) DoubleColon INT) + 1)");
    check("a:b = 'x' AND c", "(((a path :b) = 'x') AND c)");
}

#[test]
fn casts_bind_tighter_than_arithmetic() {
    check("a + b::INT * 2", "(a + ((b DoubleColon INT) * 2))");
    check("a?::DECIMAL(3, 1) + 1", "((a TryCast DECIMAL(3,1)) + 1)");
    check("a::STRING::INT", "((a DoubleColon STRING) DoubleColon INT)");
}

#[test]
fn shifts_stand_between_addition_and_bits() {
    check("a << 1 + 2", "(a << (1 + 2))");
    check("a & b >> 1", "(a & (b >> 1))");
    check("a >>> 1 = b", "((a >>> 1) = b)");
    check("a | b ^ c & d", "(a | (b ^ (c & d)))");
}

#[test]
fn complement_binds_tighter_than_multiplication() {
    check("~a * b", "((~ a) * b)");
    check("-a * b", "((- a) * b)");
}

#[test]
fn integer_division_is_a_multiplication() {
    check("a + b DIV c * d", "(a + ((b DIV c) * d))");
}

#[test]
fn predicates_take_whole_comparisons() {
    check("NOT a = b AND c", "((NOT (a = b)) AND c)");
    check("! a = b", "(! (a = b))");
    check("a = b IS NULL", "((a = b) is null)");
    check("a + 1 BETWEEN b AND c AND d", "(((a + 1) between b c) AND d)");
    check("a || b LIKE c OR d", "(((a || b) like c) OR d)");
    check("a <=> b AND c IN (1, 2)", "((a <=> b) AND (c in 1 2))");
    check("a OR b AND c", "(a OR (b AND c))");
}

#[test]
fn two_equal_signs_are_one() {
    check("a == b", "(a = b)");
    check("a !> b", "(a <= b)");
}
