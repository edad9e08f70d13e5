//! Evaluation runs. <https://docs.databricks.com/api/genie/v1/eval-run>

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::compare::Assessment;
use super::evaluate::{EvalRun, Evaluated, Evaluation, KIND, Said, Status, put};
use super::spaces;
use crate::local::server::activity::Cancel;
use crate::local::server::app::{App, Shared, number_of};
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::principals::Caller;
use crate::local::server::services::{statements, warehouses};
use crate::local::store::{self, Document, Expect, Filter, Order, Reader};

/// `GenieEvalRunResponse`
fn wire(id: &str, run: &EvalRun) -> Value {
    let done = run.results.iter().filter(|result| result.status == Status::Done).count();
    json!({
        "eval_run_id": id,
        "eval_run_status": run.status,
        "run_by_user": number_of(&run.by),
        "created_timestamp": run.created,
        "last_updated_timestamp": run.updated,
        "num_questions": run.results.len(),
        "num_done": done,
        "num_correct": run.count(Assessment::Good),
        "num_needs_review": run.count(Assessment::NeedsReview),
    })
}

fn find(reader: &Reader<'_>, space: &str, id: &str) -> ApiResult<Document<EvalRun>> {
    spaces::check_exists(reader, space)?;
    let found = reader.document::<EvalRun>(KIND, id)?.filter(|run| run.parent == space);
    found.ok_or_else(|| ApiError::missing(format!("Unable to find evaluation run [{id}]")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRequest {
    /// "If none are specified, then all benchmark questions are evaluated."
    #[serde(default)]
    benchmark_question_ids: Vec<String>,
}

pub(crate) async fn create(
    State(app): State<Shared>,
    Extension(Caller(caller)): Extension<Caller>,
    Path(space_id): Path<String>,
    Params(_): Params<NoParams>,
    Body(request): Body<CreateRequest>,
) -> ApiResult<Json<Value>> {
    let (inner, id, by) = (app.clone(), app.hex_id(), caller.name.clone());
    let (space_for, id_for) = (space_id.clone(), id.clone());
    let (space, run) = app
        .write(move |writer| {
            let (space, warehouse) = spaces::content_of(writer, &space_for)?;
            warehouses::check_exists(writer, &warehouse)?;
            let wanted = request.benchmark_question_ids;
            let mut questions = space.benchmarks.clone().unwrap_or_default().questions;
            if let Some(unknown) = wanted.iter().find(|id| !questions.iter().any(|known| known.id == **id)) {
                let message = format!("The space has no benchmark question with id {unknown}.");
                return Err(ApiError::invalid(message));
            }
            questions.retain(|question| wanted.is_empty() || wanted.contains(&question.id));
            if questions.is_empty() {
                return Err(ApiError::invalid("The space has no benchmark questions to evaluate."));
            }
            let run = EvalRun::new(&inner, &by, &questions);
            put(writer, &space_for, &id_for, &run, Expect::Absent)?;
            Ok((space, run))
        })
        .await?;
    let answer = wire(&id, &run);
    let cancel = Cancel::default();
    let evaluation = Evaluation { space_id, id: id.clone(), space, run, caller };
    app.activities.start(id, cancel.clone(), evaluation.work(app.clone(), cancel));
    Ok(Json(answer))
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path((space, id)): Path<(String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let run = app.read(move |reader| find(reader, &space, &id)).await?;
    Ok(Json(wire(&run.id, &run.body)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    page_size: Option<i64>,
    page_token: Option<String>,
}

/// The latest first.
pub(crate) async fn list(
    State(app): State<Shared>,
    Path(space): Path<String>,
    Params(params): Params<ListParams>,
) -> ApiResult<Json<Value>> {
    let server_size = app.page_size;
    let page = app
        .read(move |reader| {
            spaces::check_exists(reader, &space)?;
            let size = PageRequest { token: None, size: params.page_size, server_size }.len()?;
            let request = store::PageRequest { size, token: params.page_token.as_deref() };
            let filter = Filter { parent: Some(&space), ..Filter::default() };
            Ok(reader.documents::<EvalRun>(KIND, filter, Order::Newest, request)?)
        })
        .await?;
    let mut answer = json!({});
    if !page.items.is_empty() {
        answer["eval_runs"] = page.items.iter().map(|run| wire(&run.id, &run.body)).collect();
    }
    if let Some(next) = page.next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

/// "Shows summary information for an evaluation result."
pub(crate) async fn results(
    State(app): State<Shared>,
    Path((space, id)): Path<(String, String)>,
    Params(params): Params<ListParams>,
) -> ApiResult<Json<Value>> {
    let space_id = space.clone();
    let run = app.read(move |reader| find(reader, &space, &id)).await?.body;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.page_size, server_size: app.page_size };
    let by = number_of(&run.by);
    let numbered: Vec<(usize, Evaluated)> = run.results.into_iter().enumerate().collect();
    let (page, next) = request.cut(numbered, |(at, _)| format!("{at:08}"))?;
    let result = |(_, result): &(usize, Evaluated)| {
        json!({
            "result_id": result.id,
            "space_id": space_id,
            "benchmark_question_id": result.benchmark_id,
            "question": result.question,
            "benchmark_answer": result.expected,
            "created_by_user": by,
            "status": result.status,
        })
    };
    let mut answer = json!({ "eval_results": page.iter().map(result).collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

/// "Shows detailed information for an evaluation result": `GenieEvalResultDetails`.
pub(crate) async fn result(
    State(app): State<Shared>,
    Path((space, id, result_id)): Path<(String, String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let space_id = space.clone();
    let run = app.read(move |reader| find(reader, &space, &id)).await?.body;
    let found = run.results.into_iter().find(|result| result.id == result_id);
    let found = found.ok_or_else(|| ApiError::missing(format!("Unable to find evaluation result [{result_id}]")))?;
    let mut answer = json!({
        "result_id": found.id,
        "space_id": space_id,
        "benchmark_question_id": found.benchmark_id,
        "eval_run_status": found.status,
    });
    if let Some(verdict) = found.verdict {
        answer["assessment"] = json!(verdict.assessment);
        answer["assessment_reasons"] = json!(verdict.reasons);
        answer["manual_assessment"] = json!(false);
        answer["actual_response"] = json!([match &verdict.said {
            Said::Sql { sql, statement } => sql_response(&app, sql, Some(statement)),
            Said::Text(text) => json!({"response_type": "TEXT", "response": text}),
        }]);
        answer["expected_response"] =
            json!([sql_response(&app, &found.expected, verdict.expected_statement.as_deref())]);
    }
    Ok(Json(answer))
}

/// With the result as long as the workspace keeps it: "Response results are visible in evaluation details for one week",
/// here for as long as those of any statement.
fn sql_response(app: &App, sql: &str, statement: Option<&str>) -> Value {
    let mut response = json!({"response_type": "SQL", "response": sql});
    if let Some(result) = statement.and_then(|id| statements::recorded(app, id)) {
        response["sql_execution_result"] = result;
    }
    response
}
