//! Views and functions that would be read to compute themselves (Databricks documentation, "Error conditions",
//! RECURSIVE_VIEW). A statement's analysis expands functions but not views, so only here is a whole chain seen.

use std::collections::BTreeSet;

use crate::analyze::bound::{BoundQuery, Expr, ExprKind, Relation};
use crate::ident::TableName;
use crate::local::engine::error::{EngineError, ErrorClass, SqlError};
use crate::local::store::{TableKind, TableRecord};

use super::entry::Scope;

/// The names that a query or an expression uses.
#[derive(Default)]
pub(super) struct Uses {
    relations: BTreeSet<TableName>,
    functions: BTreeSet<TableName>,
}

impl Uses {
    pub(super) fn query(&mut self, query: &BoundQuery) {
        self.relation(&query.relation);
        query.ctes.iter().for_each(|cte| self.relation(&cte.query));
    }

    fn relation(&mut self, relation: &Relation) {
        relation.relations(&mut |relation| self.scan(relation));
        relation.visit(&mut |expr| self.call(expr));
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        expr.visit(&mut |part| {
            self.call(part);
            if let Some(query) = part.subquery() {
                query.relation.relations(&mut |relation| self.scan(relation));
            }
        });
    }

    fn scan(&mut self, relation: &Relation) {
        if let Relation::Scan(scan) = relation {
            self.relations.insert(scan.table.clone());
        }
    }

    fn call(&mut self, expr: &Expr) {
        if let ExprKind::UserFunction { name, body, .. } = &expr.kind {
            self.functions.insert(name.clone());
            self.expr(body);
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Made<'a> {
    View(&'a TableName),
    Function(&'a TableName),
}

impl Made<'_> {
    fn name(&self) -> &TableName {
        match self {
            Self::View(name) | Self::Function(name) => name,
        }
    }

    fn is_used(&self, uses: &Uses) -> bool {
        match self {
            Self::View(name) => uses.relations.contains(name),
            Self::Function(name) => uses.functions.contains(name),
        }
    }
}

/// Refuses an object whose definition uses it, itself or through other views and functions.
pub(super) fn refuse(scope: &Scope<'_>, made: Made<'_>, uses: Uses) -> Result<(), EngineError> {
    let stock = scope.stock();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(vec![made.name().clone()], uses)];
    while let Some((path, uses)) = waiting.pop() {
        if made.is_used(&uses) {
            let path: Vec<String> = path.iter().chain([made.name()]).map(TableName::quoted).collect();
            let what = if matches!(made, Made::View(_)) { "view" } else { "function" };
            let text = format!("Recursive {what} {} detected (cycle: {}).", made.name().quoted(), path.join(" -> "));
            return Err(SqlError::new(ErrorClass::RECURSIVE_VIEW, text).into());
        }
        for name in uses.relations {
            if !seen.insert(name.clone()) {
                continue;
            }
            let record = scope.reader.securable::<TableRecord>(&name)?;
            let Some(record) = record.filter(|record| record.kind == TableKind::View) else { continue };
            // A view that does not compile leads nowhere; whoever reads it is told so.
            let Ok(query) = stock.view(&record) else { continue };
            let mut inner = Uses::default();
            inner.query(&query);
            waiting.push((path.iter().cloned().chain([name]).collect(), inner));
        }
    }
    Ok(())
}
