//! AI/BI dashboards: the draft and its published copy (lakeview-genie-alerts.md B).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/lakeview/dashboards";

#[derive(Deserialize, Clone, Debug)]
pub struct Dashboard {
    pub dashboard_id: String,
    #[serde(default)]
    pub display_name: Option<String>,
    /// Without the `/Workspace` that may have been written.
    #[serde(default)]
    pub parent_path: Option<String>,
    #[serde(default)]
    pub warehouse_id: Option<String>,
    #[serde(default)]
    pub serialized_dashboard: Option<String>,
    #[serde(default)]
    pub etag: Option<String>,
    #[serde(default)]
    pub lifecycle_state: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub update_time: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Published {
    #[serde(default)]
    pub embed_credentials: Option<bool>,
    #[serde(default)]
    pub warehouse_id: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub revision_create_time: Option<String>,
}

pub async fn create(client: &Client, body: Map<String, Value>) -> Result<Dashboard, ApiError> {
    client.post(BASE).json(Value::Object(body)).send().await
}

/// A dashboard in the trash counts as absent.
pub async fn get(client: &Client, id: &str) -> Result<Option<Dashboard>, ApiError> {
    let dashboard: Option<Dashboard> = optional(client.get(one(id)).send().await)?;
    Ok(dashboard.filter(|dashboard| dashboard.lifecycle_state.as_deref() != Some("TRASHED")))
}

/// An `etag` in the body makes the service refuse (409) if the draft has changed since.
pub async fn update(client: &Client, id: &str, body: Map<String, Value>) -> Result<Dashboard, ApiError> {
    let guarded = body.contains_key("etag");
    let call = client.patch(one(id)).json(Value::Object(body));
    if guarded { call.guarded().send().await } else { call.send().await }
}

/// Moves it to the trash; `false` if there was nothing.
pub async fn trash(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.delete(one(id)).removed().await
}

/// `embed_credentials` is always sent: the service's own default is true.
pub async fn publish(
    client: &Client,
    id: &str,
    embed_credentials: bool,
    warehouse_id: Option<&str>,
) -> Result<(), ApiError> {
    let mut body = json!({ "embed_credentials": embed_credentials });
    if let Some(warehouse) = warehouse_id {
        body["warehouse_id"] = Value::String(warehouse.to_string());
    }
    client.post(format!("{}/published", one(id))).json(body).idempotent().done().await
}

pub async fn published(client: &Client, id: &str) -> Result<Option<Published>, ApiError> {
    optional(client.get(format!("{}/published", one(id))).send().await)
}

/// All dashboards, without content, etag and paths (the list view has none).
pub async fn list(client: &Client) -> Result<Vec<Dashboard>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        dashboards: Vec<Dashboard>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.dashboards);
        page.next_page_token
    };
    every_page(|| client.get(BASE).query("page_size", "100"), take).await?;
    Ok(found)
}

fn one(id: &str) -> String {
    format!("{BASE}/{}", segment(id))
}
