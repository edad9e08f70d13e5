//! What is known of a pipeline once it is analyzed.

use std::ops::Range;

use crate::analyze::bound::{BoundQuery, Column, Expr, Proof};
use crate::catalog::ColumnInfo;
use crate::diag::{Diagnostics, Location};
use crate::ident::{Identifier, TableName};
use crate::syntax::ast::{DatasetKind, ScdType, Violation};

use super::flow::Views;

/// The datasets in an order in which each comes after those that it reads. A dataset that takes part in a cycle is
/// reported and left out.
pub type PipelineAnalysis = Analysis<Dataset>;

/// As [`PipelineAnalysis`], with what the caller keeps of each dataset.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Analysis<T> {
    /// What of this comes from which dataset.
    pub each: Vec<Each>,
    /// The temporary views, for who binds a dataset again.
    pub views: Views,
    pub datasets: Vec<T>,
    /// Datasets that exist, but whose columns could not be worked out: they are not among `datasets`.
    pub unread: Vec<TableName>,
    /// Datasets of which a query could not be bound, and where they are defined: whoever runs the pipeline must not pass
    /// over them.
    pub incomplete: Vec<(TableName, Location)>,
    /// Of all its queries and expressions.
    pub proof: Proof,
    pub diagnostics: Diagnostics,
}

/// One dataset's part of an analysis.
#[derive(Clone, PartialEq, Debug)]
pub struct Each {
    pub name: TableName,
    pub proof: Proof,
    /// Positions of its findings among all.
    pub found: Range<usize>,
    /// Of those about its foreign keys, which come last.
    pub keys: Range<usize>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Dataset {
    pub name: TableName,
    pub kind: DatasetKind,
    pub private: bool,
    pub columns: Vec<ColumnInfo>,
    /// The same columns as expressions over one row of the dataset see them; expectations and predicates refer to
    /// these.
    pub row: Vec<Column>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
    pub cluster_by: Vec<Identifier>,
    pub partitioned_by: Vec<Identifier>,
    pub primary_key: Vec<Identifier>,
    pub flows: Vec<Flow>,
    pub expectations: Vec<BoundExpectation>,
    pub row_filter: Option<BoundRowFilter>,
    /// (column, function, further columns that it is given).
    pub masks: Vec<(Identifier, TableName, Vec<Identifier>)>,
    /// What it reads, of this pipeline and of others.
    pub dependencies: Vec<TableName>,
    pub location: Location,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Flow {
    /// Names its checkpoint: a flow of another name starts anew.
    pub name: TableName,
    pub kind: FlowKind,
    /// The output is exactly the dataset's columns, in order and of their types. Of AUTO CDC: the source's rows.
    pub query: BoundQuery,
    pub location: Location,
}

#[derive(Clone, PartialEq, Debug)]
pub enum FlowKind {
    /// Adds rows: those that are new in the streams it reads; `once`: all, one time.
    Append {
        once: bool,
        streaming: bool,
    },
    /// Recomputes the whole dataset.
    Complete,
    /// Replaces the rows of which the predicate (over [`Dataset::row`]) is true.
    ReplaceWhere {
        predicate: Expr,
    },
    /// Replaces the rows that agree with a new one in these columns.
    ReplaceUsing {
        columns: Vec<Identifier>,
        sequence_by: Identifier,
    },
    AutoCdc(Box<BoundCdc>),
}

/// Expressions are over the output of the flow's query.
#[derive(Clone, PartialEq, Debug)]
pub struct BoundCdc {
    pub once: bool,
    pub keys: Vec<Column>,
    pub sequence_by: Expr,
    pub delete_when: Option<Expr>,
    pub truncate_when: Option<Expr>,
    /// The columns that the target keeps, in its order: (source column, value as the target's type).
    pub columns: Vec<(Column, Expr)>,
    /// Columns in which NULL means "unchanged".
    pub ignore_null_updates: Vec<Column>,
    /// `Type1` or `Type2`.
    pub scd: ScdType,
    pub track_history: TrackedColumns,
}

/// The columns whose change begins a new version of a row (SCD type 2).
#[derive(Clone, PartialEq, Debug)]
pub enum TrackedColumns {
    All,
    Only(Vec<Column>),
}

#[derive(Clone, PartialEq, Debug)]
pub struct BoundExpectation {
    pub name: Identifier,
    /// Over [`Dataset::row`]; what is not true is a violation.
    pub condition: Expr,
    pub on_violation: Violation,
    pub location: Location,
}

#[derive(Clone, PartialEq, Debug)]
pub struct BoundRowFilter {
    pub function: TableName,
    pub columns: Vec<Identifier>,
}
