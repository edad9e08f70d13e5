//! Refuses to compare what a macro or a block printed.
//!
//! Such text carries marks, so a comparison with a plain text would silently be false. `| string` takes the marks off.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, Stmt};

use super::walk::bodies;

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
        match stmt {
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::ForLoop(looped) => {
                self.expression(&looped.iter);
                looped.filter_expr.iter().for_each(|filter| self.expression(filter));
            }
            Stmt::IfCond(cond) => self.expression(&cond.expr),
            Stmt::WithBlock(block) => block.assignments.iter().for_each(|(_, value)| self.expression(value)),
            Stmt::Set(set) => self.expression(&set.expr),
            Stmt::Macro(block) => block.defaults.iter().for_each(|value| self.expression(value)),
            Stmt::CallBlock(block) => self.call(&block.call),
            Stmt::Do(call) => self.call(&call.call),
            _ => {}
        }
        for child in bodies(stmt).into_iter().flatten() {
            self.statement(child);
        }
    }

    fn expression(&mut self, expr: &Expr<'t>) {
        match expr {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.expression(&slice.expr);
                [&slice.start, &slice.stop, &slice.step].into_iter().flatten().for_each(|part| self.expression(part));
            }
            Expr::UnaryOp(op) => self.expression(&op.expr),
            Expr::BinOp(op) => {
                if matches!(
                    op.op,
                    BinOpKind::Eq
                        | BinOpKind::Ne
                        | BinOpKind::Lt
                        | BinOpKind::Lte
                        | BinOpKind::Gt
                        | BinOpKind::Gte
                        | BinOpKind::In
                ) {
                    self.operand(&op.left);
                    self.operand(&op.right);
                }
                self.expression(&op.left);
                self.expression(&op.right);
            }
            Expr::Compare(compare) => {
                self.operand(&compare.expr);
                self.expression(&compare.expr);
                for op in &compare.ops {
                    self.operand(&op.expr);
                    self.expression(&op.expr);
                }
            }
            Expr::IfExpr(choice) => {
                self.expression(&choice.test_expr);
                self.expression(&choice.true_expr);
                choice.false_expr.iter().for_each(|other| self.expression(other));
            }
            Expr::Filter(filter) => {
                filter.expr.iter().for_each(|value| self.expression(value));
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                if !test.args.is_empty() {
                    self.operand(&test.expr);
                }
                self.expression(&test.expr);
                self.arguments(&test.args);
            }
            Expr::GetAttr(attribute) => self.expression(&attribute.expr),
            Expr::GetItem(item) => {
                self.expression(&item.expr);
                self.expression(&item.subscript_expr);
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => list.items.iter().for_each(|item| self.expression(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.expression(item)),
            Expr::Map(map) => map.keys.iter().chain(&map.values).for_each(|item| self.expression(item)),
        }
    }

    fn call(&mut self, call: &Call<'t>) {
        self.expression(&call.expr);
        self.arguments(&call.args);
    }

    fn arguments(&mut self, arguments: &[CallArg<'t>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.expression(value),
                CallArg::PosSplat(value) | CallArg::KwargSplat(value) => self.expression(value),
            }
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
