//! What makes a dataset of a pipeline, and views.

use super::{ColumnDef, Expectation, FlowBody, Name, Query, TableClauses, TableConstraint};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DatasetKind {
    StreamingTable,
    MaterializedView,
    TemporaryView,
    View,
}

/// `CREATE STREAMING TABLE | MATERIALIZED VIEW | TEMPORARY VIEW | VIEW` and their legacy `LIVE` forms.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateDataset {
    pub kind: DatasetKind,
    pub private: bool,
    pub or_refresh: bool,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub name: Name,
    pub columns: Vec<ColumnDef>,
    pub expectations: Vec<Expectation>,
    pub constraints: Vec<TableConstraint>,
    pub clauses: TableClauses,
    pub source: DatasetSource,
}

#[derive(Clone, PartialEq, Debug)]
pub enum DatasetSource {
    /// A target that `CREATE FLOW` statements fill.
    None,
    Query(Box<Query>),
    Flow(Box<FlowBody>),
}
