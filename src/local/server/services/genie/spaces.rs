//! Create, get, list, update and trash of spaces.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::space::Space;
use super::{check, evaluate};
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::services::workspace::WorkspacePath;
use crate::local::server::services::{permissions, warehouses};
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, Reader, Writer};

const KIND: DocumentKind = DocumentKind("genie_space");

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    title: String,
    description: Option<String>,
    warehouse_id: String,
    parent_path: String,
    serialized_space: String,
    etag: i64,
    create_time: String,
    update_time: String,
}

impl Record {
    fn wire(&self, id: &str, with_content: bool) -> Value {
        let mut value = json!({
            "space_id": id,
            "title": self.title,
            "warehouse_id": self.warehouse_id,
            "parent_path": self.parent_path,
            "create_time": self.create_time,
            "update_time": self.update_time,
        });
        if let Some(description) = &self.description {
            value["description"] = json!(description);
        }
        if with_content {
            value["serialized_space"] = json!(self.serialized_space);
            value["etag"] = json!(self.etag.to_string());
        }
        value
    }
}

fn find(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    let found = reader.document(KIND, id)?;
    found.ok_or_else(|| ApiError::missing(format!("Unable to find Genie space [{id}]")))
}

pub(crate) fn check_exists(reader: &Reader<'_>, id: &str) -> ApiResult<()> {
    find(reader, id).map(drop)
}

/// The content of a space, and the warehouse that runs its queries.
pub(super) fn content_of(reader: &Reader<'_>, id: &str) -> ApiResult<(Space, String)> {
    let record = find(reader, id)?.body;
    Ok((check::parse(&record.serialized_space)?, record.warehouse_id))
}

/// The content as it is stored, if its tables exist.
fn content(reader: &Reader<'_>, text: &str) -> ApiResult<String> {
    let space = check::parse(text)?;
    check::check_tables(reader, &space)?;
    serde_json::to_string(&space).map_err(|error| ApiError::internal(error.to_string()))
}

/// A missing folder is `INVALID_PARAMETER_VALUE` here, unlike in the dashboards' service.
fn check_parent(app: &App, path: &WorkspacePath) -> ApiResult<()> {
    match app.store.workspace_files().stat(path.tree())?.is_some_and(|info| info.is_dir) {
        true => Ok(()),
        false => Err(ApiError::invalid(format!("Tree node with path '{path}' does not exist"))),
    }
}

fn put(writer: &Writer<'_>, id: &str, record: &Record, expect: Expect) -> ApiResult<()> {
    writer.put_document(KIND, id, &record.parent_path, &record.title, record, expect)?;
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRequest {
    warehouse_id: String,
    serialized_space: String,
    title: Option<String>,
    description: Option<String>,
    parent_path: Option<String>,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<CreateRequest>) -> ApiResult<Json<Value>> {
    let parent = WorkspacePath::parse(&request.parent_path.unwrap_or_else(|| app.owner.home()))?;
    let now = app.now_text();
    let id = app.hex_id();
    let start: [u8; 4] = app.system.random.bytes();
    let inner = app.clone();
    let answer = app
        .write(move |writer| {
            check_parent(&inner, &parent)?;
            warehouses::check_exists(writer, &request.warehouse_id)?;
            let record = Record {
                title: request.title.unwrap_or_else(|| "New Space".to_string()),
                description: request.description,
                warehouse_id: request.warehouse_id,
                parent_path: parent.to_string(),
                serialized_space: content(writer, &request.serialized_space)?,
                etag: i64::from(u32::from_be_bytes(start) >> 4),
                create_time: now.clone(),
                update_time: now,
            };
            put(writer, &id, &record, Expect::Absent)?;
            Ok(record.wire(&id, true))
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetParams {
    #[serde(default)]
    include_serialized_space: bool,
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(params): Params<GetParams>,
) -> ApiResult<Json<Value>> {
    let document = app.read(move |reader| find(reader, &id)).await?;
    Ok(Json(document.body.wire(&document.id, params.include_serialized_space)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    page_size: Option<i64>,
    page_token: Option<String>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let server_size = app.page_size;
    let page = app
        .read(move |reader| {
            let size = PageRequest { token: None, size: params.page_size, server_size }.len()?;
            let request = crate::local::store::PageRequest { size, token: params.page_token.as_deref() };
            Ok(reader.documents::<Record>(KIND, Filter::default(), Order::Oldest, request)?)
        })
        .await?;
    let mut answer = json!({});
    if !page.items.is_empty() {
        answer["spaces"] = page.items.iter().map(|document| document.body.wire(&document.id, false)).collect();
    }
    if let Some(next) = page.next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    title: Option<String>,
    description: Option<String>,
    warehouse_id: Option<String>,
    parent_path: Option<String>,
    serialized_space: Option<String>,
    etag: Option<String>,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(request): Body<UpdateRequest>,
) -> ApiResult<Json<Value>> {
    let now = app.now_text();
    let inner = app.clone();
    let answer = app
        .write(move |writer| {
            let mut record = find(writer, &id)?.body;
            if request.etag.is_some_and(|etag| etag != record.etag.to_string()) {
                let message = "The Genie space has been modified since it was last read: etag does not match.";
                return Err(ApiError::new(ErrorCode::ResourceConflict, message));
            }
            if let Some(parent) = &request.parent_path {
                let parent = WorkspacePath::parse(parent)?;
                check_parent(&inner, &parent)?;
                record.parent_path = parent.to_string();
            }
            if let Some(warehouse_id) = request.warehouse_id {
                warehouses::check_exists(writer, &warehouse_id)?;
                record.warehouse_id = warehouse_id;
            }
            if let Some(text) = &request.serialized_space {
                let text = content(writer, text)?;
                if text != record.serialized_space {
                    record.serialized_space = text;
                    record.etag += 1;
                }
            }
            record.title = request.title.unwrap_or(record.title);
            record.description = request.description.or(record.description);
            record.update_time = now;
            put(writer, &id, &record, Expect::Present)?;
            Ok(record.wire(&id, true))
        })
        .await?;
    Ok(Json(answer))
}

pub(crate) async fn trash(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        find(writer, &id)?;
        permissions::forget(writer, &format!("/genie/{id}"))?;
        evaluate::forget(writer, &id)?;
        Ok(writer.delete_document(KIND, &id)?)
    })
    .await?;
    Ok(Json(json!({})))
}
