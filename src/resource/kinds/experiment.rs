//! MLflow experiments.

use serde_json::Value;

use super::super::declared::Declared;
use super::super::inputs::Context;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use crate::diag::Diagnostics;

/// A deleted experiment takes its runs with it.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["artifact_location"],
    normal_forms: &[("name", NormalForm::WorkspacePath), ("artifact_location", NormalForm::TrailingSlash)],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// REST API, "Create experiment". Tags are written by whoever runs something.
const FIELDS: &[(&str, Shape)] = &[("name", Shape::Text), ("artifact_location", Shape::Text)];

/// An experiment's name is its path in the workspace; one that is not absolute lies in the project's folder.
pub(in super::super) fn build(declared: &Declared<'_>, context: &Context, out: &mut Diagnostics) -> Desired {
    let mut desired = declared.read(Kind::Experiment, FIELDS, &["permissions"], out);
    declared.require(&desired, &["name"], out);
    if let Some(Value::String(name)) = desired.spec.get_mut("name") {
        match (name.rsplit_once('/').filter(|_| name.starts_with('/')), &context.development) {
            // Of a path that others use, too, the last part tells whose copy it is.
            (Some((folder, last)), Some(user)) => *name = format!("{folder}/[dev {user}] {last}"),
            (Some(_), None) => {}
            (None, _) => *name = format!("{}/experiments/{name}", context.root),
        }
    }
    desired
}
