//! Reading, listing, making and deleting workspace objects.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::notebook::{self, Language};
use super::path::{self, WorkspacePath};
use crate::local::server::app::{App, Shared, blocking, number_of};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::services::dashboards;
use crate::local::store::FileInfo;

#[derive(Serialize)]
struct ObjectInfo {
    object_type: &'static str,
    path: String,
    object_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Language>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modified_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
}

impl ObjectInfo {
    fn of(app: &App, path: &WorkspacePath, info: &FileInfo) -> ApiResult<Self> {
        let text = path.to_string();
        let object_id = number_of(&text);
        if info.is_dir {
            return Ok(Self {
                object_type: "DIRECTORY",
                path: text,
                object_id,
                resource_id: Some(object_id.to_string()),
                language: None,
                created_at: None,
                modified_at: None,
                size: None,
            });
        }
        let language = app.store.read(|reader| notebook::language(reader, path))?;
        Ok(Self {
            object_type: if language.is_some() { "NOTEBOOK" } else { "FILE" },
            path: text,
            object_id,
            resource_id: Some(object_id.to_string()),
            language,
            // The file system keeps no time of creation that survives an atomic replacement.
            created_at: Some(info.modified_ms),
            modified_at: Some(info.modified_ms),
            size: language.is_none().then_some(info.size),
        })
    }

    fn of_dashboard(dashboard: dashboards::InFolder) -> Self {
        Self {
            object_type: "DASHBOARD",
            object_id: number_of(&dashboard.path),
            path: dashboard.path,
            resource_id: Some(dashboard.id),
            language: None,
            created_at: None,
            modified_at: None,
            size: None,
        }
    }
}

