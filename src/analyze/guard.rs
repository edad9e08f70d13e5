//! What a table's own statement says of other objects: column masks, row filters, foreign keys.

use std::sync::Arc;

use crate::catalog::FunctionInfo;
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::{Identifier, TableName};
use crate::syntax::DataType;
use crate::syntax::ast::{
    ColumnMask, ConstraintKind, Expr as Written, FunctionReturns, Ident, Name, RowFilter, TableConstraint,
};

use super::bound::{Column, Expr, ExprKind, Literal};
use super::entry::{ScalarRule, bind_function, bind_scalar};
use super::session::Session;
use super::types::{can_cast, date};

/// The tables that foreign keys refer to.
pub fn referred_tables(constraints: &[TableConstraint], session: &Session<'_>) -> Vec<TableName> {
    let referred = constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { references, columns: _, referred: _ } => session.resolve(&references.value),
        ConstraintKind::PrimaryKey { .. } | ConstraintKind::Check(_) => None,
    });
    referred.collect()
}

/// Checks of one table. What is not known of other objects is not judged.
pub(super) struct Guard<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) file: &'a Arc<SourceFile>,
    /// The table's own columns.
    pub(super) row: &'a [Column],
    pub(super) out: Diagnostics,
}

/// What a function is given, as far as it is known.
pub(super) type Arguments = Vec<(Option<DataType>, Span)>;

impl<'a> Guard<'a> {
    pub(super) fn new(session: &'a Session<'a>, file: &'a Arc<SourceFile>, row: &'a [Column]) -> Self {
        Self { session, file, row, out: Diagnostics::default() }
    }

    /// Databricks documentation, "Column mask clause": the function takes the column first, "the masked column's type
    /// must be castable to the SQL UDF parameter type", and "the return type of the function must be castable to the
    /// data type of the masked column".
    pub(super) fn mask(&mut self, column: &Identifier, mask: &ColumnMask) {
        let ty = self.row.iter().find(|own| own.name == *column).and_then(|own| own.ty.clone());
        let mut arguments = vec![(ty.clone(), mask.function.span)];
        arguments.extend(self.arguments(&mask.using));
        let Some((info, returns)) = self.call("mask", &mask.function, &arguments) else { return };
        let (Some(to), Some(from)) = (ty, returns) else { return };
        let what = format!("the mask `{}` of `{column}`, which is {to}, returns {from}", info.name);
        if !can_cast(&from, &to) {
            self.error(Code::TYPE_MISMATCH, mask.function.span, format!("{what}, which cannot be cast to it"));
            return;
        }
        if from != DataType::String || to == DataType::String {
            return;
        }
        // The cast happens whenever somebody reads the column: a text that is no such value fails every query.
        match self.texts(&info).into_iter().find(|text| !reads_as(text, &to)) {
            Some(text) => {
                let message =
                    format!("the mask `{}` of `{column}` gives '{text}', which cannot be cast to {to}", info.name);
                self.error(Code::TYPE_MISMATCH, mask.function.span, message);
            }
            None => {
                let message = format!("{what}: a text that is no {to} fails the queries that read the column");
                let diagnostic = Diagnostic::warning(Code::TYPE_MISMATCH, message);
                self.push(diagnostic.hint(format!("let the function take and return {to}")), mask.function.span);
            }
        }
    }

    /// Databricks documentation, "Row filter clause": a function "that returns a BOOLEAN", whose parameters the columns
    /// and constants after ON fill.
    pub(super) fn row_filter(&mut self, filter: &RowFilter) {
        let arguments = self.arguments(&filter.on);
        let Some((info, returns)) = self.call("row filter", &filter.function, &arguments) else { return };
        if let Some(ty) = returns.filter(|ty| !matches!(ty, DataType::Boolean | DataType::Void)) {
            let message = format!("the row filter `{}` returns {ty}, not BOOLEAN", info.name);
            self.error(Code::TYPE_MISMATCH, filter.function.span, message);
        }
    }

    /// The table and the columns that a foreign key refers to; its own columns are the caller's.
    pub(super) fn foreign_keys(&mut self, own: Option<&TableName>, constraints: &[TableConstraint]) {
        for constraint in constraints {
            let ConstraintKind::ForeignKey { columns, references, referred } = &constraint.kind else { continue };
            if !referred.is_empty() && referred.len() != columns.len() {
                let message = format!("the foreign key has {} columns and refers to {}", columns.len(), referred.len());
                self.error(Code::INVALID_QUERY, constraint.span, message);
            }
            let Some(table) = self.session.resolve(&references.value) else { continue };
            let known: Vec<Identifier> = if own == Some(&table) {
                self.row.iter().map(|column| column.name.clone()).collect()
            } else if let Some(info) = self.session.table(&table) {
                info.columns.iter().map(|column| column.name.clone()).collect()
            } else {
                if let Some(diagnostic) = self.session.absent_table(&table) {
                    self.push(diagnostic, references.span);
                }
                continue;
            };
            for name in referred.iter().filter(|name| !known.contains(&name.value)) {
                self.unknown_column(name, &known, &format!(" of `{table}`"));
            }
        }
    }

