//! SQL warehouses.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/sql/warehouses";

#[derive(Deserialize, Clone, Debug)]
pub struct Warehouse {
    pub id: String,
    pub name: String,
    /// `RUNNING`, `STARTING`, `STOPPED`, `STOPPING`, `DELETED`, `DELETING`.
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub enable_serverless_compute: bool,
}

pub async fn list(client: &Client) -> Result<Vec<Warehouse>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        warehouses: Vec<Warehouse>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.warehouses);
        page.next_page_token
    };
    every_page(|| client.get(BASE), take).await?;
    Ok(found)
}

/// `None` also for one that is being deleted: for some time it is still told by its id.
pub async fn get(client: &Client, id: &str) -> Result<Option<Map<String, Value>>, ApiError> {
    let found: Option<Map<String, Value>> = optional(client.get(one(id)).send().await)?;
    let gone = |fields: &Map<String, Value>| {
        matches!(fields.get("state").and_then(Value::as_str), Some("DELETED" | "DELETING"))
    };
    Ok(found.filter(|fields| !gone(fields)))
}

/// The id. The name must be free.
pub async fn create(client: &Client, body: Map<String, Value>) -> Result<String, ApiError> {
    #[derive(Deserialize)]
    struct Created {
        id: String,
    }
    Ok(client.post(BASE).json(Value::Object(body)).send::<Created>().await?.id)
}

/// All settings: those that the body lacks get their defaults.
pub async fn edit(client: &Client, id: &str, body: Map<String, Value>) -> Result<(), ApiError> {
    client.post(format!("{}/edit", one(id))).json(Value::Object(body)).idempotent().done().await
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.delete(one(id)).removed().await
}

fn one(id: &str) -> String {
    format!("{BASE}/{}", segment(id))
}
