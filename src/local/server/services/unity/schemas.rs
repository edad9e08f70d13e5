//! Schemas. <https://docs.databricks.com/api/workspace/schemas>

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::names::{self, DeleteParams, GetParams};
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{Registration, SchemaName, SchemaRecord, StoreError};

fn wire(app: &App, record: &SchemaRecord) -> Value {
    let mut fields = names::common(&app.identity.metastore_id, record.comment.as_deref(), &record.registration);
    fields.insert("name".to_string(), json!(record.name.name));
    fields.insert("catalog_name".to_string(), json!(record.name.catalog));
    fields.insert("full_name".to_string(), json!(record.name.to_string()));
    fields.insert("catalog_type".to_string(), json!("MANAGED_CATALOG"));
    fields.insert("schema_id".to_string(), json!(record.registration.id));
    if !record.properties.is_empty() {
        fields.insert("properties".to_string(), json!(record.properties));
    }
    Value::Object(fields)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSchema {
    name: String,
    catalog_name: String,
    comment: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, String>,
    storage_root: Option<String>,
    custom_max_retention_hours: Option<i64>,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<CreateSchema>) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[
        ("storage_root", request.storage_root.is_some()),
        ("custom_max_retention_hours", request.custom_max_retention_hours.is_some()),
    ])?;
    let record = SchemaRecord {
        name: SchemaName { catalog: names::one(&request.catalog_name)?, name: names::one(&request.name)? },
        comment: request.comment,
        properties: request.properties,
        registration: Registration::default(),
    };
    let by = app.owner.name.clone();
    let record = app
        .write(move |writer| {
            names::check_catalog(writer, &record.name.catalog)?;
            let name = record.name.clone();
            writer.create_schema(record, &by).map_err(|error| match error {
                StoreError::AlreadyExists { .. } => {
                    ApiError::new(ErrorCode::SchemaAlreadyExists, format!("Schema '{}' already exists", name.name))
                }
                error => error.into(),
            })
        })
        .await?;
    Ok(Json(wire(&app, &record)))
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Params(_): Params<GetParams>,
) -> ApiResult<Json<Value>> {
    let name = names::two(&name)?;
    let record = app.read(move |reader| names::check_schema(reader, &name)).await?;
    Ok(Json(wire(&app, &record)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    catalog_name: String,
    max_results: Option<i64>,
    page_token: Option<String>,
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let catalog = names::one(&params.catalog_name)?;
    let records = app
        .read(move |reader| {
            names::check_catalog(reader, &catalog)?;
            Ok(reader.schemas_of(&catalog)?)
        })
        .await?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    names::page("schemas", records, request, |record| record.name.name.folded(), |record| wire(&app, record)).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateSchema {
    comment: Option<String>,
    properties: Option<BTreeMap<String, String>>,
    owner: Option<String>,
    new_name: Option<String>,
    enable_predictive_optimization: Option<String>,
    custom_max_retention_hours: Option<i64>,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Body(request): Body<UpdateSchema>,
) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[
        ("new_name", request.new_name.is_some()),
        ("enable_predictive_optimization", request.enable_predictive_optimization.is_some()),
        ("custom_max_retention_hours", request.custom_max_retention_hours.is_some()),
    ])?;
    let name = names::two(&name)?;
    let by = app.owner.name.clone();
    let record = app
        .write(move |writer| {
            let mut record = names::check_schema(writer, &name)?;
            if request.comment.is_none() && request.properties.is_none() && request.owner.is_none() {
                return Err(ApiError::invalid("UpdateSchema Nothing to update."));
            }
            record.comment = request.comment.or(record.comment);
            record.properties = request.properties.unwrap_or(record.properties);
            record.registration.owner = request.owner.unwrap_or(record.registration.owner);
            Ok(writer.update_securable(record, &by)?)
        })
        .await?;
    Ok(Json(wire(&app, &record)))
}

pub(crate) async fn delete(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Params(params): Params<DeleteParams>,
) -> ApiResult<Json<Value>> {
    let name = names::two(&name)?;
    app.write(move |writer| {
        names::check_schema(writer, &name)?;
        writer.drop_schema(&name, params.force).map_err(|error| match error {
            StoreError::NotEmpty { .. } => {
                ApiError::new(ErrorCode::SchemaNotEmpty, format!("Schema '{name}' is not empty."))
            }
            error => error.into(),
        })
    })
    .await?;
    Ok(Json(json!({})))
}
