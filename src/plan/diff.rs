//! Field by field: what the project declares against what is there.
//!
//! Only declared fields count. A field that was declared at the last deployment and is not any more is a change, if
//! it is still there; anything else that the service shows is its own business.

use serde_json::{Map, Value};

use crate::resource::{DEFAULT_WAREHOUSE, Rules, Spec};

use super::FieldChange;

/// A difference with the pattern of its path, by which the rules know it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Difference {
    pub(super) change: FieldChange,
    /// The path with `[]` for elements.
    pub(super) pattern: String,
}

/// `recorded` is what was deployed last, `observed` what is there.
pub(super) fn diff(rules: &Rules, wanted: &Spec, recorded: Option<&Spec>, observed: &Spec) -> Vec<Difference> {
    let mut differ = Differ { rules, unknown: recorded.is_none(), found: Vec::new() };
    differ.object(&Path::default(), wanted, recorded, observed);
    differ.found
}

#[derive(Clone, Default)]
struct Path {
    shown: String,
    pattern: String,
}

impl Path {
    fn field(&self, name: &str) -> Self {
        let dot = if self.shown.is_empty() { "" } else { "." };
        Self { shown: format!("{}{dot}{name}", self.shown), pattern: format!("{}{dot}{name}", self.pattern) }
    }

    fn element(&self, name: &str) -> Self {
        Self { shown: format!("{}[{name}]", self.shown), pattern: format!("{}[]", self.pattern) }
    }
}

struct Differ<'r> {
    rules: &'r Rules,
    /// Nothing is recorded, so nobody knows what was written into fields that are never told.
    unknown: bool,
    found: Vec<Difference>,
}

impl Differ<'_> {
    fn object(&mut self, path: &Path, wanted: &Spec, recorded: Option<&Spec>, observed: &Spec) {
        for (name, value) in wanted {
            let before = recorded.and_then(|fields| fields.get(name));
            self.value(&path.field(name), value, before, observed.get(name));
        }
        for (name, before) in recorded.into_iter().flatten().filter(|(name, _)| !wanted.contains_key(*name)) {
            let path = path.field(name);
            let there = if self.rules.is_write_only(&path.pattern) { Some(before) } else { observed.get(name) };
            if let Some(there) = there.filter(|there| !is_empty(there)) {
                self.push(&path, there.clone(), Value::Null, false);
            }
        }
    }

    fn value(&mut self, path: &Path, wanted: &Value, recorded: Option<&Value>, observed: Option<&Value>) {
        let write_only = self.rules.is_write_only(&path.pattern);
        if write_only && self.unknown {
            return;
        }
        let there = if write_only { recorded } else { observed };
        match (wanted, there) {
            (Value::Object(wanted), Some(Value::Object(there))) => {
                self.object(path, wanted, recorded.and_then(Value::as_object), there);
            }
            (Value::Array(wanted), Some(Value::Array(there))) => {
                let recorded = recorded.and_then(Value::as_array).map(Vec::as_slice);
                self.list(path, wanted, recorded, there);
            }
            _ if self.same(path, wanted, there) => {}
            _ => {
                let outside = recorded.is_some_and(|recorded| self.same(path, wanted, Some(recorded)));
                self.push(path, there.cloned().unwrap_or(Value::Null), wanted.clone(), outside);
            }
        }
    }

    fn list(&mut self, path: &Path, wanted: &[Value], recorded: Option<&[Value]>, there: &[Value]) {
        if let Some(key) = self.rules.list_key(&path.pattern) {
            return self.keyed(path, key, wanted, recorded, there);
        }
        let as_set = self.rules.is_set(&path.pattern);
        let plain = |values: &[Value]| {
            let mut texts: Vec<String> = values.iter().map(Value::to_string).collect();
            if as_set {
                texts.sort();
                texts.dedup();
            }
            texts
        };
        let of_objects = wanted.iter().all(Value::is_object) && there.iter().all(Value::is_object);
        if of_objects && !as_set && wanted.len() == there.len() {
            for (index, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                let before = recorded.and_then(|recorded| recorded.get(index));
                self.value(&path.element(&index.to_string()), wanted, before, Some(there));
            }
        } else if plain(wanted) != plain(there) {
            let outside = recorded.is_some_and(|recorded| plain(recorded) == plain(wanted));
            self.push(path, Value::Array(there.to_vec()), Value::Array(wanted.to_vec()), outside);
        }
    }

    fn keyed(&mut self, path: &Path, key: &str, wanted: &[Value], recorded: Option<&[Value]>, there: &[Value]) {
        let name_of = |value: &Value| value.get(key).map(text);
        let find = |values: &[Value], name: &Option<String>| {
            values.iter().find(|value| name.is_some() && name_of(value) == *name).cloned()
        };
        for (index, value) in wanted.iter().enumerate() {
            let name = name_of(value);
            let before = recorded.and_then(|recorded| find(recorded, &name));
            let path = path.element(&name.clone().unwrap_or_else(|| index.to_string()));
            self.value(&path, value, before.as_ref(), find(there, &name).as_ref());
        }
        for value in there {
            let name = name_of(value);
            if find(wanted, &name).is_none() {
                let outside = recorded.is_none_or(|recorded| find(recorded, &name).is_none());
                let path = path.element(&name.unwrap_or_else(|| "?".to_string()));
                self.push(&path, value.clone(), Value::Null, outside);
            }
        }
    }

    fn same(&self, path: &Path, wanted: &Value, there: Option<&Value>) -> bool {
        let Some(there) = there.filter(|there| !there.is_null()) else { return is_empty(wanted) };
        match (wanted, there) {
            // Any warehouse will do, so the one that is there stays.
            (Value::String(wanted), Value::String(there)) if wanted == DEFAULT_WAREHOUSE => !there.is_empty(),
            (Value::String(wanted), Value::String(there)) => match self.rules.normal_form(&path.pattern) {
                Some(form) => form.same(wanted, there),
                None => wanted == there,
            },
            (Value::Number(wanted), Value::Number(there)) => wanted.as_f64() == there.as_f64(),
            // Some services return numbers and booleans of a map of texts as what they look like.
            (Value::String(text_), other @ (Value::Number(_) | Value::Bool(_)))
            | (other @ (Value::Number(_) | Value::Bool(_)), Value::String(text_)) => *text_ == text(other),
            (Value::Object(wanted), Value::Object(there)) => {
                wanted.iter().all(|(name, value)| self.same(&path.field(name), value, there.get(name)))
            }
            _ => wanted == there,
        }
    }

    fn push(&mut self, path: &Path, old: Value, new: Value, outside: bool) {
        let change = FieldChange { path: path.shown.clone(), old, new, outside };
        self.found.push(Difference { change, pattern: path.pattern.clone() });
    }
}

/// Services leave out what has its default; absent and empty are the same to them.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Every declared field of something that is not there yet, as changes from nothing.
pub(super) fn all_new(spec: &Map<String, Value>) -> Vec<FieldChange> {
    let new = spec.iter().filter(|(_, value)| !is_empty(value));
    new.map(|(name, value)| FieldChange { path: name.clone(), old: Value::Null, new: value.clone(), outside: false })
        .collect()
}
