//! Tags of catalogs, schemas, tables, columns and volumes.
//! <https://docs.databricks.com/api/workspace/entitytagassignments>

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::names;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{
    Expect, Reader, SchemaName, SecurableKind, SecurableName, StoreError, TableRecord, Tagged, VolumeRecord,
};

/// Something that exists and may have tags.
fn tagged(reader: &Reader<'_>, kind: &str, name: &str) -> ApiResult<Tagged> {
    let (kind, key) = match kind {
        "catalogs" => {
            let name = names::one(name)?;
            names::check_catalog(reader, &name)?;
            (SecurableKind::Catalog, name.key())
        }
        "schemas" => {
            let name = names::two(name)?;
            names::check_schema(reader, &name)?;
            (SecurableKind::Schema, name.key())
        }
        "tables" => (SecurableKind::Table, table(reader, name)?.name.key()),
        "volumes" => {
            let name = names::three(name)?;
            names::check_schema(reader, &SchemaName::of(&name))?;
            reader.securable::<VolumeRecord>(&name)?.ok_or_else(|| names::no_volume(&name))?;
            (SecurableKind::Volume, name.key())
        }
        "columns" => {
            let form = || ApiError::invalid(format!("A column is named <catalog>.<schema>.<table>.<column>: {name}"));
            let (table_name, column) = name.rsplit_once('.').ok_or_else(form)?;
            let record = table(reader, table_name)?;
            let found = record.columns.iter().find(|known| known.name.folded() == column.to_lowercase());
            let Some(found) = found else {
                return Err(ApiError::new(ErrorCode::NotFound, format!("Column '{name}' does not exist.")));
            };
            return Ok(Tagged::column(&record.name.key(), &found.name.folded()));
        }
        other => {
            let message = format!("entity_type is one of catalogs, schemas, tables, columns, volumes, not {other}.");
            return Err(ApiError::invalid(message));
        }
    };
    Tagged::securable(kind, key).ok_or_else(|| ApiError::invalid("This kind of securable has no tags."))
}

fn table(reader: &Reader<'_>, name: &str) -> ApiResult<TableRecord> {
    let name = names::three(name)?;
    names::check_schema(reader, &SchemaName::of(&name))?;
    reader.securable::<TableRecord>(&name)?.ok_or_else(|| names::no_table(&name))
}

fn wire(kind: &str, name: &str, key: &str, value: &str) -> Value {
    json!({"entity_type": kind, "entity_name": name, "tag_key": key, "tag_value": value})
}

fn absent(key: &str, name: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("Tag '{key}' is not assigned to '{name}'."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    entity_type: String,
    entity_name: String,
    tag_key: String,
    #[serde(default)]
    tag_value: String,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<Assignment>) -> ApiResult<Json<Value>> {
    let Assignment { entity_type, entity_name, tag_key, tag_value } = request;
    let answer = wire(&entity_type, &entity_name, &tag_key, &tag_value);
    app.write(move |writer| {
        let tagged = tagged(writer, &entity_type, &entity_name)?;
        writer.set_tag(&tagged, &tag_key, &tag_value, Expect::Absent).map_err(|error| match error {
            StoreError::AlreadyExists { .. } => {
                let message = format!("Tag '{tag_key}' is assigned to '{entity_name}' already.");
                ApiError::new(ErrorCode::AlreadyExists, message)
            }
            error => error.into(),
        })
    })
    .await?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    max_results: Option<i64>,
    page_token: Option<String>,
}

pub(crate) async fn list(
    State(app): State<Shared>,
    Path((kind, name)): Path<(String, String)>,
    Params(params): Params<ListParams>,
) -> ApiResult<Json<Value>> {
    let (of_kind, of_name) = (kind.clone(), name.clone());
    let found = app.read(move |reader| Ok(reader.tags_of(&tagged(reader, &of_kind, &of_name)?)?)).await?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    names::page(
        "tag_assignments",
        found,
        request,
        |(key, _)| key.clone(),
        |(key, value)| wire(&kind, &name, key, value),
    )
    .map(Json)
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path((kind, name, key)): Path<(String, String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let (of_kind, of_name) = (kind.clone(), name.clone());
    let found = app.read(move |reader| Ok(reader.tags_of(&tagged(reader, &of_kind, &of_name)?)?)).await?;
    match found.into_iter().find(|(known, _)| *known == key) {
        Some((key, value)) => Ok(Json(wire(&kind, &name, &key, &value))),
        None => Err(absent(&key, &name)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateParams {
    update_mask: String,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path((kind, name, key)): Path<(String, String, String)>,
    Params(params): Params<UpdateParams>,
    Body(request): Body<Assignment>,
) -> ApiResult<Json<Value>> {
    if !matches!(params.update_mask.as_str(), "tag_value" | "*") {
        return Err(ApiError::invalid(format!(
            "update_mask: only tag_value can be updated, not {}",
            params.update_mask
        )));
    }
    if (&request.entity_type, &request.entity_name, &request.tag_key) != (&kind, &name, &key) {
        return Err(ApiError::invalid("The path and the body name different tags."));
    }
    let answer = wire(&kind, &name, &key, &request.tag_value);
    app.write(move |writer| {
        let tagged = tagged(writer, &kind, &name)?;
        writer.set_tag(&tagged, &key, &request.tag_value, Expect::Present).map_err(|error| match error {
            StoreError::NotFound { .. } => absent(&key, &name),
            error => error.into(),
        })
    })
    .await?;
    Ok(Json(answer))
}

pub(crate) async fn delete(
    State(app): State<Shared>,
    Path((kind, name, key)): Path<(String, String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let tagged = tagged(writer, &kind, &name)?;
        writer.delete_tag(&tagged, &key).map_err(|error| match error {
            StoreError::NotFound { .. } => absent(&key, &name),
            error => error.into(),
        })
    })
    .await?;
    Ok(Json(json!({})))
}
