//! Genie spaces (lakeview-genie-alerts.md C3).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/genie/spaces";

#[derive(Deserialize, Clone, Debug)]
pub struct Space {
    pub space_id: String,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub warehouse_id: Option<String>,
    #[serde(default)]
    pub parent_path: Option<String>,
    #[serde(default)]
    pub serialized_space: Option<String>,
    #[serde(default)]
    pub etag: Option<String>,
}

pub async fn create(client: &Client, body: Map<String, Value>) -> Result<Space, ApiError> {
    client.post(BASE).json(Value::Object(body)).send().await
}

/// With content: only then does the service tell the etag.
pub async fn get(client: &Client, id: &str) -> Result<Option<Space>, ApiError> {
    optional(client.get(one(id)).query("include_serialized_space", "true").send().await)
}

pub async fn update(client: &Client, id: &str, body: Map<String, Value>) -> Result<Space, ApiError> {
    let guarded = body.contains_key("etag");
    let call = client.patch(one(id)).json(Value::Object(body));
    if guarded { call.guarded().send().await } else { call.send().await }
}

/// Moves it to the trash, its conversations are lost; `false` if there was nothing.
pub async fn trash(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.delete(one(id)).removed().await
}

/// All spaces, without content.
pub async fn list(client: &Client) -> Result<Vec<Space>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        spaces: Vec<Space>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.spaces);
        page.next_page_token
    };
    every_page(|| client.get(BASE).query("page_size", "100"), take).await?;
    Ok(found)
}

fn one(id: &str) -> String {
    format!("{BASE}/{}", segment(id))
}
