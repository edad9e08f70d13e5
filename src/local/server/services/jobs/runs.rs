//! Get, list, cancel and delete runs.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::record::{self, LifeCycle, RUN, RunRecord, TASK_RUN};
use super::wire;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::Expect;

/// "The default value is 20", "greater than 0 and less than 25".
const DEFAULT_PAGE: i64 = 20;
const MAX_PAGE: i64 = 25;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetParams {
    run_id: i64,
    page_token: Option<String>,
    #[serde(rename = "include_history")]
    _include_history: Option<bool>,
    #[serde(rename = "include_resolved_values")]
    _include_resolved_values: Option<bool>,
}

/// The run; for a task's run id the run with this task only.
pub(crate) async fn get_run(State(app): State<Shared>, Params(params): Params<GetParams>) -> ApiResult<Json<Value>> {
    let (document, task) = app.read(move |reader| record::find_run_or_task(reader, params.run_id)).await?;
    let id = document.id.parse().map_err(|_| ApiError::internal("A run has no number."))?;
    let run = &document.body;
    let mut value = wire::base_run(&app, id, run);
    let shown: Vec<_> =
        run.tasks.iter().filter(|known| task.as_ref().is_none_or(|key| *key == known.task_key)).collect();
    let (page, next) = wire::task_page(&shown, params.page_token.as_deref())?;
    if !page.is_empty() {
        value["tasks"] = page.iter().map(|record| wire::task(&app, run, record)).collect();
    }
    if let Some(next) = next {
        value["has_more"] = json!(true);
        value["next_page_token"] = json!(next);
    }
    Ok(Json(value))
}

#[expect(clippy::enum_variant_names, reason = "these are the words of the API")]
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum RunType {
    JobRun,
    SubmitRun,
    WorkflowRun,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    job_id: Option<i64>,
    #[serde(default)]
    active_only: bool,
    #[serde(default)]
    completed_only: bool,
    limit: Option<i64>,
    offset: Option<i64>,
    page_token: Option<String>,
    #[serde(default)]
    expand_tasks: bool,
    run_type: Option<RunType>,
    start_time_from: Option<i64>,
    start_time_to: Option<i64>,
}

/// Newest first.
pub(crate) async fn list_runs(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    if params.active_only && params.completed_only {
        return Err(ApiError::invalid("active_only and completed_only exclude each other."));
    }
    if params.offset.is_some_and(|offset| offset != 0) {
        return Err(ApiError::new(ErrorCode::NotImplemented, "offset is not supported here: use page_token."));
    }
    let limit = params.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(ApiError::invalid(format!("limit must be between 1 and {MAX_PAGE}: {limit}")));
    }
    let admitted = move |run: &RunRecord| {
        (!params.active_only || !run.state.is_final())
            && (!params.completed_only || run.state.is_final())
            && params.run_type.is_none_or(|wanted| wanted == RunType::JobRun)
            && params.start_time_from.is_none_or(|from| run.start_time >= from)
            && params.start_time_to.is_none_or(|to| run.start_time <= to)
    };
    let job = params.job_id;
    let runs = app.read(move |reader| record::runs_of(reader, job)).await?;
    let runs: Vec<_> = runs.into_iter().filter(|run| admitted(&run.body)).collect();
    // Newest first, so the key descends where the cut wants it to ascend.
    let key = |run: &crate::local::store::Document<RunRecord>| {
        let behind = i64::MAX - run.created_at;
        format!("{behind:0>20} {}", run.id)
    };
    let mut runs = runs;
    runs.sort_by_key(key);
    let request = PageRequest { token: params.page_token.as_deref(), size: Some(limit), server_size: app.page_size };
    let (page, next) = request.cut(runs, key)?;
    let mut answer = json!({"has_more": next.is_some()});
    if !page.is_empty() {
        let runs = page.iter().map(|document| {
            let mut value = wire::base_run(&app, document.id.parse().unwrap_or_default(), &document.body);
            if params.expand_tasks {
                value["tasks"] =
                    document.body.tasks.iter().map(|task| wire::task(&app, &document.body, task)).collect();
            }
            value
        });
        answer["runs"] = runs.collect();
    }
    if let Some(next) = next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunRequest {
    run_id: i64,
}

/// "The run is canceled asynchronously, so it may still be running when this request completes."
pub(crate) async fn cancel_run(State(app): State<Shared>, Body(request): Body<RunRequest>) -> ApiResult<Json<Value>> {
    let id = request.run_id;
    app.write(move |writer| {
        let mut run = record::find_run(writer, id)?.body;
        if run.state.is_final() {
            return Ok(());
        }
        run.state = LifeCycle::Terminating;
        record::put_run(writer, id, &run, Expect::Present)
    })
    .await?;
    app.activities.cancel(&id.to_string());
    Ok(Json(json!({})))
}

/// "Returns an error if the run is active."
pub(crate) async fn delete_run(State(app): State<Shared>, Body(request): Body<RunRequest>) -> ApiResult<Json<Value>> {
    let id = request.run_id;
    app.write(move |writer| {
        let run = record::find_run(writer, id)?.body;
        if !run.state.is_final() {
            return Err(ApiError::new(ErrorCode::InvalidState, format!("Run {id} is active: cancel it first.")));
        }
        writer.delete_documents_of(TASK_RUN, &id.to_string())?;
        Ok(writer.delete_document(RUN, &id.to_string())?)
    })
    .await?;
    Ok(Json(json!({})))
}
