//! Execute, get, result chunks, cancel.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::registry::{Phase, Statement};
use super::request::{ExecuteRequest, OnWaitTimeout};
use super::result::ResultSet;
use crate::local::engine::statement::MAX_ANSWER;
use crate::local::server::app::Shared;
use crate::local::server::engine::{self, Answer, Failure, RunFailure, StatementRun};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoFields, NoParams, Params};
use crate::local::server::services::warehouses;

pub(crate) async fn execute(State(app): State<Shared>, Body(request): Body<ExecuteRequest>) -> ApiResult<Json<Value>> {
    let request = request.check()?;
    let warehouse = request.warehouse_id.clone();
    app.read(move |reader| warehouses::check_exists(reader, &warehouse)).await?;
    let statement = Arc::new(Statement::new(app.system.random.uuid().to_string(), app.system.clock.now()));
    app.statements.add(Arc::clone(&statement));
    let run = StatementRun {
        text: request.text,
        principal: app.owner.name.clone(),
        catalog: request.catalog,
        schema: request.schema,
        parameters: request.parameters,
        row_limit: request.row_limit,
    };
    let (inner, running) = (app.clone(), Arc::clone(&statement));
    app.activities.start(statement.id.clone(), statement.cancel.clone(), async move {
        running.enter(Phase::Running);
        let outcome = engine::run_statement(&inner, run, &running.cancel).await;
        running.enter(phase(outcome, inner.chunk_rows));
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
    Ok(Json(statement.wire()))
}

fn phase(outcome: Result<Answer, RunFailure>, chunk_rows: usize) -> Phase {
    match outcome {
        Ok(answer) => match ResultSet::new(answer, chunk_rows) {
            Some(set) => Phase::Succeeded(Arc::new(set)),
            None => Phase::Failed(Arc::new(Failure {
                message: format!(
                    "Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result size of \
                     at most {MAX_ANSWER} bytes."
                ),
                sql_state: None,
                internal: false,
            })),
        },
        Err(RunFailure::Cancelled) => Phase::Canceled,
        Err(RunFailure::Failed(failure)) => Phase::Failed(Arc::new(failure)),
    }
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    Ok(Json(app.statements.find(&id)?.wire()))
}

pub(crate) async fn chunk(
    State(app): State<Shared>,
    Path((id, index)): Path<(String, usize)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let statement = app.statements.find(&id)?;
    let Phase::Succeeded(set) = statement.phase() else {
        return Err(ApiError::new(ErrorCode::BadRequest, format!("The statement {id} has no result.")));
    };
    let chunk = set.chunk(&id, index);
    chunk.map(Json).ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("The result has no chunk {index}.")))
}

/// "Requests that an executing statement be canceled. Callers must poll for status to see the terminal state."
pub(crate) async fn cancel(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(_): Body<NoFields>,
) -> ApiResult<Json<Value>> {
    let statement = app.statements.find(&id)?;
    statement.cancel.cancel();
    Ok(Json(json!({})))
}
