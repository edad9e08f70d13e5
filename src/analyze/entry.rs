//! The ways in: one query, one expression, one function.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Diagnostics, SourceFile};
use crate::syntax::ast::{CreateFunction, Query};
use crate::syntax::{DataType, with_much_room};

use super::bind::{Binder, Forbidden};
use super::bound::{BoundQuery, Column, ColumnId, Expr, ExprKind, Proof, Relation};
use super::session::Session;

/// Binds a query. A tree comes back beside errors too, so that what depends on the query's columns can be checked;
/// it may be executed only when there is no error and no [`ExprKind::Unproved`] in it. `None`: some of the output's
/// columns are not known, because a `*` stands over a table that is not.
pub fn bind_query(query: &Query, file: &Arc<SourceFile>, session: &Session<'_>) -> (Option<BoundQuery>, Diagnostics) {
    let (bound, open, diagnostics) = bind_partial(query, file, session);
    ((!open).then_some(bound), diagnostics)
}

/// The tree, whether columns of its output are missing, and what is wrong: for lineage, which is right as far as
/// it goes.
pub fn bind_partial(query: &Query, file: &Arc<SourceFile>, session: &Session<'_>) -> (BoundQuery, bool, Diagnostics) {
    let mut binder = Binder::new(session, file, &query.side, query.span);
    let (bound, open) = with_much_room(|| binder.whole_query(&query.ast));
    (bound, open, binder.into_diagnostics())
}

/// What a lone expression is for, which decides what it must not contain.
#[derive(Clone, Copy, Debug)]
pub struct ScalarRule {
    pub(crate) forbidden: Forbidden,
}

impl ScalarRule {
    /// Databricks documentation, "Pipeline expectations": no subquery, aggregate or window function.
    pub const EXPECTATION: Self = Self {
        forbidden: Forbidden { code: crate::diag::Code::EXPECTATION, place: "an expectation", subqueries: false },
    };
    pub const CDC: Self =
        Self { forbidden: Forbidden { code: crate::diag::Code::CDC, place: "AUTO CDC", subqueries: false } };
    pub const PREDICATE: Self = Self {
        forbidden: Forbidden { code: crate::diag::Code::INVALID_QUERY, place: "this expression", subqueries: true },
    };
}

/// Binds an expression over columns; identifiers above theirs are free.
pub fn bind_scalar(
    expr: &crate::syntax::ast::Expr,
    file: &Arc<SourceFile>,
    session: &Session<'_>,
    columns: &[Column],
    rule: ScalarRule,
) -> (Expr, Diagnostics) {
    let next = columns.iter().map(|column| column.id.0 + 1).max().unwrap_or(0);
    let mut binder = Binder::new(session, file, &expr.side, expr.span).starting_at(next);
    let bound = with_much_room(|| binder.lone(&expr.ast, columns, rule.forbidden));
    (bound, binder.into_diagnostics())
}

/// A function's parameters as columns, and its body over them.
#[derive(Clone, PartialEq, Debug)]
pub struct BoundFunction {
    pub parameters: Vec<Column>,
    /// `None` for a table function and for another language.
    pub body: Option<Expr>,
    /// The query of a table function.
    pub query: Option<BoundQuery>,
    pub returns: Option<DataType>,
    pub proof: Proof,
}

/// Checks the body of `CREATE FUNCTION`.
pub fn bind_function(
    function: &CreateFunction,
    file: &Arc<SourceFile>,
    session: &Session<'_>,
) -> (BoundFunction, Diagnostics) {
    let side = crate::syntax::ast::SideTable::default();
    let mut binder = Binder::new(session, file, &side, function.name.span);
    let mut bound = with_much_room(|| binder.create_function(function));
    bound.proof = binder.proof();
    (bound, binder.into_diagnostics())
}

/// Drops the `_metadata` fields that nothing reads.
pub(crate) fn prune_metadata(query: &mut BoundQuery) {
    let mut used: BTreeSet<ColumnId> = query.output.iter().map(|column| column.id).collect();
    let mut note = |expr: &Expr| {
        if let ExprKind::Column(id) = expr.kind {
            used.insert(id);
        }
    };
    query.relation.visit(&mut note);
    for cte in &query.ctes {
        cte.query.visit(&mut note);
    }
    let mut prune = |relation: &mut Relation| {
        if let Relation::Files(scan) = relation {
            scan.metadata.retain(|(_, column)| used.contains(&column.id));
        }
    };
    query.relation.relations_mut(&mut prune);
    for cte in &mut query.ctes {
        cte.query.relations_mut(&mut prune);
    }
}
