//! Pipelines, their updates and events.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/pipelines";

#[derive(Deserialize, Clone, Debug)]
pub struct Pipeline {
    pub pipeline_id: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub spec: Map<String, Value>,
    /// Who made it.
    #[serde(default)]
    pub creator_user_name: Option<String>,
    /// When the specification was changed last: milliseconds since the epoch.
    #[serde(default)]
    pub last_modified: Option<i64>,
    /// Newest first.
    #[serde(default)]
    pub latest_updates: Vec<UpdateSummary>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct UpdateSummary {
    pub update_id: String,
    #[serde(default)]
    pub state: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Update {
    pub update_id: String,
    /// `QUEUED`, `CREATED`, `WAITING_FOR_RESOURCES`, `INITIALIZING`, `RESETTING`, `SETTING_UP_TABLES`, `RUNNING`,
    /// `STOPPING`, `COMPLETED`, `FAILED`, `CANCELED`.
    pub state: String,
}

impl Update {
    pub fn is_finished(&self) -> bool {
        matches!(self.state.as_str(), "COMPLETED" | "FAILED" | "CANCELED")
    }
}

#[derive(Deserialize, Clone, Debug)]
pub struct Event {
    pub id: String,
    pub timestamp: String,
    /// `INFO`, `WARN`, `ERROR`, `METRICS`.
    pub level: String,
    pub event_type: String,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub origin: Map<String, Value>,
    #[serde(default)]
    pub details: Map<String, Value>,
    #[serde(default)]
    pub error: Option<Value>,
}

/// Which tables an update refreshes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refresh {
    /// Everything from the beginning.
    pub full: bool,
    /// Only these; empty means all.
    pub tables: Vec<String>,
    /// Only these, from the beginning.
    pub full_tables: Vec<String>,
    pub validate_only: bool,
}

#[derive(Deserialize)]
struct Created {
    pipeline_id: String,
}

/// The new pipeline's id.
pub async fn create(client: &Client, spec: Map<String, Value>) -> Result<String, ApiError> {
    Ok(client.post(BASE).json(Value::Object(spec)).send::<Created>().await?.pipeline_id)
}

pub async fn get(client: &Client, id: &str) -> Result<Option<Pipeline>, ApiError> {
    optional(client.get(one(id)).send().await)
}

/// Replaces the whole specification, if nobody has changed it since `last_modified` (else 409).
pub async fn replace(
    client: &Client,
    id: &str,
    mut spec: Map<String, Value>,
    last_modified: Option<i64>,
) -> Result<(), ApiError> {
    spec.insert("id".to_string(), Value::String(id.to_string()));
    let call = client.put(one(id));
    match last_modified {
        Some(time) => {
            spec.insert("expected_last_modified".to_string(), Value::from(time));
            call.json(Value::Object(spec)).guarded().done().await
        }
        None => call.json(Value::Object(spec)).done().await,
    }
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.delete(one(id)).removed().await
}

/// Pipelines of exactly this name, all pages.
pub async fn find_by_name(client: &Client, name: &str) -> Result<Vec<Pipeline>, ApiError> {
    // Compared here, not by the service's `filter`: its LIKE has no way to escape `%` and `_` in a name.
    let all = list(client).await?.into_iter();
    Ok(all.filter(|pipeline| pipeline.name.as_deref() == Some(name)).collect())
}

/// All pipelines, without their specifications.
pub async fn list(client: &Client) -> Result<Vec<Pipeline>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        statuses: Vec<Pipeline>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.statuses);
        page.next_page_token
    };
    every_page(|| client.get(BASE).query("max_results", "100"), take).await?;
    Ok(found)
}

/// The new update's id.
pub async fn start_update(client: &Client, id: &str, refresh: &Refresh) -> Result<String, ApiError> {
    #[derive(Deserialize)]
    struct Started {
        update_id: String,
    }
    let mut body = json!({ "full_refresh": refresh.full });
    for (key, list) in [("refresh_selection", &refresh.tables), ("full_refresh_selection", &refresh.full_tables)] {
        if !list.is_empty() {
            body[key] = json!(list);
        }
    }
    if refresh.validate_only {
        body["validate_only"] = Value::Bool(true);
    }
    Ok(client.post(format!("{}/updates", one(id))).json(body).send::<Started>().await?.update_id)
}

pub async fn get_update(client: &Client, id: &str, update_id: &str) -> Result<Update, ApiError> {
    #[derive(Deserialize)]
    struct Envelope {
        update: Update,
    }
    let path = format!("{}/updates/{}", one(id), segment(update_id));
    Ok(client.get(path).send::<Envelope>().await?.update)
}

/// A page of events in the order asked for, and the token of the next page.
pub async fn events(
    client: &Client,
    id: &str,
    page_token: Option<&str>,
    oldest_first: bool,
) -> Result<(Vec<Event>, Option<String>), ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        events: Vec<Event>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut call = client.get(format!("{}/events", one(id)));
    // A page token stands for the whole query that made it.
    call = match page_token {
        Some(token) => call.query("page_token", token),
        None => {
            let order = if oldest_first { "timestamp asc" } else { "timestamp desc" };
            call.query("max_results", "250").query("order_by", order)
        }
    };
    let page: Page = call.send().await?;
    Ok((page.events, page.next_page_token.filter(|token| !token.is_empty())))
}

pub async fn stop(client: &Client, id: &str) -> Result<(), ApiError> {
    client.post(format!("{}/stop", one(id))).idempotent().done().await
}

fn one(id: &str) -> String {
    format!("{BASE}/{}", segment(id))
}
