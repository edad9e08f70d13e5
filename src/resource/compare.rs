//! When two values of a field mean the same.

use serde_json::Value;

use super::{DEFAULT_WAREHOUSE, Rules};

impl Rules {
    /// Is `there` what `wanted` asks for? What `wanted` does not name may be anything. `pattern` is the path of the
    /// field with `[]` for the elements of lists.
    pub fn same(&self, pattern: &str, wanted: &Value, there: Option<&Value>) -> bool {
        let Some(there) = there.filter(|there| !there.is_null()) else { return is_empty(wanted) };
        match (wanted, there) {
            // Any warehouse will do, so the one that is there stays.
            (Value::String(wanted), Value::String(there)) if wanted == DEFAULT_WAREHOUSE => !there.is_empty(),
            (Value::String(wanted), Value::String(there)) => match self.normal_form(pattern) {
                Some(form) => form.same(wanted, there),
                None => wanted == there,
            },
            (Value::Number(wanted), Value::Number(there)) => wanted.as_f64() == there.as_f64(),
            // Some services return numbers and booleans of a map of texts as what they look like.
            (Value::String(text_), other @ (Value::Number(_) | Value::Bool(_)))
            | (other @ (Value::Number(_) | Value::Bool(_)), Value::String(text_)) => *text_ == text(other),
            (Value::Object(wanted), Value::Object(there)) => {
                wanted.iter().all(|(name, value)| self.same(&field(pattern, name), value, there.get(name)))
            }
            (Value::Array(wanted), Value::Array(there)) => self.same_list(pattern, wanted, there),
            _ => wanted == there,
        }
    }

    fn same_list(&self, pattern: &str, wanted: &[Value], there: &[Value]) -> bool {
        let inside = format!("{pattern}[]");
        let same = |wanted: &Value, there: &Value| self.same(&inside, wanted, Some(there));
        if let Some(key) = self.list_key(pattern) {
            let found = |value: &Value| element(there, key, value.get(key));
            return wanted.len() == there.len()
                && wanted.iter().all(|value| found(value).is_some_and(|t| same(value, t)));
        }
        if self.is_set(pattern) {
            return wanted.iter().all(|value| there.iter().any(|there| same(value, there)))
                && there.iter().all(|there| wanted.iter().any(|value| same(value, there)));
        }
        wanted.len() == there.len() && wanted.iter().zip(there).all(|(wanted, there)| same(wanted, there))
    }
}

/// The pattern of a field below another.
pub(super) fn field(pattern: &str, name: &str) -> String {
    if pattern.is_empty() { name.to_string() } else { format!("{pattern}.{name}") }
}

/// The element of a keyed list with this key; `None` where the key is absent.
pub(super) fn element<'v>(values: &'v [Value], key: &str, name: Option<&Value>) -> Option<&'v Value> {
    let name = text(name?);
    values.iter().find(|value| value.get(key).map(text).as_ref() == Some(&name))
}

/// Services leave out what has its default; absent and empty are the same to them.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
    }
}

/// A scalar as services write it where they want a text.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
