//! What is there, as a resource file would declare it: the reverse of reading one.

use serde_json::{Map, Value};

use super::kinds::{alert, catalog, dashboard, genie, job_fields, pipeline, schema, volume};
use super::shape::Shape;
use super::{Kind, Spec};

/// Under which key of a resource file a kind is declared; else, why it is not.
pub fn section(kind: Kind) -> Result<&'static str, &'static str> {
    match kind {
        Kind::Catalog => Ok("catalogs"),
        Kind::Schema => Ok("schemas"),
        Kind::Volume => Ok("volumes"),
        Kind::Pipeline => Ok("pipelines"),
        Kind::Grants => Ok("grants"),
        Kind::Dashboard => Ok("dashboards"),
        Kind::GenieSpace => Ok("genie_spaces"),
        Kind::Alert => Ok("alerts"),
        Kind::Job => Ok("jobs"),
        Kind::Table | Kind::View | Kind::Function => {
            Err("it is a statement: put its CREATE into a file of `sql/`, and a plan finds what is there by its name")
        }
        Kind::VolumeFile | Kind::WorkspaceFile => {
            Err("it is a file: copy it into the project and name it where it is used")
        }
        Kind::PipelineUpdate => Err("it is no object of its own: it comes with its pipeline"),
        Kind::Tags | Kind::Mask | Kind::RowFilter => {
            Err("it is a statement: put its ALTER into a file of `sql/`, and a plan compares it with what is there")
        }
        Kind::Permissions => Err("it is part of what it is on: name them under `permissions` of that entry"),
        Kind::DashboardSchedule => Err("it is part of its dashboard: name it under `schedules` of that entry"),
        Kind::SqlWarehouse | Kind::SecretScope | Kind::RegisteredModel | Kind::Experiment => {
            Err("its name is there only once: declare it under that name, and a plan finds what is there")
        }
    }
}

fn fields(kind: Kind) -> &'static [(&'static str, Shape)] {
    match kind {
        Kind::Catalog => catalog::FIELDS,
        Kind::Schema => schema::FIELDS,
        Kind::Volume => volume::FIELDS,
        Kind::Pipeline => pipeline::FIELDS,
        Kind::Dashboard => dashboard::FIELDS,
        Kind::GenieSpace => genie::FIELDS,
        Kind::Alert => alert::FIELDS,
        Kind::Job => job_fields::FIELDS,
        Kind::Grants => &[("securable_type", Shape::Text), ("securable", Shape::Text), ("privileges", Shape::Any)],
        Kind::VolumeFile
        | Kind::Function
        | Kind::WorkspaceFile
        | Kind::PipelineUpdate
        | Kind::Table
        | Kind::View
        | Kind::Tags
        | Kind::Mask
        | Kind::RowFilter
        | Kind::Permissions
        | Kind::DashboardSchedule
        | Kind::SqlWarehouse
        | Kind::SecretScope
        | Kind::RegisteredModel
        | Kind::Experiment => &[],
    }
}

/// The documented fields of what a service shows, and the paths of those that are none: a resource file cannot have them.
/// What is empty says nothing, and is left out.
pub fn declaration(kind: Kind, shown: &Spec) -> (Spec, Vec<String>) {
    let mut left = Vec::new();
    let mut spec = object(fields(kind), shown, "", &mut left);
    let is_managed = spec.get("volume_type").and_then(Value::as_str) == Some("MANAGED");
    if kind == Kind::Volume && is_managed {
        // The service chose it, and takes none from others.
        spec.remove("storage_location");
    }
    (spec, left)
}

fn object(fields: &[(&'static str, Shape)], shown: &Spec, path: &str, left: &mut Vec<String>) -> Spec {
    let dot = if path.is_empty() { "" } else { "." };
    let mut spec = Map::new();
    // In the order of the documentation, as people write them.
    for (name, shape) in fields {
        let Some(found) = shown.get(*name).filter(|found| !is_empty(found)) else { continue };
        let found = value(*shape, found, &format!("{path}{dot}{name}"), left);
        spec.insert((*name).to_string(), found);
    }
    let unknown =
        shown.iter().filter(|(name, found)| !is_empty(found) && fields.iter().all(|(known, _)| known != name));
    left.extend(unknown.map(|(name, _)| format!("{path}{dot}{name}")));
    spec
}

fn value(shape: Shape, found: &Value, path: &str, left: &mut Vec<String>) -> Value {
    match (shape, found) {
        (Shape::Object(fields), Value::Object(found)) => Value::Object(object(fields, found, path, left)),
        (Shape::List(item), Value::Array(found)) => {
            let items = found.iter().enumerate().map(|(at, found)| value(*item, found, &format!("{path}[{at}]"), left));
            Value::Array(items.collect())
        }
        (Shape::Same(shape), found) => value(*shape, found, path, left),
        (_, found) => found.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(_) | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Jobs API 2.2, "Get a single job": `format` and `email_notifications` come with every job.
    #[test]
    fn what_is_documented_is_declared_and_what_is_not_is_told() {
        let shown = json!({
            "format": "MULTI_TASK", "email_notifications": {}, "name": "daily", "timeout_seconds": 0,
            "tasks": [{"task_key": "a", "run_if": "ALL_SUCCESS", "new_thing": {"x": 1}}],
        });
        let (spec, left) = declaration(Kind::Job, shown.as_object().unwrap());
        let expected = json!({
            "name": "daily", "timeout_seconds": 0, "tasks": [{"task_key": "a", "run_if": "ALL_SUCCESS"}],
        });
        assert!(left.contains(&"tasks[0].new_thing".to_string()), "{left:?}");
        let format = spec.get("format").cloned();
        let mut spec = Value::Object(spec);
        if format.is_some() {
            spec.as_object_mut().unwrap().remove("format");
        }
        assert_eq!(spec, expected);
    }

    #[test]
    fn every_kind_is_written_or_says_why_not() {
        for kind in Kind::ALL {
            assert_eq!(section(kind).is_ok(), !fields(kind).is_empty(), "{kind}");
        }
    }
}
