//! Finds where a template makes values that are larger than their parts, so that [`super::budget`] can count them.
//!
//! The engine has no hook there, so the places are rewritten: `a ~ b` to `shown(a) ~ shown(b)`, `a * b` to
//! `times(a, b)`. That also keeps the engine from computing constants while it compiles.

use minijinja::machinery::ast::{BinOp, BinOpKind, Expr, Spanned, Stmt};

use super::budget::{SHOWN, TIMES};
use super::walk::{bodies, expressions, parts};

/// A change of a template's text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Edit {
    /// Ends the argument of a call that was begun before.
    Close,
    /// Takes the place of one byte.
    Comma,
    /// Begins a call.
    Call(&'static str),
}

/// Where to change what in the template, in no order.
pub(super) fn sizes(template: &Stmt<'_>, text: &str) -> Vec<(usize, Edit)> {
    let mut edits = Vec::new();
    statement(template, text, &mut edits);
    edits
}

fn statement(stmt: &Stmt<'_>, text: &str, edits: &mut Vec<(usize, Edit)>) {
    for expr in expressions(stmt) {
        expression(expr, text, edits);
    }
    for child in bodies(stmt).into_iter().flatten() {
        statement(child, text, edits);
    }
}

fn expression(expr: &Expr<'_>, text: &str, edits: &mut Vec<(usize, Edit)>) {
    if let Expr::BinOp(op) = expr {
        operation(op, text, edits);
    }
    for part in parts(expr) {
        expression(part, text, edits);
    }
}

fn operation(op: &Spanned<BinOp<'_>>, text: &str, edits: &mut Vec<(usize, Edit)>) {
    let sign = match op.op {
        BinOpKind::Concat => "~",
        BinOpKind::Add => "+",
        BinOpKind::Mul => "*",
        _ => return,
    };
    // Where an operand begins is not in its span (a filter's begins at its name, brackets are in none), but the
    // operation begins with its left operand, and between that one's end and the sign there are only brackets.
    let (start, end) = (op.span().start_offset as usize, op.span().end_offset as usize);
    let after = op.left.span().end_offset as usize;
    let Some(at) = text.get(after..end).and_then(|rest| rest.find(sign)).map(|offset| after + offset) else {
        return;
    };
    if sign == "*" {
        edits.extend([(start, Edit::Call(TIMES)), (at, Edit::Comma), (end, Edit::Close)]);
        return;
    }
    // In `a ~ b ~ c` the left operand of the second is the first, and its parts are counted already.
    let counted = match (&op.left, sign) {
        (Expr::BinOp(left), "~") => matches!(left.op, BinOpKind::Concat),
        (Expr::BinOp(left), _) => matches!(left.op, BinOpKind::Add),
        _ => false,
    };
    if !counted {
        edits.extend([(start, Edit::Call(SHOWN)), (at, Edit::Close)]);
    }
    let right = text.get(at + sign.len()..end).unwrap_or_default();
    let spaces = right.len() - right.trim_start().len();
    edits.extend([(at + sign.len() + spaces, Edit::Call(SHOWN)), (end, Edit::Close)]);
}
