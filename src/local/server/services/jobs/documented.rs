//! The documented fields of a job's settings. <https://docs.databricks.com/api/workspace/jobs/create>

use serde_json::{Map, Value};

use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::fields;

const DOCUMENTED: &[&str] = &[
    "budget_policy_id",
    "continuous",
    "deployment",
    "description",
    "edit_mode",
    "email_notifications",
    "environment_variables",
    "environments",
    "format",
    "git_source",
    "health",
    "job_clusters",
    "max_concurrent_runs",
    "name",
    "notification_settings",
    "parameters",
    "parent_path",
    "performance_target",
    "queue",
    "run_as",
    "schedule",
    "tags",
    "tasks",
    "timeout_seconds",
    "trigger",
    "triggers",
    "usage_policy_id",
    "webhook_notifications",
];
/// Each task has exactly one of these.
const TASK_KINDS: &[&str] = &[
    "agentic_task",
    "ai_runtime_task",
    "alert_task",
    "clean_rooms_notebook_task",
    "condition_task",
    "dashboard_task",
    "dbt_cloud_task",
    "dbt_platform_task",
    "dbt_task",
    "for_each_task",
    "gen_ai_compute_task",
    "genie_task",
    "notebook_task",
    "pipeline_task",
    "power_bi_task",
    "python_operator_task",
    "python_wheel_task",
    "run_job_task",
    "spark_jar_task",
    "spark_python_task",
    "spark_submit_task",
    "sql_task",
];
const TASK: &[&str] = &[
    "compute",
    "depends_on",
    "description",
    "disable_auto_optimization",
    "disabled",
    "email_notifications",
    "environment_key",
    "environment_variables_key",
    "existing_cluster_id",
    "health",
    "job_cluster_key",
    "libraries",
    "max_retries",
    "min_retry_interval_millis",
    "new_cluster",
    "notification_settings",
    "retry_on_timeout",
    "run_if",
    "task_key",
    "timeout_seconds",
    "webhook_notifications",
];
/// The fields of those parts of a task that are acted on.
const PARTS: &[(&str, &[&str])] = &[
    (
        "pipeline_task",
        &[
            "full_refresh",
            "full_refresh_selection",
            "parameters",
            "pipeline_id",
            "refresh_flow_selection",
            "refresh_selection",
            "reset_checkpoint_selection",
        ],
    ),
    ("sql_task", &["alert", "dashboard", "file", "parameters", "query", "warehouse_id"]),
    ("alert_task", &["alert_id", "parameters", "subscribers", "warehouse_id", "workspace_path"]),
    ("condition_task", &["left", "op", "right"]),
    ("dashboard_task", &["dashboard_id", "filters", "subscription", "warehouse_id"]),
];
/// Refuses a field that is not documented, at whatever depth it is acted on, and a task of no or of two kinds.
pub(super) fn check(raw: &Map<String, Value>) -> ApiResult<()> {
    fields::check_known(raw, DOCUMENTED, "")?;
    fields::objects(raw, "tasks", "")?.into_iter().try_for_each(|(task, at)| check_task(task, &at))
}

fn check_task(task: &Map<String, Value>, at: &str) -> ApiResult<()> {
    let known: Vec<&str> = TASK.iter().chain(TASK_KINDS).copied().collect();
    fields::check_known(task, &known, at)?;
    for (part, documented) in PARTS {
        if let Some(inner) = fields::object(task, part, at)? {
            fields::check_known(inner, documented, &format!("{at}{part}."))?;
        }
    }
    for (dependency, at) in fields::objects(task, "depends_on", at)? {
        fields::check_known(dependency, &["outcome", "task_key"], &at)?;
    }
    let kinds = TASK_KINDS.iter().filter(|kind| task.get(**kind).is_some_and(|value| !value.is_null())).count();
    if kinds != 1 {
        return Err(ApiError::invalid(format!("{at} A task needs exactly one kind of task; it has {kinds}.")));
    }
    Ok(())
}

/// The kind of a checked task.
pub(super) fn kind_of(task: &Map<String, Value>) -> &'static str {
    let given = |kind: &&&str| task.get(**kind).is_some_and(|value| !value.is_null());
    TASK_KINDS.iter().find(given).copied().unwrap_or("task")
}
