//! Tables and views. <https://docs.databricks.com/api/workspace/tables>
//!
//! They are made by SQL and by pipelines; this service reads, lists and drops them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::names;
use super::types::type_fields;
use crate::ident::Identifier;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{ConstraintRecord, SchemaName, TableRecord};

fn wire(app: &App, record: &TableRecord, with_columns: bool, with_properties: bool) -> Value {
    let mut fields = names::common(&app.identity.metastore_id, record.comment.as_deref(), &record.registration);
    let mut put = |name: &str, value: Value| fields.insert(name.to_string(), value);
    put("name", json!(record.name.name));
    put("catalog_name", json!(record.name.catalog));
    put("schema_name", json!(record.name.schema));
    put("full_name", json!(record.name.to_string()));
    put("table_id", json!(record.registration.id));
    put("table_type", json!(record.kind));
    if !record.kind.is_view() {
        put("data_source_format", json!("DELTA"));
    }
    if with_columns {
        let columns: Vec<Value> = record
            .columns
            .iter()
            .enumerate()
            .map(|(position, column)| {
                let mut fields = type_fields(column.name.as_str(), &column.data_type, column.nullable);
                fields.insert("name".to_string(), json!(column.name));
                fields.insert("position".to_string(), json!(position));
                fields.insert("nullable".to_string(), json!(column.nullable));
                if let Some(mask) = record.masks.iter().find(|mask| mask.column == column.name) {
                    let mut wire = json!({"function_name": mask.function.to_string()});
                    if !mask.using.is_empty() {
                        wire["using_column_names"] = json!(mask.using);
                    }
                    fields.insert("mask".to_string(), wire);
                }
                if let Some(comment) = &column.comment {
                    fields.insert("comment".to_string(), json!(comment));
                }
                let partition = record.partitioned_by.iter().position(|name| *name == column.name);
                if let Some(index) = partition {
                    fields.insert("partition_index".to_string(), json!(index));
                }
                Value::Object(fields)
            })
            .collect();
        put("columns", json!(columns));
    }
    let properties = properties(record);
    if with_properties && !properties.is_empty() {
        put("properties", json!(properties));
    }
    if let Some(filter) = &record.row_filter {
        put("row_filter", json!({"function_name": filter.function.to_string(), "input_column_names": filter.on}));
    }
    if !record.declared.constraints.is_empty() {
        put("table_constraints", record.declared.constraints.iter().map(constraint).collect());
    }
    if let Some(definition) = &record.definition {
        put("view_definition", json!(definition.text));
    }
    if let Some(pipeline_id) = &record.pipeline_id {
        put("pipeline_id", json!(pipeline_id));
    }
    Value::Object(fields)
}

/// Clustering is told among the properties, as `SHOW TBLPROPERTIES` does (dbt-databricks reads `clusteringColumns` and
/// `clusterByAuto` there).
fn properties(record: &TableRecord) -> BTreeMap<String, String> {
    let mut properties = record.properties.clone();
    if !record.cluster_by.is_empty() {
        let columns: Vec<[&Identifier; 1]> = record.cluster_by.iter().map(|column| [column]).collect();
        properties.insert("clusteringColumns".to_string(), json!(columns).to_string());
    }
    if record.declared.cluster_by_auto {
        properties.insert("clusterByAuto".to_string(), "true".to_string());
    }
    properties
}

