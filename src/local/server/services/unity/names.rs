//! Names in requests, and the errors about what they name.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::ident::{Identifier, NameError, TableName};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::page::PageRequest;
use crate::local::store::{CatalogRecord, Reader, Registration, SchemaName, SchemaRecord};

fn bad_name(error: NameError) -> ApiError {
    ApiError::invalid(error.to_string())
}

pub(super) fn one(text: &str) -> ApiResult<Identifier> {
    Identifier::object(text.to_lowercase()).map_err(bad_name)
}

/// `catalog.schema`.
pub(super) fn two(text: &str) -> ApiResult<SchemaName> {
    match text.split_once('.') {
        Some((catalog, name)) => Ok(SchemaName { catalog: one(catalog)?, name: one(name)? }),
        None => Err(ApiError::invalid(format!("Schema name must have the form <catalog>.<schema>: {text}"))),
    }
}

/// `catalog.schema.name`.
pub(super) fn three(text: &str) -> ApiResult<TableName> {
    TableName::parse(&text.to_lowercase()).map_err(bad_name)
}

pub(super) fn no_catalog(name: &Identifier) -> ApiError {
    ApiError::new(ErrorCode::CatalogDoesNotExist, format!("Catalog '{name}' does not exist."))
}

pub(super) fn no_schema(name: &SchemaName) -> ApiError {
    ApiError::new(ErrorCode::SchemaDoesNotExist, format!("Schema '{name}' does not exist."))
}

pub(super) fn no_table(name: &TableName) -> ApiError {
    ApiError::new(ErrorCode::TableDoesNotExist, format!("Table '{name}' does not exist."))
}

pub(super) fn no_volume(name: &TableName) -> ApiError {
    ApiError::new(ErrorCode::VolumeDoesNotExist, format!("Volume '{name}' does not exist."))
}

pub(super) fn no_function(name: &TableName) -> ApiError {
    ApiError::new(ErrorCode::RoutineDoesNotExist, format!("Routine or Model '{name}' does not exist."))
}

pub(super) fn check_catalog(reader: &Reader<'_>, name: &Identifier) -> ApiResult<CatalogRecord> {
    reader.securable(name)?.ok_or_else(|| no_catalog(name))
}

/// The schema, whose absent catalog is reported first.
pub(super) fn check_schema(reader: &Reader<'_>, name: &SchemaName) -> ApiResult<SchemaRecord> {
    check_catalog(reader, &name.catalog)?;
    reader.securable(name)?.ok_or_else(|| no_schema(name))
}

/// The query of a list inside a schema.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListInSchema {
    pub(super) catalog_name: String,
    pub(super) schema_name: String,
    pub(super) max_results: Option<i64>,
    pub(super) page_token: Option<String>,
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
}

impl ListInSchema {
    pub(super) fn schema(&self) -> ApiResult<SchemaName> {
        Ok(SchemaName { catalog: one(&self.catalog_name)?, name: one(&self.schema_name)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetParams {
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteParams {
    #[serde(default)]
    pub(super) force: bool,
}

/// One page of a list, under the field that the service uses. An empty list answers without the field.
pub(super) fn page<T>(
    field: &str,
    items: Vec<T>,
    request: PageRequest<'_>,
    key: impl Fn(&T) -> String,
    wire: impl FnMut(&T) -> Value,
) -> ApiResult<Value> {
    let (items, next) = request.cut(items, key)?;
    let mut answer = json!({});
    if !items.is_empty() {
        answer[field] = items.iter().map(wire).collect();
    }
    if let Some(next) = next {
        answer["next_page_token"] = json!(next);
    }
    Ok(answer)
}

/// What every Unity Catalog object tells of itself.
pub(super) fn common(metastore_id: &str, comment: Option<&str>, registration: &Registration) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_string(), value);
    if let Some(comment) = comment {
        put("comment", json!(comment));
    }
    put("owner", json!(registration.owner));
    put("metastore_id", json!(metastore_id));
    put("created_at", json!(registration.created_at / 1000));
    put("created_by", json!(registration.created_by));
    put("updated_at", json!(registration.updated_at / 1000));
    put("updated_by", json!(registration.updated_by));
    put("browse_only", json!(false));
    fields
}

/// A documented field that the embedded workspace cannot honour is an error, never ignored.
pub(super) fn refuse_unsupported(fields: &[(&str, bool)]) -> ApiResult<()> {
    match fields.iter().find(|(_, given)| *given) {
        Some((field, _)) => {
            let message = format!("The embedded workspace does not support `{field}`.");
            Err(ApiError::new(ErrorCode::NotImplemented, message))
        }
        None => Ok(()),
    }
}
