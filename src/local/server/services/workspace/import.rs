//! `POST /api/2.0/workspace/import`, as JSON with base64 content or as a multipart form.
//! <https://docs.databricks.com/api/workspace/workspace/import>

use axum::Json;
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request, State};
use axum::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::notebook::{self, Language};
use super::path::{self, WorkspacePath};
use crate::local::server::app::{App, Shared, blocking, number_of};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{NoParams, Params, from_json};

/// "The content has a limit of 10 MB."
const MAX_CONTENT: usize = 10 * 1024 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Format {
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
struct JsonRequest {
    path: String,
    content: Option<String>,
    format: Option<Format>,
    language: Option<Language>,
    #[serde(default)]
    overwrite: bool,
}

struct Import {
    path: WorkspacePath,
    content: Vec<u8>,
    format: Format,
    language: Option<Language>,
    overwrite: bool,
}

pub(crate) async fn import(
    State(app): State<Shared>,
    Params(_): Params<NoParams>,
    request: Request,
) -> ApiResult<Json<Value>> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = content_type.is_some_and(|text| text.starts_with("multipart/form-data"));
    let import = if is_form { read_form(request).await? } else { read_json(request).await? };
    if import.content.len() > MAX_CONTENT {
        let size = import.content.len();
        let message = format!("File size imported is ({size} bytes), exceeded max size ({MAX_CONTENT} bytes)");
        return Err(ApiError::new(ErrorCode::MaxNotebookSizeExceeded, message));
    }
    let path = blocking(move || run(&app, import)).await?;
    Ok(Json(json!({ "object_id": number_of(&path.to_string()) })))
}

async fn read_json(request: Request) -> ApiResult<Import> {
    let bytes = axum::body::Bytes::from_request(request, &()).await;
    let bytes = bytes.map_err(|error| ApiError::new(ErrorCode::MalformedRequest, error.to_string()))?;
    let request: JsonRequest = from_json(&bytes)?;
    let content = STANDARD.decode(request.content.unwrap_or_default());
    Ok(Import {
        path: WorkspacePath::parse(&request.path)?,
        content: content.map_err(|error| ApiError::invalid(format!("content is not base64: {error}")))?,
        format: request.format.unwrap_or(Format::Source),
        language: request.language,
        overwrite: request.overwrite,
    })
}

async fn read_form(request: Request) -> ApiResult<Import> {
    let malformed = |error: &dyn std::fmt::Display| ApiError::new(ErrorCode::MalformedRequest, error.to_string());
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| malformed(&error))?;
    let (mut path, mut content) = (None, Vec::new());
    let (mut format, mut language, mut overwrite) = (Format::Source, None, false);
    while let Some(field) = form.next_field().await.map_err(|error| malformed(&error))? {
        let name = field.name().unwrap_or_default().to_string();
        let bytes = field.bytes().await.map_err(|error| malformed(&error))?;
        if name == "content" {
            content = bytes.to_vec();
            continue;
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| malformed(&error))?;
        match name.as_str() {
            "path" => path = Some(WorkspacePath::parse(text)?),
            "format" => format = enumerated(text)?,
            "language" => language = Some(enumerated(text)?),
            "overwrite" => overwrite = enumerated(text)?,
            _ => return Err(ApiError::invalid(format!("Unknown form field: {name}"))),
        }
    }
    let path = path.ok_or_else(|| ApiError::invalid("Missing required field: path"))?;
    Ok(Import { path, content, format, language, overwrite })
}

/// A form field as the JSON field of the same name would be read.
fn enumerated<T: serde::de::DeserializeOwned>(text: &str) -> ApiResult<T> {
    let value = text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from);
    serde_json::from_value(value).map_err(|error| ApiError::invalid(error.to_string()))
}

/// The place and kind of what is imported.
fn resolve(import: &Import) -> ApiResult<(WorkspacePath, Option<Language>)> {
    match import.format {
        Format::Raw => Ok((import.path.clone(), None)),
        Format::Auto if import.path.name().ends_with(".ipynb") => Err(unsupported(Format::Jupyter)),
        Format::Auto => match notebook::detect(import.path.name(), &import.content) {
            Some((stem, language)) => Ok((import.path.with_name(stem)?, Some(language))),
            None => Ok((import.path.clone(), None)),
        },
        Format::Source => match import.language {
            Some(language) => Ok((import.path.clone(), Some(language))),
            None => Err(ApiError::invalid("To import a single file as SOURCE, you must set the language field.")),
        },
        format @ (Format::Html | Format::Jupyter | Format::Dbc | Format::RMarkdown) => Err(unsupported(format)),
    }
}

fn unsupported(format: Format) -> ApiError {
    let message = format!("The embedded workspace does not import the format {format:?}.");
    ApiError::new(ErrorCode::NotImplemented, message)
}

fn run(app: &App, import: Import) -> ApiResult<WorkspacePath> {
    let (path, language) = resolve(&import)?;
    let Some(parent) = path.parent() else {
        return Err(ApiError::invalid("The root folder cannot be imported into."));
    };
    // Between the look and the write nobody else may write: `overwrite=false` is how clients take locks.
    let _turn = app.files_turn();
    let files = app.store.workspace_files();
    if !files.stat(parent.tree())?.is_some_and(|info| info.is_dir) {
        return Err(path::parent_missing(&parent));
    }
    let found = files.stat(path.tree())?;
    let exists = |message: &str| Err(ApiError::new(ErrorCode::ResourceAlreadyExists, message));
    let known = match &found {
        Some(info) if info.is_dir => return exists(&format!("Path ({path}) already exists and is a folder.")),
        Some(_) if !import.overwrite => return exists(&format!("Path ({path}) already exists.")),
        Some(_) => {
            let known = app.store.read(|reader| notebook::language(reader, &path))?;
            if known.is_some() != language.is_some() {
                let kind = |notebook| if notebook { "NOTEBOOK" } else { "FILE" };
                let (asked, actual) = (kind(language.is_some()), kind(known.is_some()));
                let message = format!(
                    "Cannot overwrite the asset at {path} due to type mismatch (asked: {asked}, actual: {actual})"
                );
                return Err(ApiError::invalid(message));
            }
            known
        }
        // A document that a crash left behind is set right below.
        None => app.store.read(|reader| notebook::language(reader, &path))?,
    };
    if known != language {
        app.store.write(|writer| notebook::set_language(writer, &path, language))?;
    }
    files.write(path.tree(), &import.content)?;
    Ok(path)
}
