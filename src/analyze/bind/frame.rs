//! What is known while the clauses of one query block are bound.

use sqlparser::ast::NamedWindowExpr;

use crate::analyze::bound::{AggregateCall, Column, Expr, WindowCall};
use crate::diag::Span;
use crate::ident::Identifier;

use super::scope::Scope;

/// Which comes first when a name is both a column of `FROM` and an alias of the select list?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Aliases {
    Unknown,
    AfterColumns,
    /// As `AfterColumns`, in the select list itself: there a window function does not see them.
    Lateral,
    BeforeColumns,
}

/// A function that makes rows, used in the select list.
#[derive(Clone, Debug)]
pub(super) struct Generator {
    pub(super) function: &'static str,
    pub(super) args: Vec<Expr>,
    pub(super) outer: bool,
    pub(super) columns: Vec<Column>,
    /// It may make other columns than these: nobody knows whether its argument is an array or a map.
    pub(super) open: bool,
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) scope: Scope,
    /// The select list so far: the names and what they stand for.
    pub(super) outputs: Vec<(Identifier, Expr)>,
    pub(super) aliases: Aliases,
    /// The parameters of the lambda functions around the place that is being bound, the innermost last.
    pub(super) lambdas: Vec<Vec<Column>>,
    pub(super) aggregates: Vec<(Column, AggregateCall)>,
    pub(super) windows: Vec<(Column, WindowCall)>,
    /// Each makes rows for every row of those before it.
    pub(super) generators: Vec<Generator>,
    pub(super) named_windows: Vec<(Identifier, NamedWindowExpr)>,
    /// Where an aggregate must not stand now: the clause's name.
    pub(super) no_aggregate: Option<&'static str>,
    pub(super) no_window: Option<&'static str>,
    /// Inside a window function or its OVER clause.
    pub(super) in_window: bool,
    /// The place of the first aggregate, for the error about columns that are not grouped.
    pub(super) first_aggregate: Option<Span>,
}

impl Frame {
    pub(super) fn new(scope: Scope) -> Self {
        Self {
            scope,
            outputs: Vec::new(),
            aliases: Aliases::Unknown,
            lambdas: Vec::new(),
            aggregates: Vec::new(),
            windows: Vec::new(),
            generators: Vec::new(),
            named_windows: Vec::new(),
            no_aggregate: None,
            no_window: None,
            in_window: false,
            first_aggregate: None,
        }
    }

    pub(super) fn forbid(mut self, clause: &'static str) -> Self {
        self.no_aggregate = Some(clause);
        self.no_window = Some(clause);
        self
    }
}
