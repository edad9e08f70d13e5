//! SQL alerts, version 2 (lakeview-genie-alerts.md D1).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/alerts";

/// The `AlertV2` object.
#[derive(Deserialize, Clone, Debug)]
pub struct Alert {
    pub id: String,
    /// `ACTIVE` or `DELETED`: what was moved to the trash is still told by its id.
    #[serde(default)]
    lifecycle_state: Option<String>,
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Alert {
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    fn is_active(&self) -> bool {
        self.lifecycle_state.as_deref() != Some("DELETED")
    }
}

pub async fn create(client: &Client, body: Map<String, Value>) -> Result<Alert, ApiError> {
    client.post(BASE).json(Value::Object(body)).send().await
}

/// `None` also for an alert in the trash.
pub async fn get(client: &Client, id: &str) -> Result<Option<Alert>, ApiError> {
    let found: Option<Alert> = optional(client.get(one(id)).send().await)?;
    Ok(found.filter(Alert::is_active))
}

/// Replaces the fields that `mask` names by those of the body; a field that the body lacks is unset.
pub async fn update(client: &Client, id: &str, mask: &str, body: Map<String, Value>) -> Result<Alert, ApiError> {
    client.patch(one(id)).query("update_mask", mask).json(Value::Object(body)).send().await
}

/// For good: alerts in the trash count against the workspace's limit. `false` if there was nothing.
pub async fn delete(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.delete(one(id)).query("purge", "true").removed().await
}

/// All alerts that the caller may see, oldest first; some fields may be left out.
pub async fn list(client: &Client) -> Result<Vec<Alert>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        alerts: Vec<Alert>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.alerts.into_iter().filter(Alert::is_active));
        page.next_page_token
    };
    every_page(|| client.get(BASE).query("page_size", "100"), take).await?;
    Ok(found)
}

fn one(id: &str) -> String {
    format!("{BASE}/{}", segment(id))
}
