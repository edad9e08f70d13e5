//! Volumes. <https://docs.databricks.com/api/workspace/volumes>

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::names::{self, GetParams, ListInSchema};
use crate::ident::TableName;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{Reader, Registration, SchemaName, StoreError, VolumeRecord};

fn wire(app: &App, record: &VolumeRecord) -> Value {
    let mut fields = names::common(&app.identity.metastore_id, record.comment.as_deref(), &record.registration);
    let TableName { catalog, schema, name } = &record.name;
    fields.insert("name".to_string(), json!(name));
    fields.insert("catalog_name".to_string(), json!(catalog));
    fields.insert("schema_name".to_string(), json!(schema));
    fields.insert("full_name".to_string(), json!(record.name.to_string()));
    fields.insert("volume_id".to_string(), json!(record.registration.id));
    fields.insert("volume_type".to_string(), json!("MANAGED"));
    // A managed volume's place is chosen by the workspace and means nothing to a client.
    let location = format!("lakesmith://{}/volumes/{}", app.identity.metastore_id, record.registration.id);
    fields.insert("storage_location".to_string(), json!(location));
    Value::Object(fields)
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum VolumeType {
    Managed,
    External,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateVolume {
    catalog_name: String,
    schema_name: String,
    name: String,
    volume_type: VolumeType,
    comment: Option<String>,
    storage_location: Option<String>,
}

pub(crate) async fn create(State(app): State<Shared>, Body(request): Body<CreateVolume>) -> ApiResult<Json<Value>> {
    names::refuse_unsupported(&[
        ("volume_type: EXTERNAL", matches!(request.volume_type, VolumeType::External)),
        ("storage_location", request.storage_location.is_some()),
    ])?;
    let record = VolumeRecord {
        name: TableName {
            catalog: names::one(&request.catalog_name)?,
            schema: names::one(&request.schema_name)?,
            name: names::one(&request.name)?,
        },
        comment: request.comment,
        storage_location: None,
        registration: Registration::default(),
    };
    let by = app.owner.name.clone();
    let record = app
        .write(move |writer| {
            names::check_schema(writer, &SchemaName::of(&record.name))?;
            let name = record.name.clone();
            writer.create_volume(record, &by).map_err(|error| match error {
                StoreError::AlreadyExists { .. } => {
                    ApiError::new(ErrorCode::VolumeAlreadyExists, format!("Volume '{name}' already exists"))
                }
                error => error.into(),
            })
        })
        .await?;
    Ok(Json(wire(&app, &record)))
}

fn find(reader: &Reader<'_>, name: &TableName) -> ApiResult<VolumeRecord> {
    names::check_schema(reader, &SchemaName::of(name))?;
    reader.securable(name)?.ok_or_else(|| names::no_volume(name))
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Params(_): Params<GetParams>,
) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    let record = app.read(move |reader| find(reader, &name)).await?;
    Ok(Json(wire(&app, &record)))
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListInSchema>) -> ApiResult<Json<Value>> {
    let schema = params.schema()?;
    let records = app
        .read(move |reader| {
            names::check_schema(reader, &schema)?;
            Ok(reader.volumes_of(&schema)?)
        })
        .await?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    names::page("volumes", records, request, |record| record.name.name.folded(), |record| wire(&app, record)).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateVolume {
    comment: Option<String>,
    owner: Option<String>,
    new_name: Option<String>,
}

pub(crate) async fn update(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Body(request): Body<UpdateVolume>,
) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    let new_name = request.new_name.as_deref().map(names::one).transpose()?;
    let by = app.owner.name.clone();
    let record = app
        .write(move |writer| {
            let mut record = find(writer, &name)?;
            if request.comment.is_none() && request.owner.is_none() && new_name.is_none() {
                return Err(ApiError::invalid("UpdateVolume Nothing to update."));
            }
            record.comment = request.comment.or(record.comment);
            record.registration.owner = request.owner.unwrap_or(record.registration.owner);
            let record = writer.update_securable(record, &by)?;
            let Some(new_name) = new_name else { return Ok(record) };
            let to = TableName { name: new_name, ..name.clone() };
            writer.rename_volume(&name, &to, &by).map_err(|error| match error {
                StoreError::AlreadyExists { .. } => {
                    ApiError::new(ErrorCode::VolumeAlreadyExists, format!("Volume '{to}' already exists"))
                }
                error => error.into(),
            })
        })
        .await?;
    Ok(Json(wire(&app, &record)))
}

pub(crate) async fn delete(State(app): State<Shared>, Path(name): Path<String>) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    app.write(move |writer| {
        find(writer, &name)?;
        Ok(writer.drop_volume(&name)?)
    })
    .await?;
    Ok(Json(json!({})))
}
