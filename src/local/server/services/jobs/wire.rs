//! Jobs and runs as the API tells them.

use serde_json::{Map, Value, json};

use super::record::{JobRecord, LifeCycle, RunRecord, RunResult, TaskRecord, TaskResult};
use crate::local::server::app::App;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::page::{self, PageRequest};
use crate::local::store::Document;

/// "If the job has more than 100 tasks", get calls give them in pages.
const TASKS_PER_PAGE: usize = 100;

fn settings_of(settings: &Map<String, Value>, tasks: Option<&[Value]>) -> Value {
    let mut settings = settings.clone();
    match tasks {
        Some(tasks) => settings.insert("tasks".to_string(), json!(tasks)),
        None => settings.shift_remove("tasks"),
    };
    Value::Object(settings)
}

/// One page of a list of tasks, and the token of the next.
pub(super) fn task_page<'a, T>(tasks: &'a [T], token: Option<&str>) -> ApiResult<(&'a [T], Option<String>)> {
    let start = match (PageRequest { token, size: None, server_size: 1 }).after()? {
        None => 0,
        Some(text) => text.parse().map_err(|_| ApiError::invalid("Invalid page token."))?,
    };
    let rest = tasks.get(start..).unwrap_or_default();
    let page = &rest[..rest.len().min(TASKS_PER_PAGE)];
    let next = start + page.len();
    Ok((page, (next < tasks.len()).then(|| page::token(&next.to_string()))))
}

pub(super) fn job(document: &Document<JobRecord>, token: Option<&str>) -> ApiResult<Value> {
    let record = &document.body;
    let tasks = record.settings.get("tasks").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (page, next) = task_page(tasks, token)?;
    let mut value = base_job(document);
    value["run_as_user_name"] = json!(record.run_as_name());
    value["settings"] = settings_of(&record.settings, (!tasks.is_empty()).then_some(page));
    if let Some(next) = next {
        value["has_more"] = json!(true);
        value["next_page_token"] = json!(next);
    }
    Ok(value)
}

fn base_job(document: &Document<JobRecord>) -> Value {
    json!({
        "job_id": document.id.parse::<i64>().unwrap_or_default(),
        "creator_user_name": document.body.creator,
        "created_time": document.body.created_time,
    })
}

/// In a list: with tasks only if they are asked for.
pub(super) fn listed_job(document: &Document<JobRecord>, expand_tasks: bool) -> Value {
    let mut value = base_job(document);
    let settings = &document.body.settings;
    let tasks = settings.get("tasks").and_then(Value::as_array).filter(|_| expand_tasks);
    let shown = tasks.map(|tasks| &tasks[..tasks.len().min(TASKS_PER_PAGE)]);
    value["settings"] = settings_of(settings, shown);
    if tasks.is_some_and(|tasks| tasks.len() > TASKS_PER_PAGE) {
        value["has_more"] = json!(true);
    }
    value
}

fn legacy_state(state: LifeCycle, result: Option<&Value>, message: &str, stopped: bool) -> Value {
    let mut value = json!({
        "life_cycle_state": state,
        "state_message": message,
        "user_cancelled_or_timedout": stopped,
    });
    if let Some(result) = result {
        value["result_state"] = result.clone();
    }
    value
}

/// `status`, the newer form: state, and how it ended.
fn status(state: LifeCycle, code: &str, message: &str) -> Value {
    let name = match state {
        LifeCycle::Queued => "QUEUED",
        LifeCycle::Pending => "PENDING",
        LifeCycle::Blocked => "BLOCKED",
        LifeCycle::Running => "RUNNING",
        LifeCycle::WaitingForRetry => "WAITING",
        LifeCycle::Terminating => "TERMINATING",
        LifeCycle::Terminated | LifeCycle::Skipped | LifeCycle::InternalError => "TERMINATED",
    };
    let mut value = json!({ "state": name });
    if state.is_final() {
        let kind = match code {
            "SUCCESS" | "SUCCESS_WITH_FAILURES" => "SUCCESS",
            "INTERNAL_ERROR" => "INTERNAL_ERROR",
            _ => "CLIENT_ERROR",
        };
        value["termination_details"] = json!({"code": code, "type": kind, "message": message});
    }
    value
}

