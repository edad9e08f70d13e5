//! Functions. <https://docs.databricks.com/api/workspace/functions>
//!
//! They are made by `CREATE FUNCTION`; this service reads, lists and drops them.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::names::{self, DeleteParams, GetParams, ListInSchema};
use super::types::{type_fields, type_name, type_text};
use crate::ident::TableName;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::ApiResult;
use crate::local::server::extract::Params;
use crate::local::server::page::PageRequest;
use crate::local::store::{FunctionRecord, Reader, SchemaName};

fn wire(app: &App, record: &FunctionRecord) -> Value {
    let mut fields = names::common(&app.identity.metastore_id, record.comment.as_deref(), &record.registration);
    let mut put = |name: &str, value: Value| fields.insert(name.to_string(), value);
    put("name", json!(record.name.name));
    put("catalog_name", json!(record.name.catalog));
    put("schema_name", json!(record.name.schema));
    put("full_name", json!(record.name.to_string()));
    put("specific_name", json!(record.name.name));
    put("function_id", json!(record.registration.id));
    let parameters: Vec<Value> = record
        .parameters
        .iter()
        .enumerate()
        .map(|(position, parameter)| {
            let mut fields = type_fields(parameter.name.as_str(), &parameter.data_type, true);
            fields.insert("name".to_string(), json!(parameter.name));
            fields.insert("position".to_string(), json!(position));
            fields.insert("parameter_mode".to_string(), json!("IN"));
            fields.insert("parameter_type".to_string(), json!("PARAM"));
            if let Some(comment) = &parameter.comment {
                fields.insert("comment".to_string(), json!(comment));
            }
            if let Some(default) = &parameter.default {
                fields.insert("parameter_default".to_string(), json!(default));
            }
            Value::Object(fields)
        })
        .collect();
    put("input_params", json!({ "parameters": parameters }));
    match &record.returns {
        Some(returns) => {
            put("data_type", json!(type_name(returns)));
            put("full_data_type", json!(type_text(returns).to_uppercase()));
        }
        None => {
            put("data_type", json!("TABLE_TYPE"));
            put("full_data_type", json!("TABLE"));
        }
    }
    let is_sql = record.language.eq_ignore_ascii_case("sql");
    put("routine_body", json!(if is_sql { "SQL" } else { "EXTERNAL" }));
    if !is_sql {
        put("external_language", json!(record.language));
    }
    put("routine_definition", json!(record.body));
    put("parameter_style", json!("S"));
    put("is_deterministic", json!(record.deterministic.unwrap_or(is_sql)));
    put("sql_data_access", json!("READS_SQL_DATA"));
    put("is_null_call", json!(true));
    put("security_type", json!("DEFINER"));
    Value::Object(fields)
}

fn find(reader: &Reader<'_>, name: &TableName) -> ApiResult<FunctionRecord> {
    names::check_schema(reader, &SchemaName::of(name))?;
    reader.securable(name)?.ok_or_else(|| names::no_function(name))
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
            Ok(reader.functions_of(&schema)?)
        })
        .await?;
    let request =
        PageRequest { token: params.page_token.as_deref(), size: params.max_results, server_size: app.page_size };
    let key = |record: &FunctionRecord| record.name.name.folded();
    names::page("functions", records, request, key, |record| wire(&app, record)).map(Json)
}

pub(crate) async fn delete(
    State(app): State<Shared>,
    Path(name): Path<String>,
    Params(_): Params<DeleteParams>,
) -> ApiResult<Json<Value>> {
    let name = names::three(&name)?;
    app.write(move |writer| {
        find(writer, &name)?;
        Ok(writer.drop_function(&name)?)
    })
    .await?;
    Ok(Json(json!({})))
}
