//! What the backend does to `serialized_dashboard` when it is written.

use serde_json::{Map, Value, json};

use crate::local::server::error::{ApiError, ApiResult};

/// The default namespace of datasets, from the request's query.
#[derive(Clone, Default, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatasetDefaults {
    pub(super) dataset_catalog: Option<String>,
    pub(super) dataset_schema: Option<String>,
}

/// The content as it is stored: the text as sent, unless something had to be added; always with one final line break.
pub(super) fn normalize(text: &str, defaults: &DatasetDefaults) -> ApiResult<String> {
    let failed =
        |why: &dyn std::fmt::Display| ApiError::invalid(format!("failed to parse serialized dashboard: {why}"));
    let mut dashboard: Map<String, Value> = serde_json::from_str(text).map_err(|error| failed(&error))?;
    let mut changed = false;
    for page in list(&mut dashboard, "pages").map_err(|why| failed(&why))? {
        if !page.contains_key("pageType") {
            page.insert("pageType".to_string(), json!("PAGE_TYPE_CANVAS"));
            changed = true;
        }
    }
    for dataset in list(&mut dashboard, "datasets").map_err(|why| failed(&why))? {
        for (field, value) in [("catalog", &defaults.dataset_catalog), ("schema", &defaults.dataset_schema)] {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                dataset.insert(field.to_string(), json!(value));
                changed = true;
            }
        }
    }
    let text = if changed { Value::Object(dashboard).to_string() } else { text.trim_end().to_string() };
    Ok(format!("{text}\n"))
}

/// The objects of a list that may be absent.
fn list<'a>(dashboard: &'a mut Map<String, Value>, field: &str) -> Result<Vec<&'a mut Map<String, Value>>, String> {
    match dashboard.get_mut(field) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter_mut()
            .map(|item| item.as_object_mut().ok_or_else(|| format!("Expected objects in {field}")))
            .collect(),
        Some(_) => Err(format!("Expected an array for {field}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_text_is_kept_as_it_is() {
        let text = "{\"pages\": [ {\"name\":\"a\",\"pageType\":\"PAGE_TYPE_GLOBAL_FILTERS\"} ]}\n\n";
        let kept = normalize(text, &DatasetDefaults::default()).unwrap();
        assert_eq!(kept, "{\"pages\": [ {\"name\":\"a\",\"pageType\":\"PAGE_TYPE_GLOBAL_FILTERS\"} ]}\n");
        assert_eq!(normalize("{}", &DatasetDefaults::default()).unwrap(), "{}\n");
    }

    #[test]
    fn pages_and_datasets_are_completed() {
        let defaults =
            DatasetDefaults { dataset_catalog: Some("c".to_string()), dataset_schema: Some("s".to_string()) };
        let stored = normalize(r#"{"datasets":[{"name":"d","catalog":"x"}],"pages":[{"name":"p"}]}"#, &defaults);
        let expected = r#"{"datasets":[{"name":"d","catalog":"c","schema":"s"}],"pages":[{"name":"p","pageType":"PAGE_TYPE_CANVAS"}]}"#;
        assert_eq!(stored.unwrap(), format!("{expected}\n"));
    }

    #[test]
    fn what_is_no_dashboard_is_refused() {
        for text in ["", "[]", "{\"pages\":{}}", "{\"datasets\":[1]}"] {
            assert!(normalize(text, &DatasetDefaults::default()).is_err(), "{text}");
        }
    }
}
