//! Files of the project in the workspace tree and in volumes: their place is their identity.

use serde_json::Value;

use super::super::inputs::Context;
use super::super::rules::{NormalForm, Rules};
use super::super::{Body, Content, Desired, Kind, ResourceKey, Spec};
use crate::diag::{Code, Diagnostic, Location, SourceFile, Span};

pub(in super::super) const RULES: Rules =
    Rules { immutable: &["path"], normal_forms: &[("path", NormalForm::WorkspacePath)], ..Rules::PLAIN };

/// Where a project file lies in the workspace.
pub(in super::super) fn workspace_path(context: &Context, path: &str) -> String {
    format!("{}/files/{path}", context.root)
}

pub(in super::super) fn key(path: &str) -> ResourceKey {
    ResourceKey::new(Kind::WorkspaceFile, path)
}

/// "The content has a limit of 10 MB" (REST API, "Import a workspace object").
const LARGEST: u64 = 10 * 1024 * 1024;

/// What the workspace would refuse, in the middle of a deployment.
pub(in super::super) fn too_large(path: &str, content: &Content, location: Option<&Location>) -> Option<Diagnostic> {
    let size = match &content.body {
        Body::Memory(bytes) => bytes.len() as u64,
        Body::File { size, .. } => *size,
    };
    let start = || Location::new(&SourceFile::new(path, ""), Span::new(0, 0));
    (size > LARGEST).then(|| {
        let message = format!("the file has {size} bytes; the workspace takes at most {LARGEST}");
        let hint = "split it; data belongs into a volume, whose files may be larger";
        Diagnostic::error(Code::LARGE_FILE, message).at(location.cloned().unwrap_or_else(start)).hint(hint)
    })
}

pub(in super::super) fn build(context: &Context, path: &str, content: Content, location: Option<Location>) -> Desired {
    let mut spec = Spec::new();
    spec.insert("path".to_string(), Value::String(workspace_path(context, path)));
    let mut desired = Desired::new(key(path), spec);
    desired.content = Some(content);
    desired.location = location;
    desired
}
