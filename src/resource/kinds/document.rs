//! JSON documents that a service rewrites in known ways: one normal form for both sides.

use serde_json::{Map, Value};

use crate::ident::ContentHash;

/// Of the value with its keys sorted, so that order and white space mean nothing.
pub(super) fn fingerprint(value: &Value) -> ContentHash {
    ContentHash::of(sorted(value).to_string().as_bytes())
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut entries: Vec<(&String, &Value)> = fields.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// For people, one thing a line.
pub(super) fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(&sorted(value)).unwrap_or_else(|_| value.to_string());
    text + "\n"
}
