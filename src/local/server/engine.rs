//! The one place of the server that calls the engine, and turns what it answers into words of the REST API.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::activity::Cancel;
use super::app::{App, Shared};
use super::error::ApiError;
use super::services::unity::metastore::DEFAULT_CATALOG;
use crate::diag::{Code, Diagnostics, Severity, SourceFile};
use crate::ident::Identifier;
use crate::local::engine::statement;
use crate::local::engine::{CancelToken, EngineError, ParameterValue, Principal, Session};

pub(crate) use crate::local::engine::statement::Answer;

/// The name that the engine gives to a statement's own text.
const STATEMENT: &str = "statement";

/// A statement or script to run.
pub(crate) struct StatementRun {
    pub(crate) text: String,
    pub(crate) principal: String,
    pub(crate) catalog: Option<Identifier>,
    pub(crate) schema: Option<Identifier>,
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
    pub(crate) row_limit: Option<u64>,
}

/// An update to run.
pub(crate) struct PipelineRun {
    pub(crate) pipeline_id: String,
    pub(crate) pipeline_name: String,
    pub(crate) update_id: String,
    pub(crate) principal: String,
    pub(crate) catalog: String,
    pub(crate) schema: Option<String>,
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) full_refresh: bool,
    pub(crate) full_refresh_selection: Vec<String>,
    pub(crate) refresh_selection: Vec<String>,
    pub(crate) validate_only: bool,
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

impl From<EngineError> for RunFailure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Cancelled => Self::Cancelled,
            EngineError::Sql(error) => {
                let message = format!("[{}] {} SQLSTATE: {}", error.class, error.message, error.sqlstate);
                Self::Failed(Failure { message, sql_state: Some(error.sqlstate), internal: false })
            }
            EngineError::Invalid(diagnostics) => Self::Failed(invalid(diagnostics)),
            EngineError::Store(error) => ApiError::from(error).into(),
        }
    }
}

/// The first error of a text that does not compile, in Databricks' words for its kind.
fn invalid(diagnostics: Diagnostics) -> Failure {
    let first = diagnostics.sorted().into_iter().find(|found| found.severity == Severity::Error);
    let Some(first) = first else {
        let message = "The statement does not compile.".to_string();
        return Failure { message, sql_state: None, internal: true };
    };
    let (class, sql_state) = error_class(first.code);
    let place = first.location.as_ref().map(|location| {
        let (line, column) = location.file.line_column(location.span.start);
        match location.file.name() {
            STATEMENT => format!(" (line {line}, pos {})", column.saturating_sub(1)),
            file => format!(" ({file}:{line}:{column})"),
        }
    });
    let message = format!("[{class}] {}.{} SQLSTATE: {sql_state}", first.message, place.unwrap_or_default());
    Failure { message, sql_state: Some(sql_state.to_string()), internal: false }
}

/// Databricks documentation, "Error conditions".
fn error_class(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::SQL_LEX | Code::SQL_SYNTAX | Code::SQL_WRONG_PLACE => ("PARSE_SYNTAX_ERROR", "42601"),
        Code::SQL_NOT_UNDERSTOOD | Code::UNSUPPORTED_SQL => ("UNSUPPORTED_FEATURE", "0A000"),
        Code::UNKNOWN_TABLE => ("TABLE_OR_VIEW_NOT_FOUND", "42P01"),
        Code::UNKNOWN_COLUMN => ("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703"),
        Code::AMBIGUOUS_COLUMN => ("AMBIGUOUS_REFERENCE", "42704"),
        Code::TYPE_MISMATCH => ("DATATYPE_MISMATCH", "42K09"),
        Code::WRONG_ARITY => ("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605"),
        Code::UNKNOWN_FUNCTION => ("UNRESOLVED_ROUTINE", "42883"),
        Code::INVALID_AGGREGATE => ("MISSING_AGGREGATION", "42803"),
        Code::DUPLICATE_COLUMN => ("COLUMN_ALREADY_EXISTS", "42711"),
        _ => ("INVALID_QUERY", "42000"),
    }
}

/// Runs engine work off the request threads, until it ends or is cancelled.
async fn run<T, F>(cancel: &Cancel, work: F) -> Result<T, RunFailure>
where
    T: Send + 'static,
    F: FnOnce(&CancelToken) -> Result<T, EngineError> + Send + 'static,
{
    let token = CancelToken::default();
    let inner = token.clone();
    let mut running = tokio::task::spawn_blocking(move || work(&inner));
    let joined = tokio::select! {
        joined = &mut running => joined,
        () = cancel.cancelled() => {
            token.cancel();
            running.await
        }
    };
    match joined {
        Ok(result) => result.map_err(RunFailure::from),
        Err(_) => Err(ApiError::internal("The engine failed while it worked on the statement.").into()),
    }
}

/// The owner is the workspace's administrator; whoever else runs something needs privileges.
fn principal(app: &App, name: &str) -> Principal {
    let admin = name == app.owner.name;
    let groups = if admin { vec!["admins".to_string(), "users".to_string()] } else { vec!["users".to_string()] };
    Principal { name: name.to_string(), groups, admin }
}

fn session(app: &App, run: &mut StatementRun) -> Result<Session, RunFailure> {
    let default = |text: &str| Identifier::object(text).map_err(|error| ApiError::internal(error.to_string()));
    Ok(Session {
        principal: principal(app, &run.principal),
        catalog: run.catalog.take().map_or_else(|| default(DEFAULT_CATALOG), Ok)?,
        schema: run.schema.take().map_or_else(|| default("default"), Ok)?,
        parameters: std::mem::take(&mut run.parameters),
        now: app.system.clock.now().timestamp_micros(),
    })
}

/// One statement.
pub(crate) async fn run_statement(
    app: &Shared,
    mut request: StatementRun,
    cancel: &Cancel,
) -> Result<Answer, RunFailure> {
    let (store, session) = (app.store.clone(), session(app, &mut request)?);
    run(cancel, move |token| statement::execute(&store, &request.text, &session, request.row_limit, token)).await
}

/// The statements of a file, one after the other; the answer is the last one's.
pub(crate) async fn run_script(app: &Shared, mut request: StatementRun, cancel: &Cancel) -> Result<Answer, RunFailure> {
    let (store, session) = (app.store.clone(), session(app, &mut request)?);
    run(cancel, move |token| statement::execute_script(&store, &request.text, &session, token)).await
}

pub(crate) async fn run_pipeline(_: &Shared, _: PipelineRun, _: &Cancel) -> Result<(), RunFailure> {
    Err(ApiError::internal("The engine is not there yet.").into())
}
