//! Folders and files of the workspace tree.

use base64::Engine as _;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::error::optional;
use super::{ApiError, Client};

#[derive(Deserialize, Clone, Debug, PartialEq)]
pub struct Object {
    pub path: String,
    /// `FILE`, `NOTEBOOK`, `DIRECTORY`, `DASHBOARD`, …
    pub object_type: String,
    #[serde(default)]
    pub object_id: Option<i64>,
    /// Milliseconds since the epoch.
    #[serde(default)]
    pub modified_at: Option<i64>,
    #[serde(default)]
    pub size: Option<u64>,
}

/// Makes the folder and its parents; success if it is there already.
pub async fn mkdirs(client: &Client, path: &str) -> Result<(), ApiError> {
    client.post("/api/2.0/workspace/mkdirs").json(json!({ "path": path })).idempotent().done().await
}

pub async fn get_status(client: &Client, path: &str) -> Result<Option<Object>, ApiError> {
    optional(client.get("/api/2.0/workspace/get-status").query("path", path).send().await)
}

/// The folder's direct entries; `None` if there is no such folder.
pub async fn list(client: &Client, path: &str) -> Result<Option<Vec<Object>>, ApiError> {
    #[derive(Deserialize)]
    struct Listing {
        #[serde(default)]
        objects: Vec<Object>,
    }
    let listing = optional(client.get("/api/2.0/workspace/list").query("path", path).send::<Listing>().await)?;
    Ok(listing.map(|listing| listing.objects))
}

/// Uploads a file as `multipart/form-data`, which is quicker than the older endpoints (workspace-api.md §3).
/// The folder must exist. Without `overwrite` an existing file is an error ([`ApiError::is_existing`]) and stays.
pub async fn import(client: &Client, path: &str, content: Bytes, overwrite: bool) -> Result<(), ApiError> {
    let mut fields = vec![("path", path.to_string()), ("format", "AUTO".to_string())];
    if overwrite {
        fields.push(("overwrite", "true".to_string()));
    }
    let name = path.rsplit('/').next().unwrap_or(path).to_string();
    let call = client.post("/api/2.0/workspace/import").form(fields, name, content);
    // Overwriting twice is harmless; creating twice would report the first attempt's file as somebody else's.
    if overwrite { call.idempotent().done().await } else { call.done().await }
}

/// A file's content; `None` if there is no such file.
pub async fn export(client: &Client, path: &str) -> Result<Option<Bytes>, ApiError> {
    #[derive(Deserialize)]
    struct Exported {
        content: String,
    }
    const CALL: &str = "GET /api/2.0/workspace/export";
    let call = client.get("/api/2.0/workspace/export").query("path", path).query("format", "AUTO");
    let Some(exported) = optional(call.send::<Exported>().await)? else { return Ok(None) };
    let decoded = base64::engine::general_purpose::STANDARD.decode(exported.content.as_bytes());
    decoded
        .map(|bytes| Some(Bytes::from(bytes)))
        .map_err(|error| ApiError::Decode { call: CALL.to_string(), source: serde::de::Error::custom(error) })
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, path: &str, recursive: bool) -> Result<bool, ApiError> {
    let body = json!({ "path": path, "recursive": recursive });
    client.post("/api/2.0/workspace/delete").json(body).idempotent().removed().await
}
