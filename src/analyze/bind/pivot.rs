//! PIVOT and UNPIVOT (Databricks documentation, "PIVOT clause", "UNPIVOT clause"), as aggregates with filters and as
//! rows that `stack` makes.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::{Expr as Ast, ExprWithAlias, Ident, NullInclusion, PivotValueSource, TableAlias, TableFactor};

use crate::analyze::bound::{AggregateCall, Column, ColumnId, Expr, ExprKind, Literal, Relation};
use crate::analyze::functions::{self, Nulls};
use crate::diag::{Code, Span};
use crate::ident::Identifier;
use crate::syntax::DataType;

use super::binder::{Binder, Rel, call, literal};
use super::frame::{Frame, Generator};
use super::from::Source;
use super::scope::{Role, Scope, reference};

/// The parts of a PIVOT.
pub(super) struct Pivot<'q> {
    pub(super) table: &'q TableFactor,
    pub(super) aggregates: &'q [ExprWithAlias],
    pub(super) by: &'q [Ast],
    pub(super) values: &'q PivotValueSource,
    pub(super) alias: Option<&'q TableAlias>,
}

/// The parts of an UNPIVOT.
pub(super) struct Unpivot<'q> {
    pub(super) table: &'q TableFactor,
    pub(super) value: &'q Ast,
    pub(super) name: &'q Ident,
    pub(super) columns: &'q [ExprWithAlias],
    pub(super) nulls: Option<&'q NullInclusion>,
    pub(super) alias: Option<&'q TableAlias>,
}

/// An expression over aggregates, bound once and used for each value.
struct Template {
    suffix: Option<Identifier>,
    expr: Expr,
    aggregates: Vec<(Column, AggregateCall)>,
}

