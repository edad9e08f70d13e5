//! What to write where a service takes a whole specification: what the project declares, over what is there.
//!
//! It agrees with the differences that a plan shows (`plan::diff`), because both know fields by the same rules.

use serde_json::Value;

use super::compare::{element, field, is_empty};
use super::{Rules, Spec};

/// Three versions of one specification.
#[derive(Clone, Copy, Debug)]
pub struct Merge<'a> {
    pub rules: &'a Rules,
    /// As the project declares it.
    pub wanted: &'a Spec,
    /// As it was declared at the last deployment; absent where nothing is recorded.
    pub recorded: Option<&'a Spec>,
    /// As the service shows it.
    pub there: &'a Spec,
    /// Whatever was declared and is another in the workspace since stays as it is there.
    pub keeps_edits: bool,
}

impl Merge<'_> {
    /// Declared fields are as declared, what was declared before and is no longer is gone, and everything else is as it
    /// is there.
    pub fn merged(&self) -> Spec {
        self.object("", self.wanted, self.recorded, self.there)
    }

    fn object(&self, pattern: &str, wanted: &Spec, recorded: Option<&Spec>, there: &Spec) -> Spec {
        let mut merged = there.clone();
        for (name, value) in wanted {
            let before = recorded.and_then(|fields| fields.get(name));
            match self.value(&field(pattern, name), value, before, there.get(name)) {
                Some(value) => drop(merged.insert(name.clone(), value)),
                None => drop(merged.shift_remove(name)),
            }
        }
        for (name, before) in recorded.into_iter().flatten().filter(|(name, _)| !wanted.contains_key(*name)) {
            let there = there.get(name).filter(|there| !is_empty(there));
            if there.is_some_and(|there| !self.is_edited(&field(pattern, name), Some(before), Some(there))) {
                merged.shift_remove(name);
            }
        }
        merged
    }

    /// `None` for what somebody took away in the workspace.
    fn value(&self, pattern: &str, wanted: &Value, recorded: Option<&Value>, there: Option<&Value>) -> Option<Value> {
        if self.rules.is_write_only(pattern) {
            return Some(wanted.clone());
        }
        match (wanted, there) {
            (Value::Object(wanted), Some(Value::Object(there))) => {
                Some(Value::Object(self.object(pattern, wanted, recorded.and_then(Value::as_object), there)))
            }
            (Value::Array(wanted), Some(Value::Array(there))) => {
                Some(Value::Array(self.list(pattern, wanted, recorded, there)))
            }
            _ if there.is_some() && self.rules.same(pattern, wanted, there) => there.cloned(),
            _ if self.is_edited(pattern, recorded, there) => there.cloned(),
            _ => Some(wanted.clone()),
        }
    }

    fn list(&self, pattern: &str, wanted: &[Value], recorded: Option<&Value>, there: &[Value]) -> Vec<Value> {
        let before = recorded.and_then(Value::as_array).map(Vec::as_slice);
        if let Some(key) = self.rules.list_key(pattern) {
            return self.keyed(pattern, key, wanted, before, there);
        }
        let inside = format!("{pattern}[]");
        let of_objects = wanted.iter().all(Value::is_object) && there.iter().all(Value::is_object);
        if of_objects && !self.rules.is_set(pattern) && wanted.len() == there.len() {
            let pairs = wanted.iter().zip(there).enumerate();
            let before = |index| before.and_then(|before: &[Value]| before.get(index));
            let merged = pairs.filter_map(|(index, (w, t))| self.value(&inside, w, before(index), Some(t)));
            return merged.collect();
        }
        let list = Value::Array(there.to_vec());
        let stays = self.rules.same(pattern, &Value::Array(wanted.to_vec()), Some(&list))
            || self.is_edited(pattern, recorded, Some(&list));
        if stays { there.to_vec() } else { wanted.to_vec() }
    }

    fn keyed(
        &self,
        pattern: &str,
        key: &str,
        wanted: &[Value],
        recorded: Option<&[Value]>,
        there: &[Value],
    ) -> Vec<Value> {
        let inside = format!("{pattern}[]");
        let before = |value: &Value| recorded.and_then(|recorded| element(recorded, key, value.get(key)));
        let declared = wanted
            .iter()
            .filter_map(|value| self.value(&inside, value, before(value), element(there, key, value.get(key))));
        let mut merged: Vec<Value> = declared.collect();
        let others = there.iter().filter(|value| element(wanted, key, value.get(key)).is_none());
        // One that is not recorded was added in the workspace.
        let added = |value: &Value| recorded.is_some() && before(value).is_none();
        merged.extend(
            others
                .filter(|value| self.keeps_edits && added(value) || self.is_edited(&inside, before(value), Some(value)))
                .cloned(),
        );
        merged
    }

    fn is_edited(&self, pattern: &str, recorded: Option<&Value>, there: Option<&Value>) -> bool {
        self.keeps_edits && recorded.is_some_and(|recorded| !self.rules.same(pattern, recorded, there))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Kind;

    fn merged(wanted: &Value, recorded: &Value, there: &Value, keeps_edits: bool) -> Value {
        let spec = |value: &Value| value.as_object().unwrap().clone();
        let (wanted, recorded, there) = (spec(wanted), spec(recorded), spec(there));
        let rules = Rules::of(Kind::Job);
        let merge = Merge { rules, wanted: &wanted, recorded: Some(&recorded), there: &there, keeps_edits };
        Value::Object(merge.merged())
    }

    /// Issue 4, pain point 17: what the project does not declare is the workspace's.
    #[test]
    fn what_is_not_declared_stays_as_it_is_there() {
        let was = json!({"name": "j", "tags": {"a": "1"}, "tasks": [{"task_key": "t", "timeout_seconds": 5}]});
        let there = json!({"name": "j", "description": "theirs", "tags": {"a": "1", "theirs": "x"},
            "tasks": [{"task_key": "t", "timeout_seconds": 5, "max_retries": 3}]});
        let wanted = json!({"name": "k", "tags": {"b": "2"}, "tasks": [{"task_key": "t", "timeout_seconds": 6}]});
        let expected = json!({"name": "k", "description": "theirs", "tags": {"b": "2", "theirs": "x"},
            "tasks": [{"task_key": "t", "timeout_seconds": 6, "max_retries": 3}]});
        assert_eq!(merged(&wanted, &was, &there, true), expected);
        assert_eq!(merged(&wanted, &was, &there, false), expected);
    }

    /// Decision C3: "remote edits kept unless --overwrite-remote".
    #[test]
    fn what_was_declared_and_edited_stays_unless_it_is_to_be_overwritten() {
        let was = json!({"name": "j", "description": "a", "timeout_seconds": 1,
            "tasks": [{"task_key": "t"}, {"task_key": "gone"}]});
        let there = json!({"name": "theirs", "description": "b", "timeout_seconds": 1,
            "tasks": [{"task_key": "t"}, {"task_key": "added"}]});
        let wanted = json!({"name": "j", "timeout_seconds": 2, "tasks": [{"task_key": "t"}, {"task_key": "gone"}]});
        let kept = json!({"name": "theirs", "description": "b", "timeout_seconds": 2,
            "tasks": [{"task_key": "t"}, {"task_key": "added"}]});
        assert_eq!(merged(&wanted, &was, &there, true), kept);
        let expected = json!({"name": "j", "timeout_seconds": 2, "tasks": [{"task_key": "t"}, {"task_key": "gone"}]});
        assert_eq!(merged(&wanted, &was, &there, false), expected);
    }

    /// workspace-api.md §2: services fill in defaults, which are nobody's edit.
    #[test]
    fn defaults_inside_of_lists_are_no_edits() {
        let was = json!({"name": "j", "webhook_notifications": {"on_failure": [{"id": "a"}]}});
        let there = json!({"name": "j", "webhook_notifications": {"on_failure": [{"id": "a", "extra": false}]}});
        let wanted = json!({"name": "j", "webhook_notifications": {"on_failure": [{"id": "a"}, {"id": "b"}]}});
        assert_eq!(merged(&wanted, &was, &there, true), wanted);
    }
}
