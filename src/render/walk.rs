//! The shape of the engine's syntax tree.

use minijinja::machinery::ast::Stmt;

/// The statements inside a statement.
pub(super) fn bodies<'s, 't>(stmt: &'s Stmt<'t>) -> [&'s [Stmt<'t>]; 2] {
    match stmt {
        Stmt::Template(template) => [&template.children, &[]],
        Stmt::ForLoop(looped) => [&looped.body, &looped.else_body],
        Stmt::IfCond(cond) => [&cond.true_body, &cond.false_body],
        Stmt::WithBlock(block) => [&block.body, &[]],
        Stmt::SetBlock(block) => [&block.body, &[]],
        Stmt::AutoEscape(block) => [&block.body, &[]],
        Stmt::FilterBlock(block) => [&block.body, &[]],
        Stmt::Block(block) => [&block.body, &[]],
        Stmt::Macro(block) => [&block.body, &[]],
        Stmt::CallBlock(block) => [&block.macro_decl.body, &[]],
        Stmt::EmitExpr(_)
        | Stmt::EmitRaw(_)
        | Stmt::Set(_)
        | Stmt::Import(_)
        | Stmt::FromImport(_)
        | Stmt::Extends(_)
        | Stmt::Include(_)
        | Stmt::Do(_) => [&[], &[]],
    }
}
