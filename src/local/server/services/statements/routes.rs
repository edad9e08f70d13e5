//! Execute, get, result chunks, cancel.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::links::{self, ChunkWriter};
use super::registry::{Phase, Statement};
use super::request::{ExecuteRequest, OnWaitTimeout};
use super::result::ResultSet;
use crate::local::engine::statement::MAX_ANSWER;
use crate::local::server::app::{Shared, blocking};
use crate::local::server::engine::{self, Failure, RunFailure, StatementRun};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoFields, NoParams, Params};
use crate::local::server::principals::Caller;
use crate::local::server::services::warehouses;

pub(crate) async fn execute(
    State(app): State<Shared>,
    Extension(Caller(caller)): Extension<Caller>,
    Body(request): Body<ExecuteRequest>,
) -> ApiResult<Json<Value>> {
    let request = request.check()?;
    let warehouse = request.warehouse_id.clone();
    app.read(move |reader| warehouses::check_exists(reader, &warehouse)).await?;
    let statement =
        Arc::new(Statement::new(app.system.random.uuid().to_string(), caller.name.clone(), app.system.clock.now()));
    app.statements.add(Arc::clone(&statement));
    let external = request.external;
    let run = StatementRun {
        text: request.text,
        principal: caller,
        catalog: request.catalog,
        schema: request.schema,
        parameters: request.parameters,
        row_limit: request.row_limit,
    };
    let (inner, running) = (app.clone(), Arc::clone(&statement));
    app.activities.start(statement.id.clone(), statement.cancel.clone(), async move {
        running.enter(Phase::Running);
        let outcome = match external {
            true => by_links(&inner, run, &running).await,
            false => inline(&inner, run, &running).await,
        };
        running.enter(match outcome {
            Ok(set) => Phase::Succeeded(Arc::new(set)),
            Err(RunFailure::Cancelled) => Phase::Canceled,
            Err(RunFailure::Failed(failure)) => Phase::Failed(Arc::new(failure)),
        });
    });
    if !request.wait.is_zero() && tokio::time::timeout(request.wait, statement.finished()).await.is_err() {
        match request.on_wait_timeout {
            OnWaitTimeout::Continue => {}
            OnWaitTimeout::Cancel => {
                statement.cancel.cancel();
                statement.enter(Phase::Canceled);
            }
        }
    }
    Ok(Json(statement.wire(&app)))
}

async fn inline(app: &Shared, run: StatementRun, statement: &Statement) -> Result<ResultSet, RunFailure> {
    let answer = engine::run_statement(app, run, &statement.cancel).await?;
    ResultSet::inline(answer, app.chunk_rows).ok_or_else(|| {
        let message = format!(
            "Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result size of at most \
             {MAX_ANSWER} bytes. Please execute the statement with disposition=EXTERNAL_LINKS if you want to download \
             the full result."
        );
        RunFailure::Failed(Failure { message, sql_state: None, internal: false })
    })
}

async fn by_links(app: &Shared, run: StatementRun, statement: &Statement) -> Result<ResultSet, RunFailure> {
    let writer = Arc::new(Mutex::new(ChunkWriter::new(app, &statement.id)));
    let sink = Arc::clone(&writer);
    let push = move |row: Vec<_>| sink.lock().unwrap_or_else(PoisonError::into_inner).push(&row);
    let answer = engine::stream_statement(app, run, &statement.cancel, push).await?;
    // The engine has let go of its half when it answers.
    let writer = Arc::into_inner(writer).ok_or_else(|| ApiError::internal("The result is still being written."))?;
    let writer = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
    let files = blocking(move || Ok(writer.finish()?)).await?;
    Ok(ResultSet::external(answer, files))
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    Ok(Json(app.statements.find(&id, &caller.0)?.wire(&app)))
}

pub(crate) async fn chunk(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((id, index)): Path<(String, usize)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let statement = app.statements.find(&id, &caller.0)?;
    let Phase::Succeeded(set) = statement.phase() else {
        return Err(ApiError::new(ErrorCode::BadRequest, format!("The statement {id} has no result.")));
    };
    let chunk = set.chunk(&id, index, &|index| links::link(&app, &id, index));
    chunk.map(Json).ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("The result has no chunk {index}.")))
}

/// "Requests that an executing statement be canceled. Callers must poll for status to see the terminal state."
pub(crate) async fn cancel(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Body(_): Body<NoFields>,
) -> ApiResult<Json<Value>> {
    let statement = app.statements.find(&id, &caller.0)?;
    statement.cancel.cancel();
    Ok(Json(json!({})))
}
