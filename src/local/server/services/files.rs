//! Files in volumes. <https://docs.databricks.com/api/workspace/files>
//!
//! Uploads stream to disk and appear whole or not at all; parent folders are made, as the documentation says.

use std::fmt::Write;

use axum::Json;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::local::server::app::{App, Shared, blocking};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{FileInfo, VolumePath, VolumeRecord};

/// "The maximum page size is 1000."
const MAX_PAGE: usize = 1000;

/// Bytes of a file in memory at a time, for each of the pieces under way.
const PIECE: usize = 256 * 1024;

fn no_file(path: &VolumePath) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("The file being accessed is not found: {path}"))
}

fn no_directory(path: &VolumePath) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("The directory being accessed is not found: {path}"))
}

/// The path, if its volume exists.
fn resolve(app: &App, path: &str) -> ApiResult<VolumePath> {
    let path = VolumePath::parse(&format!("/{path}"))?;
    if app.store.read(|reader| Ok::<_, ApiError>(reader.securable::<VolumeRecord>(&path.volume)?))?.is_none() {
        let message = format!("Volume '{}' does not exist.", path.volume);
        return Err(ApiError::new(ErrorCode::NotFound, message));
    }
    Ok(path)
}

/// The volume's own folder is there even before a file is.
fn stat(app: &App, path: &VolumePath) -> ApiResult<Option<FileInfo>> {
    let found = app.store.volume_files().stat(&path.tree_path())?;
    let root = || FileInfo { path: path.tree_path(), is_dir: true, size: 0, modified_ms: 0 };
    Ok(found.or_else(|| path.path.parts().is_empty().then(root)))
}

fn headers(info: &FileInfo) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(info.size));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let modified = DateTime::<Utc>::from_timestamp_millis(info.modified_ms).unwrap_or_default();
    let mut text = String::new();
    // RFC 9110 § 5.6.7.
    let written = write!(text, "{}", modified.format("%a, %d %b %Y %H:%M:%S GMT"));
    if let (Ok(()), Ok(value)) = (written, HeaderValue::from_str(&text)) {
        headers.insert(header::LAST_MODIFIED, value);
    }
    headers
}

pub(crate) async fn download(
    State(app): State<Shared>,
    Path(path): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Response> {
    let (info, file) = blocking(move || {
        let path = resolve(&app, &path)?;
        let info = stat(&app, &path)?.filter(|info| !info.is_dir).ok_or_else(|| no_file(&path))?;
        let file = app.store.volume_files().open(&info.path)?.ok_or_else(|| no_file(&path))?;
        // The file may have been replaced since it was looked at; what is open now is what is sent.
        let size = file.metadata().map_err(|error| ApiError::internal(error.to_string()))?.len();
        Ok((FileInfo { size, ..info }, file))
    })
    .await?;
    let (sender, mut pieces) = mpsc::channel::<std::io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || send(file, &sender));
    let body = futures_util::stream::poll_fn(move |context| pieces.poll_recv(context));
    Ok((headers(&info), HttpBody::from_stream(body)).into_response())
}

/// Sends a file piece by piece, as fast as they are taken. An error cuts the response off.
fn send(mut file: impl std::io::Read, sender: &mpsc::Sender<std::io::Result<Bytes>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match file.read(&mut piece) {
            Ok(0) => return,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Ok(len) => {
                piece.truncate(len);
                Ok(Bytes::from(piece))
            }
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        // Nobody takes it if the client has gone.
        if sender.blocking_send(read).is_err() || failed {
            return;
        }
    }
}

