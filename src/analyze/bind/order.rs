//! ORDER BY.

use sqlparser::ast::{OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort};

use crate::analyze::bound::{Column, Expr, Relation, SortKey};
use crate::analyze::types::orderable;
use crate::diag::{Code, Span};
use crate::ident::Identifier;

use super::binder::{Binder, Rel};
use super::frame::{Aliases, Frame};
use super::query::ordinal;
use super::scope::{Open, Scope, ScopeColumn, ScopeRelation, reference};

/// One key before it is known which column carries it.
pub(super) enum Ordered {
    /// The output column at this position.
    Output(usize),
    Expr(Expr),
}

pub(super) struct OrderKey {
    pub(super) by: Ordered,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
    pub(super) span: Span,
}

impl Binder<'_> {
    pub(super) fn sort_key(&mut self, key: &OrderByExpr) -> SortKey {
        let OrderByExpr { expr, options, with_fill } = key;
        let bound = self.expr(expr);
        self.refuse(with_fill.is_some(), bound.span, "WITH FILL");
        self.orderable(&bound);
        let (descending, nulls_first) = self.direction(options, bound.span);
        SortKey { expr: bound, descending, nulls_first }
    }

    fn orderable(&mut self, expr: &Expr) {
        if let Some(ty) = expr.ty.as_ref().filter(|ty| !orderable(ty)) {
            self.error(Code::TYPE_MISMATCH, expr.span, format!("values of {ty} cannot be ordered"));
        }
    }

    /// Nulls come first ascending and last descending (Databricks documentation, "ORDER BY clause").
    fn direction(&mut self, options: &OrderByOptions, span: Span) -> (bool, bool) {
        let OrderByOptions { sort, nulls_first } = options;
        let descending = match sort {
            None | Some(OrderBySort::Asc) => false,
            Some(OrderBySort::Desc) => true,
            Some(OrderBySort::Using(_)) => {
                self.unsupported(span, "ORDER BY … USING");
                false
            }
        };
        (descending, nulls_first.unwrap_or(!descending))
    }

    /// The keys in terms of the block's input; `outputs` says how many columns an ordinal may mean.
    pub(super) fn order_keys(&mut self, order_by: &OrderBy, outputs: usize) -> Vec<OrderKey> {
        let OrderBy { kind, interpolate } = order_by;
        let span = self.span(order_by);
        self.refuse(interpolate.is_some(), span, "INTERPOLATE");
        match kind {
            OrderByKind::All(options) => {
                let (descending, nulls_first) = self.direction(options, span);
                let key = |index| OrderKey { by: Ordered::Output(index), descending, nulls_first, span };
                (0..outputs).map(key).collect()
            }
            OrderByKind::Expressions(keys) => keys.iter().filter_map(|key| self.order_key(key, outputs)).collect(),
        }
    }

    fn order_key(&mut self, key: &OrderByExpr, outputs: usize) -> Option<OrderKey> {
        if let Some(position) = ordinal(&key.expr) {
            let span = self.span(&key.expr);
            let (descending, nulls_first) = self.direction(&key.options, span);
            if position == 0 || position > outputs {
                let message = format!("ORDER BY position {position} is not in the select list of {outputs}");
                self.error(Code::INVALID_QUERY, span, message);
                return None;
            }
            return Some(OrderKey { by: Ordered::Output(position - 1), descending, nulls_first, span });
        }
        let SortKey { expr, descending, nulls_first } = self.sort_key(key);
        let span = expr.span;
        Some(OrderKey { by: Ordered::Expr(expr), descending, nulls_first, span })
    }

    /// Orders what a set operation or VALUES gives: by its columns only, which keep the name of the first side's table
    /// as long as they are that table's (Apache Spark 4.3).
    pub(super) fn order_output(&mut self, rel: &mut Rel, qualifiers: Vec<Vec<Identifier>>, order_by: &OrderBy) {
        let scope = scope_of(rel, qualifiers);
        let mut frame = Frame::new(scope).forbid("this ORDER BY");
        frame.aliases = Aliases::Unknown;
        self.frames.push(frame);
        let keys = self.order_keys(order_by, rel.columns.len());
        self.frames.pop();
        let columns: Vec<Column> = rel.columns.clone();
        let key = |key: OrderKey| {
            let expr = match key.by {
                Ordered::Output(index) => reference(columns.get(index)?, key.span),
                Ordered::Expr(expr) => expr,
            };
            Some(SortKey { expr, descending: key.descending, nulls_first: key.nulls_first })
        };
        let keys: Vec<SortKey> = keys.into_iter().filter_map(key).collect();
        if !keys.is_empty() {
            rel.relation.wrap(|input| Relation::Sort { input, keys });
        }
    }
}

fn scope_of(rel: &Rel, qualifiers: Vec<Vec<Identifier>>) -> Scope {
    let open = rel.open.then_some(Open::Query);
    let whole = |columns| ScopeRelation { qualifier: Vec::new(), columns, open };
    if qualifiers.len() != rel.columns.len() {
        return Scope { relations: vec![whole(rel.columns.iter().map(ScopeColumn::plain).collect())] };
    }
    let mut relations: Vec<ScopeRelation> = Vec::new();
    for (column, qualifier) in rel.columns.iter().zip(qualifiers) {
        let column = ScopeColumn::plain(column);
        match relations.last_mut().filter(|last| last.qualifier == qualifier) {
            Some(last) => last.columns.push(column),
            None => relations.push(ScopeRelation { qualifier, columns: vec![column], open: None }),
        }
    }
    relations.extend(open.map(|_| whole(Vec::new())));
    Scope { relations }
}
