//! The draft: create, get, list, update, trash, revert.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::{self, DatasetDefaults};
use super::record::{self, EXTENSION, KIND, LifecycleState, Record};
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::services::workspace::WorkspacePath;
use crate::local::store::{Expect, Filter, Order, Reader};

/// The documented `Dashboard` object. What only the server sets is read and has no effect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DashboardRequest {
    display_name: Option<String>,
    parent_path: Option<String>,
    warehouse_id: Option<String>,
    serialized_dashboard: Option<String>,
    etag: Option<String>,
    dashboard_id: Option<String>,
    #[serde(rename = "path")]
    _path: Option<String>,
    #[serde(rename = "create_time")]
    _create_time: Option<String>,
    #[serde(rename = "update_time")]
    _update_time: Option<String>,
    #[serde(rename = "lifecycle_state")]
    _lifecycle_state: Option<LifecycleState>,
}

fn check_name(name: &str) -> ApiResult<()> {
    match name.is_empty() || name.contains('/') {
        true => Err(ApiError::invalid("display_name must not be empty and must not contain '/'.")),
        false => Ok(()),
    }
}

/// No other active dashboard and no file may have the path.
fn check_free(app: &App, reader: &Reader<'_>, record: &Record, own_id: &str) -> ApiResult<()> {
    let filter = Filter { parent: Some(&record.parent_path), name: Some(&record.display_name) };
    let same = reader.documents::<Record>(KIND, filter, Order::Oldest, crate::local::store::PageRequest::ALL)?;
    let path = WorkspacePath::parse(&record.path())?;
    let taken = same.items.iter().any(|other| other.id != own_id && other.body.state == LifecycleState::Active)
        || app.store.workspace_files().stat(path.tree())?.is_some();
    match taken {
        true => {
            let message = format!("Node named '{}{EXTENSION}' already exists", record.display_name);
            Err(ApiError::new(ErrorCode::ResourceAlreadyExists, message))
        }
        false => Ok(()),
    }
}

pub(crate) async fn create(
    State(app): State<Shared>,
    Params(defaults): Params<DatasetDefaults>,
    Body(request): Body<DashboardRequest>,
) -> ApiResult<Json<Value>> {
    let display_name = request.display_name.ok_or_else(|| ApiError::invalid("display_name is required."))?;
    check_name(&display_name)?;
    let parent = WorkspacePath::parse(&request.parent_path.unwrap_or_else(|| app.owner.home()))?;
    let serialized_dashboard = match &request.serialized_dashboard {
        Some(text) => content::normalize(text, &defaults)?,
        None => {
            let page = json!({"name": app.system.random.hex::<4>(), "displayName": "New Page"});
            content::normalize(&json!({ "pages": [page] }).to_string(), &defaults)?
        }
    };
    let now = app.now_text();
    let start: [u8; 4] = app.system.random.bytes();
    let record = Record {
        display_name,
        parent_path: parent.to_string(),
        warehouse_id: request.warehouse_id,
        serialized_dashboard,
        etag: i64::from(u32::from_be_bytes(start) >> 4),
        state: LifecycleState::Active,
        create_time: now.clone(),
        update_time: now,
        published: None,
    };
    let id = app.hex_id();
    let inner = app.clone();
    let answer = record.wire(&id);
    app.write(move |writer| {
        let folder = inner.store.workspace_files().stat(parent.tree())?;
        if !folder.is_some_and(|info| info.is_dir) {
            return Err(ApiError::missing(format!("Path ({parent}) doesn't exist.")));
        }
        check_free(&inner, writer, &record, &id)?;
        record::put(writer, &id, &record, Expect::Absent)
    })
    .await?;
    Ok(Json(answer))
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let document = app.read(move |reader| record::find(reader, &id)).await?;
    Ok(Json(document.body.wire(&document.id)))
}

