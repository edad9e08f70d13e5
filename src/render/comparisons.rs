//! Refuses to compare what a macro or a block printed.
//!
//! Such text carries marks, so a comparison with a plain text would silently be false. `| string` takes the marks off.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{BinOpKind, Expr, Stmt};

use super::walk::{bodies, expressions, parts};

/// Names in a template whose values are printed text.
#[derive(Default)]
struct Printed<'t> {
    /// Macros of the template and imported ones, by the name that calls them.
    macros: BTreeSet<&'t str>,
    /// Modules whose members are macros.
    modules: BTreeSet<&'t str>,
    /// `{% set x %}…{% endset %}`
    blocks: BTreeSet<&'t str>,
    /// The ranges of the comparisons found, as spans of their operands.
    found: Vec<(usize, usize)>,
}

/// The operands of comparisons that are printed text, as ranges of the template.
pub(super) fn comparisons(template: &Stmt<'_>) -> Vec<(usize, usize)> {
    let mut printed = Printed::default();
    printed.macros.insert("caller");
    printed.names(template);
    printed.statement(template);
    printed.found
}

impl<'t> Printed<'t> {
    fn names(&mut self, stmt: &Stmt<'t>) {
        let variable = |expr: &Expr<'t>| match expr {
            Expr::Var(name) => Some(name.id),
            _ => None,
        };
        match stmt {
            Stmt::Macro(block) => {
                self.macros.insert(block.name);
            }
            Stmt::Import(import) => self.modules.extend(variable(&import.name)),
            Stmt::FromImport(import) => {
                let names = import.names.iter().filter_map(|(name, alias)| variable(alias.as_ref().unwrap_or(name)));
                self.macros.extend(names);
            }
            Stmt::SetBlock(block) => self.blocks.extend(variable(&block.target)),
            _ => {}
        }
        for child in bodies(stmt).into_iter().flatten() {
            self.names(child);
        }
    }

    fn statement(&mut self, stmt: &Stmt<'t>) {
        for expr in expressions(stmt) {
            self.expression(expr);
        }
        for child in bodies(stmt).into_iter().flatten() {
            self.statement(child);
        }
    }

    fn expression(&mut self, expr: &Expr<'t>) {
        match expr {
            Expr::BinOp(op) if compares(op.op) => {
                self.operand(&op.left);
                self.operand(&op.right);
            }
            Expr::Compare(compare) => {
                self.operand(&compare.expr);
                compare.ops.iter().for_each(|op| self.operand(&op.expr));
            }
            Expr::Test(test) if !test.args.is_empty() => self.operand(&test.expr),
            _ => {}
        }
        for part in parts(expr) {
            self.expression(part);
        }
    }

    fn operand(&mut self, expr: &Expr<'t>) {
        let is_printed = match expr {
            Expr::Var(name) => self.blocks.contains(name.id),
            Expr::Call(call) => match &call.expr {
                Expr::Var(name) => self.macros.contains(name.id),
                Expr::GetAttr(member) => {
                    matches!(&member.expr, Expr::Var(module) if self.modules.contains(module.id))
                }
                _ => false,
            },
            _ => false,
        };
        if is_printed {
            let span = expr.span();
            self.found.push((span.start_offset as usize, span.end_offset as usize));
        }
    }
}

fn compares(op: BinOpKind) -> bool {
    use BinOpKind::{Eq, Gt, Gte, In, Lt, Lte, Ne};
    matches!(op, Eq | Ne | Lt | Lte | Gt | Gte | In)
}
