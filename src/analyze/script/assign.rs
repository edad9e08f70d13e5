//! `DECLARE`, `SET`: variables and what is put into them.

use sqlparser::ast::Expr as Ast;

use crate::analyze::types::can_cast;
use crate::diag::{Code, Diagnostic, Location, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;
use crate::syntax::ast::{DeclareVariable, Expr, Name, VariableValue};

use super::running::Running;

impl Running<'_, '_> {
    /// In a block the variables are its own, else the session's.
    pub(super) fn declare(&mut self, declared: &DeclareVariable, in_block: bool) {
        let DeclareVariable { or_replace, names, data_type, default } = declared;
        let given = default.as_ref().and_then(|default| self.value(default));
        let ty = match (data_type, default) {
            (Some(ty), default) => {
                if let Some(default) = default.as_ref().filter(|default| !is_default(&default.ast)) {
                    let what =
                        format!("the variable `{}`", names.first().map_or("", |name| name.value.name().as_str()));
                    self.assignable(given, Some(&ty.value), default.span, &what);
                }
                Some(ty.value.clone())
            }
            (None, _) => given,
        };
        for (index, name) in names.iter().enumerate() {
            let scope = match self.variables.scopes.last_mut() {
                Some(scope) if in_block => scope,
                _ => self.variables.session_mut(),
            };
            let fresh = scope.declare(name.value.name().clone(), ty.clone());
            // What another file of the session declared is not known, and a loop may come back.
            let again = names.iter().take(index).any(|known| known.value.name() == name.value.name());
            if again || (!fresh && in_block && !or_replace) {
                // Databricks: VARIABLE_ALREADY_EXISTS, DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE.
                let message = format!("the variable `{}` is declared twice", name.value);
                self.error(Code::DUPLICATE_COLUMN, name.span, message);
            }
        }
    }

    pub(super) fn set(&mut self, set: &[(Vec<Name>, VariableValue)]) {
        let mut known: Vec<&Name> = Vec::new();
        for target in set.iter().flat_map(|(targets, _)| targets) {
            // Databricks: DUPLICATE_ASSIGNMENTS.
            if known.iter().any(|other| other.value == target.value) {
                self.error(Code::INVALID_QUERY, target.span, format!("`{}` is set twice", target.value));
            }
            known.push(target);
        }
        for (targets, value) in set {
            match value {
                VariableValue::Expr(expr) => {
                    let from = if is_default(&expr.ast) { None } else { self.value(expr) };
                    for target in targets {
                        let to = self.target(target);
                        let what = format!("the variable `{}`", target.value);
                        self.assignable(from.clone(), to.as_ref(), expr.span, &what);
                    }
                }
                VariableValue::Query(query) => {
                    let columns = self.inner_query(query);
                    let types = columns.map(|columns| columns.into_iter().map(|column| column.ty).collect());
                    self.fill(targets, types, query.span);
                }
            }
        }
    }

    /// The columns of one row, each into a variable.
    pub(super) fn fill(&mut self, targets: &[Name], columns: Option<Vec<Option<DataType>>>, span: Span) {
        let types: Vec<Option<DataType>> = targets.iter().map(|target| self.target(target)).collect();
        let Some(columns) = columns else { return };
        // Several columns may fill one struct (Databricks documentation, "FETCH statement").
        let one_struct = matches!(types.as_slice(), [None | Some(DataType::Struct(_))]);
        if columns.len() != types.len() {
            if !one_struct {
                let message = format!("{} columns are given for {} variables", columns.len(), types.len());
                self.error(Code::INVALID_QUERY, span, message);
            }
            return;
        }
        for ((target, to), from) in targets.iter().zip(&types).zip(columns) {
            let what = format!("the variable `{}`", target.value);
            self.assignable(from, to.as_ref(), target.span, &what);
        }
    }

    /// The type of a variable that is written to.
    pub(super) fn target(&mut self, name: &Name) -> Option<DataType> {
        if let Some((ty, used)) = self.variables.find(name.value.parts()) {
            return ty.filter(|_| used == name.value.parts().len());
        }
        let known = self.variables.scopes.iter().flat_map(|scope| &scope.variables);
        let known: Vec<Identifier> = known.map(|(name, _)| name.clone()).collect();
        let diagnostic =
            Diagnostic::error(Code::UNKNOWN_COLUMN, format!("the variable `{}` does not exist", name.value))
                .suggest(name.value.name().as_str(), known.iter().map(Identifier::as_str));
        self.found.push(diagnostic.at(Location::new(&self.file, name.span)));
        None
    }

    /// What is assigned is cast (Databricks documentation, "SET variable": "castable to the data type of the variable").
    pub(super) fn assignable(&mut self, from: Option<DataType>, to: Option<&DataType>, span: Span, what: &str) {
        if let (Some(from), Some(to)) = (from, to)
            && !can_cast(&from, to)
        {
            self.error(Code::TYPE_MISMATCH, span, format!("{what} is {to}, and {from} cannot be cast to it"));
        }
    }

    /// Must be true or false.
    pub(super) fn condition(&mut self, expr: &Expr, clause: &str) {
        if let Some(ty) = self.value(expr).filter(|ty| !matches!(ty, DataType::Boolean | DataType::Void)) {
            self.error(Code::TYPE_MISMATCH, expr.span, format!("{clause} needs BOOLEAN, not {ty}"));
        }
    }
}

/// `DEFAULT` as a value.
pub(super) fn is_default(value: &Ast) -> bool {
    matches!(value, Ast::Identifier(ident) if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}
