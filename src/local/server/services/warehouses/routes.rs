//! The calls, and the one warehouse of a new workspace.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::Settings;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{Body, NoFields, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::services::permissions;
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, Reader, Writer};

pub(crate) const KIND: DocumentKind = DocumentKind("warehouse");
const DEFAULT_NAME: &str = "Serverless Starter Warehouse";
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum WarehouseState {
    Starting,
    Running,
    Stopped,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    settings: Settings,
    state: WarehouseState,
}

fn wire(app: &Shared, document: &Document<Record>) -> ApiResult<Value> {
    let Record { settings, state } = &document.body;
    let mut value = serde_json::to_value(settings).map_err(|error| ApiError::internal(error.to_string()))?;
    let running = i64::from(*state == WarehouseState::Running);
    let host = app.url.trim_start_matches("http://");
    if let Value::Object(fields) = &mut value {
        fields.insert("id".to_string(), json!(document.id));
        fields.insert("state".to_string(), json!(state));
        fields.insert("num_clusters".to_string(), json!(running));
        fields.insert("num_active_sessions".to_string(), json!(0));
        let path = format!("/sql/1.0/warehouses/{}", document.id);
        let (hostname, port) = host.split_once(':').unwrap_or((host, "80"));
        let port: u32 = port.parse().unwrap_or(80);
        let odbc = json!({"hostname": hostname, "path": path, "protocol": "http", "port": port});
        fields.insert("odbc_params".to_string(), odbc);
    }
    Ok(value)
}

/// Makes the one warehouse of a new workspace, and ends starts that a killed process left.
pub(crate) fn prepare(writer: &Writer<'_>, id: &str, owner: &str) -> ApiResult<()> {
    let all =
        writer.documents::<Record>(KIND, Filter::default(), Order::Oldest, crate::local::store::PageRequest::ALL)?;
    if all.items.is_empty() {
        let settings = Settings::named(DEFAULT_NAME, "Small", 10);
        let record = Record { settings: settings.complete(owner)?, state: WarehouseState::Running };
        writer.put_document(KIND, id, "", DEFAULT_NAME, &record, Expect::Absent)?;
    }
    for document in all.items.into_iter().filter(|document| document.body.state == WarehouseState::Starting) {
        let record = Record { state: WarehouseState::Running, ..document.body };
        writer.put_document(KIND, &document.id, "", &document.name, &record, Expect::Present)?;
    }
    Ok(())
}

fn find(reader: &Reader<'_>, id: &str) -> ApiResult<Document<Record>> {
    let found = reader.document(KIND, id)?;
    found.ok_or_else(|| ApiError::missing(format!("SQL warehouse {id} does not exist.")))
}

/// Refuses an id that names no warehouse.
pub(crate) fn check_exists(reader: &Reader<'_>, id: &str) -> ApiResult<()> {
    find(reader, id).map(drop)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    #[serde(rename = "run_as_user_id")]
    _run_as_user_id: Option<i64>,
    page_size: Option<i64>,
    page_token: Option<String>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let server_size = app.page_size;
    let page = app
        .read(move |reader| {
            let len = PageRequest { token: None, size: params.page_size, server_size }.len()?;
            let request = crate::local::store::PageRequest { size: len, token: params.page_token.as_deref() };
            Ok(reader.documents::<Record>(KIND, Filter::default(), Order::Oldest, request)?)
        })
        .await?;
    let warehouses = page.items.iter().map(|document| wire(&app, document)).collect::<ApiResult<Vec<_>>>()?;
    let mut answer = json!({ "warehouses": warehouses });
    if let Some(next) = page.next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let document = app.read(move |reader| find(reader, &id)).await?;
    Ok(Json(wire(&app, &document)?))
}

fn check_name(reader: &Reader<'_>, name: &str, own_id: &str) -> ApiResult<()> {
    let filter = Filter { name: Some(name), ..Filter::default() };
    let same = reader.documents::<Record>(KIND, filter, Order::Oldest, crate::local::store::PageRequest::ALL)?;
    match same.items.iter().any(|document| document.id != own_id) {
        true => Err(ApiError::invalid(format!("SQL warehouse with name `{name}` already exists"))),
        false => Ok(()),
    }
}

pub(crate) async fn create(State(app): State<Shared>, Body(settings): Body<Settings>) -> ApiResult<Json<Value>> {
    let settings = settings.complete(&app.owner.name)?;
    let id = app.system.random.hex::<8>();
    let made = id.clone();
    app.write(move |writer| {
        let name = settings.name.clone().unwrap_or_default();
        check_name(writer, &name, &made)?;
        let record = Record { settings, state: WarehouseState::Starting };
        writer.put_document(KIND, &made, "", &name, &record, Expect::Absent)?;
        Ok(())
    })
    .await?;
    finish_start(&app, &id);
    Ok(Json(json!({ "id": id })))
}

pub(crate) async fn edit(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(settings): Body<Settings>,
) -> ApiResult<Json<Value>> {
    let owner = app.owner.name.clone();
    app.write(move |writer| {
        let document = find(writer, &id)?;
        let mut settings = settings;
        // Name and size are kept if absent; the rest has its defaults, as in create.
        settings.name = settings.name.or(document.body.settings.name.clone());
        settings.cluster_size = settings.cluster_size.or(document.body.settings.cluster_size.clone());
        settings.creator_name = document.body.settings.creator_name.clone();
        let settings = settings.complete(&owner)?;
        let name = settings.name.clone().unwrap_or_default();
        check_name(writer, &name, &id)?;
        let record = Record { settings, state: document.body.state };
        writer.put_document(KIND, &id, "", &name, &record, Expect::Present)?;
        Ok(())
    })
    .await?;
    Ok(Json(json!({})))
}

async fn set_state(app: &Shared, id: String, change: fn(WarehouseState) -> WarehouseState) -> ApiResult<()> {
    app.write(move |writer| {
        let document = find(writer, &id)?;
        let record = Record { state: change(document.body.state), ..document.body };
        writer.put_document(KIND, &id, "", &document.name, &record, Expect::Present)?;
        Ok(())
    })
    .await
}

/// `STARTING` becomes `RUNNING` a little later.
fn finish_start(app: &Shared, id: &str) {
    let (app, id) = (app.clone(), id.to_string());
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        // A warehouse deleted meanwhile needs no state, and a failed store shows at the next request.
        let _ = set_state(&app, id, |state| match state {
            WarehouseState::Starting => WarehouseState::Running,
            other => other,
        })
        .await;
    });
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(_): Body<NoFields>,
) -> ApiResult<Json<Value>> {
    set_state(&app, id.clone(), |state| match state {
        WarehouseState::Stopped => WarehouseState::Starting,
        other => other,
    })
    .await?;
    finish_start(&app, &id);
    Ok(Json(json!({})))
}

pub(crate) async fn stop(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(_): Body<NoFields>,
) -> ApiResult<Json<Value>> {
    set_state(&app, id, |_| WarehouseState::Stopped).await?;
    Ok(Json(json!({})))
}

pub(crate) async fn delete(State(app): State<Shared>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        find(writer, &id)?;
        permissions::forget(writer, &format!("/sql/warehouses/{id}"))?;
        Ok(writer.delete_document(KIND, &id)?)
    })
    .await?;
    Ok(Json(json!({})))
}
