//! The one place of the server that calls the engine, and turns what it answers into words of the REST API.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::activity::Cancel;
use super::app::Shared;
use super::error::ApiError;
use crate::diag::SourceFile;
use crate::ident::Identifier;
use crate::local::engine::ParameterValue;
use crate::syntax::DataType;

/// A statement or script to run.
pub(crate) struct StatementRun {
    pub(crate) text: String,
    pub(crate) principal: String,
    pub(crate) catalog: Option<Identifier>,
    pub(crate) schema: Option<Identifier>,
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
}

/// An update to run.
pub(crate) struct PipelineRun {
    pub(crate) pipeline_id: String,
    pub(crate) pipeline_name: String,
    pub(crate) update_id: String,
    pub(crate) principal: String,
    pub(crate) catalog: String,
    pub(crate) schema: Option<String>,
    pub(crate) configuration: BTreeMap<String, String>,
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) full_refresh: bool,
    pub(crate) full_refresh_selection: Vec<String>,
    pub(crate) refresh_selection: Vec<String>,
    pub(crate) validate_only: bool,
}

/// Rows as `JSON_ARRAY` writes them.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) columns: Vec<(String, DataType)>,
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// For the statement's own fault: `[CLASS] message`.
    pub(crate) message: String,
    pub(crate) sql_state: Option<String>,
    /// The workspace's fault, not the statement's.
    pub(crate) internal: bool,
}

impl Failure {
    /// The `ServiceErrorCode` of statement execution.
    pub(crate) fn code(&self) -> &'static str {
        if self.internal { "INTERNAL_ERROR" } else { "BAD_REQUEST" }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum RunFailure {
    Cancelled,
    Failed(Failure),
}

impl From<ApiError> for RunFailure {
    fn from(error: ApiError) -> Self {
        let internal = error.code.status().is_server_error();
        Self::Failed(Failure { message: error.message, sql_state: None, internal })
    }
}

pub(crate) async fn run_statement(_: &Shared, _: StatementRun, _: &Cancel) -> Result<Answer, RunFailure> {
    Err(ApiError::internal("The engine is not there yet.").into())
}

pub(crate) async fn run_script(_: &Shared, _: StatementRun, _: &Cancel) -> Result<Answer, RunFailure> {
    Err(ApiError::internal("The engine is not there yet.").into())
}

pub(crate) async fn run_pipeline(_: &Shared, _: PipelineRun, _: &Cancel) -> Result<(), RunFailure> {
    Err(ApiError::internal("The engine is not there yet.").into())
}
