//! Metric views: their dimensions and measures as one query over the source and its joins (Databricks documentation,
//! "Metric view YAML syntax reference"). Knows nothing of YAML: the expressions come parsed.

use std::sync::Arc;

use sqlparser::ast::{
    GroupByExpr, Ident as AstIdent, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, Query as AstQuery,
    SelectItem, SetExpr, TableAlias, TableFactor,
};

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::ident::Identifier;
use crate::syntax::ast::{Expr, Ident, Query};
use crate::syntax::parse_query;

use super::bound::{BoundQuery, Column, ExprKind, Relation};
use super::entry::bind_partial;
use super::session::Session;

/// A metric view. All parts are located in one file.
pub struct Metrics {
    /// `SELECT * FROM source`, or the query that is the source.
    pub source: Query,
    pub joins: Vec<MetricJoin>,
    pub filter: Option<Expr>,
    /// Dimensions, then measures.
    pub columns: Vec<(Ident, Expr)>,
    pub dimensions: usize,
}

/// A table that is joined to the source, known by its name.
pub struct MetricJoin {
    pub name: Ident,
    pub source: Query,
    pub on: Option<Expr>,
    pub using: Vec<Ident>,
}

/// The columns in their order, with what could be found out of them, and what is wrong.
pub fn bind_metrics(metrics: &Metrics, file: &Arc<SourceFile>, session: &Session<'_>) -> (BoundQuery, Diagnostics) {
    let query = as_query(metrics);
    let (bound, _, found) = match query {
        Some(query) => bind_partial(&query, file, session),
        None => bind_partial(&metrics.source, file, session),
    };
    let mut found = found;
    if !found.has_errors() {
        found.extend(aggregated(metrics, &bound, file));
    }
    (bound, found)
}

/// A measure is an aggregate, and a dimension is of one row (Databricks documentation, "Metric view YAML syntax
/// reference", § "Dimensions", "Measures"). What is not understood may be either.
fn aggregated(metrics: &Metrics, bound: &BoundQuery, file: &Arc<SourceFile>) -> Diagnostics {
    let mut out = Diagnostics::default();
    let Relation::Project { input, outputs } = &bound.relation else { return out };
    let Relation::Aggregate { aggregates, .. } = &**input else { return out };
    if outputs.len() != metrics.columns.len() {
        return out;
    }
    for (index, ((name, expr), (_, value))) in metrics.columns.iter().zip(outputs).enumerate() {
        let (mut is_aggregate, mut is_known) = (false, true);
        value.visit(&mut |part| match &part.kind {
            ExprKind::Column(id) => is_aggregate |= aggregates.iter().any(|(column, _)| column.id == *id),
            ExprKind::Unproved { .. } | ExprKind::UserFunction { .. } => is_known = false,
            _ => {}
        });
        let is_dimension = index < metrics.dimensions;
        let message = match (is_dimension, is_aggregate) {
            (true, true) => format!("the dimension `{}` is of one row, and this is an aggregate", name.value),
            (false, false) if is_known => format!("the measure `{}` needs an aggregate", name.value),
            _ => continue,
        };
        out.push(Diagnostic::error(Code::INVALID_AGGREGATE, message).at(Location::new(file, expr.span)));
    }
    out
}

/// What readers see: a name and a type for each column.
pub fn metric_columns(metrics: &Metrics, bound: &BoundQuery) -> Vec<Column> {
    let known = bound.output.len() == metrics.columns.len();
    bound.output.iter().filter(|_| known).cloned().collect()
}

fn as_query(metrics: &Metrics) -> Option<Query> {
    let mut query = parse_query(&SourceFile::new("metrics", "SELECT 1 FROM t")).0?;
    let mut side = metrics.source.side.clone();
    let SetExpr::Select(select) = query.ast.body.as_mut() else { return None };
    let first = select.from.first_mut()?;
    first.relation = relation(&metrics.source, Identifier::fixed("source"), metrics.source.span)?;
    for join in &metrics.joins {
        side.extend(&join.source.side);
        let constraint = match &join.on {
            Some(on) => {
                side.extend(&on.side);
                JoinConstraint::On((*on.ast).clone())
            }
            None => {
                let name = |name: &Ident| ObjectName(vec![ObjectNamePart::Identifier(ident(&name.value, name.span))]);
                JoinConstraint::Using(join.using.iter().map(name).collect())
            }
        };
        first.joins.push(Join {
            relation: relation(&join.source, join.name.value.clone(), join.name.span)?,
            global: false,
            join_operator: JoinOperator::LeftOuter(constraint),
        });
    }
    select.projection.clear();
    for (name, expr) in &metrics.columns {
        side.extend(&expr.side);
        let alias = ident(&name.value, name.span);
        select.projection.push(SelectItem::ExprWithAlias { expr: (*expr.ast).clone(), alias });
    }
    if let Some(filter) = &metrics.filter {
        side.extend(&filter.side);
        select.selection = Some((*filter.ast).clone());
    }
    select.group_by = GroupByExpr::All(Vec::new());
    query.side = side;
    query.span = metrics.source.span;
    Some(query)
}

/// A table under its alias, or a query as a derived table.
fn relation(source: &Query, alias: Identifier, span: Span) -> Option<TableFactor> {
    let alias = TableAlias { explicit: true, name: ident(&alias, span), columns: Vec::new(), at: None };
    let SetExpr::Select(select) = source.ast.body.as_ref() else { return Some(derived(&source.ast, alias)) };
    let plain = matches!(select.projection.as_slice(), [SelectItem::Wildcard(_)]) && select.selection.is_none();
    match select.from.as_slice() {
        [only] if plain && only.joins.is_empty() => match &only.relation {
            TableFactor::Table { alias: None, .. } => {
                let mut table = only.relation.clone();
                if let TableFactor::Table { alias: own, .. } = &mut table {
                    *own = Some(alias);
                }
                Some(table)
            }
            _ => Some(derived(&source.ast, alias)),
        },
        _ => Some(derived(&source.ast, alias)),
    }
}

fn derived(query: &AstQuery, alias: TableAlias) -> TableFactor {
    TableFactor::Derived { lateral: false, subquery: Box::new(query.clone()), alias: Some(alias), sample: None }
}

fn ident(name: &Identifier, span: Span) -> AstIdent {
    super::change::ident(name, span)
}
