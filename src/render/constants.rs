//! Finds the constants that an expression may print, such as the comma in `{{ ", " if not loop.last }}`.
//!
//! Its author wrote them into the template, so they are as trusted as the text around the tag. Constants elsewhere
//! (arguments, comparisons) are left alone: there they are plain strings and are judged when they are printed.

use minijinja::Error;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};
use minijinja::machinery::{Span, parse};
use minijinja::syntax::SyntaxConfig;

/// The name of the function that makes a constant printable; no template can write it by accident.
pub(super) const FUNCTION: &str = "__lakesmith_constant";

/// A constant's range in the template.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Patch {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All constants that expressions of the template print, ascending. Also the check that the template parses.
pub(super) fn constants(text: &str, name: &str, syntax: SyntaxConfig) -> Result<Vec<Patch>, Error> {
    let mut patches = Vec::new();
    statement(&parse(text, name, syntax)?, &mut patches);
    patches.sort();
    patches.dedup();
    Ok(patches)
}

fn statement(stmt: &Stmt<'_>, out: &mut Vec<Patch>) {
    let bodies: [&[Stmt<'_>]; 2] = match stmt {
        Stmt::Template(template) => [&template.children, &[]],
        Stmt::EmitExpr(emit) => {
            printed(&emit.expr, out);
            return;
        }
        Stmt::ForLoop(looped) => [&looped.body, &looped.else_body],
        Stmt::IfCond(cond) => [&cond.true_body, &cond.false_body],
        Stmt::WithBlock(block) => [&block.body, &[]],
        Stmt::SetBlock(block) => [&block.body, &[]],
        Stmt::AutoEscape(block) => [&block.body, &[]],
        Stmt::FilterBlock(block) => [&block.body, &[]],
        Stmt::Block(block) => [&block.body, &[]],
        Stmt::Macro(block) => [&block.body, &[]],
        Stmt::CallBlock(block) => [&block.macro_decl.body, &[]],
        Stmt::EmitRaw(_)
        | Stmt::Set(_)
        | Stmt::Import(_)
        | Stmt::FromImport(_)
        | Stmt::Extends(_)
        | Stmt::Include(_)
        | Stmt::Do(_) => [&[], &[]],
    };
    for child in bodies.into_iter().flatten() {
        statement(child, out);
    }
}

/// The constants that an expression's value can be made of.
fn printed(expr: &Expr<'_>, out: &mut Vec<Patch>) {
    match expr {
        Expr::Const(constant) if constant.value.as_str().is_some() => out.push(patch(constant.span())),
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

fn patch(span: Span) -> Patch {
    Patch {
        start: span.start_offset as usize,
        end: span.end_offset as usize,
    }
}
