//! Subqueries in expressions. They see the columns of the queries around them.

use sqlparser::ast::{Expr as Ast, Query};

use crate::analyze::bound::{BoundQuery, Expr, ExprKind, Proof};
use crate::analyze::functions;
use crate::analyze::types::{least_common, orderable};
use crate::diag::{Code, Span};
use crate::syntax::DataType;

use super::binder::{Binder, Rel};
use super::scope::reference;

impl Binder<'_> {
    /// `None` where a subquery must not stand.
    fn subquery(&mut self, query: &Query, span: Span) -> Option<Rel> {
        if let Some(forbidden) = self.forbidden.filter(|forbidden| !forbidden.subqueries) {
            self.error(forbidden.code, span, format!("a subquery is not allowed in {}", forbidden.place));
            return None;
        }
        Some(self.query(query))
    }

    pub(super) fn scalar_subquery(&mut self, query: &Query, span: Span) -> Expr {
        let Some(rel) = self.subquery(query, span) else { return self.unproved("subquery", span) };
        if rel.columns.len() != 1 && !rel.open {
            let message = format!("a scalar subquery gives one column, not {}", rel.columns.len());
            self.error(Code::INVALID_QUERY, span, message);
        }
        let ty = rel.columns.first().and_then(|column| column.ty.clone());
        let kind = ExprKind::ScalarSubquery(Box::new(finished(rel)));
        Expr { kind, ty, nullable: true, span }
    }

    pub(super) fn exists(&mut self, query: &Query, negated: bool, span: Span) -> Expr {
        let Some(rel) = self.subquery(query, span) else { return self.unproved("subquery", span) };
        let kind = ExprKind::Exists { query: Box::new(finished(rel)), negated };
        Expr { kind, ty: Some(DataType::Boolean), nullable: false, span }
    }

    pub(super) fn in_subquery(&mut self, expr: &Ast, query: &Query, negated: bool, span: Span) -> Expr {
        let mut exprs = match expr {
            Ast::Tuple(values) => self.exprs(values),
            single => vec![self.expr(single)],
        };
        let Some(mut rel) = self.subquery(query, span) else { return self.unproved("subquery", span) };
        if rel.columns.len() == exprs.len() {
            self.match_types(&mut exprs, &mut rel, span);
        } else if !rel.open {
            let message =
                format!("the subquery of IN gives {} columns, but {} are compared", rel.columns.len(), exprs.len());
            self.error(Code::INVALID_QUERY, span, message);
        }
        let kind = ExprKind::InSubquery { exprs, query: Box::new(finished(rel)), negated };
        Expr { kind, ty: Some(DataType::Boolean), nullable: true, span }
    }

    fn match_types(&mut self, exprs: &mut [Expr], rel: &mut Rel, span: Span) {
        let mut targets = Vec::new();
        for (expr, column) in exprs.iter_mut().zip(&rel.columns) {
            let common = match (&expr.ty, &column.ty) {
                (Some(left), Some(right)) => match least_common(left, right).filter(orderable) {
                    Some(common) => Some(common),
                    None => {
                        let message = format!("{left} and {right} cannot be compared");
                        self.error(Code::TYPE_MISMATCH, span, message);
                        None
                    }
                },
                _ => None,
            };
            if let Some(common) = &common {
                functions::cast(expr, common.clone());
            }
            targets.push(common);
        }
        self.cast_columns(rel, &targets);
    }

    /// Projects the columns to exactly the visible ones, cast where a type is given.
    pub(super) fn cast_columns(&mut self, rel: &mut Rel, targets: &[Option<DataType>]) {
        let exact = rel.relation.columns().iter().map(|column| column.id).eq(rel.columns.iter().map(|c| c.id));
        let differs = rel.columns.iter().zip(targets).any(|(column, target)| target.is_some() && column.ty != *target);
        if exact && !differs {
            return;
        }
        let mut outputs = Vec::new();
        for (index, column) in rel.columns.iter().enumerate() {
            let mut expr = reference(column, self.here);
            if let Some(Some(target)) = targets.get(index) {
                functions::cast(&mut expr, target.clone());
            }
            outputs.push((column.name.clone(), expr));
        }
        let outputs: Vec<_> =
            outputs.into_iter().map(|(name, expr)| (self.column(name, expr.ty.clone(), expr.nullable), expr)).collect();
        rel.columns = outputs.iter().map(|(column, _)| column.clone()).collect();
        rel.relation.project(outputs);
    }
}

/// A subquery leaves its common table expressions to the outermost query.
pub(super) fn finished(rel: Rel) -> BoundQuery {
    BoundQuery { relation: rel.relation, output: rel.columns, ctes: Vec::new(), proof: Proof::default() }
}
