//! Where two renderings differ.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::resource::ResourceKey;

use super::Rendering;

/// One difference; `Null` stands for absent.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    pub key: ResourceKey,
    /// `tasks[0].timeout_seconds`; empty where only one of them has the resource.
    pub path: String,
    pub left: Value,
    pub right: Value,
    /// Of contents, where they are at hand: what the fingerprints stand for.
    pub texts: Option<Box<Texts>>,
}

/// A content as either of them has it, line by line comparable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Texts {
    pub left: String,
    pub right: String,
}

/// Every difference of specification, content and protection, by key. Places in the sources are none.
pub fn compare(left: &Rendering, right: &Rendering) -> Vec<Difference> {
    let mut out = Vec::new();
    let keys: BTreeSet<&ResourceKey> = left.resources.keys().chain(right.resources.keys()).collect();
    for key in keys {
        let difference =
            |path: String, left: Value, right: Value| Difference { key: key.clone(), path, left, right, texts: None };
        match (left.resources.get(key), right.resources.get(key)) {
            (Some(left), Some(right)) => {
                let (old, new) = (Value::Object(left.spec.clone()), Value::Object(right.spec.clone()));
                values("", &old, &new, &mut |path, left, right| {
                    out.push(difference(path, left.clone(), right.clone()));
                });
                let meaning = |content: &Option<super::rendering::RenderedContent>| {
                    content.as_ref().map_or(Value::Null, |content| Value::from(content.fingerprint.as_str()))
                };
                if meaning(&left.content) != meaning(&right.content) {
                    out.push(difference("content".to_string(), meaning(&left.content), meaning(&right.content)));
                }
                if left.prevent_destroy != right.prevent_destroy {
                    let path = "lifecycle.prevent_destroy".to_string();
                    out.push(difference(path, left.prevent_destroy.into(), right.prevent_destroy.into()));
                }
            }
            (Some(_), None) => out.push(difference(String::new(), Value::from(key.to_string()), Value::Null)),
            (None, _) => out.push(difference(String::new(), Value::Null, Value::from(key.to_string()))),
        }
    }
    out
}

fn values(path: &str, left: &Value, right: &Value, found: &mut dyn FnMut(String, &Value, &Value)) {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let fields: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for field in fields {
                let inner = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
                let of = |map: &serde_json::Map<String, Value>| map.get(field).cloned().unwrap_or_default();
                values(&inner, &of(a), &of(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (left, right)) in a.iter().zip(b).enumerate() {
                values(&format!("{path}[{at}]"), left, right, found);
            }
        }
        (left, right) if left == right => {}
        (left, right) => found(path.to_string(), left, right),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_difference_has_its_path() {
        let read = |value: Value| serde_json::from_value::<Rendering>(value).unwrap();
        let left = read(json!({
            "job.a": {"spec": {"name": "a", "tasks": [{"task_key": "x", "timeout_seconds": 1}]}},
            "job.b": {"spec": {}},
            "schema.s": {"spec": {}, "prevent_destroy": true},
        }));
        let right = read(json!({
            "job.a": {"spec": {"tasks": [{"timeout_seconds": 2, "task_key": "x"}], "name": "a"}},
            "job.c": {"spec": {}},
            "schema.s": {"spec": {}, "location": {"file": "x", "start": 0, "end": 1}},
        }));
        let told: Vec<String> =
            compare(&left, &right).iter().map(|d| format!("{} {} {} {}", d.key, d.path, d.left, d.right)).collect();
        assert_eq!(
            told,
            [
                "schema.s lifecycle.prevent_destroy true false",
                "job.a tasks[0].timeout_seconds 1 2",
                "job.b  \"job.b\" null",
                "job.c  null \"job.c\"",
            ]
        );
        assert_eq!(compare(&left, &left), []);
    }
}
