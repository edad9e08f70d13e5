//! Finds imports that give no name: the engine's parser takes any expression after `as`, and its compiler then panics.

use minijinja::machinery::ast::{Expr, Stmt};

use super::walk::bodies;

/// The range of what stands after `as` in place of a name.
pub(super) fn unnamed(stmt: &Stmt<'_>) -> Option<(usize, usize)> {
    match stmt {
        Stmt::Import(import) if !matches!(import.name, Expr::Var(_)) => {
            let span = import.name.span();
            Some((span.start_offset as usize, span.end_offset as usize))
        }
        _ => bodies(stmt).into_iter().flatten().find_map(unnamed),
    }
}
