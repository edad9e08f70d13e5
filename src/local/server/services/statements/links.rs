//! Results that do not come inline: a file a chunk, and links to the files that are good for a while without any other
//! credential, as the presigned links of a cloud's storage are.

use std::path::PathBuf;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde::Deserialize;

use super::registry::Phase;
use crate::ident::ContentHash;
use crate::local::server::app::{App, Shared, blocking};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::Params;
use crate::local::store::StoreError;
use crate::sys::fs;

/// "The URLs are valid for only a short period, <= 15 minutes."
const VALID: TimeDelta = TimeDelta::minutes(15);
/// A chunk ends here at the latest, so that a reader of one needs little memory.
const CHUNK_BYTES: usize = 8 * 1024 * 1024;
/// Below the data folder; emptied when a server starts.
pub(crate) const FOLDER: &str = "results";
/// Answered without the token: the link is the credential.
pub(crate) const ROUTE: &str = "/_lakesmith/results/";

/// One file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileChunk {
    pub(super) first: usize,
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

/// The files of one result; they go with it.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    pub(super) chunks: Vec<FileChunk>,
}

impl Drop for Files {
    fn drop(&mut self) {
        // What stays is removed when a server starts.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Files {
    fn path(&self, index: usize) -> PathBuf {
        self.folder.join(format!("{index}.json"))
    }

    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes).sum()
    }

    pub(super) fn rows(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows).sum()
    }
}

/// Takes rows and writes a file whenever there are enough of them.
pub(super) struct ChunkWriter {
    files: Files,
    chunk_rows: usize,
    text: Vec<u8>,
    rows: usize,
}

impl ChunkWriter {
    pub(super) fn new(app: &App, statement: &str) -> Self {
        let folder = app.store.data().join(FOLDER).join(statement);
        let files = Files { folder, chunks: Vec::new() };
        Self { files, chunk_rows: app.chunk_rows, text: Vec::new(), rows: 0 }
    }

    pub(super) fn push(&mut self, row: &[Option<String>]) -> Result<(), StoreError> {
        self.text.push(if self.rows == 0 { b'[' } else { b',' });
        serde_json::to_writer(&mut self.text, row)
            .map_err(|source| StoreError::Record { kind: "row of a result", source })?;
        self.rows += 1;
        if self.rows >= self.chunk_rows || self.text.len() >= CHUNK_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.text.push(b']');
        let chunk = FileChunk { first: self.files.rows(), rows: self.rows, bytes: self.text.len() };
        fs::write(&self.files.path(self.files.chunks.len()), &self.text)?;
        self.files.chunks.push(chunk);
        self.text.clear();
        self.rows = 0;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Files, StoreError> {
        self.flush()?;
        Ok(self.files)
    }
}

/// Hashed twice, so that nobody can lengthen the text behind a hash that they know.
fn signature(token: &str, statement: &str, index: usize, expires: i64) -> ContentHash {
    let inner = ContentHash::of(format!("{token}\n{statement}\n{index}\n{expires}").as_bytes());
    ContentHash::of(format!("{token}\n{inner}").as_bytes())
}

/// The link to a chunk, and until when it is good.
pub(super) fn link(app: &App, statement: &str, index: usize) -> (String, String) {
    let until = app.system.clock.now() + VALID;
    let expires = until.timestamp_millis();
    let signature = signature(&app.token, statement, index, expires);
    let link = format!("{}{ROUTE}{statement}/{index}?expires={expires}&signature={signature}", app.url);
    (link, until.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    expires: i64,
    signature: String,
}

/// The file of a chunk. Storage refuses a request that brings a second credential; so does this.
pub(crate) async fn download(
    State(app): State<Shared>,
    Path((id, index)): Path<(String, usize)>,
    headers: HeaderMap,
    Params(signed): Params<Signed>,
) -> ApiResult<Response> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(ApiError::invalid("Do not send an Authorization header to an external link."));
    }
    let good = signature(&app.token, &id, index, signed.expires).as_str() == signed.signature;
    let expires = DateTime::from_timestamp_millis(signed.expires).unwrap_or_default();
    if !good || expires < app.system.clock.now() {
        return Err(ApiError::new(ErrorCode::PermissionDenied, "The link is not valid or has expired."));
    }
    let statement = app.statements.linked(&id)?;
    let gone = || ApiError::new(ErrorCode::NotFound, "The result is not there any more.");
    let Phase::Succeeded(set) = statement.phase() else { return Err(gone()) };
    let bytes = blocking(move || {
        let files = set.files().ok_or_else(gone)?;
        let found = fs::read_optional(&files.path(index)).map_err(StoreError::from)?;
        found.ok_or_else(gone)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}
