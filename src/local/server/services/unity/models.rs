//! Registered models. <https://docs.databricks.com/api/workspace/registeredmodels>
//!
//! The name, its comment and its owner; versions and aliases are not kept here.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::names;
use crate::ident::TableName;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{Document, Expect, Filter, MODELS, Order, Reader, SchemaName};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    comment: Option<String>,
    owner: String,
    created_by: String,
    updated_by: String,
}

fn wire(app: &App, document: &Document<Record>) -> ApiResult<Value> {
    let name = names::three(&document.id)?;
    let Record { comment, owner, created_by, updated_by } = &document.body;
    let mut value = json!({
        "name": name.name, "catalog_name": name.catalog, "schema_name": name.schema, "full_name": name.to_string(),
        "owner": owner, "metastore_id": app.identity.metastore_id,
        "storage_location": format!("lakesmith://{}/models/{name}", app.identity.metastore_id),
        "created_at": document.created_at / 1000, "created_by": created_by,
        "updated_at": document.updated_at / 1000, "updated_by": updated_by,
    });
    if let Some(comment) = comment {
        value["comment"] = json!(comment);
    }
    Ok(value)
}

fn find(reader: &Reader<'_>, name: &TableName) -> ApiResult<Document<Record>> {
    names::check_schema(reader, &SchemaName::of(name))?;
    reader.document(MODELS, &name.to_string())?.ok_or_else(|| names::no_function(name))
}

/// Models are granted as functions.
pub(super) fn is_there(reader: &Reader<'_>, name: &TableName) -> ApiResult<bool> {
    Ok(reader.document::<Record>(MODELS, &name.to_string())?.is_some())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateModel {
    catalog_name: String,
    schema_name: String,
    name: String,
    comment: Option<String>,
    storage_location: Option<String>,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<CreateModel>) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[("storage_location", request.storage_location.is_some())])?;
    let schema = SchemaName { catalog: names::one(&request.catalog_name)?, name: names::one(&request.schema_name)? };
    let name =
        TableName { catalog: schema.catalog.clone(), schema: schema.name.clone(), name: names::one(&request.name)? };
    let by = app.owner.name.clone();
    let document = app
        .write(move |writer| {
            names::check_schema(writer, &schema)?;
            if is_there(writer, &name)? {
                let message = format!("Routine or Model '{name}' already exists");
                return Err(ApiError::new(crate::local::server::error::ErrorCode::ResourceAlreadyExists, message));
            }
            let record = Record { comment: request.comment, owner: by.clone(), created_by: by.clone(), updated_by: by };
            let id = name.to_string();
            writer.put_document(MODELS, &id, &schema.to_string(), &name.name.to_string(), &record, Expect::Absent)?;
            find(writer, &name)
        })
        .await?;
    Ok(Json(wire(&app, &document)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetModel {
    #[serde(rename = "include_aliases")]
    _include_aliases: Option<bool>,
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Params(_): Params<GetModel>,
) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    let document = app.read(move |reader| find(reader, &name)).await?;
    Ok(Json(wire(&app, &document)?))
}

pub(crate) async fn list(
    State(app): State<Shared>,
    Params(params): Params<names::ListInSchema>,
) -> ApiResult<Json<Value>> {
    let schema = params.schema()?;
    let found = app
        .read(move |reader| {
            names::check_schema(reader, &schema)?;
            let parent = schema.to_string();
            let filter = Filter { parent: Some(&parent), ..Filter::default() };
            let all = crate::local::store::PageRequest::ALL;
            Ok(reader.documents::<Record>(MODELS, filter, Order::Name, all)?.items)
        })
        .await?;
    let models = found.iter().map(|document| wire(&app, document)).collect::<ApiResult<Vec<_>>>()?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    let key = |model: &Value| model["name"].as_str().unwrap_or_default().to_string();
    names::page("registered_models", models, request, key, Value::clone).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateModel {
    comment: Option<String>,
    owner: Option<String>,
    new_name: Option<String>,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Body(request): Body<UpdateModel>,
) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[("new_name", request.new_name.is_some())])?;
    let name = names::three(&name)?;
    let by = app.owner.name.clone();
    let document = app
        .write(move |writer| {
            let Document { id, parent, name: last, mut body, .. } = find(writer, &name)?;
            body.comment = request.comment.or(body.comment);
            body.owner = request.owner.unwrap_or(body.owner);
            body.updated_by = by;
            writer.put_document(MODELS, &id, &parent, &last, &body, Expect::Present)?;
            find(writer, &name)
        })
        .await?;
    Ok(Json(wire(&app, &document)?))
}

pub(crate) async fn delete(State(app): State<Shared>, Path(name): Path<String>) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    app.write(move |writer| {
        find(writer, &name)?;
        Ok(writer.delete_document(MODELS, &name.to_string())?)
    })
    .await?;
    Ok(Json(json!({})))
}
