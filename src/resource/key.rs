//! Keys of resources, and references to them inside specifications.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::Kind;

/// `kind.name`; the name may hold periods and slashes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    pub kind: Kind,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no resource's key: expected `kind.name` with a kind of resource, such as `job.daily`; `lakesmith state show` lists what is deployed"
)]
pub struct KeyError(String);

impl ResourceKey {
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

impl fmt::Debug for ResourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for ResourceKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let error = || KeyError(text.to_string());
        let (kind, name) = text.split_once('.').filter(|(_, name)| !name.is_empty()).ok_or_else(error)?;
        Ok(Self::new(Kind::parse(kind).ok_or_else(error)?, name))
    }
}

impl serde::Serialize for ResourceKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ResourceKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What `${…}` stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reference {
    /// `${pipeline.insurance.id}`.
    Output { key: ResourceKey, field: String },
    /// `${warehouse.default.id}`: whichever warehouse the workspace has.
    DefaultWarehouse,
}

/// The reference to the default warehouse, as written.
pub const DEFAULT_WAREHOUSE: &str = "${warehouse.default.id}";

/// The only output that resources have in this version.
pub const ID: &str = "id";

impl Reference {
    /// `text` is what stands between the braces.
    fn parse(text: &str) -> Option<Self> {
        if text == "warehouse.default.id" {
            return Some(Self::DefaultWarehouse);
        }
        let (key, field) = text.rsplit_once('.')?;
        Some(Self::Output { key: key.parse().ok()?, field: field.to_string() })
    }

    /// As it is written, for a dependency of `key`.
    pub fn id_of(key: &ResourceKey) -> String {
        format!("${{{key}.{ID}}}")
    }
}

/// A part of a text.
enum Part<'t> {
    Plain(&'t str),
    /// The text between the braces, and what it means if it means anything.
    Reference(&'t str, Option<Reference>),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Plain(before));
        }
        parts.push(Part::Reference(inside, Reference::parse(inside)));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    parts
}

/// Every reference inside a text; `Err` holds the text of one that means nothing.
pub fn references(text: &str) -> Vec<Result<Reference, String>> {
    let references = parts(text).into_iter().filter_map(|part| match part {
        Part::Plain(_) => None,
        Part::Reference(inside, reference) => Some(reference.ok_or_else(|| inside.to_string())),
    });
    references.collect()
}

/// The beginning of a reference that no brace ends, up to where it may have been meant to end.
pub fn unclosed(text: &str) -> Option<&str> {
    let (_, after) = text.rsplit_once("${").filter(|(_, after)| !after.contains('}'))?;
    let start = text.get(text.len() - after.len() - 2..)?;
    let end = start.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(start.len());
    start.get(..end).filter(|_| after.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Every reference inside a value, at any depth.
pub fn references_in(value: &Value) -> Vec<Reference> {
    match value {
        Value::String(text) => references(text).into_iter().flatten().collect(),
        Value::Array(items) => items.iter().flat_map(references_in).collect(),
        Value::Object(fields) => fields.values().flat_map(references_in).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Puts values in the place of references; one that `resolve` does not know stays as it is.
pub fn substitute(value: &Value, resolve: &dyn Fn(&Reference) -> Option<String>) -> Value {
    match value {
        Value::String(text) if text.contains("${") => substitute_text(text, resolve),
        Value::Array(items) => Value::Array(items.iter().map(|item| substitute(item, resolve)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), substitute(value, resolve))).collect())
        }
        other => other.clone(),
    }
}

fn substitute_text(text: &str, resolve: &dyn Fn(&Reference) -> Option<String>) -> Value {
    let parts = parts(text);
    // The id of a job is a number wherever the API takes one.
    if let [Part::Reference(_, Some(reference @ Reference::Output { key, .. }))] = parts.as_slice()
        && key.kind == Kind::Job
        && let Some(id) = resolve(reference).and_then(|id| id.parse::<i64>().ok())
    {
        return Value::from(id);
    }
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Plain(plain) => out.push_str(plain),
            Part::Reference(inside, reference) => match reference.and_then(|reference| resolve(&reference)) {
                Some(value) => out.push_str(&value),
                None => {
                    out.push_str("${");
                    out.push_str(inside);
                    out.push('}');
                }
            },
        }
    }
    Value::String(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_read_back() {
        let key: ResourceKey = "workspace_file.sql/a.sql".parse().unwrap();
        assert_eq!((key.kind, key.name()), (Kind::WorkspaceFile, "sql/a.sql"));
        assert!("warehouse.x".parse::<ResourceKey>().is_err());
    }

    #[test]
    fn references_are_found_and_replaced() {
        let spec = json!({"a": ["${pipeline.x.id}"], "b": "p-${pipeline.y.id}", "j": "${job.z.id}", "n": 1});
        let resolve = |reference: &Reference| match reference {
            Reference::Output { key, .. } if key.name() == "y" => None,
            Reference::Output { .. } => Some("7".to_string()),
            Reference::DefaultWarehouse => None,
        };
        assert_eq!(references_in(&spec).len(), 3);
        assert_eq!(substitute(&spec, &resolve), json!({"a": ["7"], "b": "p-${pipeline.y.id}", "j": 7, "n": 1}));
        assert_eq!(references("${spark.x}"), [Err("spark.x".to_string())]);
        assert_eq!(references(DEFAULT_WAREHOUSE), [Ok(Reference::DefaultWarehouse)]);
        assert_eq!(unclosed("a ${job.x.id and more"), Some("${job.x.id"));
        assert_eq!([unclosed("${job.x.id}"), unclosed("$ {x"), unclosed("costs ${ 5")], [None; 3]);
    }
}
