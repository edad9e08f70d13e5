//! Lineage, read off the bound tree: from which columns of which tables each output comes.

use std::collections::{BTreeMap, BTreeSet};

use crate::ident::{Identifier, TableName};
use crate::syntax::deeper;

use super::bound::{BoundCte, BoundQuery, Column, ColumnId, Expr, ExprKind, Relation};
use super::walk::generated_from;

/// A column of a table, or a path of files (whose columns are named as read).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin {
    pub table: TableName,
    pub column: Identifier,
}

/// What a query's output is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lineage {
    /// In the order of the output: the columns whose values the output's values are computed from.
    pub columns: Vec<(Identifier, BTreeSet<Origin>)>,
    /// The columns that decide which rows there are: of filters, joins, groups, windows and orders.
    pub rows: BTreeSet<Origin>,
    pub tables: BTreeSet<TableName>,
    /// Paths of `read_files`.
    pub files: BTreeSet<String>,
}

/// Every table that the query reads, those in subqueries and function bodies included.
pub fn tables(query: &BoundQuery) -> BTreeSet<TableName> {
    let mut found = BTreeSet::new();
    for relation in query.ctes.iter().map(|cte| &cte.query).chain([&query.relation]) {
        scanned(relation, &mut found);
    }
    found
}

fn scanned(relation: &Relation, found: &mut BTreeSet<TableName>) {
    relation.relations(&mut |part| {
        if let Relation::Scan(scan) = part {
            if !found.contains(&scan.table) {
                found.insert(scan.table.clone());
            }
        }
    });
    relation.visit(&mut |expr| {
        if let ExprKind::UserFunction { body, .. } = &expr.kind {
            in_body(body, found);
        }
    });
}

/// The body of a function may have subqueries of its own.
fn in_body(body: &Expr, found: &mut BTreeSet<TableName>) {
    let mut queries = Vec::new();
    body.visit(&mut |expr| queries.extend(expr.subquery()));
    for query in queries {
        deeper(|| scanned(&query.relation, found));
    }
    body.visit(&mut |expr| {
        if let ExprKind::UserFunction { body: inner, .. } = &expr.kind {
            deeper(|| in_body(inner, found));
        }
    });
}

pub fn lineage(query: &BoundQuery) -> Lineage {
    let mut trace = Trace { ctes: &query.ctes, origins: BTreeMap::new(), result: Lineage::default() };
    for cte in &query.ctes {
        trace.relation(&cte.query);
    }
    trace.relation(&query.relation);
    let mut result = std::mem::take(&mut trace.result);
    result.columns = query.output.iter().map(|column| (column.name.clone(), trace.of(column.id))).collect();
    result
}

struct Trace<'q> {
    ctes: &'q [BoundCte],
    origins: BTreeMap<ColumnId, BTreeSet<Origin>>,
    result: Lineage,
}

impl<'q> Trace<'q> {
    fn of(&self, id: ColumnId) -> BTreeSet<Origin> {
        self.origins.get(&id).cloned().unwrap_or_default()
    }

    fn set(&mut self, column: &Column, origins: BTreeSet<Origin>) {
        self.origins.entry(column.id).or_default().extend(origins);
    }

    fn relation(&mut self, relation: &'q Relation) {
        deeper(|| self.relation_here(relation));
    }

    fn relation_here(&mut self, relation: &'q Relation) {
        match relation {
            // What stands to the left of a lateral join is known to its right.
            Relation::Join { left, right, .. } | Relation::SetOperation { left, right, .. } => {
                self.relation(left);
                self.relation(right);
            }
            other => {
                for input in other.inputs() {
                    self.relation(input);
                }
            }
        }
        match relation {
            Relation::Scan(scan) => {
                self.result.tables.insert(scan.table.clone());
                for column in &scan.columns {
                    let origin = Origin { table: scan.table.clone(), column: column.name.clone() };
                    self.set(column, BTreeSet::from([origin]));
                }
            }
            Relation::Files(scan) => {
                self.result.files.insert(scan.path.clone());
            }
            Relation::Cte { index, columns } => {
                let defined = self.ctes.get(*index).map(|cte| cte.columns.as_slice()).unwrap_or_default();
                for (column, definition) in columns.iter().zip(defined) {
                    let origins = self.of(definition.id);
                    self.set(column, origins);
                }
            }
            Relation::Project { outputs, .. } => {
                for (column, expr) in outputs {
                    let origins = self.expr(expr);
                    self.set(column, origins);
                }
            }
            Relation::Values { rows, columns } => {
                for row in rows {
                    for (column, cell) in columns.iter().zip(row) {
                        let origins = self.expr(cell);
                        self.set(column, origins);
                    }
                }
            }
            Relation::Generate { function, args, columns, .. } => {
                for (index, column) in columns.iter().enumerate() {
                    let args = generated_from(function, args, index, columns.len());
                    let origins = args.flat_map(|arg| self.expr(arg)).collect();
                    self.set(column, origins);
                }
            }
            Relation::TableFunction { args, columns, .. } => {
                let origins: BTreeSet<Origin> = args.iter().flat_map(|arg| self.expr(arg)).collect();
                for column in columns {
                    self.set(column, origins.clone());
                }
            }
            Relation::Aggregate { groups, aggregates, .. } => {
                for (column, expr) in groups {
                    let origins = self.expr(expr);
                    self.result.rows.extend(origins.clone());
                    self.set(column, origins);
                }
                for (column, call) in aggregates {
                    let mut origins: BTreeSet<Origin> = call.args.iter().flat_map(|arg| self.expr(arg)).collect();
                    for part in call.filter.iter().chain(call.order_by.iter().map(|key| &key.expr)) {
                        origins.extend(self.expr(part));
                    }
                    self.set(column, origins);
                }
            }
            Relation::Window { windows, .. } => {
                for (column, call) in windows {
                    let origins: BTreeSet<Origin> = call.exprs().into_iter().flat_map(|part| self.expr(part)).collect();
                    self.set(column, origins);
                }
            }
            Relation::SetOperation { left, right, columns, .. } => {
                for side in [left, right] {
                    for (column, from) in columns.iter().zip(side.columns()) {
                        let origins = self.of(from.id);
                        self.set(column, origins);
                    }
                }
            }
            Relation::Filter { .. } | Relation::Join { .. } | Relation::Sort { .. } | Relation::Limit { .. } => {
                for expr in relation.exprs() {
                    let origins = self.expr(expr);
                    self.result.rows.extend(origins);
                }
            }
            Relation::Empty | Relation::Distinct { .. } => {}
        }
    }

    /// The columns that an expression's value comes from; subqueries add their output's.
    fn expr(&mut self, expr: &'q Expr) -> BTreeSet<Origin> {
        deeper(|| self.expr_here(expr))
    }

    fn expr_here(&mut self, expr: &'q Expr) -> BTreeSet<Origin> {
        let mut origins = BTreeSet::new();
        match &expr.kind {
            ExprKind::Column(id) => origins.extend(self.of(*id)),
            ExprKind::UserFunction { args, body, .. } => {
                for (parameter, arg) in args {
                    let from = self.expr(arg);
                    self.set(parameter, from);
                }
                origins.extend(self.expr(body));
                return origins;
            }
            _ => {}
        }
        for child in expr.children() {
            origins.extend(self.expr(child));
        }
        if let Some(query) = expr.subquery() {
            self.relation(&query.relation);
            for column in &query.output {
                origins.extend(self.of(column.id));
            }
        }
        origins
    }
}
