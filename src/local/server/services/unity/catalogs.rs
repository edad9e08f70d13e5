//! Catalogs. <https://docs.databricks.com/api/workspace/catalogs>

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
use crate::local::store::{CatalogRecord, Registration, StoreError};

fn wire(app: &App, record: &CatalogRecord) -> Value {
    let mut fields = names::common(&app.identity.metastore_id, record.comment.as_deref(), &record.registration);
    fields.insert("name".to_string(), json!(record.name));
    fields.insert("full_name".to_string(), json!(record.name));
    fields.insert("catalog_type".to_string(), json!("MANAGED_CATALOG"));
    fields.insert("securable_type".to_string(), json!("CATALOG"));
    fields.insert("isolation_mode".to_string(), json!("OPEN"));
    if !record.properties.is_empty() {
        fields.insert("properties".to_string(), json!(record.properties));
    }
    Value::Object(fields)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCatalog {
    name: String,
    comment: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, String>,
    options: Option<Value>,
    storage_root: Option<String>,
    connection_name: Option<String>,
    provider_name: Option<String>,
    share_name: Option<String>,
    catalog_federation_config: Option<Value>,
    conversion_info: Option<Value>,
    custom_max_retention_hours: Option<i64>,
    dr_replication_info: Option<Value>,
    managed_encryption_settings: Option<Value>,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<CreateCatalog>) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[
        ("options", request.options.is_some()),
        ("storage_root", request.storage_root.is_some()),
        ("connection_name", request.connection_name.is_some()),
        ("provider_name", request.provider_name.is_some()),
        ("share_name", request.share_name.is_some()),
        ("catalog_federation_config", request.catalog_federation_config.is_some()),
        ("conversion_info", request.conversion_info.is_some()),
        ("custom_max_retention_hours", request.custom_max_retention_hours.is_some()),
        ("dr_replication_info", request.dr_replication_info.is_some()),
        ("managed_encryption_settings", request.managed_encryption_settings.is_some()),
    ])?;
    let record = CatalogRecord {
        name: names::one(&request.name)?,
        comment: request.comment,
        properties: request.properties,
        registration: Registration::default(),
    };
    let by = app.owner.name.clone();
    let record = app
        .write(move |writer| {
            let name = record.name.clone();
            writer.create_catalog(record, &by).map_err(|error| match error {
                StoreError::AlreadyExists { .. } => {
                    ApiError::new(ErrorCode::CatalogAlreadyExists, format!("Catalog '{name}' already exists"))
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
    let name = names::one(&name)?;
    let record = app.read(move |reader| names::check_catalog(reader, &name)).await?;
    Ok(Json(wire(&app, &record)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    max_results: Option<i64>,
    page_token: Option<String>,
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
    #[serde(rename = "include_unbound")]
    _include_unbound: Option<bool>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let records = app.read(|reader| Ok(reader.securables::<CatalogRecord>()?)).await?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    names::page("catalogs", records, request, |record| record.name.folded(), |record| wire(&app, record)).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateCatalog {
    comment: Option<String>,
    properties: Option<BTreeMap<String, String>>,
    owner: Option<String>,
    new_name: Option<String>,
    options: Option<Value>,
    isolation_mode: Option<String>,
    enable_predictive_optimization: Option<String>,
    catalog_federation_config: Option<Value>,
    conversion_info: Option<Value>,
    custom_max_retention_hours: Option<i64>,
    dr_replication_info: Option<Value>,
    managed_encryption_settings: Option<Value>,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Body(request): Body<UpdateCatalog>,
) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[
        ("new_name", request.new_name.is_some()),
        ("options", request.options.is_some()),
        ("isolation_mode", request.isolation_mode.as_deref().is_some_and(|mode| mode != "OPEN")),
        ("enable_predictive_optimization", request.enable_predictive_optimization.is_some()),
        ("catalog_federation_config", request.catalog_federation_config.is_some()),
        ("conversion_info", request.conversion_info.is_some()),
        ("custom_max_retention_hours", request.custom_max_retention_hours.is_some()),
        ("dr_replication_info", request.dr_replication_info.is_some()),
        ("managed_encryption_settings", request.managed_encryption_settings.is_some()),
    ])?;
    let name = names::one(&name)?;
    let by = app.owner.name.clone();
    let record = app
        .write(move |writer| {
            let mut record = names::check_catalog(writer, &name)?;
            if request.comment.is_none() && request.properties.is_none() && request.owner.is_none() {
                return Err(ApiError::invalid("UpdateCatalog Nothing to update."));
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
    let name = names::one(&name)?;
    app.write(move |writer| {
        names::check_catalog(writer, &name)?;
        writer.drop_catalog(&name, params.force).map_err(|error| match error {
            StoreError::NotEmpty { .. } => {
                ApiError::new(ErrorCode::CatalogNotEmpty, format!("Catalog '{name}' is not empty."))
            }
            error => error.into(),
        })
    })
    .await?;
    Ok(Json(json!({})))
}