fn stat(app: &App, path: &WorkspacePath) -> ApiResult<ObjectInfo> {
    if let Some(info) = app.store.workspace_files().stat(path.tree())? {
        return ObjectInfo::of(app, path, &info);
    }
    match path.parent().map(|parent| dashboards::in_folder(app, &parent)).transpose()? {
        Some(found) => found.into_iter().find(|dashboard| dashboard.path == path.to_string()),
        None => None,
    }
    .map(ObjectInfo::of_dashboard)
    .ok_or_else(|| path::missing(path))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathParams {
    path: String,
}

/// <https://docs.databricks.com/api/workspace/workspace/getstatus>
pub(crate) async fn get_status(State(app): State<Shared>, Params(params): Params<PathParams>) -> ApiResult<Response> {
    let path = WorkspacePath::parse(&params.path)?;
    let info = blocking(move || stat(&app, &path)).await?;
    Ok(Json(info).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    path: String,
    notebooks_modified_after: Option<i64>,
}

/// <https://docs.databricks.com/api/workspace/workspace/list>; not paged. An empty folder answers `{}`.
pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let path = WorkspacePath::parse(&params.path)?;
    let objects = blocking(move || {
        let here = stat(&app, &path)?;
        if here.object_type != "DIRECTORY" {
            return Ok(vec![here]);
        }
        let mut objects = Vec::new();
        for info in app.store.workspace_files().list(path.tree())? {
            let inner = WorkspacePath::parse(&format!("/{}", info.path.text()))?;
            objects.push(ObjectInfo::of(&app, &inner, &info)?);
        }
        objects.extend(dashboards::in_folder(&app, &path)?.into_iter().map(ObjectInfo::of_dashboard));
        if let Some(after) = params.notebooks_modified_after {
            objects
                .retain(|object| object.object_type != "NOTEBOOK" || object.modified_at.is_some_and(|at| at > after));
        }
        objects.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(objects)
    })
    .await?;
    Ok(Json(if objects.is_empty() { json!({}) } else { json!({ "objects": objects }) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MkdirsRequest {
    path: String,
}

/// <https://docs.databricks.com/api/workspace/workspace/mkdirs>: parents are made; a file in the way is
/// `RESOURCE_ALREADY_EXISTS`; a folder that is there already is a success.
pub(crate) async fn mkdirs(State(app): State<Shared>, Body(request): Body<MkdirsRequest>) -> ApiResult<Json<Value>> {
    let path = WorkspacePath::parse(&request.path)?;
    blocking(move || {
        let _turn = app.files_turn();
        let files = app.store.workspace_files();
        let mut above = Some(path.clone());
        while let Some(here) = above {
            if files.stat(here.tree())?.is_some_and(|info| !info.is_dir) {
                let message = format!("The requested folder name already exists as a file: {here}");
                return Err(ApiError::new(ErrorCode::ResourceAlreadyExists, message));
            }
            above = here.parent();
        }
        Ok(files.create_dir(path.tree())?)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteRequest {
    path: String,
    #[serde(default)]
    recursive: bool,
}

/// <https://docs.databricks.com/api/workspace/workspace/delete>: `RESOURCE_DOES_NOT_EXIST`, `DIRECTORY_NOT_EMPTY`.
pub(crate) async fn delete(State(app): State<Shared>, Body(request): Body<DeleteRequest>) -> ApiResult<Json<Value>> {
    let path = WorkspacePath::parse(&request.path)?;
    blocking(move || remove(&app, &path, request.recursive)).await?;
    Ok(Json(json!({})))
}

fn remove(app: &App, path: &WorkspacePath, recursive: bool) -> ApiResult<()> {
    let _turn = app.files_turn();
    let files = app.store.workspace_files();
    let object = stat(app, path)?;
    match object.object_type {
        "DASHBOARD" => dashboards::trash_by_path(app, &object.path),
        "DIRECTORY" => {
            if path.parent().is_none() {
                return Err(ApiError::invalid("The root folder cannot be deleted."));
            }
            let dashboards = dashboards::below(app, path)?;
            if !recursive && (!files.list(path.tree())?.is_empty() || !dashboards.is_empty()) {
                let message = format!("Folder ({path}) is not empty");
                return Err(ApiError::new(ErrorCode::DirectoryNotEmpty, message));
            }
            let inner = files.walk(path.tree())?;
            app.store.write(|writer| {
                for info in inner {
                    notebook::set_language(writer, &WorkspacePath::parse(&format!("/{}", info.path.text()))?, None)?;
                }
                Ok::<_, ApiError>(())
            })?;
            for dashboard in dashboards {
                dashboards::trash_by_path(app, &dashboard.path)?;
            }
            Ok(files.remove_dir(path.tree())?)
        }
        _ => {
            files.remove_file(path.tree())?;
            app.store.write(|writer| notebook::set_language(writer, path, None))
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ExportFormat {
    Auto,
    Source,
    Raw,
    Html,
    Jupyter,
    Dbc,
    RMarkdown,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportParams {
    path: String,
    format: Option<ExportFormat>,
    #[serde(default)]
    direct_download: bool,
}

/// <https://docs.databricks.com/api/workspace/workspace/export>; `direct_download=true` answers the bytes themselves.
pub(crate) async fn export(State(app): State<Shared>, Params(params): Params<ExportParams>) -> ApiResult<Response> {
    let path = WorkspacePath::parse(&params.path)?;
    match params.format.unwrap_or(ExportFormat::Source) {
        ExportFormat::Auto | ExportFormat::Source | ExportFormat::Raw => {}
        format => {
            let message = format!("The embedded workspace does not export the format {format:?}.");
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
    }
    let (content, file_type) = blocking(move || {
        let object = stat(&app, &path)?;
        match object.object_type {
            "DIRECTORY" => Err(ApiError::invalid(format!("Only DBC format is supported for folders: {path}"))),
            "DASHBOARD" => Ok((dashboards::serialized_by_path(&app, &object.path)?.into_bytes(), "lvdash.json".into())),
            _ => {
                let content = app.store.workspace_files().read(path.tree())?.ok_or_else(|| path::missing(&path))?;
                let file_type = match object.language {
                    Some(language) => language.extension().to_string(),
                    None => path.name().rsplit_once('.').map(|(_, end)| end.to_string()).unwrap_or_default(),
                };
                Ok((with_header(content, object.language), file_type))
            }
        }
    })
    .await?;
    if params.direct_download {
        return Ok(([(header::CONTENT_TYPE, "application/octet-stream")], content).into_response());
    }
    Ok(Json(json!({ "content": STANDARD.encode(content), "file_type": file_type })).into_response())
}

/// A notebook's source always begins with its mark, also when it was imported without.
fn with_header(content: Vec<u8>, language: Option<Language>) -> Vec<u8> {
    match language.map(Language::header) {
        Some(header) if !content.starts_with(header.as_bytes()) => {
            let mut marked = header.into_bytes();
            marked.push(b'\n');
            marked.extend(content);
            marked
        }
        _ => content,
    }
}

/// The folders that every workspace has.
pub(crate) fn prepare(app: &App) -> ApiResult<()> {
    let files = app.store.workspace_files();
    for folder in [app.owner.home(), "/Shared".to_string(), "/Repos".to_string()] {
        files.create_dir(WorkspacePath::parse(&folder)?.tree())?;
    }
    Ok(())
}

/// The text of a file or notebook that a pipeline or a task runs.
pub(crate) fn read_source(app: &App, path: &WorkspacePath) -> ApiResult<String> {
    let content = app.store.workspace_files().stat(path.tree())?.filter(|info| !info.is_dir);
    let content = content.map(|_| app.store.workspace_files().read(path.tree())).transpose()?.flatten();
    let content = content.ok_or_else(|| path::missing(path))?;
    String::from_utf8(content).map_err(|_| ApiError::invalid(format!("The file {path} is not UTF-8 text.")))
}