/// "A table constraint, as defined by one of the following fields being set."
fn constraint(record: &ConstraintRecord) -> Value {
    match record {
        ConstraintRecord::PrimaryKey { name, columns, timeseries } => {
            let mut key = json!({"name": name, "child_columns": columns});
            if let Some(column) = timeseries {
                key["timeseries_columns"] = json!([column]);
            }
            json!({ "primary_key_constraint": key })
        }
        ConstraintRecord::ForeignKey { name, columns, parent, parent_columns } => {
            json!({"foreign_key_constraint": {
                "name": name,
                "child_columns": columns,
                "parent_table": parent.to_string(),
                "parent_columns": parent_columns,
            }})
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetParams {
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
    #[serde(rename = "include_delta_metadata")]
    _include_delta_metadata: Option<bool>,
    #[serde(rename = "include_manifest_capabilities")]
    _include_manifest_capabilities: Option<bool>,
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Params(_): Params<GetParams>,
) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    let record = app
        .read(move |reader| {
            names::check_schema(reader, &SchemaName::of(&name))?;
            reader.securable::<TableRecord>(&name)?.ok_or_else(|| names::no_table(&name))
        })
        .await?;
    Ok(Json(wire(&app, &record, true, true)))
}

pub(crate) async fn exists(State(app): State<Shared>, Path(name): Path<String>) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    let exists = app
        .read(move |reader| {
            names::check_schema(reader, &SchemaName::of(&name))?;
            Ok(reader.securable::<TableRecord>(&name)?.is_some())
        })
        .await?;
    Ok(Json(json!({ "table_exists": exists })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    catalog_name: String,
    schema_name: String,
    max_results: Option<i64>,
    page_token: Option<String>,
    #[serde(default)]
    omit_columns: bool,
    #[serde(default)]
    omit_properties: bool,
    #[serde(default)]
    omit_username: bool,
    #[serde(rename = "include_browse")]
    _include_browse: Option<bool>,
    #[serde(rename = "include_manifest_capabilities")]
    _include_manifest_capabilities: Option<bool>,
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    let schema = SchemaName { catalog: names::one(&params.catalog_name)?, name: names::one(&params.schema_name)? };
    let records = app
        .read(move |reader| {
            names::check_schema(reader, &schema)?;
            Ok(reader.tables_of(&schema)?)
        })
        .await?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    let wire = |record: &TableRecord| {
        let mut value = wire(&app, record, !params.omit_columns, !params.omit_properties);
        if let (true, Value::Object(fields)) = (params.omit_username, &mut value) {
            for field in ["owner", "created_by", "updated_by"] {
                fields.remove(field);
            }
        }
        value
    };
    names::page("tables", records, request, |record| record.name.name.folded(), wire).map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateTable {
    owner: Option<String>,
}

/// "Change the owner of the table."
pub(crate) async fn update(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Body(request): Body<UpdateTable>,
) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    let Some(owner) = request.owner else { return Err(ApiError::invalid("UpdateTable Nothing to update.")) };
    let by = app.owner.name.clone();
    app.write(move |writer| {
        names::check_schema(writer, &SchemaName::of(&name))?;
        let mut record = writer.securable::<TableRecord>(&name)?.ok_or_else(|| names::no_table(&name))?;
        record.registration.owner = owner;
        Ok(writer.update_securable(record, &by)?)
    })
    .await?;
    Ok(Json(json!({})))
}

/// What a pipeline makes is refused, as `DROP` is ("The operation does not apply to streaming tables created from
/// pipelines, instead remove the streaming table from the pipeline definition": error condition
/// STREAMING_TABLE_OPERATION_NOT_ALLOWED.DROP_DELTA_LIVE_TABLE). The API's reference does not say so of itself.
pub(crate) async fn delete(State(app): State<Shared>, Path(name): Path<String>) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    app.write(move |writer| {
        names::check_schema(writer, &SchemaName::of(&name))?;
        let record = writer.securable::<TableRecord>(&name)?.ok_or_else(|| names::no_table(&name))?;
        if let Some(pipeline) = &record.pipeline_id {
            let message = format!(
                "Table '{name}' is made by the pipeline {pipeline}: remove it from the definition of the pipeline \
                 instead, or delete the pipeline."
            );
            return Err(ApiError::new(ErrorCode::InvalidState, message));
        }
        Ok(writer.drop_table(&name)?)
    })
    .await?;
    Ok(Json(json!({})))
}
