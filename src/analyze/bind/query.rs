//! Whole queries: WITH, the body, LIMIT.

use sqlparser::ast::{Expr as Ast, LimitClause, Query, SetExpr, Value, Values};

use crate::analyze::bound::{Column, Expr, Relation};
use crate::diag::{Code, Span};
use crate::syntax::{DataType, deeper};

use super::binder::{Binder, Rel};
use super::frame::Frame;
use super::scope::Scope;

impl Binder<'_> {
    pub(super) fn query(&mut self, query: &Query) -> Rel {
        let outer = self.here;
        self.here = self.span(query);
        let span = self.here;
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        self.refuse(fetch.is_some(), span, "FETCH");
        self.refuse(!locks.is_empty() || for_clause.is_some(), span, "FOR");
        self.refuse(settings.is_some() || format_clause.is_some(), span, "SETTINGS and FORMAT");
        let mark = self.visible.len();
        if let Some(with) = with {
            self.with(with);
        }
        let rel = if pipe_operators.is_empty() {
            let mut rel = match &**body {
                SetExpr::Select(select) => deeper(|| self.select(select, order_by.as_ref())),
                other => match order_by {
                    Some(order_by) => {
                        let asked = self.qualifiers.replace(Vec::new());
                        let mut rel = self.set_expr(other);
                        let qualifiers = self.qualifiers.take().unwrap_or_default();
                        self.qualifiers = asked.map(|_| qualifiers.clone());
                        self.order_output(&mut rel, qualifiers, order_by);
                        rel
                    }
                    None => self.set_expr(other),
                },
            };
            if let Some(clause) = limit_clause {
                self.limit(&mut rel.relation, clause, span);
            }
            rel
        } else {
            deeper(|| self.piped_query(query))
        };
        self.visible.truncate(mark);
        self.here = outer;
        rel
    }

    pub(super) fn set_expr(&mut self, body: &SetExpr) -> Rel {
        match body {
            SetExpr::Select(select) => deeper(|| self.select(select, None)),
            SetExpr::Query(query) => deeper(|| self.query(query)),
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                deeper(|| self.set_operation(*op, *set_quantifier, left, right))
            }
            SetExpr::Values(values) => self.values(values),
            SetExpr::Table(_) | SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                let span = self.here;
                self.unsupported(span, "this statement as a query");
                Rel { relation: Relation::Empty, columns: Vec::new(), open: true }
            }
        }
    }

    pub(super) fn limit(&mut self, relation: &mut Relation, clause: &LimitClause, span: Span) {
        let (limit, offset) = match clause {
            LimitClause::LimitOffset { limit, offset, limit_by } => {
                self.refuse(!limit_by.is_empty(), span, "LIMIT BY");
                (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
            }
            LimitClause::OffsetCommaLimit { offset, limit } => (Some(limit), Some(offset)),
        };
        let limit = limit.map(|limit| self.row_count(limit, "LIMIT"));
        let offset = offset.map(|offset| self.row_count(offset, "OFFSET"));
        if limit.is_some() || offset.is_some() {
            relation.wrap(|input| Relation::Limit { input, limit, offset });
        }
    }

    fn row_count(&mut self, ast: &Ast, clause: &'static str) -> Expr {
        self.frames.push(Frame::new(Scope::default()).forbid(clause));
        let mut count = self.expr(ast);
        self.frames.pop();
        match &count.ty {
            None => {}
            Some(ty)
                if ty.is_integer()
                    && crate::analyze::functions::constant_int(&count).is_some_and(|count| count < 0) =>
            {
                self.error(Code::INVALID_QUERY, count.span, format!("{clause} must not be negative"));
            }
            Some(ty) if ty.is_integer() => {}
            Some(other) => {
                let message = format!("{clause} needs an integer, not {other}");
                self.error(Code::TYPE_MISMATCH, count.span, message);
            }
        }
        crate::analyze::functions::cast(&mut count, DataType::BigInt);
        count
    }

    /// The rows' columns are `col1`, `col2`, …, each of the least common type of its values.
    pub(super) fn values(&mut self, values: &Values) -> Rel {
        let Values { explicit_row: _, value_keyword: _, rows } = values;
        self.frames.push(Frame::new(Scope::default()).forbid("VALUES"));
        let mut bound: Vec<Vec<Expr>> = rows.iter().map(|row| self.row(&row.content)).collect();
        self.frames.pop();
        let width = bound.first().map_or(0, Vec::len);
        if let Some(odd) = bound.iter().find(|row| row.len() != width) {
            let span = odd.first().map_or(self.here, |expr| expr.span);
            let message = format!("a row of VALUES has {} values, the first has {width}", odd.len());
            self.error(Code::INVALID_QUERY, span, message);
            return Rel { relation: Relation::Empty, columns: Vec::new(), open: true };
        }
        let mut columns: Vec<Column> = Vec::new();
        for index in 0..width {
            let mut cells: Vec<&mut Expr> = bound.iter_mut().filter_map(|row| row.get_mut(index)).collect();
            let ty = self.unite(&mut cells, "the values of a column");
            let nullable = cells.iter().any(|cell| cell.nullable);
            let name = self.name(&format!("col{}", index + 1));
            columns.push(self.column(name, ty, nullable));
        }
        self.give_qualifiers(Vec::new());
        let relation = Relation::Values { rows: bound, columns: columns.clone() };
        Rel { relation, columns, open: false }
    }

    /// `(1, 2)` is a row of two, `1` and `(1)` are rows of one.
    fn row(&mut self, cells: &[Ast]) -> Vec<Expr> {
        match cells {
            [Ast::Tuple(values)] => self.exprs(values),
            cells => self.exprs(cells),
        }
    }
}

/// The position that an integer literal in ORDER BY or GROUP BY means.
pub(super) fn ordinal(ast: &Ast) -> Option<usize> {
    match ast {
        Ast::Value(value) => match &value.value {
            Value::Number(text, _) => text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