/// 409 if the caller's copy is out of date. Without an etag the write is unconditional.
pub(super) fn check_etag(record: &Record, etag: Option<&str>) -> ApiResult<()> {
    match etag {
        Some(etag) if etag != record.etag.to_string() => {
            let message = "The dashboard has been modified since it was last read: etag does not match.";
            Err(ApiError::new(ErrorCode::ResourceConflict, message))
        }
        _ => Ok(()),
    }
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(defaults): Params<DatasetDefaults>,
    Body(request): Body<DashboardRequest>,
) -> ApiResult<Json<Value>> {
    if request.dashboard_id.as_ref().is_some_and(|other| *other != id) {
        return Err(ApiError::invalid("dashboard_id in the body differs from the path's."));
    }
    let inner = app.clone();
    let now = app.now_text();
    let answer = app
        .write(move |writer| {
            let mut record = record::find_active(writer, &id)?.body;
            check_etag(&record, request.etag.as_deref())?;
            if let Some(parent) = &request.parent_path
                && WorkspacePath::parse(parent)?.to_string() != record.parent_path
            {
                return Err(ApiError::invalid("parent_path cannot be changed."));
            }
            if let Some(name) = request.display_name.filter(|name| *name != record.display_name) {
                check_name(&name)?;
                record.display_name = name;
                check_free(&inner, writer, &record, &id)?;
            }
            record.warehouse_id = request.warehouse_id.or(record.warehouse_id);
            if let Some(text) = &request.serialized_dashboard {
                let text = content::normalize(text, &defaults)?;
                if text != record.serialized_dashboard {
                    record.serialized_dashboard = text;
                    record.etag += 1;
                }
            }
            record.update_time = now;
            record::put(writer, &id, &record, Expect::Present)?;
            Ok(record.wire(&id))
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
enum View {
    #[serde(rename = "DASHBOARD_VIEW_BASIC")]
    Basic,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    page_size: Option<i64>,
    page_token: Option<String>,
    #[serde(default)]
    show_trashed: bool,
    #[serde(rename = "view")]
    _view: Option<View>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let all = app
        .read(|reader| {
            let all = crate::local::store::PageRequest::ALL;
            Ok(reader.documents::<Record>(KIND, Filter::default(), Order::Oldest, all)?.items)
        })
        .await?;
    let shown = |state| state == LifecycleState::Active || params.show_trashed;
    let mut shown: Vec<_> = all.into_iter().filter(|document| shown(document.body.state)).collect();
    shown.sort_by(|a, b| a.id.cmp(&b.id));
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.page_size, server_size: app.page_size };
    let (page, next) = request.cut(shown, |document| document.id.clone())?;
    let mut answer = json!({});
    if !page.is_empty() {
        answer["dashboards"] = page.iter().map(|document| document.body.wire_basic(&document.id)).collect();
    }
    if let Some(next) = next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

pub(super) fn move_to_trash(writer: &crate::local::store::Writer<'_>, id: &str, now: String) -> ApiResult<()> {
    let mut record = record::find_active(writer, id)?.body;
    record.state = LifecycleState::Trashed;
    record.published = None;
    record.update_time = now;
    super::schedules::forget(writer, id)?;
    record::put(writer, id, &record, Expect::Present)
}

pub(crate) async fn trash(State(app): State<Shared>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let now = app.now_text();
    app.write(move |writer| move_to_trash(writer, &id, now)).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevertRequest {
    etag: Option<String>,
}

/// "Revert a dashboard's definition in draft mode to the last published version."
pub(crate) async fn revert(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(request): Body<RevertRequest>,
) -> ApiResult<Json<Value>> {
    let now = app.now_text();
    let answer = app
        .write(move |writer| {
            let mut record = record::find_active(writer, &id)?.body;
            check_etag(&record, request.etag.as_deref())?;
            let published = record.published.as_ref().ok_or_else(|| super::published::missing(&id))?;
            record.serialized_dashboard = published.serialized_dashboard.clone();
            record.etag += 1;
            record.update_time = now;
            record::put(writer, &id, &record, Expect::Present)?;
            Ok(record.wire(&id))
        })
        .await?;
    Ok(Json(json!({ "dashboard": answer })))
}
