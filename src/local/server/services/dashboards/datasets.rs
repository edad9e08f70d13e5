//! The queries behind a dashboard, ready to run with the datasets' default parameters.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ident::{Identifier, QualifiedName};
use crate::local::engine::ParameterValue;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::syntax::DataType;

use super::record::Record;

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    datasets: Vec<Dataset>,
}

/// The newer form of the text is `queryLines`, joined as they are; both occur in exports.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dataset {
    name: String,
    display_name: Option<String>,
    query_lines: Option<Vec<String>>,
    query: Option<String>,
    #[serde(rename = "asset_name")]
    asset_name: Option<String>,
    catalog: Option<String>,
    schema: Option<String>,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameter {
    keyword: String,
    data_type: String,
    complex_type: Option<String>,
    default_selection: Option<Selection>,
}

#[derive(Deserialize)]
struct Selection {
    values: Option<Values>,
}

#[derive(Deserialize)]
struct Values {
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Deserialize)]
struct Value {
    value: String,
}

pub(crate) struct DatasetQuery {
    /// As people know it.
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) catalog: Option<Identifier>,
    pub(crate) schema: Option<Identifier>,
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
}

/// Of the published copy if there is one, else of the draft.
pub(crate) fn queries(record: &Record) -> ApiResult<Vec<DatasetQuery>> {
    let published = record.published.as_ref().map(|published| &published.serialized_dashboard);
    let text = published.unwrap_or(&record.serialized_dashboard);
    let content: Content = serde_json::from_str(text)
        .map_err(|error| ApiError::invalid(format!("failed to parse serialized dashboard: {error}")))?;
    content.datasets.into_iter().map(query).collect()
}

fn query(dataset: Dataset) -> ApiResult<DatasetQuery> {
    let name = |text: Option<String>| {
        text.map(|text| Identifier::object(text).map_err(|error| ApiError::invalid(error.to_string()))).transpose()
    };
    let title = dataset.display_name.unwrap_or(dataset.name);
    let text = match (dataset.query_lines, dataset.query, dataset.asset_name) {
        (Some(lines), None, None) => lines.concat(),
        (None, Some(text), None) => text,
        (None, None, Some(asset)) => select_all(&asset)?,
        _ => {
            let message = format!("Dataset {title} needs exactly one of queryLines, query and asset_name.");
            return Err(ApiError::invalid(message));
        }
    };
    let parameters = dataset.parameters.into_iter().map(|parameter| default_of(parameter, &title));
    Ok(DatasetQuery {
        text,
        catalog: name(dataset.catalog)?,
        schema: name(dataset.schema)?,
        parameters: parameters.collect::<ApiResult<_>>()?,
        title,
    })
}

fn select_all(asset: &str) -> ApiResult<String> {
    let parts = asset.split('.').map(Identifier::object).collect::<Result<Vec<_>, _>>();
    let name = parts.and_then(QualifiedName::new).map_err(|error| ApiError::invalid(error.to_string()))?;
    Ok(format!("SELECT * FROM {}", name.quoted()))
}

fn default_of(parameter: Parameter, dataset: &str) -> ApiResult<(String, ParameterValue)> {
    let Parameter { keyword, data_type, complex_type, default_selection } = parameter;
    let refuse = |why: &str| {
        let message = format!("Parameter {keyword} of dataset {dataset} {why}.");
        Err(ApiError::new(ErrorCode::NotImplemented, message))
    };
    if complex_type.is_some() {
        return refuse("is a range or a list, which the embedded workspace does not run");
    }
    let data_type = match data_type.as_str() {
        "STRING" => DataType::String,
        "DATE" => DataType::Date,
        "DATETIME" => DataType::Timestamp,
        "INTEGER" => DataType::BigInt,
        "DECIMAL" => DataType::Double,
        other => return refuse(&format!("has the unknown type {other}")),
    };
    let values = default_selection.and_then(|selection| selection.values).map(|values| values.values);
    let text = match values.unwrap_or_default().as_slice() {
        [] => return refuse("has no default value"),
        [Value { value }] if value.starts_with("now") => return refuse("has a relative date as its default"),
        [Value { value }] => value.clone(),
        _ => return refuse("has several default values"),
    };
    Ok((keyword, ParameterValue { data_type, text: Some(text) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(dataset: serde_json::Value) -> ApiResult<DatasetQuery> {
        query(serde_json::from_value(dataset).unwrap())
    }

    #[test]
    fn lines_are_joined_as_they_are_and_defaults_are_bound() {
        let parameter = json!({
            "displayName": "P", "keyword": "p", "dataType": "INTEGER",
            "defaultSelection": {"values": {"dataType": "INTEGER", "values": [{"value": "10"}]}},
        });
        let lines = json!(["SELECT :p\n", "FROM t"]);
        let query = read(json!({"name": "d", "queryLines": lines, "catalog": "c", "parameters": [parameter]})).unwrap();
        assert_eq!((query.text.as_str(), query.title.as_str()), ("SELECT :p\nFROM t", "d"));
        assert_eq!(query.parameters["p"], ParameterValue { data_type: DataType::BigInt, text: Some("10".to_string()) });
        let asset = read(json!({"name": "d", "asset_name": "a.b.c"})).unwrap();
        assert_eq!(asset.text, "SELECT * FROM `a`.`b`.`c`");
        assert!(read(json!({"name": "d"})).is_err());
        let range = json!({"keyword": "p", "dataType": "DATE", "complexType": "RANGE"});
        assert!(read(json!({"name": "d", "query": "SELECT 1", "parameters": [range]})).is_err());
    }
}
