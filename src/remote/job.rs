//! Jobs.

use serde_json::{Value, json};

use crate::api::jobs;
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

/// Lists of which an update names single elements, and the field that tells them apart ("Add, update, or remove specific
/// settings": `tasks/task_1`).
const KEYED: [(&str, &str); 2] = [("tasks", "task_key"), ("job_clusters", "job_cluster_key")];

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    Ok(jobs::get(&remote.client, id).await?.map(observed))
}

pub(super) fn observed(job: jobs::Job) -> Observed {
    let mut spec = job.settings;
    // Settings may leave out what nobody has set: it runs as whoever made it.
    if let Some(name) = job.run_as_user_name.filter(|name| !name.is_empty()) {
        let field = if name.contains('@') { "user_name" } else { "service_principal_name" };
        spec.entry("run_as").or_insert_with(|| json!({ field: name }));
    }
    Observed { id: job.job_id.to_string(), spec, ..Observed::default() }
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let id = jobs::create(&remote.client, item.spec.clone()).await?;
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

/// What changes and nothing else: settings that the project does not name are the workspace's.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let (number, observed) = (number(id)?, Observed { id: id.to_string(), ..Observed::default() });
    let there = jobs::get(&remote.client, id).await?.map(|job| job.settings).unwrap_or_default();
    let merged = item.merged(&there);
    match Change::between(&there, &merged) {
        Change::Nothing => {}
        Change::Fields { set, remove } => jobs::update(&remote.client, number, set, &remove).await?,
        Change::Whole => jobs::reset(&remote.client, number, merged).await?,
    }
    Ok(observed)
}

/// How to say a change of settings.
#[derive(Debug, PartialEq)]
enum Change {
    Nothing,
    Fields {
        set: Spec,
        remove: Vec<String>,
    },
    /// An update cannot say it: it adds to lists and names elements only of some.
    Whole,
}

impl Change {
    fn between(there: &Spec, merged: &Spec) -> Self {
        let (mut set, mut remove) = (Spec::new(), Vec::new());
        remove.extend(there.keys().filter(|name| !merged.contains_key(*name)).cloned());
        for (name, value) in merged.iter().filter(|(name, value)| there.get(*name) != Some(value)) {
            let keyed = KEYED.iter().find(|(list, _)| list == name).map(|(_, key)| *key);
            match (keyed, there.get(name), value) {
                (Some(key), Some(Value::Array(old)), Value::Array(new)) => {
                    let has = |list: &[Value], value: &Value| list.iter().any(|other| other.get(key) == value.get(key));
                    let gone = old.iter().filter(|value| !has(new, value)).filter_map(|value| value.get(key)?.as_str());
                    remove.extend(gone.map(|key| format!("{name}/{key}")));
                    let changed: Vec<Value> = new.iter().filter(|value| !old.contains(value)).cloned().collect();
                    if !changed.is_empty() {
                        set.insert(name.clone(), Value::Array(changed));
                    }
                }
                (None, Some(Value::Array(old)), Value::Array(new)) if old.iter().any(|value| !new.contains(value)) => {
                    return Self::Whole;
                }
                _ => drop(set.insert(name.clone(), value.clone())),
            }
        }
        if set.is_empty() && remove.is_empty() { Self::Nothing } else { Self::Fields { set, remove } }
    }
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    jobs::delete(&remote.client, number(id)?).await?;
    Ok(())
}

pub(super) fn number(id: &str) -> Result<i64, RemoteError> {
    id.parse().map_err(|_| RemoteError::Id(id.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn between(there: &Value, merged: &Value) -> Change {
        Change::between(there.as_object().unwrap(), merged.as_object().unwrap())
    }

    /// Jobs API 2.2, "Update job settings partially": "Top-level fields specified in `new_settings` are completely
    /// replaced, except for arrays which are merged … based on the respective key fields"; `fields_to_remove`: "Removing
    /// nested fields is not supported, except for tasks and job clusters (`tasks/task_1`)".
    #[test]
    fn an_update_names_what_changes_and_what_goes() {
        let there = json!({"name": "a", "description": "d", "tags": {"x": "1"}, "tasks": [
            {"task_key": "stays"}, {"task_key": "changes"}, {"task_key": "goes"}]});
        let merged = json!({"name": "b", "tags": {"x": "1"}, "tasks": [
            {"task_key": "changes", "timeout_seconds": 1}, {"task_key": "stays"}]});
        let set = json!({"name": "b", "tasks": [{"task_key": "changes", "timeout_seconds": 1}]});
        let remove = vec!["description".to_string(), "tasks/goes".to_string()];
        let expected = Change::Fields { set: set.as_object().unwrap().clone(), remove };
        assert_eq!(between(&there, &merged), expected);
        assert_eq!(between(&there, &there), Change::Nothing);
        let parameters = |names: &[&str]| {
            let list: Vec<Value> = names.iter().map(|name| json!({"name": name, "default": ""})).collect();
            json!({ "parameters": list })
        };
        assert_eq!(between(&parameters(&["a", "b"]), &parameters(&["a"])), Change::Whole);
        assert!(matches!(between(&parameters(&["a"]), &parameters(&["a", "b"])), Change::Fields { .. }));
    }
}
