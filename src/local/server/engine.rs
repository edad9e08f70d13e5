//! The one place of the server that calls the engine, and turns what it answers into words of the REST API.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::activity::Cancel;
use super::app::{App, Shared};
use super::error::ApiError;
use super::principals::principal;
use super::services::unity::metastore::DEFAULT_CATALOG;
use crate::diag::{Code, Diagnostics, Severity, SourceFile};
use crate::ident::Identifier;
use crate::local::engine::pipeline::{self, Progress, UpdateOptions, UpdateSpec};
use crate::local::engine::statement::{self, Take};
use crate::local::engine::{CancelToken, EngineError, ParameterValue, Principal, Session};
use crate::local::store::StoreError;

pub(crate) use crate::local::engine::statement::Answer;

/// The name that the engine gives to a statement's own text.
const STATEMENT: &str = "statement";

/// A statement or script to run.
pub(crate) struct StatementRun {
    pub(crate) text: String,
    pub(crate) principal: Principal,
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
    pub(crate) catalog: Option<Identifier>,
    pub(crate) schema: Option<Identifier>,
    pub(crate) files: Vec<Arc<SourceFile>>,
    pub(crate) options: UpdateOptions,
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
    let mut errors = diagnostics.sorted().into_iter().filter(|found| found.severity == Severity::Error);
    let Some(first) = errors.next() else {
        let message = "The statement does not compile.".to_string();
        return Failure { message, sql_state: None, internal: true };
    };
    let (class, sql_state) = error_class(first.code, first.hint.is_some());
    let place = first.location.as_ref().map(|location| {
        let (line, column) = location.file.line_column(location.span.start);
        match location.file.name() {
            STATEMENT => format!(" (line {line}, pos {})", column.saturating_sub(1)),
            file => format!(" ({file}:{line}:{column})"),
        }
    });
    let more = match errors.count() {
        0 => String::new(),
        count => format!(" And {count} more errors."),
    };
    let place = place.unwrap_or_default();
    let hint = first.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    let stop = if hint.ends_with('?') { "" } else { "." };
    let message = format!("[{class}] {}{hint}{stop}{place} SQLSTATE: {sql_state}{more}", first.message);
    Failure { message, sql_state: Some(sql_state.to_string()), internal: false }
}

/// Databricks documentation, "Error conditions".
fn error_class(code: Code, suggested: bool) -> (&'static str, &'static str) {
    match code {
        Code::SQL_LEX | Code::SQL_SYNTAX | Code::SQL_WRONG_PLACE => ("PARSE_SYNTAX_ERROR", "42601"),
        Code::SQL_NOT_UNDERSTOOD | Code::UNSUPPORTED_SQL => ("UNSUPPORTED_FEATURE", "0A000"),
        Code::UNKNOWN_TABLE => ("TABLE_OR_VIEW_NOT_FOUND", "42P01"),
        Code::UNKNOWN_COLUMN if suggested => ("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"),
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

fn session(
    app: &App,
    principal: Principal,
    catalog: Option<Identifier>,
    schema: Option<Identifier>,
    parameters: BTreeMap<String, ParameterValue>,
) -> Result<Session, RunFailure> {
    let default = |text: &str| Identifier::object(text).map_err(|error| ApiError::internal(error.to_string()));
    Ok(Session {
        principal,
        catalog: catalog.map_or_else(|| default(DEFAULT_CATALOG), Ok)?,
        schema: schema.map_or_else(|| default("default"), Ok)?,
        parameters,
        now: app.system.clock.now().timestamp_micros(),
    })
}

/// One statement.
pub(crate) async fn run_statement(app: &Shared, request: StatementRun, cancel: &Cancel) -> Result<Answer, RunFailure> {
    let StatementRun { text, principal, catalog, schema, parameters, row_limit } = request;
    let (store, session) = (app.store.clone(), session(app, principal, catalog, schema, parameters)?);
    run(cancel, move |token| {
        let take = Take { limit: row_limit, sink: None };
        statement::execute(&store, &text, &session, take, token)
    })
    .await
}

/// One statement whose rows, however many, go to `sink`; the answer holds none.
pub(crate) async fn stream_statement(
    app: &Shared,
    request: StatementRun,
    cancel: &Cancel,
    sink: impl Fn(Vec<Option<String>>) -> Result<(), StoreError> + Send + 'static,
) -> Result<Answer, RunFailure> {
    let StatementRun { text, principal, catalog, schema, parameters, row_limit } = request;
    let (store, session) = (app.store.clone(), session(app, principal, catalog, schema, parameters)?);
    run(cancel, move |token| {
        let sink = |row| sink(row).map_err(EngineError::Store);
        let take = Take { limit: row_limit, sink: Some(&sink) };
        let mut answer = statement::execute(&store, &text, &session, take, token)?;
        std::mem::take(&mut answer.rows).into_iter().try_for_each(sink)?;
        Ok(answer)
    })
    .await
}

/// The statements of a file, one after the other; the answer is the last one's.
pub(crate) async fn run_script(app: &Shared, request: StatementRun, cancel: &Cancel) -> Result<Answer, RunFailure> {
    let StatementRun { text, principal, catalog, schema, parameters, .. } = request;
    let (store, session) = (app.store.clone(), session(app, principal, catalog, schema, parameters)?);
    run(cancel, move |token| statement::execute_script(&store, &text, &session, token)).await
}

/// An update; `planned` is called once it is known what will run.
pub(crate) async fn run_pipeline(
    app: &Shared,
    request: PipelineRun,
    cancel: &Cancel,
    mut planned: impl FnMut() + Send + 'static,
) -> Result<(), RunFailure> {
    let store = app.store.clone();
    let session = session(app, principal(app, &request.principal), request.catalog, request.schema, BTreeMap::new())?;
    let spec = UpdateSpec {
        pipeline_id: request.pipeline_id,
        pipeline_name: request.pipeline_name,
        update_id: request.update_id,
        files: request.files,
        session,
    };
    let options = request.options;
    let report = run(cancel, move |token| {
        pipeline::run_update(&store, &spec, &options, token, &mut |progress| {
            if let Progress::Planned(_) = progress {
                planned();
            }
        })
    })
    .await?;
    let Some(failure) = report.failure else { return Ok(()) };
    let place = failure.location.display();
    Err(match RunFailure::from(failure.error) {
        RunFailure::Cancelled => RunFailure::Cancelled,
        RunFailure::Failed(inner) => {
            let message = format!("Dataset {} ({place}) failed: {}", failure.dataset, inner.message);
            RunFailure::Failed(Failure { message, ..inner })
        }
    })
}