pub(crate) async fn head_file(
    State(app): State<Shared>,
    Path(path): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Response> {
    let info = blocking(move || {
        let path = resolve(&app, &path)?;
        stat(&app, &path)?.filter(|info| !info.is_dir).ok_or_else(|| no_file(&path))
    })
    .await?;
    Ok((headers(&info), HttpBody::empty()).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadParams {
    #[serde(default)]
    overwrite: bool,
}

pub(crate) async fn upload(
    State(app): State<Shared>,
    Path(path): Path<String>,
    Params(params): Params<UploadParams>,
    request: Request,
) -> ApiResult<StatusCode> {
    let checked = app.clone();
    let path = blocking(move || {
        let path = resolve(&checked, &path)?;
        check_place(&checked, &path, params.overwrite)?;
        Ok(path)
    })
    .await?;
    let (sender, mut pieces) = mpsc::channel::<Bytes>(8);
    let writing = blocking(move || {
        let files = app.store.volume_files();
        let mut upload = files.upload(&path.tree_path())?;
        let mut complete = false;
        while let Some(piece) = pieces.blocking_recv() {
            if piece.is_empty() {
                complete = true;
                break;
            }
            upload.write(&piece)?;
        }
        if !complete {
            return Err(ApiError::new(ErrorCode::MalformedRequest, "The upload was cut off."));
        }
        let _turn = app.files_turn();
        check_place(&app, &path, params.overwrite)?;
        Ok(upload.finish()?)
    });
    let sending = async move {
        let mut body = request.into_body().into_data_stream();
        while let Some(piece) = body.next().await {
            let Ok(piece) = piece else { return };
            // A writer that has failed already answers the request.
            if !piece.is_empty() && sender.send(piece).await.is_err() {
                return;
            }
        }
        // The empty piece says that nothing is missing.
        let _ = sender.send(Bytes::new()).await;
    };
    let (written, ()) = tokio::join!(writing, sending);
    written.map(|()| StatusCode::NO_CONTENT)
}

fn check_place(app: &App, path: &VolumePath, overwrite: bool) -> ApiResult<()> {
    let exists = |message: &str| Err(ApiError::new(ErrorCode::AlreadyExists, message));
    match stat(app, path)? {
        Some(info) if info.is_dir => return exists("A directory exists at the path of the file."),
        Some(_) if !overwrite => return exists("The file being created already exists."),
        _ => {}
    }
    check_parents(app, path)
}

/// No part of the path may be a file.
fn check_parents(app: &App, path: &VolumePath) -> ApiResult<()> {
    let parts = path.path.parts();
    for len in 1..parts.len() {
        let above = path.at(path.path.prefix(len));
        if stat(app, &above)?.is_some_and(|info| !info.is_dir) {
            let message = format!("A file exists where a directory is needed: {above}");
            return Err(ApiError::new(ErrorCode::AlreadyExists, message));
        }
    }
    Ok(())
}

pub(crate) async fn delete_file(State(app): State<Shared>, Path(path): Path<String>) -> ApiResult<StatusCode> {
    blocking(move || {
        let path = resolve(&app, &path)?;
        let _turn = app.files_turn();
        let info = stat(&app, &path)?.filter(|info| !info.is_dir).ok_or_else(|| no_file(&path))?;
        Ok(app.store.volume_files().remove_file(&info.path)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn create_directory(State(app): State<Shared>, Path(path): Path<String>) -> ApiResult<StatusCode> {
    blocking(move || {
        let path = resolve(&app, &path)?;
        let _turn = app.files_turn();
        if stat(&app, &path)?.is_some_and(|info| !info.is_dir) {
            return Err(ApiError::new(ErrorCode::AlreadyExists, "A file exists at the path of the directory."));
        }
        check_parents(&app, &path)?;
        Ok(app.store.volume_files().create_dir(&path.tree_path())?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn head_directory(
    State(app): State<Shared>,
    Path(path): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<StatusCode> {
    blocking(move || {
        let path = resolve(&app, &path)?;
        stat(&app, &path)?.filter(|info| info.is_dir).map(drop).ok_or_else(|| no_directory(&path))
    })
    .await?;
    Ok(StatusCode::OK)
}

/// "To delete a non-empty directory, first delete all of its contents."
pub(crate) async fn delete_directory(State(app): State<Shared>, Path(path): Path<String>) -> ApiResult<StatusCode> {
    blocking(move || {
        let path = resolve(&app, &path)?;
        if path.path.parts().is_empty() {
            return Err(ApiError::invalid("The directory of the volume itself cannot be deleted."));
        }
        let _turn = app.files_turn();
        let info = stat(&app, &path)?.filter(|info| info.is_dir).ok_or_else(|| no_directory(&path))?;
        match app.store.volume_files().remove_empty_dir(&info.path)? {
            true => Ok(()),
            false => Err(ApiError::new(ErrorCode::DirectoryNotEmpty, "The directory being deleted is not empty.")),
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    page_size: Option<i64>,
    page_token: Option<String>,
}

#[derive(Serialize)]
struct DirectoryEntry {
    path: String,
    is_directory: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<i64>,
    name: String,
}

pub(crate) async fn list_directory(
    State(app): State<Shared>,
    Path(path): Path<String>,
    Params(params): Params<ListParams>,
) -> ApiResult<Json<Value>> {
    let (contents, next) = blocking(move || {
        let path = resolve(&app, &path)?;
        let info = stat(&app, &path)?.filter(|info| info.is_dir).ok_or_else(|| no_directory(&path))?;
        let entries = app.store.volume_files().list(&info.path)?;
        let entries = entries.into_iter().map(|info| {
            let name = info.path.parts().last().cloned().unwrap_or_default();
            DirectoryEntry {
                path: format!("{path}/{name}"),
                is_directory: info.is_dir,
                file_size: (!info.is_dir).then_some(info.size),
                last_modified: (!info.is_dir).then_some(info.modified_ms),
                name,
            }
        });
        let request = PageRequest {
            token: params.page_token.as_deref(),
            size: params.page_size,
            server_size: app.page_size.min(MAX_PAGE),
        };
        request.cut(entries.collect(), |entry| entry.name.clone())
    })
    .await?;
    let mut answer = json!({});
    if !contents.is_empty() {
        answer["contents"] = json!(contents);
    }
    if let Some(next) = next {
        answer["next_page_token"] = json!(next);
    }
    Ok(Json(answer))
}