impl Binder<'_> {
    pub(super) fn pivot(&mut self, pivot: &Pivot<'_>, span: Span) -> Source {
        let source = self.factor(pivot.table, None);
        let names = names_of(&source.scope);
        let PivotValueSource::List(values) = pivot.values else {
            self.unsupported(span, "PIVOT without a list of values");
            return self.source(Rel { relation: Relation::Empty, columns: Vec::new(), open: true }, Vec::new());
        };
        let open = source.scope.relations.iter().any(|relation| relation.open.is_some());
        let input = visible(&source);
        self.frames.push(Frame::new(source.scope));
        let by: Vec<Expr> = pivot.by.iter().map(|ast| self.bound_alone(ast, "FOR")).collect();
        let templates: Vec<Template> =
            pivot.aggregates.iter().map(|item| self.template(item, pivot.aggregates.len() > 1)).collect();
        let matches: Vec<(Identifier, Expr)> = values.iter().map(|value| self.pivot_value(value, &by)).collect();
        self.frames.pop();
        let used = used(by.iter().chain(templates.iter().flat_map(|t| t.aggregates.iter().flat_map(|(_, c)| &c.args))));
        let mut groups: Vec<(Column, Expr)> = Vec::new();
        for column in input.iter().filter(|column| !used.contains(&column.id)) {
            let group = self.column(column.name.clone(), column.ty.clone(), column.nullable);
            groups.push((group, reference(column, span)));
        }
        let mut aggregates: Vec<(Column, AggregateCall)> = Vec::new();
        let mut outputs: Vec<(Identifier, Expr)> = Vec::new();
        for (value, condition) in &matches {
            for template in &templates {
                let expr = self.filtered(template, condition, &mut aggregates);
                let name = match &template.suffix {
                    None => value.clone(),
                    Some(suffix) => self.name(&format!("{value}_{suffix}")),
                };
                outputs.push((name, expr));
            }
        }
        let mut projected: Vec<(Column, Expr)> = Vec::new();
        let mut qualifiers: Vec<Vec<Identifier>> = Vec::new();
        for (group, of) in &groups {
            qualifiers.push(names.of(of));
            let column = self.column(group.name.clone(), group.ty.clone(), group.nullable);
            projected.push((column, reference(group, span)));
        }
        for (name, expr) in outputs {
            projected.push((self.column(name, expr.ty.clone(), true), expr));
            qualifiers.push(Vec::new());
        }
        let sets = vec![(0..groups.len()).collect()];
        let mut relation = source.relation;
        relation.wrap(|input| Relation::Aggregate { input, groups, sets, aggregates });
        let columns = projected.iter().map(|(column, _)| column.clone()).collect();
        relation.project(projected);
        self.kept(Rel { relation, columns, open }, pivot.alias, qualifiers, span)
    }

    /// Without an alias the columns that pass through keep the names of their tables.
    fn kept(&mut self, rel: Rel, alias: Option<&TableAlias>, qualifiers: Vec<Vec<Identifier>>, span: Span) -> Source {
        match alias {
            Some(_) => self.named(rel, alias, span),
            None => self.qualified(rel, qualifiers),
        }
    }

    fn bound_alone(&mut self, ast: &Ast, place: &'static str) -> Expr {
        let before = self.frame().no_aggregate.replace(place);
        let expr = self.expr(ast);
        self.frame().no_aggregate = before;
        expr
    }

    fn template(&mut self, item: &ExprWithAlias, several: bool) -> Template {
        let ExprWithAlias { expr: ast, alias } = item;
        let expr = self.expr(ast);
        let aggregates = std::mem::take(&mut self.frame().aggregates);
        if aggregates.is_empty() {
            self.error(Code::INVALID_AGGREGATE, expr.span, "PIVOT needs an aggregate");
        }
        let suffix = match alias {
            Some(alias) => Some(self.identifier(alias)),
            None => Some(self.output_name(ast)),
        };
        Template { suffix: suffix.filter(|_| several), expr, aggregates }
    }

    /// The name of a value's columns, and when a row belongs to it.
    fn pivot_value(&mut self, value: &ExprWithAlias, by: &[Expr]) -> (Identifier, Expr) {
        let ExprWithAlias { expr: ast, alias } = value;
        let parts: Vec<&Ast> = match ast {
            Ast::Tuple(parts) => parts.iter().collect(),
            single => vec![single],
        };
        let span = self.span(ast);
        if parts.len() != by.len() {
            let message = format!("the value has {} parts, but PIVOT is for {} columns", parts.len(), by.len());
            self.error(Code::INVALID_QUERY, span, message);
        }
        let mut condition: Option<Expr> = None;
        for (part, column) in parts.iter().zip(by) {
            let part = self.bound_alone(part, "IN");
            let mut columns = false;
            part.visit(&mut |inner| columns |= matches!(inner.kind, ExprKind::Column(_)));
            if columns {
                self.error(Code::INVALID_QUERY, part.span, "a value of PIVOT must be a constant");
            }
            let same = self.compare("null_safe_eq", column.clone(), part, span);
            condition = Some(match condition {
                None => same,
                Some(before) => call("and", vec![before, same], DataType::Boolean, false, span),
            });
        }
        let name = match alias {
            Some(alias) => self.identifier(alias),
            None => {
                let names: Vec<String> = parts.iter().map(|part| self.output_name(part).to_string()).collect();
                self.name(&names.join("_"))
            }
        };
        let never = literal(Literal::Boolean(false), DataType::Boolean, span);
        (name, condition.unwrap_or(never))
    }

    /// The template over the rows of one value. A value without rows gives NULL, where `count` alone would give 0.
    fn filtered(&mut self, template: &Template, condition: &Expr, made: &mut Vec<(Column, AggregateCall)>) -> Expr {
        let span = template.expr.span;
        let mut renamed: Vec<(ColumnId, Column)> = Vec::new();
        let mut never_null = false;
        for (column, aggregate) in &template.aggregates {
            let mut aggregate = aggregate.clone();
            aggregate.filter = Some(match aggregate.filter.take() {
                None => condition.clone(),
                Some(before) => call("and", vec![before, condition.clone()], DataType::Boolean, true, span),
            });
            never_null |= aggregate.function == "count"
                || functions::find(aggregate.function).is_some_and(|function| function.nulls == Nulls::Never);
            let new = self.column(column.name.clone(), column.ty.clone(), true);
            renamed.push((column.id, new.clone()));
            made.push((new, aggregate));
        }
        let mut expr = template.expr.clone();
        expr.rewrite(&mut |part| {
            let ExprKind::Column(id) = part.kind else { return false };
            let Some((_, new)) = renamed.iter().find(|(old, _)| *old == id) else { return false };
            *part = reference(new, part.span);
            true
        });
        if !never_null {
            return expr;
        }
        let rows = AggregateCall {
            function: "count",
            args: Vec::new(),
            distinct: false,
            filter: Some(condition.clone()),
            order_by: Vec::new(),
            ty: Some(DataType::BigInt),
        };
        let name = self.name("rows");
        let count = self.column(name, Some(DataType::BigInt), false);
        let zero = literal(Literal::Integer(0), DataType::BigInt, span);
        let some = call("gt", vec![reference(&count, span), zero], DataType::Boolean, false, span);
        made.push((count, rows));
        self.case_of(vec![(some, expr)], None, span)
    }

    pub(super) fn unpivot(&mut self, unpivot: &Unpivot<'_>, span: Span) -> Source {
        let source = self.factor(unpivot.table, None);
        let names = names_of(&source.scope);
        let open = source.scope.relations.iter().any(|relation| relation.open.is_some());
        let input = visible(&source);
        let Some(values) = self.value_names(unpivot.value) else {
            self.doubted(span, "this UNPIVOT");
            return self.source(Rel { relation: source.relation, columns: Vec::new(), open: true }, Vec::new());
        };
        let name = self.identifier(unpivot.name);
        self.frames.push(Frame::new(source.scope).forbid("UNPIVOT"));
        let mut labels: Vec<Identifier> = Vec::new();
        let mut rows: Vec<Vec<Expr>> = Vec::new();
        for ExprWithAlias { expr, alias } in unpivot.columns {
            let cells: Vec<&Ast> = match expr {
                Ast::Tuple(cells) => cells.iter().collect(),
                Ast::Nested(cell) => vec![cell],
                cell => vec![cell],
            };
            if cells.len() != values.len() {
                let at = self.span(expr);
                let message = format!("{} columns are given for {} value columns", cells.len(), values.len());
                self.error(Code::INVALID_QUERY, at, message);
                self.frames.pop();
                return self.source(Rel { relation: source.relation, columns: Vec::new(), open: true }, Vec::new());
            }
            labels.push(match alias {
                Some(alias) => self.identifier(alias),
                None => {
                    let names: Vec<String> = cells.iter().map(|cell| self.output_name(cell).to_string()).collect();
                    self.name(&names.join("_"))
                }
            });
            rows.push(cells.into_iter().map(|cell| self.expr(cell)).collect());
        }
        self.frames.pop();
        let used = used(rows.iter().flatten());
        let mut made = vec![self.column(name, Some(DataType::String), false)];
        for (index, value) in values.into_iter().enumerate() {
            let mut cells: Vec<&mut Expr> = rows.iter_mut().filter_map(|row| row.get_mut(index)).collect();
            let ty = self.unite(&mut cells, "the columns of UNPIVOT");
            made.push(self.column(value, ty, true));
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut args = vec![literal(Literal::Integer(count), DataType::Int, span)];
        for (label, cells) in labels.into_iter().zip(rows) {
            args.push(literal(Literal::String(label.to_string()), DataType::String, span));
            args.extend(cells);
        }
        let generator = Generator { function: "stack", args, outer: false, columns: made.clone(), open: false };
        let mut relation = generator.over(Box::new(source.relation));
        if !matches!(unpivot.nulls, Some(NullInclusion::IncludeNulls)) {
            let given = made.iter().skip(1).map(|value| {
                let cell = reference(value, span);
                call("is_not_null", vec![cell], DataType::Boolean, false, span)
            });
            // A row is left out when all of its values are NULL.
            let some = given.reduce(|one, other| call("or", vec![one, other], DataType::Boolean, false, span));
            some.into_iter().for_each(|some| relation.filter(some));
        }
        let mut columns: Vec<Column> = input.into_iter().filter(|column| !used.contains(&column.id)).collect();
        let mut qualifiers: Vec<Vec<Identifier>> =
            columns.iter().map(|column| names.of(&reference(column, span))).collect();
        qualifiers.extend(made.iter().map(|_| Vec::new()));
        columns.extend(made);
        self.kept(Rel { relation, columns, open }, unpivot.alias, qualifiers, span)
    }

    /// `v`, `(v)` or `(v, w)`.
    fn value_names(&mut self, value: &Ast) -> Option<Vec<Identifier>> {
        let parts: Vec<&Ast> = match value {
            Ast::Tuple(parts) => parts.iter().collect(),
            Ast::Nested(part) => vec![part],
            part => vec![part],
        };
        let name = |part: &Ast| match part {
            Ast::Identifier(ident) => Some(self.identifier(ident)),
            _ => None,
        };
        parts.into_iter().map(name).collect()
    }
}

