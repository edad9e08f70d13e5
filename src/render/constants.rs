//! Finds the constants that an expression may print, such as the comma in `{{ ", " if not loop.last }}`.
//!
//! Its author wrote them into the template, so they are as trusted as the text around the tag. Constants elsewhere
//! (arguments, comparisons) are left alone: there they are plain strings and are judged when they are printed.

use minijinja::machinery::Span;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};

use super::walk::bodies;

/// The name of the function that makes a constant printable; no template can write it by accident.
pub(super) const FUNCTION: &str = "__lakesmith_constant";

/// All constants that expressions of the template print, as ranges of the template, ascending.
pub(super) fn constants(template: &Stmt<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    statement(template, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn statement(stmt: &Stmt<'_>, out: &mut Vec<(usize, usize)>) {
    if let Stmt::EmitExpr(emit) = stmt {
        printed(&emit.expr, out);
    }
    for child in bodies(stmt).into_iter().flatten() {
        statement(child, out);
    }
}

/// The constants that an expression's value can be made of.
fn printed(expr: &Expr<'_>, out: &mut Vec<(usize, usize)>) {
    match expr {
        Expr::Const(constant) if constant.value.as_str().is_some() => out.push(range(constant.span())),
        Expr::IfExpr(choice) => {
            printed(&choice.true_expr, out);
            if let Some(otherwise) = &choice.false_expr {
                printed(otherwise, out);
            }
        }
        Expr::BinOp(op) if matches!(op.op, BinOpKind::Concat | BinOpKind::ScOr) => {
            printed(&op.left, out);
            printed(&op.right, out);
        }
        Expr::Filter(filter) => {
            let first = filter.args.first().map(|argument| match argument {
                CallArg::Pos(expr) | CallArg::Kwarg(_, expr) => expr,
                CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => expr,
            });
            match filter.name {
                // The separator and the stand-in are printed as they are.
                "join" => first.into_iter().for_each(|separator| printed(separator, out)),
                "default" | "d" => filter.expr.iter().chain(first).for_each(|value| printed(value, out)),
                _ => {}
            }
        }
        _ => {}
    }
}

fn range(span: Span) -> (usize, usize) {
    (span.start_offset as usize, span.end_offset as usize)
}
