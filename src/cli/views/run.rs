//! Runs.

use serde_json::{Value, json};

use crate::pipeline::ResourceKey;

pub(in crate::cli) fn done(key: &ResourceKey, id: &str) -> String {
    format!("{key} completed ({id})\n")
}

/// `{"key", "id"}`, of a run that succeeded.
pub(in crate::cli) fn json(key: &ResourceKey, id: &str) -> Value {
    json!({ "key": key.to_string(), "id": id })
}
