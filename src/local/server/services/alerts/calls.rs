//! Create, get, list, update, and trash or purge.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::alert::Settings;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::services::workspace::WorkspacePath;
use crate::local::server::services::{permissions, warehouses};
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, Reader, Writer};

const KIND: DocumentKind = DocumentKind("alert");

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum LifecycleState {
    Active,
    /// "Trashed alerts immediately disappear from list views."
    Deleted,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    settings: Settings,
    /// Where it is, without `/Workspace`.
    folder: String,
    state: LifecycleState,
    create_time: String,
    update_time: String,
}

fn wire(app: &App, id: &str, record: &Record) -> Value {
    let owner = &app.owner.name;
    let mut fields = record.settings.wire(owner);
    for (field, value) in [
        ("id", json!(id)),
        ("effective_parent_path", json!(record.folder)),
        ("lifecycle_state", json!(record.state)),
        ("owner_user_name", json!(owner)),
        ("create_time", json!(record.create_time)),
        ("update_time", json!(record.update_time)),
    ] {
        fields.insert(field.to_string(), value);
    }
    Value::Object(fields)
}

/// Also one in the trash.
fn find(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    let found = reader.document(KIND, id)?;
    found.ok_or_else(|| ApiError::missing(format!("Unable to find alert [{id}]")))
}

fn find_active(reader: &Reader<'_>, id: &str) -> ApiResult<Record> {
    match find(reader, id)?.body {
        record if record.state == LifecycleState::Active => Ok(record),
        _ => Err(ApiError::missing(format!("Unable to find alert [{id}]"))),
    }
}

/// Refuses an id that names no alert.
pub(crate) fn check_exists(reader: &Reader<'_>, id: &str) -> ApiResult<()> {
    find_active(reader, id).map(drop)
}

fn check_warehouse(reader: &Reader<'_>, record: &Record) -> ApiResult<()> {
    warehouses::check_exists(reader, record.settings.text("warehouse_id").unwrap_or_default())
}

fn put(writer: &Writer<'_>, id: &str, record: &Record, expect: Expect) -> ApiResult<()> {
    let name = record.settings.text("display_name").unwrap_or_default();
    writer.put_document(KIND, id, &record.folder, name, record, expect)?;
    Ok(())
}

pub(crate) async fn create(
    State(app): State<Shared>,
    Params(_): Params<NoParams>,
    Body(request): Body<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let settings = Settings::read(request)?;
    let home = app.owner.home();
    let folder = WorkspacePath::parse(settings.text("parent_path").unwrap_or(&home))?;
    let id = app.system.random.uuid().to_string();
    let now = app.now_text();
    let record = Record {
        settings,
        folder: folder.to_string(),
        state: LifecycleState::Active,
        create_time: now.clone(),
        update_time: now,
    };
    let answer = wire(&app, &id, &record);
    let inner = app.clone();
    app.write(move |writer| {
        if !inner.store.workspace_files().stat(folder.tree())?.is_some_and(|info| info.is_dir) {
            return Err(ApiError::missing(format!("Path ({folder}) doesn't exist.")));
        }
        check_warehouse(writer, &record)?;
        put(writer, &id, &record, Expect::Absent)
    })
    .await?;
    Ok(Json(answer))
}

/// Tells also what is in the trash, as such.
pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let found = app.read(move |reader| find(reader, &id)).await?;
    Ok(Json(wire(&app, &found.id, &found.body)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    page_size: Option<i64>,
    page_token: Option<String>,
}

/// "Gets a list of alerts accessible to the user, ordered by creation time."
pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let all = app
        .read(|reader| {
            let all = crate::local::store::PageRequest::ALL;
            Ok(reader.documents::<Record>(KIND, Filter::default(), Order::Oldest, all)?.items)
        })
        .await?;
    let mut active: Vec<_> = all.into_iter().filter(|alert| alert.body.state == LifecycleState::Active).collect();
    let age = |alert: &Document<Record>| format!("{:020} {}", alert.created_at, alert.id);
    active.sort_by_key(age);
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.page_size, server_size: app.page_size };
    let (page, next) = request.cut(active, age)?;
    let mut answer = json!({});
    if !page.is_empty() {
        answer["alerts"] = page.iter().map(|alert| wire(&app, &alert.id, &alert.body)).collect();
    }
    if let Some(next) = next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateParams {
    update_mask: Option<String>,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(params): Params<UpdateParams>,
    Body(request): Body<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let mask = params.update_mask.filter(|mask| !mask.is_empty());
    let mask = mask.ok_or_else(|| ApiError::invalid("update_mask is required."))?;
    let now = app.now_text();
    let inner = app.clone();
    let answer = app
        .write(move |writer| {
            let mut record = find_active(writer, &id)?;
            record.settings = record.settings.changed(request, &mask)?;
            check_warehouse(writer, &record)?;
            record.update_time = now;
            put(writer, &id, &record, Expect::Present)?;
            Ok(wire(&inner, &id, &record))
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrashParams {
    #[serde(default)]
    purge: bool,
}

/// "Whether to permanently delete the alert. If not set, the alert will only be soft deleted."
pub(crate) async fn trash(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(params): Params<TrashParams>,
) -> ApiResult<Json<Value>> {
    let now = app.now_text();
    app.write(move |writer| {
        if params.purge {
            find(writer, &id)?;
            permissions::forget(writer, &format!("/alertsv2/{id}"))?;
            return Ok(writer.delete_document(KIND, &id)?);
        }
        let record = find_active(writer, &id)?;
        let record = Record { state: LifecycleState::Deleted, update_time: now, ..record };
        put(writer, &id, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}
