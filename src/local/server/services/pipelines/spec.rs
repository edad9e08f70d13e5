//! A pipeline's specification: which fields are documented, which the embedded workspace acts on, which it refuses.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::fields;

/// Of `POST /api/2.0/pipelines`.
const DOCUMENTED: &[&str] = &[
    "allow_duplicate_names",
    "budget_policy_id",
    "catalog",
    "channel",
    "clusters",
    "configuration",
    "continuous",
    "deployment",
    "development",
    "dry_run",
    "edition",
    "environment",
    "event_log",
    "expected_last_modified",
    "filters",
    "gateway_definition",
    "id",
    "ingestion_definition",
    "libraries",
    "name",
    "notifications",
    "parameters",
    "photon",
    "pipeline_id",
    "restart_window",
    "rewind_generation_interval",
    "root_path",
    "run_as",
    "schema",
    "serverless",
    "serverless_compute_id",
    "storage",
    "tags",
    "target",
    "trigger",
    "usage_policy_id",
];
/// Fields of the request that a later `GET` does not answer inside `spec`.
const INPUT_ONLY: &[&str] = &["allow_duplicate_names", "dry_run", "expected_last_modified", "pipeline_id", "run_as"];
const UNSUPPORTED: &[&str] = &["filters", "gateway_definition", "ingestion_definition", "storage"];
const LIBRARY: &[&str] = &["file", "glob", "jar", "maven", "notebook", "whl"];

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PathOf {
    pub(super) path: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct GlobOf {
    pub(super) include: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Library {
    pub(super) file: Option<PathOf>,
    pub(super) notebook: Option<PathOf>,
    pub(super) glob: Option<GlobOf>,
    jar: Option<Value>,
    maven: Option<Value>,
    whl: Option<Value>,
}

/// What the embedded workspace acts on.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Spec {
    pub(super) name: Option<String>,
    pub(super) catalog: Option<String>,
    pub(super) schema: Option<String>,
    /// The older name of `schema`.
    pub(super) target: Option<String>,
    #[serde(default)]
    pub(super) libraries: Vec<Library>,
    #[serde(default)]
    pub(super) continuous: bool,
    #[serde(default)]
    pub(super) allow_duplicate_names: bool,
    #[serde(default)]
    pub(super) dry_run: bool,
    pub(super) expected_last_modified: Option<i64>,
    pub(super) id: Option<String>,
    pub(super) pipeline_id: Option<String>,
    pub(super) run_as: Option<Value>,
    /// Values for `${key}` in the sources.
    pub(super) configuration: Option<BTreeMap<String, String>>,
}

impl Spec {
    /// Reads a request, refusing what is unknown, contradictory or not supported.
    pub(super) fn read(request: &Map<String, Value>) -> ApiResult<Self> {
        fields::check_known(request, DOCUMENTED, "")?;
        for (library, at) in fields::objects(request, "libraries", "")? {
            fields::check_known(library, LIBRARY, &at)?;
            for (field, known) in [("file", "path"), ("notebook", "path"), ("glob", "include")] {
                if let Some(inner) = fields::object(library, field, &at)? {
                    fields::check_known(inner, &[known], &format!("{at}{field}."))?;
                }
            }
        }
        if let Some(field) = UNSUPPORTED.iter().find(|field| request.get(**field).is_some_and(|value| !value.is_null()))
        {
            let message = format!("The embedded workspace does not support `{field}` in pipelines.");
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
        // Beta: values of named parameters in the sources.
        if fields::object(request, "parameters", "")?.is_some_and(|parameters| !parameters.is_empty()) {
            let message = "The embedded workspace does not support `parameters` in pipelines.";
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
        let spec: Self = fields::typed(request)?;
        spec.check()?;
        Ok(spec)
    }

    fn check(&self) -> ApiResult<()> {
        if self.name.as_deref().is_none_or(str::is_empty) {
            return Err(ApiError::invalid("The pipeline needs a name."));
        }
        if self.continuous {
            let message = "The embedded workspace runs triggered updates only, no `continuous` pipelines.";
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
        if self.schema.is_some() && self.target.is_some() {
            return Err(ApiError::invalid("Only one of `schema` and `target` can be set."));
        }
        if self.catalog.is_none() {
            return Err(ApiError::invalid(
                "The pipeline needs a catalog: publishing outside Unity Catalog is not supported.",
            ));
        }
        for key in self.configuration.iter().flat_map(BTreeMap::keys) {
            if ["spark.", "pipelines."].iter().any(|start| key.starts_with(start)) {
                let message = format!("The embedded workspace does not support the setting `{key}` of pipelines.");
                return Err(ApiError::new(ErrorCode::NotImplemented, message));
            }
            if key.is_empty() || !key.chars().all(is_of_key) {
                return Err(ApiError::invalid(format!("The configuration key `{key}` is not valid.")));
            }
        }
        for library in &self.libraries {
            let given = [
                library.file.is_some(),
                library.notebook.is_some(),
                library.glob.is_some(),
                library.jar.is_some(),
                library.maven.is_some(),
                library.whl.is_some(),
            ];
            if given.iter().filter(|given| **given).count() != 1 {
                return Err(ApiError::invalid(
                    "Each library must have exactly one of file, notebook, glob, jar, maven, whl.",
                ));
            }
            if library.jar.is_some() || library.maven.is_some() || library.whl.is_some() {
                let message = "The embedded workspace runs SQL files and notebooks only, no jar, maven or whl library.";
                return Err(ApiError::new(ErrorCode::NotImplemented, message));
            }
        }
        Ok(())
    }

    pub(super) fn schema_name(&self) -> Option<&str> {
        self.schema.as_deref().or(self.target.as_deref())
    }
}

/// "The pipeline parameter key can only contain _ - . or alphanumeric characters."
fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The specification as `GET` answers it: what was sent, and what the backend adds.
pub(super) fn stored(mut request: Map<String, Value>, id: &str) -> Map<String, Value> {
    request.retain(|field, value| !INPUT_ONLY.contains(&field.as_str()) && !value.is_null());
    request.insert("id".to_string(), json!(id));
    let defaults = [
        ("continuous", json!(false)),
        ("development", json!(false)),
        ("channel", json!("CURRENT")),
        ("edition", json!("ADVANCED")),
    ];
    for (field, default) in defaults {
        request.entry(field).or_insert(default);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: Value) -> ApiResult<Spec> {
        Spec::read(request.as_object().unwrap())
    }

    #[test]
    fn refuses_what_it_cannot_do() {
        read(json!({"name": "p", "catalog": "c", "schema": "s"})).unwrap();
        let code = |request| read(request).unwrap_err().code;
        assert_eq!(code(json!({"name": "p", "catalog": "c", "nam": 1})), ErrorCode::InvalidParameterValue);
        assert_eq!(code(json!({"catalog": "c"})), ErrorCode::InvalidParameterValue);
        assert_eq!(
            code(json!({"name": "p", "catalog": "c", "schema": "s", "target": "t"})),
            ErrorCode::InvalidParameterValue
        );
        let jar = json!({"name": "p", "catalog": "c", "libraries": [{"jar": "x"}]});
        assert_eq!(code(jar), ErrorCode::NotImplemented);
        let two =
            json!({"name": "p", "catalog": "c", "libraries": [{"file": {"path": "a"}, "notebook": {"path": "b"}}]});
        assert_eq!(code(two), ErrorCode::InvalidParameterValue);
        let deep = json!({"name": "p", "catalog": "c", "libraries": [{"file": {"path": "a", "x": 1}}]});
        assert!(read(deep).unwrap_err().message.contains("libraries[0].file.x"));
    }

    /// `allow_duplicate_names` and `run_as` are never answered (databricks/cli#6076).
    #[test]
    fn what_only_requests_carry_is_not_answered() {
        let request = json!({"name": "p", "allow_duplicate_names": true, "run_as": {}, "development": true});
        let spec = Value::Object(stored(request.as_object().unwrap().clone(), "1"));
        let expected = json!({
            "name": "p", "development": true, "id": "1", "continuous": false, "channel": "CURRENT", "edition": "ADVANCED",
        });
        assert_eq!(spec, expected);
    }
}
