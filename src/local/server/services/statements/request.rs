//! The request body.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::ident::Identifier;
use crate::local::engine::ParameterValue;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::syntax::{self, DataType};

/// "The maximum query text size is 16 MiB."
const MAX_TEXT: usize = 16 * 1024 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Disposition {
    Inline,
    ExternalLinks,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Format {
    JsonArray,
    ArrowStream,
    Csv,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum OnWaitTimeout {
    Continue,
    Cancel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: Option<String>,
    value: Option<String>,
    #[serde(rename = "type")]
    type_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExecuteRequest {
    statement: String,
    warehouse_id: String,
    catalog: Option<String>,
    schema: Option<String>,
    #[serde(default)]
    parameters: Vec<Parameter>,
    row_limit: Option<u64>,
    byte_limit: Option<u64>,
    disposition: Option<Disposition>,
    format: Option<Format>,
    wait_timeout: Option<String>,
    on_wait_timeout: Option<OnWaitTimeout>,
    /// They label the statement in the query history, which the embedded workspace does not keep.
    #[serde(rename = "query_tags")]
    _query_tags: Option<Value>,
}

/// A checked request.
pub(super) struct Execute {
    pub(super) text: String,
    pub(super) warehouse_id: String,
    pub(super) catalog: Option<Identifier>,
    pub(super) schema: Option<Identifier>,
    pub(super) parameters: BTreeMap<String, ParameterValue>,
    pub(super) row_limit: Option<u64>,
    /// `EXTERNAL_LINKS`
    pub(super) external: bool,
    pub(super) wait: Duration,
    pub(super) on_wait_timeout: OnWaitTimeout,
}

impl ExecuteRequest {
    pub(super) fn check(self) -> ApiResult<Execute> {
        if self.statement.trim().is_empty() {
            return Err(ApiError::invalid("statement must not be empty."));
        }
        if self.statement.len() > MAX_TEXT {
            return Err(ApiError::invalid("statement is longer than 16 MiB."));
        }
        match (self.disposition.unwrap_or(Disposition::Inline), self.format.unwrap_or(Format::JsonArray)) {
            (Disposition::Inline, Format::JsonArray) => {}
            (Disposition::Inline, format) => {
                return Err(ApiError::invalid(format!("{format:?} is supported with EXTERNAL_LINKS only.")));
            }
            (Disposition::ExternalLinks, Format::JsonArray) => {}
            (Disposition::ExternalLinks, format) => return Err(unsupported(&format!("the format {format:?}"))),
        }
        if self.byte_limit.is_some() {
            return Err(unsupported("byte_limit"));
        }
        let wait = wait_timeout(self.wait_timeout.as_deref().unwrap_or("10s"))?;
        if wait.is_zero() && self.on_wait_timeout.is_some() {
            return Err(ApiError::invalid("on_wait_timeout cannot be set when wait_timeout is 0s."));
        }
        let name = |text: Option<String>| -> ApiResult<Option<Identifier>> {
            let text = text.filter(|text| !text.is_empty());
            text.map(|text| Identifier::object(text).map_err(|error| ApiError::invalid(error.to_string()))).transpose()
        };
        Ok(Execute {
            text: self.statement,
            warehouse_id: self.warehouse_id,
            catalog: name(self.catalog)?,
            schema: name(self.schema)?,
            parameters: parameters(self.parameters)?,
            row_limit: self.row_limit,
            external: self.disposition == Some(Disposition::ExternalLinks),
            wait,
            on_wait_timeout: self.on_wait_timeout.unwrap_or(OnWaitTimeout::Continue),
        })
    }
}

fn unsupported(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotImplemented, format!("The embedded workspace does not support {what} in statements."))
}

/// "`0s` or a value between `5s` and `50s`".
fn wait_timeout(text: &str) -> ApiResult<Duration> {
    match text.strip_suffix('s').and_then(|digits| digits.parse::<u64>().ok()) {
        Some(seconds @ (0 | 5..=50)) => Ok(Duration::from_secs(seconds)),
        _ => Err(ApiError::invalid(format!("wait_timeout must be 0s or between 5s and 50s: {text}"))),
    }
}

fn parameters(list: Vec<Parameter>) -> ApiResult<BTreeMap<String, ParameterValue>> {
    let mut known = BTreeMap::new();
    for parameter in list {
        let Some(name) = parameter.name.filter(|name| !name.is_empty()) else {
            return Err(unsupported("parameters without a name"));
        };
        // "If the type field is omitted, the value is interpreted as a string."
        let data_type = match &parameter.type_name {
            None => DataType::String,
            Some(text) => syntax::parse_type(text)
                .map_err(|_| ApiError::invalid(format!("Parameter {name} has an unknown type: {text}")))?,
        };
        let value = ParameterValue { data_type, text: parameter.value };
        if known.insert(name.clone(), value).is_some() {
            return Err(ApiError::invalid(format!("Parameter {name} is given twice.")));
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(extra: Value) -> ApiResult<Execute> {
        let mut body = json!({"statement": "SELECT 1", "warehouse_id": "w"});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value::<ExecuteRequest>(body).unwrap().check()
    }

    #[test]
    fn defaults_and_bounds_are_the_documented_ones() {
        let execute = check(json!({})).unwrap();
        assert_eq!((execute.wait, execute.on_wait_timeout), (Duration::from_secs(10), OnWaitTimeout::Continue));
        for wrong in ["4s", "51s", "10", "-5s", ""] {
            assert!(check(json!({ "wait_timeout": wrong })).is_err(), "{wrong}");
        }
        assert_eq!(check(json!({"format": "CSV"})).err().unwrap().code, ErrorCode::InvalidParameterValue);
        assert!(check(json!({"disposition": "EXTERNAL_LINKS"})).unwrap().external);
        let arrow = json!({"disposition": "EXTERNAL_LINKS", "format": "ARROW_STREAM"});
        assert_eq!(check(arrow).err().unwrap().code, ErrorCode::NotImplemented);
    }

    #[test]
    fn parameters_are_typed_texts() {
        let list = json!([{"name": "d", "value": "2024-01-01", "type": "DATE"}, {"name": "s"}]);
        let execute = check(json!({ "parameters": list })).unwrap();
        assert_eq!(execute.parameters["d"].data_type, DataType::Date);
        assert_eq!(execute.parameters["s"], ParameterValue { data_type: DataType::String, text: None });
        assert!(check(json!({"parameters": [{"value": "1"}]})).is_err());
        assert!(check(json!({"parameters": [{"name": "a"}, {"name": "a"}]})).is_err());
        assert!(check(json!({"parameters": [{"name": "a", "type": "NO_TYPE"}]})).is_err());
    }
}
