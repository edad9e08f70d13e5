//! The documented fields of a job (Jobs API 2.2, "Create a new job").

use super::super::shape::{Shape, TEXTS};

pub(in super::super) const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("description", Shape::Text),
    ("email_notifications", EMAIL),
    ("webhook_notifications", Shape::Any),
    ("notification_settings", Shape::Any),
    ("timeout_seconds", Shape::Integer),
    ("health", Shape::Any),
    (
        "schedule",
        Shape::Object(&[
            ("quartz_cron_expression", Shape::Text),
            ("timezone_id", Shape::Text),
            ("pause_status", Shape::OneOf(&["UNPAUSED", "PAUSED"])),
        ]),
    ),
    ("trigger", Shape::Any),
    ("continuous", Shape::Any),
    ("max_concurrent_runs", Shape::Integer),
    ("tasks", Shape::List(&TASK)),
    ("job_clusters", Shape::List(&Shape::Object(&[("job_cluster_key", Shape::Text), ("new_cluster", Shape::Any)]))),
    ("git_source", Shape::Any),
    ("tags", Shape::TextMap),
    ("queue", Shape::Object(&[("enabled", Shape::Boolean)])),
    ("parameters", Shape::List(&Shape::Object(&[("name", Shape::Text), ("default", Shape::Text)]))),
    ("run_as", Shape::Object(&[("user_name", Shape::Text), ("service_principal_name", Shape::Text)])),
    ("environments", Shape::List(&Shape::Object(&[("environment_key", Shape::Text), ("spec", Shape::Any)]))),
    ("performance_target", Shape::OneOf(&["PERFORMANCE_OPTIMIZED", "STANDARD"])),
    ("budget_policy_id", Shape::Text),
    ("usage_policy_id", Shape::Text),
    ("edit_mode", Shape::OneOf(&["UI_LOCKED", "EDITABLE"])),
    ("format", Shape::OneOf(&["SINGLE_TASK", "MULTI_TASK"])),
];

const EMAIL: Shape = Shape::Object(&[
    ("on_start", TEXTS),
    ("on_success", TEXTS),
    ("on_failure", TEXTS),
    ("on_duration_warning_threshold_exceeded", TEXTS),
    ("on_streaming_backlog_exceeded", TEXTS),
    ("no_alert_for_skipped_runs", Shape::Boolean),
]);

const RUN_IF: Shape = Shape::OneOf(&[
    "ALL_SUCCESS",
    "ALL_DONE",
    "NONE_FAILED",
    "AT_LEAST_ONE_SUCCESS",
    "ALL_FAILED",
    "AT_LEAST_ONE_FAILED",
]);

const OPERATOR: Shape = Shape::OneOf(&[
    "EQUAL_TO",
    "NOT_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_OR_EQUAL",
    "LESS_THAN",
    "LESS_THAN_OR_EQUAL",
]);

const SOURCE: Shape = Shape::OneOf(&["WORKSPACE", "GIT"]);

pub(super) static TASK: Shape = Shape::Object(&[
    ("task_key", Shape::Text),
    ("description", Shape::Text),
    ("depends_on", Shape::List(&Shape::Object(&[("task_key", Shape::Text), ("outcome", Shape::Text)]))),
    ("run_if", RUN_IF),
    ("notebook_task", NOTEBOOK),
    ("spark_jar_task", Shape::Any),
    ("spark_python_task", Shape::Object(&[("python_file", Shape::Text), ("parameters", TEXTS), ("source", SOURCE)])),
    ("python_wheel_task", Shape::Any),
    ("pipeline_task", Shape::Object(&[("pipeline_id", Shape::Text), ("full_refresh", Shape::Boolean)])),
    ("sql_task", SQL),
    ("dbt_task", Shape::Any),
    ("run_job_task", Shape::Any),
    ("condition_task", Shape::Object(&[("op", OPERATOR), ("left", Shape::Text), ("right", Shape::Text)])),
    (
        "for_each_task",
        Shape::Object(&[("inputs", Shape::Text), ("concurrency", Shape::Integer), ("task", Shape::Same(&TASK))]),
    ),
    (
        "dashboard_task",
        Shape::Object(&[("dashboard_id", Shape::Text), ("warehouse_id", Shape::Text), ("subscription", Shape::Any)]),
    ),
    (
        "alert_task",
        Shape::Object(&[
            ("alert_id", Shape::Text),
            ("workspace_path", Shape::Text),
            ("warehouse_id", Shape::Text),
            (
                "subscribers",
                Shape::List(&Shape::Object(&[("user_name", Shape::Text), ("destination_id", Shape::Text)])),
            ),
            ("parameters", Shape::TextMap),
        ]),
    ),
    ("clean_rooms_notebook_task", Shape::Any),
    ("power_bi_task", Shape::Any),
    ("existing_cluster_id", Shape::Text),
    ("new_cluster", Shape::Any),
    ("job_cluster_key", Shape::Text),
    ("environment_key", Shape::Text),
    ("libraries", Shape::List(&Shape::Any)),
    ("max_retries", Shape::Integer),
    ("min_retry_interval_millis", Shape::Integer),
    ("retry_on_timeout", Shape::Boolean),
    ("timeout_seconds", Shape::Integer),
    ("disable_auto_optimization", Shape::Boolean),
    ("health", Shape::Any),
    ("email_notifications", EMAIL),
    ("notification_settings", Shape::Any),
    ("webhook_notifications", Shape::Any),
]);

const NOTEBOOK: Shape = Shape::Object(&[
    ("notebook_path", Shape::Text),
    ("base_parameters", Shape::TextMap),
    ("source", SOURCE),
    ("warehouse_id", Shape::Text),
]);

const SQL: Shape = Shape::Object(&[
    ("file", Shape::Object(&[("path", Shape::Text), ("source", SOURCE)])),
    ("query", Shape::Object(&[("query_id", Shape::Text)])),
    ("dashboard", Shape::Any),
    ("alert", Shape::Any),
    ("parameters", Shape::TextMap),
    ("warehouse_id", Shape::Text),
]);