fn task_code(task: &TaskRecord) -> &'static str {
    match (task.state, task.result) {
        (LifeCycle::InternalError, _) => "INTERNAL_ERROR",
        (_, Some(TaskResult::Success)) => "SUCCESS",
        (_, Some(TaskResult::Canceled)) => "USER_CANCELED",
        (_, Some(TaskResult::Disabled)) => "DISABLED",
        (_, Some(TaskResult::Excluded | TaskResult::UpstreamFailed | TaskResult::UpstreamCanceled)) => "SKIPPED",
        (_, Some(TaskResult::Failed | TaskResult::Timedout) | None) => "RUN_EXECUTION_ERROR",
    }
}

fn run_code(run: &RunRecord) -> &'static str {
    match (run.state, run.result) {
        (LifeCycle::InternalError, _) => "INTERNAL_ERROR",
        (_, Some(RunResult::Success)) => "SUCCESS",
        (_, Some(RunResult::SuccessWithFailures)) => "SUCCESS_WITH_FAILURES",
        (_, Some(RunResult::Canceled)) => "USER_CANCELED",
        (_, Some(RunResult::MaximumConcurrentRunsReached)) => "MAX_CONCURRENT_RUNS_EXCEEDED",
        (_, Some(RunResult::Failed | RunResult::Timedout) | None) => "RUN_EXECUTION_ERROR",
    }
}

fn duration(start: i64, end: i64) -> i64 {
    if start > 0 && end > start { end - start } else { 0 }
}

/// A task of a run: its settings, and what became of it.
pub(super) fn task(app: &App, run: &RunRecord, record: &TaskRecord) -> Value {
    let tasks = run.settings.get("tasks").and_then(Value::as_array);
    let named = |task: &&Value| task.get("task_key").and_then(Value::as_str) == Some(&record.task_key);
    let mut value = tasks.and_then(|tasks| tasks.iter().find(named)).cloned().unwrap_or_else(|| json!({}));
    let result = record.result.map(|result| json!(result));
    let stopped = matches!(record.result, Some(TaskResult::Canceled | TaskResult::Timedout));
    let fields = json!({
        "run_id": record.run_id,
        "attempt_number": record.attempt_number,
        "start_time": record.start_time,
        "end_time": record.end_time,
        "setup_duration": 0,
        "execution_duration": duration(record.start_time, record.end_time),
        "cleanup_duration": 0,
        "run_page_url": format!("{}/#job/{}/run/{}", app.url, run.job_id, record.run_id),
        "state": legacy_state(record.state, result.as_ref(), &record.message, stopped),
        "status": status(record.state, task_code(record), &record.message),
    });
    if let (Value::Object(value), Value::Object(fields)) = (&mut value, fields) {
        value.extend(fields);
        if let (Some(outcome), Some(Value::Object(condition))) = (&record.outcome, value.get_mut("condition_task")) {
            condition.insert("outcome".to_string(), json!(outcome));
        }
    }
    value
}

/// A run without its tasks.
pub(super) fn base_run(app: &App, id: i64, run: &RunRecord) -> Value {
    let result = run.result.map(|result| json!(result));
    let stopped = matches!(run.result, Some(RunResult::Canceled | RunResult::Timedout));
    let mut value = json!({
        "job_id": run.job_id,
        "run_id": id,
        "job_run_id": id,
        "number_in_job": run.number,
        "original_attempt_run_id": id,
        "run_name": run.name(),
        "creator_user_name": run.creator,
        "run_type": "JOB_RUN",
        "format": "MULTI_TASK",
        "trigger": "ONE_TIME",
        "start_time": run.start_time,
        "end_time": run.end_time,
        "run_duration": duration(run.start_time, run.end_time),
        "run_page_url": format!("{}/#job/{}/run/{id}", app.url, run.job_id),
        "state": legacy_state(run.state, result.as_ref(), &run.message, stopped),
        "status": status(run.state, run_code(run), &run.message),
    });
    if !run.parameters.is_empty() {
        let parameters = run.parameters.iter().map(|(name, value)| {
            let default = job_default(&run.settings, name);
            json!({"name": name, "default": default, "value": value})
        });
        value["job_parameters"] = parameters.collect();
    }
    if !run.overrides.is_empty() {
        value["overriding_parameters"] = json!(run.overrides);
    }
    value
}

fn job_default(settings: &Map<String, Value>, name: &str) -> Value {
    let parameters = settings.get("parameters").and_then(Value::as_array);
    let named = |parameter: &&Value| parameter.get("name").and_then(Value::as_str) == Some(name);
    let found = parameters.and_then(|parameters| parameters.iter().find(named));
    found.and_then(|parameter| parameter.get("default")).cloned().unwrap_or_default()
}
