//! Columns, constraints and clauses of tables, and what contains tables.

use crate::diag::Span;
use crate::syntax::types::DataType;

use super::{Expr, Ident, Name, Query, RefreshPolicyClause, Schedule, Spanned, Text};

#[derive(Clone, PartialEq, Debug)]
pub struct ColumnDef {
    pub name: Ident,
    /// Absent where a view only names and comments its columns.
    pub data_type: Option<Spanned<DataType>>,
    pub not_null: bool,
    pub comment: Option<Text>,
    pub default: Option<Expr>,
    pub generated: Option<Expr>,
    pub identity: bool,
    /// What `GENERATED … AS IDENTITY` says beside that.
    pub identity_options: IdentityOptions,
    pub primary_key: bool,
    /// The name, options and `TIMESERIES` of `primary_key`.
    pub key: ColumnKey,
    pub collation: Option<Ident>,
    pub mask: Option<ColumnMask>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct IdentityOptions {
    /// `BY DEFAULT` lets rows say their own value.
    pub by_default: bool,
    pub start: Option<i64>,
    pub step: Option<i64>,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct ColumnKey {
    pub name: Option<Ident>,
    pub timeseries: bool,
    pub options: Vec<ConstraintOption>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ColumnMask {
    pub function: Name,
    pub using: Vec<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct RowFilter {
    pub function: Name,
    pub on: Vec<Expr>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Expectation {
    pub name: Ident,
    pub condition: Expr,
    pub on_violation: Violation,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Violation {
    Warn,
    Drop,
    Fail,
}

#[derive(Clone, PartialEq, Debug)]
pub struct TableConstraint {
    pub name: Option<Ident>,
    pub kind: ConstraintKind,
    pub options: Vec<ConstraintOption>,
    pub span: Span,
}

/// How far a constraint is believed. No constraint but `NOT NULL` and `CHECK` is enforced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConstraintOption {
    NotEnforced,
    Enforced,
    Rely,
    NoRely,
    Deferrable,
    NotDeferrable,
    InitiallyDeferred,
    MatchFull,
    OnUpdateNoAction,
    OnDeleteNoAction,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ConstraintKind {
    PrimaryKey { columns: Vec<Ident>, timeseries: Option<Ident> },
    ForeignKey { columns: Vec<Ident>, references: Name, referred: Vec<Ident> },
    Check(Expr),
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct TableClauses {
    pub using: Option<Ident>,
    pub partitioned_by: Vec<Ident>,
    pub cluster_by: Option<ClusterBy>,
    pub location: Option<Text>,
    pub comment: Option<Text>,
    pub properties: Vec<(Text, Text)>,
    pub row_filter: Option<RowFilter>,
    pub default_collation: Option<Ident>,
    /// `WITH SCHEMA BINDING | COMPENSATION | …` of a view.
    pub schema_mode: Option<SchemaMode>,
    pub schedule: Option<Schedule>,
    pub refresh_policy: Option<RefreshPolicyClause>,
}

/// What a view does when the tables below it change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaMode {
    Binding,
    Compensation,
    TypeEvolution,
    Evolution,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ClusterBy {
    Columns(Vec<Ident>),
    Auto,
    None,
}

#[derive(Clone, PartialEq, Debug)]
pub struct CreateTable {
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub external: bool,
    pub name: Name,
    pub columns: Vec<ColumnDef>,
    pub constraints: Vec<TableConstraint>,
    pub clauses: TableClauses,
    pub query: Option<Query>,
}

/// `CREATE CATALOG | SCHEMA | VOLUME`.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateContainer {
    pub if_not_exists: bool,
    /// `EXTERNAL VOLUME` or `FOREIGN CATALOG`.
    pub external: bool,
    pub name: Name,
    pub comment: Option<Text>,
    pub location: Option<Text>,
    pub properties: Vec<(Text, Text)>,
    pub default_collation: Option<Ident>,
    /// The share or the connection that a catalog shows.
    pub using: Option<Name>,
}
