//! MLflow experiments. <https://docs.databricks.com/api/workspace/experiments>
//!
//! Experiments and their tags; runs are kept by the MLflow of whoever runs something.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::permissions;
use super::workspace::WorkspacePath;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, Reader, Writer};

const KIND: DocumentKind = DocumentKind("experiment");

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    Active,
    Deleted,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    artifact_location: String,
    stage: Stage,
    tags: BTreeMap<String, String>,
}

fn wire(document: &Document<Record>) -> Value {
    let Record { artifact_location, stage, tags } = &document.body;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    json!({
        "experiment_id": document.id, "name": document.name, "artifact_location": artifact_location,
        "lifecycle_stage": stage, "tags": tags,
        "creation_time": document.created_at / 1000, "last_update_time": document.updated_at / 1000,
    })
}

/// Also one that was deleted.
fn find(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    let found = reader.document(KIND, id)?;
    found.ok_or_else(|| ApiError::missing(format!("Node ID {id} does not exist.")))
}

/// Refuses an id that names no experiment.
pub(crate) fn check_exists(reader: &Reader<'_>, id: &str) -> ApiResult<()> {
    find_active(reader, id).map(drop)
}

fn find_active(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    match find(reader, id)? {
        found if found.body.stage == Stage::Active => Ok(found),
        _ => Err(ApiError::missing(format!("Experiment with id '{id}' was deleted."))),
    }
}

fn by_name(reader: &Reader<'_>, name: &str) -> ApiResult<Option<Document<Record>>> {
    let filter = Filter { name: Some(name), ..Filter::default() };
    let page = reader.documents::<Record>(KIND, filter, Order::Newest, crate::local::store::PageRequest::ALL)?;
    Ok(page.items.into_iter().find(|found| found.body.stage == Stage::Active))
}

fn put(writer: &Writer<'_>, id: &str, name: &str, record: &Record, expect: Expect) -> ApiResult<()> {
    writer.put_document(KIND, id, "", name, record, expect)?;
    Ok(())
}

/// The path without `/Workspace`, in a folder that exists and under a name that is free.
fn check_path(app: &App, reader: &Reader<'_>, name: &str, own: &str) -> ApiResult<String> {
    let path = WorkspacePath::parse(name)?;
    let folder = path.parent().ok_or_else(|| ApiError::invalid("An experiment's name is a path of the workspace."))?;
    if !app.store.workspace_files().stat(folder.tree())?.is_some_and(|info| info.is_dir) {
        return Err(ApiError::missing(format!("Parent directory {folder} does not exist.")));
    }
    let name = path.to_string();
    match by_name(reader, &name)?.filter(|found| found.id != own) {
        Some(_) => {
            let message = format!("Node named '{}' already exists", path.name());
            Err(ApiError::new(ErrorCode::ResourceAlreadyExists, message))
        }
        None => Ok(name),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRequest {
    name: String,
    artifact_location: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<CreateRequest>) -> ApiResult<Json<Value>> {
    let number: [u8; 7] = app.system.random.bytes();
    let id = number.iter().fold(0_u64, |id, byte| id * 256 + u64::from(*byte)).to_string();
    let made = id.clone();
    let inner = app.clone();
    app.write(move |writer| {
        let name = check_path(&inner, writer, &request.name, "")?;
        let place = || format!("dbfs:/databricks/mlflow-tracking/{id}");
        let record = Record {
            artifact_location: request.artifact_location.unwrap_or_else(place),
            stage: Stage::Active,
            tags: request.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        };
        put(writer, &id, &name, &record, Expect::Absent)
    })
    .await?;
    Ok(Json(json!({ "experiment_id": made })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ById {
    experiment_id: String,
}

pub(crate) async fn get(State(app): State<Shared>, Params(request): Params<ById>) -> ApiResult<Json<Value>> {
    let found = app.read(move |reader| find(reader, &request.experiment_id)).await?;
    Ok(Json(json!({ "experiment": wire(&found) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByName {
    experiment_name: String,
}

pub(crate) async fn get_by_name(State(app): State<Shared>, Params(request): Params<ByName>) -> ApiResult<Json<Value>> {
    let name = WorkspacePath::parse(&request.experiment_name)?.to_string();
    let found = app.read(move |reader| by_name(reader, &name)).await?;
    let missing = || ApiError::missing(format!("Node {} does not exist.", request.experiment_name));
    Ok(Json(json!({ "experiment": wire(&found.ok_or_else(missing)?) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    max_results: Option<i64>,
    page_token: Option<String>,
    #[serde(rename = "view_type")]
    _view_type: Option<String>,
}

/// Those that are not deleted.
pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let server_size = app.page_size;
    let page = app
        .read(move |reader| {
            let len = PageRequest { token: None, size: params.max_results, server_size }.len()?;
            let request = crate::local::store::PageRequest { size: len, token: params.page_token.as_deref() };
            Ok(reader.documents::<Record>(KIND, Filter::default(), Order::Oldest, request)?)
        })
        .await?;
    let active = page.items.iter().filter(|found| found.body.stage == Stage::Active);
    let mut answer = json!({ "experiments": active.map(wire).collect::<Vec<_>>() });
    if let Some(next) = page.next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    experiment_id: String,
    new_name: Option<String>,
}

pub(crate) async fn update(State(app): State<Shared>, Body(request): Body<UpdateRequest>) -> ApiResult<Json<Value>> {
    let inner = app.clone();
    app.write(move |writer| {
        let found = find_active(writer, &request.experiment_id)?;
        let Some(name) = request.new_name else { return Ok(()) };
        let name = check_path(&inner, writer, &name, &found.id)?;
        put(writer, &found.id, &name, &found.body, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}

pub(crate) async fn delete(State(app): State<Shared>, Body(request): Body<ById>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let found = find_active(writer, &request.experiment_id)?;
        permissions::forget(writer, &format!("/experiments/{}", found.id))?;
        let record = Record { stage: Stage::Deleted, ..found.body };
        put(writer, &found.id, &found.name, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}