    /// Columns of the table that a clause names.
    pub(super) fn columns(&mut self, names: &[Ident], clause: &str) {
        let known: Vec<Identifier> = self.row.iter().map(|column| column.name.clone()).collect();
        for name in names.iter().filter(|name| !known.contains(&name.value)) {
            self.unknown_column(name, &known, &format!(" of {clause}"));
        }
    }

    /// An expression over one row of the table; its type, where that is known.
    pub(super) fn value(&mut self, written: &Written) -> Option<DataType> {
        let (bound, found) = bind_scalar(written, self.file, self.session, self.row, ScalarRule::PREDICATE);
        self.out.extend(found);
        bound.ty
    }

    /// The condition of `CHECK (…)`: "a BOOLEAN expression" (Databricks documentation, "ADD CONSTRAINT clause").
    pub(super) fn check(&mut self, condition: &Written) {
        let ty = self.value(condition);
        if let Some(ty) = ty.filter(|ty| !matches!(ty, DataType::Boolean | DataType::Void)) {
            self.error(Code::TYPE_MISMATCH, condition.span, format!("CHECK needs a BOOLEAN, not {ty}"));
        }
    }

    fn unknown_column(&mut self, name: &Ident, known: &[Identifier], of: &str) {
        let diagnostic =
            Diagnostic::error(Code::UNKNOWN_COLUMN, format!("the column `{}`{of} does not exist", name.value));
        self.push(diagnostic.suggest(name.value.as_str(), known.iter().map(Identifier::as_str)), name.span);
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic, span: Span) {
        self.out.push(diagnostic.at(Location::new(self.file, span)));
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: String) {
        self.push(Diagnostic::error(code, message), span);
    }

    /// Columns of the table, and constants.
    fn arguments(&mut self, written: &[Written]) -> Arguments {
        let mut arguments = Vec::new();
        for expr in written {
            let (bound, found) = bind_scalar(expr, self.file, self.session, self.row, ScalarRule::PREDICATE);
            self.out.extend(found);
            arguments.push((bound.ty, expr.span));
        }
        arguments
    }

    /// The function and its result type, once it is known to take these arguments.
    pub(super) fn call(
        &mut self,
        what: &str,
        name: &Name,
        arguments: &Arguments,
    ) -> Option<(Arc<FunctionInfo>, Option<DataType>)> {
        let resolved = self.session.resolve(&name.value)?;
        let Some(info) = self.session.function(&resolved) else {
            if let Some(diagnostic) = self.session.absent_function(&resolved, what) {
                self.push(diagnostic, name.span);
            }
            return None;
        };
        if matches!(info.definition.returns, Some(FunctionReturns::Table(_))) {
            let message = format!("the {what} `{resolved}` is a table function; it must return one value");
            self.error(Code::INVALID_QUERY, name.span, message);
            return None;
        }
        let parameters = &info.definition.parameters;
        let required = parameters.iter().filter(|parameter| parameter.default.is_none()).count();
        if arguments.len() > parameters.len() || arguments.len() < required {
            let message =
                format!("the {what} `{resolved}` takes {} arguments, not {}", parameters.len(), arguments.len());
            self.error(Code::WRONG_ARITY, name.span, message);
            return None;
        }
        for ((ty, span), parameter) in arguments.iter().zip(parameters) {
            let to = &parameter.data_type.value;
            if let Some(from) = ty.as_ref().filter(|from| !can_cast(from, to)) {
                let message = format!("the {what} `{resolved}` takes {to} as `{}`, not {from}", parameter.name.value);
                self.error(Code::TYPE_MISMATCH, *span, message);
            }
        }
        let declared = match &info.definition.returns {
            Some(FunctionReturns::Scalar(ty)) => Some(ty.value.clone()),
            Some(FunctionReturns::Table(_)) | None => info.returns.clone(),
        };
        Some((info, declared))
    }

    /// The texts that the function's body gives as they stand.
    fn texts(&self, info: &FunctionInfo) -> Vec<String> {
        let (bound, _) = bind_function(&info.definition, self.file, self.session);
        let mut found = Vec::new();
        if let Some(body) = &bound.body {
            given_texts(body, &mut found);
        }
        found
    }
}

fn given_texts(expr: &Expr, found: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => found.push(text.clone()),
        ExprKind::Case { branches, otherwise } => {
            let values = branches.iter().map(|(_, value)| value).chain(otherwise.as_deref());
            values.for_each(|value| given_texts(value, found));
        }
        _ => {}
    }
}

/// Does a cast of the text give a value? Of types that are not judged it may.
fn reads_as(text: &str, ty: &DataType) -> bool {
    let unsigned = text.trim().trim_start_matches(['+', '-']);
    match ty {
        DataType::Boolean => {
            let words = ["true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"];
            words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
        }
        DataType::Float | DataType::Double => unsigned.parse::<f64>().is_ok(),
        numeric if numeric.is_numeric() => {
            unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && unsigned.parse::<f64>().is_ok()
        }
        DataType::Date => date(text).is_some(),
        _ => true,
    }
}
