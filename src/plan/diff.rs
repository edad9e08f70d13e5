//! Field by field: what the project declares against what is there.
//!
//! Only declared fields count. A field that was declared at the last deployment and is not any more is a change, if
//! it is still there; anything else that the service shows is its own business.

use serde_json::{Map, Value};

use crate::resource::{Rules, Spec, is_empty, plain_text};

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
                let edited = !self.rules.same(&path.pattern, before, Some(there));
                self.push(&path, there.clone(), Value::Null, By { outside: false, edited });
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
            _ if self.rules.same(&path.pattern, wanted, there) => {}
            _ => {
                let by = self.by(path, wanted, recorded, there);
                self.push(path, there.cloned().unwrap_or(Value::Null), wanted.clone(), by);
            }
        }
    }

    fn list(&mut self, path: &Path, wanted: &[Value], recorded: Option<&[Value]>, there: &[Value]) {
        if let Some(key) = self.rules.list_key(&path.pattern) {
            return self.keyed(path, key, wanted, recorded, there);
        }
        let of_objects = wanted.iter().all(Value::is_object) && there.iter().all(Value::is_object);
        if of_objects && !self.rules.is_set(&path.pattern) && wanted.len() == there.len() {
            for (index, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                let before = recorded.and_then(|recorded| recorded.get(index));
                self.value(&path.element(&index.to_string()), wanted, before, Some(there));
            }
            return;
        }
        let whole = |values: &[Value]| Value::Array(values.to_vec());
        let (wanted, there) = (whole(wanted), whole(there));
        if !self.rules.same(&path.pattern, &wanted, Some(&there)) {
            let by = self.by(path, &wanted, recorded.map(whole).as_ref(), Some(&there));
            self.push(path, there, wanted, by);
        }
    }

    /// Who made a difference.
    fn by(&self, path: &Path, wanted: &Value, recorded: Option<&Value>, there: Option<&Value>) -> By {
        let outside = recorded.is_some_and(|recorded| self.rules.same(&path.pattern, wanted, Some(recorded)));
        let told = !self.rules.is_write_only(&path.pattern);
        let edited = told && recorded.is_some_and(|recorded| !self.rules.same(&path.pattern, recorded, there));
        By { outside, edited }
    }

    fn keyed(&mut self, path: &Path, key: &str, wanted: &[Value], recorded: Option<&[Value]>, there: &[Value]) {
        let name_of = |value: &Value| value.get(key).map(plain_text);
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
                let before = recorded.and_then(|recorded| find(recorded, &name));
                let path = path.element(&name.unwrap_or_else(|| "?".to_string()));
                let changed = before.as_ref().is_none_or(|old| !self.rules.same(&path.pattern, old, Some(value)));
                let by = By { outside: before.is_none(), edited: recorded.is_some() && changed };
                self.push(&path, value.clone(), Value::Null, by);
            }
        }
    }

    fn push(&mut self, path: &Path, old: Value, new: Value, by: By) {
        let By { outside, edited } = by;
        let change = FieldChange { path: path.shown.clone(), old, new, outside, edited };
        self.found.push(Difference { change, pattern: path.pattern.clone() });
    }
}

/// Who made a difference: only the workspace, and the workspace at all.
#[derive(Clone, Copy)]
struct By {
    outside: bool,
    edited: bool,
}

/// Every declared field of something that is not there yet, as changes from nothing.
pub(super) fn all_new(spec: &Map<String, Value>) -> Vec<FieldChange> {
    let new = spec.iter().filter(|(_, value)| !is_empty(value));
    let change = |name: &String, new: &Value| FieldChange {
        path: name.clone(),
        old: Value::Null,
        new: new.clone(),
        outside: false,
        edited: false,
    };
    new.map(|(name, value)| change(name, value)).collect()
}
