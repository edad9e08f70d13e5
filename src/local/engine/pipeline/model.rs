//! What an update is given, and what it tells.

use std::sync::Arc;

use crate::diag::{Diagnostics, Location, SourceFile};
use crate::ident::TableName;
use crate::local::engine::error::EngineError;
use crate::local::engine::session::Session;
use crate::syntax::ast::DatasetKind;

/// One update of one pipeline.
#[derive(Clone, Debug)]
pub struct UpdateSpec {
    pub pipeline_id: String,
    pub pipeline_name: String,
    pub update_id: String,
    /// The pipeline's SQL files.
    pub files: Vec<Arc<SourceFile>>,
    /// Who runs it, and the catalog and schema of unqualified names. `now` is the update's time.
    pub session: Session,
}

/// What to do. Names are of one to three parts, completed by the session's catalog and schema.
#[derive(Clone, Debug, Default)]
pub struct UpdateOptions {
    /// Analyze only; nothing is written.
    pub validate_only: bool,
    /// Full refresh of every dataset.
    pub full_refresh: bool,
    pub full_refresh_selection: Vec<String>,
    /// With neither selection, all datasets are refreshed.
    pub refresh_selection: Vec<String>,
}

/// What happens, as it happens.
#[derive(Debug)]
pub enum Progress<'a> {
    /// The datasets that will be updated, in order.
    Planned(&'a [TableName]),
    Started(&'a TableName),
    Finished(&'a DatasetReport),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Completed,
    /// Nothing that it reads has changed.
    Unchanged,
    Failed,
    /// Something that it reads has failed.
    Skipped,
}

#[derive(Clone, PartialEq, Debug)]
pub struct DatasetReport {
    pub name: TableName,
    pub kind: DatasetKind,
    pub outcome: Outcome,
    /// Rows written by this update.
    pub rows: i64,
    /// Rows that an expectation dropped.
    pub dropped: i64,
    pub millis: u64,
    pub expectations: Vec<ExpectationReport>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpectationReport {
    pub name: String,
    pub passed: i64,
    pub failed: i64,
}

/// Why the update did not complete: the first dataset that failed.
#[derive(Debug)]
pub struct Failure {
    pub dataset: TableName,
    /// Where it is defined.
    pub location: Location,
    pub error: EngineError,
}

#[derive(Debug, Default)]
pub struct UpdateReport {
    /// In the order in which they ran.
    pub datasets: Vec<DatasetReport>,
    /// Warnings and notes of the analysis.
    pub diagnostics: Diagnostics,
    pub failure: Option<Failure>,
}
