//! Large documented objects (a job's settings, a pipeline's specification) are kept as they were sent. Their fields
//! are checked against the documentation's list here; the code reads those that it acts on into typed values.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{ApiError, ApiResult};

/// Refuses a field that is not documented; `at` says where the object is, as in `tasks[0].`.
pub(crate) fn check_known(object: &Map<String, Value>, documented: &[&str], at: &str) -> ApiResult<()> {
    match object.keys().find(|field| !documented.contains(&field.as_str())) {
        Some(field) => Err(ApiError::invalid(format!("Could not parse request object: unknown field `{at}{field}`"))),
        None => Ok(()),
    }
}

/// The object inside `object[field]`, which may be absent.
pub(crate) fn object<'a>(
    object: &'a Map<String, Value>,
    field: &str,
    at: &str,
) -> ApiResult<Option<&'a Map<String, Value>>> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(ApiError::invalid(format!("Could not parse request object: `{at}{field}` is not an object"))),
    }
}

/// The objects of the list `object[field]`, which may be absent, each with its place.
pub(crate) fn objects<'a>(
    object: &'a Map<String, Value>,
    field: &str,
    at: &str,
) -> ApiResult<Vec<(&'a Map<String, Value>, String)>> {
    let wrong = || ApiError::invalid(format!("Could not parse request object: `{at}{field}` is not a list of objects"));
    match object.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| Ok((item.as_object().ok_or_else(wrong)?, format!("{at}{field}[{index}]."))))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

/// The typed reading of a checked object.
pub(crate) fn typed<T: DeserializeOwned>(object: &Map<String, Value>) -> ApiResult<T> {
    serde_json::from_value(Value::Object(object.clone()))
        .map_err(|error| ApiError::invalid(format!("Could not parse request object: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_field_is_named_with_its_place() {
        let value = json!({"tasks": [{"task_key": "a", "taks": 1}]});
        let settings = value.as_object().unwrap();
        let (task, at) = objects(settings, "tasks", "").unwrap().remove(0);
        let message = check_known(task, &["task_key"], &at).unwrap_err().message;
        assert!(message.ends_with("unknown field `tasks[0].taks`"), "{message}");
        assert!(objects(settings, "jobs", "").unwrap().is_empty());
        assert!(objects(value["tasks"][0].as_object().unwrap(), "taks", "").is_err());
    }
}
