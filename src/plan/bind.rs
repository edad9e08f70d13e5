//! What is recorded of an object that was there before, when a resource of the project is bound to it.

use serde_json::Value;

use crate::resource::{Desired, Observed, Rules, Spec};
use crate::state::Record;

/// As if what is there had been deployed: of what the project declares, with the values that the object has. So a plan
/// shows exactly where the two differ, and nothing of it is somebody's change behind a deployment's back. It was there
/// before lakesmith, so a removal leaves it.
pub fn bound(desired: &Desired, observed: &Observed) -> Record {
    let rules = Rules::of(desired.key.kind);
    Record {
        id: observed.id.clone(),
        spec: fields(rules, "", &desired.spec, &observed.spec),
        fingerprint: observed.fingerprint.clone(),
        etag: observed.etag.clone(),
        outputs: Default::default(),
        prevent_destroy: desired.prevent_destroy,
        owned: false,
        unfinished: false,
        delivered: false,
        shown: None,
        depends_on: desired.depends_on.clone(),
    }
}

fn fields(rules: &Rules, pattern: &str, wanted: &Spec, there: &Spec) -> Spec {
    let dot = if pattern.is_empty() { "" } else { "." };
    let part = |(name, wanted): (&String, &Value)| {
        let pattern = format!("{pattern}{dot}{name}");
        // Nobody is told what is in it, so that nobody can say that it differs.
        let value = if rules.is_write_only(&pattern) {
            wanted.clone()
        } else {
            value(rules, &pattern, wanted, there.get(name)?)
        };
        Some((name.clone(), value))
    };
    wanted.iter().filter_map(part).collect()
}

fn value(rules: &Rules, pattern: &str, wanted: &Value, there: &Value) -> Value {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => Value::Object(fields(rules, pattern, wanted, there)),
        (Value::Array(wanted), Value::Array(there)) => {
            let pattern = format!("{pattern}[]");
            let key = rules.list_key(pattern.trim_end_matches("[]"));
            let same = |index: usize, item: &Value| match key {
                Some(key) => wanted.iter().find(|wanted| wanted.get(key).is_some() && wanted.get(key) == item.get(key)),
                None => wanted.get(index).filter(|_| wanted.len() == there.len()),
            };
            let item = |(index, item): (usize, &Value)| match same(index, item) {
                Some(wanted) => value(rules, &pattern, wanted, item),
                None => item.clone(),
            };
            Value::Array(there.iter().enumerate().map(item).collect())
        }
        _ => there.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::diff::diff;
    use crate::resource::{Kind, ResourceKey};

    fn spec(value: Value) -> Spec {
        value.as_object().unwrap().clone()
    }

    /// The law of the module, over the shapes that the rules of jobs and pipelines tell apart.
    #[test]
    fn a_plan_after_binding_shows_exactly_what_differs_and_calls_nothing_a_change_from_outside() {
        let there = spec(json!({
            "name": "daily", "max_concurrent_runs": 1, "format": "MULTI_TASK",
            "tasks": [
                {"task_key": "b", "timeout_seconds": 0, "sql_task": {"warehouse_id": "w", "file": {"path": "/x"}}},
                {"task_key": "a", "timeout_seconds": 0, "description": "old"},
                {"task_key": "gone", "timeout_seconds": 0},
            ],
            "email_notifications": {"on_failure": ["a@x.test"], "no_alert_for_skipped_runs": true},
        }));
        let wanted = spec(json!({
            "name": "daily", "description": "new",
            "tasks": [
                {"task_key": "a", "description": "new"},
                {"task_key": "b", "sql_task": {"warehouse_id": "w", "file": {"path": "/Workspace/x"}}},
            ],
            "email_notifications": {"on_failure": ["b@x.test"]},
        }));
        let desired = Desired::new(ResourceKey::new(Kind::Job, "daily"), wanted.clone());
        let record = bound(&desired, &Observed { id: "7".to_string(), spec: there.clone(), ..Observed::default() });
        let found = diff(Rules::of(Kind::Job), &wanted, Some(&record.spec), &there);
        let paths: Vec<&str> = found.iter().map(|difference| difference.change.path.as_str()).collect();
        assert_eq!(paths, ["description", "tasks[a].description", "tasks[gone]", "email_notifications.on_failure"]);
        assert!(found.iter().all(|difference| !difference.change.outside), "{found:?}");
        assert!(!record.owned);
    }

    /// `run_as` of a pipeline is never told (workspace-api.md, pipelines).
    #[test]
    fn what_is_never_told_does_not_differ() {
        let wanted = spec(json!({"name": "p", "run_as": {"user_name": "a@x.test"}}));
        let desired = Desired::new(ResourceKey::new(Kind::Pipeline, "p"), wanted.clone());
        let there = spec(json!({"name": "p"}));
        let record = bound(&desired, &Observed { spec: there.clone(), ..Observed::default() });
        assert_eq!(diff(Rules::of(Kind::Pipeline), &wanted, Some(&record.spec), &there), []);
    }
}
