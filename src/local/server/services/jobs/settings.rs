//! A job's settings, as far as the embedded workspace acts on them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::documented;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::fields;

/// "The maximum number of tasks is 1000."
const MAX_TASKS: usize = 1000;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Settings {
    /// Read to be checked; shown as it was sent.
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(default)]
    pub(super) tasks: Vec<Task>,
    #[serde(default)]
    pub(super) parameters: Vec<JobParameter>,
    pub(super) max_concurrent_runs: Option<usize>,
    pub(super) timeout_seconds: Option<u64>,
    pub(super) queue: Option<Queue>,
    schedule: Option<Schedule>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct JobParameter {
    pub(super) name: String,
    pub(super) default: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Queue {
    pub(super) enabled: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Schedule {
    quartz_cron_expression: String,
    #[serde(rename = "timezone_id")]
    _timezone_id: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum RunIf {
    #[default]
    AllSuccess,
    AtLeastOneSuccess,
    NoneFailed,
    AllDone,
    AtLeastOneFailed,
    AllFailed,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) task_key: String,
    pub(super) outcome: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PipelineTask {
    pub(super) pipeline_id: String,
    #[serde(default)]
    pub(super) full_refresh: bool,
    #[serde(default)]
    pub(super) full_refresh_selection: Vec<String>,
    #[serde(default)]
    pub(super) refresh_selection: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct SqlFile {
    pub(super) path: String,
    pub(super) source: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct SqlTask {
    pub(super) warehouse_id: String,
    pub(super) file: Option<SqlFile>,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Op {
    EqualTo,
    NotEqual,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ConditionTask {
    pub(super) op: Op,
    pub(super) left: String,
    pub(super) right: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct DashboardTask {
    pub(super) dashboard_id: String,
    pub(super) warehouse_id: Option<String>,
    pub(super) filters: Option<BTreeMap<String, String>>,
    pub(super) subscription: Option<Subscription>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Subscription {
    #[serde(default)]
    pub(super) paused: bool,
    #[serde(default)]
    pub(super) subscribers: Vec<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Task {
    pub(super) task_key: String,
    #[serde(default)]
    pub(super) depends_on: Vec<Dependency>,
    #[serde(default)]
    pub(super) run_if: RunIf,
    #[serde(default)]
    pub(super) disabled: bool,
    #[serde(default)]
    pub(super) max_retries: i64,
    #[serde(default)]
    pub(super) min_retry_interval_millis: u64,
    #[serde(default)]
    pub(super) retry_on_timeout: bool,
    #[serde(default)]
    pub(super) timeout_seconds: u64,
    pub(super) pipeline_task: Option<PipelineTask>,
    pub(super) sql_task: Option<SqlTask>,
    pub(super) condition_task: Option<ConditionTask>,
    pub(super) dashboard_task: Option<DashboardTask>,
}

impl Settings {
    /// Reads settings, refusing what is unknown or contradictory.
    pub(super) fn read(raw: &Map<String, Value>) -> ApiResult<Self> {
        documented::check(raw)?;
        let settings: Self = fields::typed(raw)?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> ApiResult<()> {
        if self.tasks.len() > MAX_TASKS {
            return Err(ApiError::invalid(format!("A job can have at most {MAX_TASKS} tasks.")));
        }
        let mut keys = BTreeSet::new();
        for task in &self.tasks {
            let key = &task.task_key;
            let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if key.is_empty() || key.len() > 100 || !key.chars().all(valid) {
                return Err(ApiError::invalid(format!("Invalid task key: {key:?}")));
            }
            if !keys.insert(key.as_str()) {
                return Err(ApiError::invalid(format!("Duplicate task key: {key}")));
            }
        }
        for task in &self.tasks {
            if let Some(unknown) = task.depends_on.iter().find(|on| !keys.contains(on.task_key.as_str())) {
                let message = format!("Task {} depends on the unknown task {}.", task.task_key, unknown.task_key);
                return Err(ApiError::invalid(message));
            }
        }
        super::graph::check_acyclic(&self.tasks)?;
        if self.max_concurrent_runs.is_some_and(|max| max > 1000) {
            return Err(ApiError::invalid("max_concurrent_runs must not be greater than 1000."));
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = self.parameters.iter().find(|parameter| !names.insert(&parameter.name)) {
            return Err(ApiError::invalid(format!("Duplicate job parameter: {}", twice.name)));
        }
        match &self.schedule {
            // Seconds, minutes, hours, day of month, month, day of week and perhaps a year.
            Some(schedule) if !matches!(schedule.quartz_cron_expression.split_whitespace().count(), 6 | 7) => {
                let message = format!("Invalid quartz_cron_expression: {}", schedule.quartz_cron_expression);
                Err(ApiError::invalid(message))
            }
            _ => Ok(()),
        }
    }
}

/// The settings as `get` answers them: what was sent, and what the backend adds.
pub(super) fn stored(mut raw: Map<String, Value>) -> Map<String, Value> {
    raw.retain(|_, value| !value.is_null());
    let defaults = [
        ("name", json!("Untitled")),
        ("email_notifications", json!({})),
        ("webhook_notifications", json!({})),
        ("timeout_seconds", json!(0)),
        ("max_concurrent_runs", json!(1)),
    ];
    for (field, default) in defaults {
        raw.entry(field).or_insert(default);
    }
    // "This field is ignored in create/update/reset calls. When using Jobs API 2.1 this value is always MULTI_TASK."
    raw.insert("format".to_string(), json!("MULTI_TASK"));
    for task in raw.get_mut("tasks").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(task) = task.as_object_mut() else { continue };
        for (field, default) in [
            ("run_if", json!("ALL_SUCCESS")),
            ("timeout_seconds", json!(0)),
            ("email_notifications", json!({})),
            ("webhook_notifications", json!({})),
        ] {
            task.entry(field).or_insert(default);
        }
        let file = task.get_mut("sql_task").and_then(|task| task.get_mut("file")).and_then(Value::as_object_mut);
        if let Some(file) = file {
            file.entry("source").or_insert(json!("WORKSPACE"));
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(settings: Value) -> String {
        Settings::read(settings.as_object().unwrap()).unwrap_err().message
    }

    fn task(key: &str, on: &[&str]) -> Value {
        let on: Vec<Value> = on.iter().map(|key| json!({ "task_key": key })).collect();
        json!({"task_key": key, "depends_on": on, "pipeline_task": {"pipeline_id": "p"}})
    }

    #[test]
    fn refuses_what_is_not_a_job() {
        Settings::read(json!({"tasks": [task("a", &[]), task("b", &["a"])]}).as_object().unwrap()).unwrap();
        assert!(refused(json!({"nam": "x"})).contains("`nam`"));
        assert!(refused(json!({"tasks": [{"task_key": "a"}]})).contains("exactly one kind"));
        let mut deep = task("a", &[]);
        deep["pipeline_task"]["pipelineid"] = json!(1);
        assert!(refused(json!({"tasks": [deep]})).contains("tasks[0].pipeline_task.pipelineid"));
        assert!(refused(json!({"tasks": [task("a", &["b"])]})).contains("unknown task b"));
        assert!(refused(json!({"tasks": [task("a", &["b"]), task("b", &["a"])]})).contains("cycle"));
        assert!(refused(json!({"tasks": [task("a", &[]), task("a", &[])]})).contains("Duplicate"));
        assert!(refused(json!({"tasks": [task("a b", &[])]})).contains("Invalid task key"));
        let schedule = json!({"quartz_cron_expression": "0 2 * * *", "timezone_id": "UTC"});
        assert!(refused(json!({ "schedule": schedule })).contains("quartz"));
    }

    #[test]
    fn the_backend_adds_its_defaults() {
        let raw = json!({"tasks": [{"task_key": "a", "sql_task": {"warehouse_id": "w", "file": {"path": "/a"}}}]});
        let kept = Value::Object(stored(raw.as_object().unwrap().clone()));
        assert_eq!((&kept["name"], &kept["format"]), (&json!("Untitled"), &json!("MULTI_TASK")));
        assert_eq!(kept["tasks"][0]["run_if"], "ALL_SUCCESS");
        assert_eq!(kept["tasks"][0]["sql_task"]["file"]["source"], "WORKSPACE");
    }
}
