//! Create, get, list and delete.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::record::{self, JOB, JobRecord};
use super::settings::{self, Settings};
use super::wire;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::services::permissions::{self, AccessControl};
use crate::local::store::{Expect, Filter, Order, Reader};

/// "The default value is 20", "greater than 0 and less or equal to 100".
const DEFAULT_PAGE: i64 = 20;
const MAX_PAGE: i64 = 100;

pub(crate) fn check_exists(reader: &Reader<'_>, id: &str) -> ApiResult<()> {
    let id = id.parse().map_err(|_| ApiError::invalid(format!("{id} is not a job id.")))?;
    record::find_job(reader, id).map(drop)
}

pub(crate) async fn create(
    State(app): State<Shared>,
    Body(mut request): Body<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let list = request.shift_remove("access_control_list").filter(|list| !list.is_null());
    let list: Option<Vec<AccessControl>> = list
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| ApiError::invalid(format!("Could not parse access_control_list: {error}")))?;
    Settings::read(&request)?;
    let id = app.number_id();
    let record = JobRecord {
        settings: settings::stored(request),
        creator: app.owner.name.clone(),
        created_time: app.now_ms(),
        next_number: 1,
    };
    let owner = app.owner.name.clone();
    app.write(move |writer| {
        writer.put_document(JOB, &id.to_string(), "", record.name(), &record, Expect::Absent)?;
        list.map_or(Ok(()), |list| permissions::set_for_new_job(writer, &id.to_string(), &owner, list))
    })
    .await?;
    Ok(Json(json!({ "job_id": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetParams {
    job_id: i64,
    page_token: Option<String>,
    #[serde(rename = "include_trigger_state")]
    _include_trigger_state: Option<bool>,
}

pub(crate) async fn get(State(app): State<Shared>, Params(params): Params<GetParams>) -> ApiResult<Json<Value>> {
    let document = app.read(move |reader| record::find_job(reader, params.job_id)).await?;
    wire::job(&document, params.page_token.as_deref()).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    limit: Option<i64>,
    page_token: Option<String>,
    name: Option<String>,
    #[serde(default)]
    expand_tasks: bool,
    offset: Option<i64>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    if params.offset.is_some_and(|offset| offset != 0) {
        let message = "offset is not supported here: use page_token.";
        return Err(ApiError::new(ErrorCode::NotImplemented, message));
    }
    let limit = params.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(ApiError::invalid(format!("limit must be between 1 and {MAX_PAGE}: {limit}")));
    }
    let server_size = app.page_size;
    let answer = app
        .read(move |reader| {
            let all = crate::local::store::PageRequest::ALL;
            // "by exact (case insensitive) job name"
            let wanted = params.name.map(|name| name.to_lowercase());
            let mut jobs = reader.documents::<JobRecord>(JOB, Filter::default(), Order::Newest, all)?.items;
            jobs.retain(|job| wanted.as_ref().is_none_or(|wanted| job.body.name().to_lowercase() == *wanted));
            let key = |job: &crate::local::store::Document<JobRecord>| format!("{:0>20}", job.id);
            jobs.sort_by_key(key);
            let request = PageRequest { token: params.page_token.as_deref(), size: Some(limit), server_size };
            let (page, next) = request.cut(jobs, key)?;
            let mut answer = json!({"has_more": next.is_some()});
            if !page.is_empty() {
                answer["jobs"] = page.iter().map(|job| wire::listed_job(job, params.expand_tasks)).collect();
            }
            if let Some(next) = next {
                answer["next_page_token"] = json!(next);
            }
            Ok(answer)
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteRequest {
    job_id: i64,
}

/// Its runs are cancelled; they can still be read.
pub(crate) async fn delete(State(app): State<Shared>, Body(request): Body<DeleteRequest>) -> ApiResult<Json<Value>> {
    let id = request.job_id;
    let runs = app
        .write(move |writer| {
            record::find_job(writer, id)?;
            permissions::forget(writer, &format!("/jobs/{id}"))?;
            writer.delete_document(JOB, &id.to_string())?;
            record::runs_of(writer, Some(id))
        })
        .await?;
    for run in runs.into_iter().filter(|run| !run.body.state.is_final()) {
        app.activities.cancel(&run.id);
    }
    Ok(Json(json!({})))
}
