//! Flows: what fills a dataset.

use crate::diag::Span;

use super::{Expr, Ident, Name, Query, Text};

/// `CREATE FLOW name AS …`, and the legacy `APPLY CHANGES INTO` (whose flow has its target's name).
#[derive(Clone, PartialEq, Debug)]
pub struct CreateFlow {
    pub name: Name,
    pub comment: Option<Text>,
    pub target: Name,
    pub body: FlowBody,
}

#[expect(clippy::large_enum_variant, reason = "one is held at a time, inside a boxed statement")]
#[derive(Clone, PartialEq, Debug)]
pub enum FlowBody {
    Insert { once: bool, by_name: bool, query: Query },
    AutoCdc { once: bool, spec: Box<CdcSpec> },
    ReplaceWhere { predicate: Expr, query: Query },
    ReplaceUsing { columns: Vec<Ident>, sequence_by: Ident, query: Query },
}

#[derive(Clone, PartialEq, Debug)]
pub struct CdcSpec {
    /// `SELECT * FROM <source>`: the source as a query, so that it binds as any other.
    pub source: Query,
    pub keys: Vec<Ident>,
    pub ignore_null_updates: Option<ColumnSet>,
    pub delete_when: Option<Expr>,
    pub truncate_when: Option<Expr>,
    pub sequence_by: Expr,
    /// `SYSTEM SEQUENCE BY` and `COLUMNS TO UPDATE`: only of bitemporal targets.
    pub system_sequence_by: Option<Expr>,
    pub columns_to_update: Option<Ident>,
    pub columns: ColumnSet,
    pub scd: ScdType,
    pub track_history: ColumnSet,
    pub span: Span,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ColumnSet {
    All,
    Only(Vec<Ident>),
    AllExcept(Vec<Ident>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScdType {
    Type1,
    Type2,
    Bitemporal,
}
