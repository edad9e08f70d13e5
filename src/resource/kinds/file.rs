//! Files of the project in the workspace tree and in volumes: their place is their identity.

use serde_json::Value;

use super::super::inputs::Context;
use super::super::rules::{NormalForm, Rules};
use super::super::{Content, Desired, Kind, ResourceKey, Spec};
use crate::diag::Location;

pub(in super::super) const RULES: Rules =
    Rules { immutable: &["path"], normal_forms: &[("path", NormalForm::WorkspacePath)], ..Rules::PLAIN };

/// Where a project file lies in the workspace.
pub(in super::super) fn workspace_path(context: &Context, path: &str) -> String {
    format!("{}/files/{path}", context.root)
}

pub(in super::super) fn key(path: &str) -> ResourceKey {
    ResourceKey::new(Kind::WorkspaceFile, path)
}

pub(in super::super) fn build(context: &Context, path: &str, content: Content, location: Option<Location>) -> Desired {
    let mut spec = Spec::new();
    spec.insert("path".to_string(), Value::String(workspace_path(context, path)));
    let mut desired = Desired::new(key(path), spec);
    desired.content = Some(content);
    desired.location = location;
    desired
}