/// By which tables' names columns are reached.
struct Names(BTreeMap<ColumnId, Vec<Identifier>>);

impl Names {
    fn of(&self, expr: &Expr) -> Vec<Identifier> {
        match expr.kind {
            ExprKind::Column(id) => self.0.get(&id).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

fn names_of(scope: &Scope) -> Names {
    let mut names = BTreeMap::new();
    for relation in scope.relations.iter().filter(|relation| !relation.qualifier.is_empty()) {
        for column in &relation.columns {
            if let ExprKind::Column(id) = column.expr.kind {
                names.insert(id, relation.qualifier.clone());
            }
        }
    }
    Names(names)
}

/// What `*` would show.
fn visible(source: &Source) -> Vec<Column> {
    let columns = source.scope.relations.iter().flat_map(|relation| &relation.columns);
    let column = |column: &super::scope::ScopeColumn| match column.expr.kind {
        ExprKind::Column(id) if column.role == Role::Plain => {
            Some(Column { id, name: column.name.clone(), ty: column.expr.ty.clone(), nullable: column.expr.nullable })
        }
        _ => None,
    };
    columns.filter_map(column).collect()
}

fn used<'e>(exprs: impl Iterator<Item = &'e Expr>) -> BTreeSet<ColumnId> {
    let mut ids = BTreeSet::new();
    for expr in exprs {
        expr.visit(&mut |part| {
            if let ExprKind::Column(id) = part.kind {
                ids.insert(id);
            }
        });
    }
    ids
}
