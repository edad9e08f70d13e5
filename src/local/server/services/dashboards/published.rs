//! The published copy: a snapshot of the draft.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::record::{self, Published};
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::services::warehouses;
use crate::local::store::Expect;

pub(super) fn missing(id: &str) -> ApiError {
    ApiError::missing(format!("Unable to find published dashboard [{id}]"))
}

fn wire(published: &Published) -> Value {
    let mut value = json!({
        "display_name": published.display_name,
        "embed_credentials": published.embed_credentials,
        "revision_create_time": published.revision_create_time,
    });
    if let Some(warehouse_id) = &published.warehouse_id {
        value["warehouse_id"] = json!(warehouse_id);
    }
    value
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishRequest {
    embed_credentials: Option<bool>,
    /// "The ID of the warehouse that can be used to override the warehouse which was set in the draft."
    warehouse_id: Option<String>,
}

pub(crate) async fn publish(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(request): Body<PublishRequest>,
) -> ApiResult<Json<Value>> {
    let now = app.now_text();
    let answer = app
        .write(move |writer| {
            let mut record = record::find_active(writer, &id)?.body;
            let warehouse_id = request.warehouse_id.or_else(|| record.warehouse_id.clone());
            match &warehouse_id {
                Some(warehouse_id) => warehouses::check_exists(writer, warehouse_id)?,
                None => return Err(ApiError::invalid("A warehouse is required to publish the dashboard.")),
            }
            let published = Published {
                display_name: record.display_name.clone(),
                embed_credentials: request.embed_credentials.unwrap_or(true),
                warehouse_id,
                serialized_dashboard: record.serialized_dashboard.clone(),
                revision_create_time: now,
            };
            let answer = wire(&published);
            record.published = Some(published);
            record::put(writer, &id, &record, Expect::Present)?;
            Ok(answer)
        })
        .await?;
    Ok(Json(answer))
}

pub(crate) async fn get_published(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let published =
        app.read(move |reader| record::find(reader, &id)?.body.published.ok_or_else(|| missing(&id))).await?;
    Ok(Json(wire(&published)))
}

pub(crate) async fn unpublish(State(app): State<Shared>, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let mut record = record::find_active(writer, &id)?.body;
        record.published.take().ok_or_else(|| missing(&id))?;
        record::put(writer, &id, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}
