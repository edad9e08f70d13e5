//! Tags of Unity Catalog's objects. <https://docs.databricks.com/api/workspace/entitytagassignments>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.1/unity-catalog/entity-tag-assignments";

/// The keys with their values, empty where they have none; `None` if there is no such entity. `entity_type`: `catalogs`,
/// `schemas`, `tables`, `columns`, `volumes`.
pub async fn list(
    client: &Client,
    entity_type: &str,
    entity: &str,
) -> Result<Option<BTreeMap<String, String>>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        tag_assignments: Vec<Assignment>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    #[derive(Deserialize)]
    struct Assignment {
        tag_key: String,
        #[serde(default)]
        tag_value: String,
    }
    let mut found = BTreeMap::new();
    let take = |page: Page| {
        found.extend(page.tag_assignments.into_iter().map(|tag| (tag.tag_key, tag.tag_value)));
        page.next_page_token
    };
    let answer = optional(every_page(|| client.get(of(entity_type, entity)), take).await)?;
    Ok(answer.map(|()| found))
}

pub async fn create(client: &Client, entity_type: &str, entity: &str, key: &str, value: &str) -> Result<(), ApiError> {
    let body = json!({"entity_type": entity_type, "entity_name": entity, "tag_key": key, "tag_value": value});
    client.post(BASE).json(body).done().await
}

/// Another value.
pub async fn update(client: &Client, entity_type: &str, entity: &str, key: &str, value: &str) -> Result<(), ApiError> {
    let body = json!({"entity_type": entity_type, "entity_name": entity, "tag_key": key, "tag_value": value});
    client.patch(one(entity_type, entity, key)).query("update_mask", "tag_value").json(body).done().await
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, entity_type: &str, entity: &str, key: &str) -> Result<bool, ApiError> {
    client.delete(one(entity_type, entity, key)).removed().await
}

fn of(entity_type: &str, entity: &str) -> String {
    format!("{BASE}/{}/{}/tags", segment(entity_type), segment(entity))
}

fn one(entity_type: &str, entity: &str, key: &str) -> String {
    format!("{}/{}", of(entity_type, entity), segment(key))
}
