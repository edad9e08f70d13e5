//! What a solution comes to for a target, as texts that can be kept and compared: the rendered SQL file by file, and
//! all resources in one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Compiled;
use crate::diag::Diagnostics;
use crate::resource::Kind;

/// The document with the resources.
const RESOURCES: &str = "resources.json";

/// Whoever deploys: the same in every snapshot, so that it does not matter who makes it.
const USER: &str = "user@example.test";

/// Texts by path. Equal for equal sources, whoever asks and whenever.
pub fn snapshot(compiled: &Compiled, solution: &str) -> (BTreeMap<String, String>, Diagnostics) {
    let mut texts = BTreeMap::new();
    let rendered = compiled.rendered.solutions.get(solution);
    for file in rendered.iter().flat_map(|rendered| &rendered.sql) {
        let path = file.rendered.template.name();
        let inner = path.strip_prefix("sql/").unwrap_or(path);
        let inner = inner.strip_prefix(solution).and_then(|inner| inner.strip_prefix('/')).unwrap_or(inner);
        texts.insert(format!("sql/{inner}"), file.rendered.output.text().to_string());
    }
    let root = format!("/Workspace/Users/{USER}/.lakesmith/{}/{}", compiled.project, compiled.target);
    let (desired, found) = compiled.desired(&root, USER, Vec::new());
    let mut resources = Map::new();
    for desired in desired.iter() {
        let mut entry = json!({ "spec": desired.spec });
        // The SQL itself is beside; of other files a digest tells that they changed.
        if let Some(content) = desired.content.as_ref().filter(|_| !is_text(&desired.key.kind, desired.key.name())) {
            entry["content"] = json!(content.fingerprint);
        }
        resources.insert(desired.key.to_string(), entry);
    }
    texts.insert(RESOURCES.to_string(), format!("{:#}\n", Value::Object(resources)));
    (texts, found)
}

fn is_text(kind: &Kind, name: &str) -> bool {
    match kind {
        Kind::WorkspaceFile => name.ends_with(".sql"),
        Kind::Function | Kind::Table | Kind::View => true,
        _ => false,
    }
}
