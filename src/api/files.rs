//! Files and folders in Unity Catalog volumes (Files API). Paths begin with `/Volumes/`.

use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;

use super::call::segments;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

/// What a `HEAD` tells.
#[derive(Clone, Debug, PartialEq)]
pub struct FileInfo {
    pub size: u64,
    /// As the server formats it: only compared, never read.
    pub last_modified: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct DirectoryEntry {
    pub path: String,
    pub name: String,
    pub is_directory: bool,
    #[serde(default)]
    pub file_size: Option<u64>,
    /// Milliseconds since the epoch.
    #[serde(default)]
    pub last_modified: Option<i64>,
}

fn file(path: &str) -> String {
    format!("/api/2.0/fs/files{}", segments(path))
}

fn directory(path: &str) -> String {
    format!("/api/2.0/fs/directories{}", segments(path))
}

/// Writes the file, replacing any; folders are made.
pub async fn put(client: &Client, path: &str, content: Bytes) -> Result<(), ApiError> {
    client.put(file(path)).query("overwrite", "true").bytes(content).done().await
}

/// As [`put`], with the content of a file of this machine, which is read as it is sent.
pub async fn put_file(client: &Client, path: &str, local: &Path, size: u64) -> Result<(), ApiError> {
    client.put(file(path)).query("overwrite", "true").file(local.to_path_buf(), size).done().await
}

pub async fn get(client: &Client, path: &str) -> Result<Option<Bytes>, ApiError> {
    Ok(optional(client.get(file(path)).content().await)?.map(|answer| answer.body))
}

pub async fn head(client: &Client, path: &str) -> Result<Option<FileInfo>, ApiError> {
    let Some(answer) = optional(client.head(file(path)).content().await)? else { return Ok(None) };
    let size = answer
        .header("content-length")
        .and_then(|text| text.parse().ok())
        .ok_or(ApiError::Incomplete { call: "HEAD /api/2.0/fs/files".to_string(), field: "content-length" })?;
    Ok(Some(FileInfo { size, last_modified: answer.header("last-modified").map(str::to_string) }))
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, path: &str) -> Result<bool, ApiError> {
    client.delete(file(path)).removed().await
}

/// The folder's direct entries, all pages; `None` if there is no such folder.
pub async fn list(client: &Client, path: &str) -> Result<Option<Vec<DirectoryEntry>>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        contents: Vec<DirectoryEntry>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut entries = Vec::new();
    let take = |page: Page| {
        entries.extend(page.contents);
        page.next_page_token
    };
    let found = optional(every_page(|| client.get(directory(path)), take).await)?;
    Ok(found.map(|()| entries))
}
