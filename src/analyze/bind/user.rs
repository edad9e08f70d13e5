//! User-defined SQL functions: found in the catalog, their bodies bound in place.

use std::sync::Arc;

use sqlparser::ast::Expr as Ast;

use crate::analyze::bound::{Column, Expr, ExprKind};
use crate::analyze::functions;
use crate::catalog::FunctionInfo;
use crate::diag::{Code, Diagnostic, Span, did_you_mean};
use crate::ident::{Identifier, QualifiedName, TableName};
use crate::syntax::DataType;
use crate::syntax::ast::{CreateFunction, FunctionBody, FunctionReturns};

use super::binder::Binder;
use super::call::Call;
use super::frame::Frame;
use super::scope::{Role, Scope, ScopeColumn, ScopeRelation, reference};
use super::subquery::finished;

/// Functions that call functions; Databricks forbids recursion.
const MAX_DEPTH: usize = 16;

/// The clause that the body of a function is.
pub(super) const BODY: &str = "a function's body";

impl Binder<'_> {
    pub(super) fn user_function(
        &mut self,
        qualified: &QualifiedName,
        call: &Call<'_>,
        named: &[(Identifier, &Ast)],
    ) -> Expr {
        let resolved = self.session.resolve(qualified);
        let found = resolved.and_then(|name| self.session.function(&name).map(|info| (name, info)));
        let Some((name, info)) = found else { return self.unknown_function(qualified, call) };
        self.plain_only(call);
        let Some(args) = self.user_arguments(&info, call, named) else {
            return self.unproved(name.to_string(), call.span);
        };
        if self.depth >= MAX_DEPTH {
            self.error(Code::INVALID_QUERY, call.span, format!("the function `{name}` calls itself"));
            return self.unproved(name.to_string(), call.span);
        }
        match self.function_body(&info.definition, &args) {
            Some(body) => {
                let ty = body.ty.clone();
                let kind = ExprKind::UserFunction { name, args, body: Arc::new(body) };
                Expr { kind, ty, nullable: true, span: call.span }
            }
            None => self.opaque_function(&name, &info, args, call.span),
        }
    }

    /// A function in another language, or one whose body is not understood: its declared type holds.
    fn opaque_function(
        &mut self,
        name: &TableName,
        info: &FunctionInfo,
        args: Vec<(Column, Expr)>,
        span: Span,
    ) -> Expr {
        let ty = match &info.definition.returns {
            Some(FunctionReturns::Scalar(ty)) => Some(ty.value.clone()),
            Some(FunctionReturns::Table(_)) => {
                self.error(Code::INVALID_QUERY, span, format!("`{name}` gives a table: it stands only in FROM"));
                None
            }
            None => info.returns.clone(),
        };
        let args = args.into_iter().map(|(_, arg)| arg).collect();
        Expr { kind: ExprKind::Unproved { what: name.to_string(), args }, ty, nullable: true, span }
    }

    /// A column for each parameter, with its argument cast to the parameter's type.
    pub(super) fn user_arguments(
        &mut self,
        info: &FunctionInfo,
        call: &Call<'_>,
        named: &[(Identifier, &Ast)],
    ) -> Option<Vec<(Column, Expr)>> {
        let parameters = &info.definition.parameters;
        let required = parameters.iter().filter(|parameter| parameter.default.is_none()).count();
        let given = call.args.len() + named.len();
        if given > parameters.len() || given < required {
            let expected = if required == parameters.len() {
                required.to_string()
            } else {
                format!("{required} to {}", parameters.len())
            };
            let message = format!("`{}` takes {expected} arguments, not {given}", info.name);
            self.error(Code::WRONG_ARITY, call.span, message);
            return None;
        }
        for (name, _) in named {
            if !parameters.iter().any(|parameter| parameter.name.value == *name) {
                let message = format!("`{}` has no parameter `{name}`", info.name);
                self.error(Code::WRONG_ARITY, call.span, message);
                return None;
            }
        }
        let mut args = Vec::new();
        for (index, parameter) in parameters.iter().enumerate() {
            let ty = parameter.data_type.value.clone();
            let by_name = named.iter().find(|(name, _)| *name == parameter.name.value).map(|(_, ast)| *ast);
            let mut arg = match (call.args.get(index).copied().or(by_name), &parameter.default) {
                (Some(ast), _) => self.expr(ast),
                (None, Some(default)) => self.isolated(|binder| {
                    binder.side = Arc::new(default.side.clone());
                    binder.expr(&default.ast)
                }),
                (None, None) => {
                    let message = format!("`{}` misses its argument `{}`", info.name, parameter.name.value);
                    self.error(Code::WRONG_ARITY, call.span, message);
                    return None;
                }
            };
            self.argument(&mut arg, ty.clone(), info.name.name.as_str());
            args.push((self.column(parameter.name.value.clone(), Some(ty), true), arg));
        }
        Some(args)
    }

    /// Runs away from the query around: another text, other names, and errors that are not this statement's.
    pub(super) fn isolated<T>(&mut self, bind: impl FnOnce(&mut Self) -> T) -> T {
        let frames = std::mem::take(&mut self.frames);
        let visible = std::mem::take(&mut self.visible);
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let day_intervals = std::mem::take(&mut self.day_intervals);
        let opened = std::mem::take(&mut self.opened);
        let (here, side) = (self.here, Arc::clone(&self.side));
        let proof = self.proof;
        self.depth += 1;
        let result = bind(self);
        self.depth -= 1;
        self.proof = proof;
        self.here = here;
        self.side = side;
        self.day_intervals = day_intervals;
        self.opened = opened;
        self.frames = frames;
        self.visible = visible;
        self.diagnostics = diagnostics;
        result
    }

    /// The body over the parameters' columns; `None` if it has an error, which is reported where it is defined.
    fn function_body(&mut self, definition: &CreateFunction, args: &[(Column, Expr)]) -> Option<Expr> {
        let columns: Vec<Column> = args.iter().map(|(column, _)| column.clone()).collect();
        let mut body = self.isolated(|binder| {
            let body = binder.body_expr(definition, &columns)?;
            (!binder.diagnostics.has_errors()).then_some(body)
        })?;
        if let Some(FunctionReturns::Scalar(returns)) = &definition.returns {
            functions::cast(&mut body, returns.value.clone());
        }
        Some(body)
    }

    pub(crate) fn body_expr(&mut self, definition: &CreateFunction, columns: &[Column]) -> Option<Expr> {
        self.frames.push(Frame::new(parameters(&definition.name.value, columns)).forbid(BODY));
        let body = match &definition.body {
            FunctionBody::Expr(expr) => {
                self.side = Arc::new(expr.side.clone());
                Some(self.expr(&expr.ast))
            }
            FunctionBody::Query(query) if !matches!(definition.returns, Some(FunctionReturns::Table(_))) => {
                let span = query.span;
                self.side = Arc::new(query.side.clone());
                let rel = self.query(&query.ast);
                let ty = rel.columns.first().and_then(|column| column.ty.clone());
                let kind = ExprKind::ScalarSubquery(Box::new(finished(rel)));
                Some(Expr { kind, ty, nullable: true, span })
            }
            FunctionBody::Query(_) | FunctionBody::Foreign { .. } => None,
        };
        self.frames.pop();
        body
    }

    pub(super) fn table_function_note(&mut self, name: &QualifiedName, span: Span) {
        if self.session.complete {
            self.error(Code::UNKNOWN_FUNCTION, span, format!("the table function `{name}` does not exist"));
            return;
        }
        let folded = name.name().folded();
        let gives_values = functions::find(&folded).is_some() || functions::is_special(&folded);
        if name.parts().len() == 1 && gives_values {
            let message = format!("`{name}` gives a value, not a table: it cannot stand in FROM");
            self.error(Code::INVALID_QUERY, span, message);
            return;
        }
        let message = format!("the table function `{name}` is not known; its columns are not checked");
        let near = did_you_mean(&name.name().folded(), super::table_function::names());
        let mut diagnostic = Diagnostic::note(Code::UNKNOWN_FUNCTION, message);
        if let Some(near) = near.filter(|_| name.parts().len() == 1) {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic, span);
    }

    /// The declared columns of a table function cast what its query gives.
    pub(super) fn declared_columns(&self, definition: &CreateFunction) -> Option<Vec<(Identifier, DataType)>> {
        match &definition.returns {
            Some(FunctionReturns::Table(columns)) if !columns.is_empty() => {
                Some(columns.iter().map(|column| (column.name.value.clone(), column.data_type.value.clone())).collect())
            }
            _ => None,
        }
    }
}

/// Parameters are reached by name or with the function's name before it.
pub(super) fn parameters(function: &QualifiedName, columns: &[Column]) -> Scope {
    let column = |column: &Column| ScopeColumn {
        name: column.name.clone(),
        expr: reference(column, Span::default()),
        role: Role::Plain,
    };
    let qualifier = vec![function.name().clone()];
    Scope { relations: vec![ScopeRelation { qualifier, columns: columns.iter().map(column).collect(), open: None }] }
}
