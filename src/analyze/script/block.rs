//! Blocks, branches, loops, cursors, handlers.

use crate::analyze::bound::Column;
use crate::analyze::variables::VariableScope;
use crate::diag::Code;
use crate::syntax::ast::{Block, Declaration, Expr, Ident, Loop, LoopKind, ScriptStatement};
use crate::syntax::deeper;

use super::running::{Cursor, Label, Observed, Running};

impl Running<'_, '_> {
    pub(super) fn block(&mut self, block: &Block) {
        let marks = (self.variables.scopes.len(), self.cursors.len(), self.labels.len());
        let label = block.label.as_ref().map(|label| label.value.clone());
        self.labels.extend(label.clone().map(|name| Label { name, is_loop: false }));
        self.variables.scopes.push(VariableScope { label, ..VariableScope::default() });
        for declaration in &block.declarations {
            match declaration {
                Declaration::Variable(variable) => self.declare(variable, true),
                // Handlers and SIGNAL name the system's conditions, too, which are too many to know: none is judged.
                Declaration::Condition { .. } => {}
                Declaration::Cursor { name, query } => {
                    let columns = self.inner_query(query);
                    let columns = columns.map(|columns| columns.into_iter().map(|column| column.ty).collect());
                    self.cursors.push(Cursor { name: name.value.clone(), columns });
                }
                Declaration::Handler { exit: _, conditions: _, body } => self.branch(std::slice::from_ref(&**body)),
            }
        }
        self.statements(&block.body);
        self.variables.scopes.truncate(marks.0);
        self.cursors.truncate(marks.1);
        self.labels.truncate(marks.2);
    }

    fn statements(&mut self, statements: &[ScriptStatement]) {
        for statement in statements {
            deeper(|| self.script_statement(statement));
        }
    }

    /// Statements that may not be run, or more than once.
    fn branch(&mut self, statements: &[ScriptStatement]) {
        self.nested += 1;
        self.statements(statements);
        self.nested -= 1;
    }

    fn script_statement(&mut self, statement: &ScriptStatement) {
        match statement {
            ScriptStatement::Statement(statement) => {
                self.observe(|| Observed::Statement(statement));
                self.run(statement);
            }
            ScriptStatement::Block(block) => self.block(block),
            _ if self.lost => self.inside(statement),
            ScriptStatement::If { branches, otherwise } => {
                for (condition, body) in branches {
                    self.condition(condition, "IF");
                    self.branch(body);
                }
                otherwise.iter().for_each(|body| self.branch(body));
            }
            ScriptStatement::Case { operand, branches, otherwise } => {
                if let Some(operand) = operand {
                    self.value(operand);
                }
                for (condition, body) in branches {
                    match operand {
                        Some(_) => {
                            self.value(condition);
                        }
                        None => self.condition(condition, "WHEN"),
                    }
                    self.branch(body);
                }
                otherwise.iter().for_each(|body| self.branch(body));
            }
            ScriptStatement::Loop(repeated) => self.repeated(repeated),
            ScriptStatement::Leave(label) => self.label(label, false),
            ScriptStatement::Iterate(label) => self.label(label, true),
            ScriptStatement::Signal { again: _, condition: _, set } => set.iter().for_each(|(_, value)| {
                self.value(value);
            }),
            ScriptStatement::Open(cursor) | ScriptStatement::Close(cursor) => {
                self.cursor(cursor);
            }
            ScriptStatement::Fetch { cursor, into } => {
                let columns = self.cursor(cursor).flatten();
                self.fill(into, columns, cursor.span);
            }
            ScriptStatement::Diagnostics(items) => items.iter().for_each(|(variable, _)| {
                self.target(variable);
            }),
        }
    }

    /// Where names mean what is not known, only what is declared matters.
    fn inside(&mut self, statement: &ScriptStatement) {
        match statement {
            ScriptStatement::If { branches, otherwise } | ScriptStatement::Case { operand: _, branches, otherwise } => {
                branches.iter().for_each(|(_, body): &(Expr, Vec<ScriptStatement>)| self.branch(body));
                otherwise.iter().for_each(|body| self.branch(body));
            }
            ScriptStatement::Loop(repeated) => self.branch(&repeated.body),
            _ => {}
        }
    }

    fn repeated(&mut self, repeated: &Loop) {
        let Loop { label, kind, body } = repeated;
        let mark = self.labels.len();
        self.labels.extend(label.iter().map(|label| Label { name: label.value.clone(), is_loop: true }));
        match kind {
            LoopKind::Loop => self.branch(body),
            LoopKind::While(condition) => {
                self.condition(condition, "WHILE");
                self.branch(body);
            }
            LoopKind::Until(condition) => {
                self.branch(body);
                self.condition(condition, "UNTIL");
            }
            LoopKind::For { variable, query } => {
                let columns = self.inner_query(query);
                let open = columns.is_none();
                let variables = columns.unwrap_or_default().into_iter();
                let variables = variables.map(|Column { name, ty, .. }| (name, ty)).collect();
                let scope_label = variable.as_ref().map(|name| name.value.clone());
                self.variables.scopes.push(VariableScope { label: scope_label, variables, open });
                self.branch(body);
                self.variables.scopes.pop();
            }
        }
        self.labels.truncate(mark);
    }

    /// Databricks: INVALID_LABEL_USAGE.
    fn label(&mut self, label: &Ident, iterate: bool) {
        match self.labels.iter().rev().find(|known| known.name == label.value) {
            Some(known) if known.is_loop || !iterate => {}
            Some(_) => {
                let message = format!("`{}` is the label of a block; ITERATE needs a loop", label.value);
                self.error(Code::INVALID_QUERY, label.span, message);
            }
            None => {
                let message = format!("no block or loop around has the label `{}`", label.value);
                self.error(Code::INVALID_QUERY, label.span, message);
            }
        }
    }

    /// Databricks: CURSOR_NOT_FOUND.
    fn cursor(&mut self, cursor: &Ident) -> Option<Option<Vec<Option<crate::syntax::DataType>>>> {
        let known = self.cursors.iter().rev().find(|known| known.name == cursor.value);
        let found = known.map(|known| known.columns.clone());
        if found.is_none() {
            self.error(Code::INVALID_QUERY, cursor.span, format!("the cursor `{}` does not exist", cursor.value));
        }
        found
    }
}
