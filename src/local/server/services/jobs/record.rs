//! Jobs and runs as they are stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, PageRequest, Reader, Writer};

pub(super) const JOB: DocumentKind = DocumentKind("job");
pub(super) const RUN: DocumentKind = DocumentKind("job_run");
/// From a task's run id to its run.
pub(super) const TASK_RUN: DocumentKind = DocumentKind("task_run");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct JobRecord {
    /// As `get` answers them.
    pub(super) settings: Map<String, Value>,
    pub(super) creator: String,
    /// Milliseconds since the epoch.
    pub(super) created_time: i64,
    pub(super) next_number: i64,
}

impl JobRecord {
    pub(super) fn name(&self) -> &str {
        self.settings.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn run_as_name(&self) -> &str {
        let run_as = self.settings.get("run_as");
        let named = |field| run_as.and_then(|run_as| run_as.get(field)).and_then(Value::as_str);
        named("user_name").or_else(|| named("service_principal_name")).unwrap_or(&self.creator)
    }
}

/// The real service says 400 here, not 404: the SDKs map just this answer to "does not exist"
/// (databricks-sdk-py, `errors/overrides.py`).
pub(super) fn find_job(reader: &Reader<'_>, id: i64) -> ApiResult<Document<JobRecord>> {
    let found = reader.document(JOB, &id.to_string())?;
    found.ok_or_else(|| ApiError::new(ErrorCode::InvalidParameterValue, format!("Job {id} does not exist.")))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum LifeCycle {
    Queued,
    Pending,
    Blocked,
    Running,
    WaitingForRetry,
    Terminating,
    Terminated,
    Skipped,
    InternalError,
}

impl LifeCycle {
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Terminated | Self::Skipped | Self::InternalError)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum TaskResult {
    Success,
    Failed,
    Timedout,
    Canceled,
    Excluded,
    Disabled,
    UpstreamFailed,
    UpstreamCanceled,
}

impl TaskResult {
    /// A task that never ran ends as skipped.
    pub(super) fn life_cycle(self) -> LifeCycle {
        match self {
            Self::Excluded | Self::Disabled | Self::UpstreamFailed | Self::UpstreamCanceled => LifeCycle::Skipped,
            Self::Success | Self::Failed | Self::Timedout | Self::Canceled => LifeCycle::Terminated,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum RunResult {
    Success,
    SuccessWithFailures,
    Failed,
    Timedout,
    Canceled,
    MaximumConcurrentRunsReached,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TaskRecord {
    pub(super) task_key: String,
    pub(super) run_id: i64,
    pub(super) attempt_number: i64,
    pub(super) state: LifeCycle,
    pub(super) result: Option<TaskResult>,
    pub(super) message: String,
    pub(super) start_time: i64,
    pub(super) end_time: i64,
    /// What `get-output` tells of it.
    pub(super) output: Map<String, Value>,
    /// Of a condition task.
    pub(super) outcome: Option<String>,
    /// Run ids of the attempts before.
    pub(super) earlier: Vec<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RunRecord {
    pub(super) job_id: i64,
    pub(super) number: i64,
    pub(super) creator: String,
    pub(super) run_as: String,
    /// The settings that the run executes, as they were when it was started.
    pub(super) settings: Map<String, Value>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) overrides: Map<String, Value>,
    pub(super) idempotency_token: Option<String>,
    pub(super) state: LifeCycle,
    pub(super) result: Option<RunResult>,
    pub(super) message: String,
    pub(super) start_time: i64,
    pub(super) end_time: i64,
    pub(super) tasks: Vec<TaskRecord>,
}

impl RunRecord {
    pub(super) fn task(&mut self, key: &str) -> Option<&mut TaskRecord> {
        self.tasks.iter_mut().find(|task| task.task_key == key)
    }

    pub(super) fn name(&self) -> &str {
        self.settings.get("name").and_then(Value::as_str).unwrap_or_default()
    }
}

pub(super) fn find_run(reader: &Reader<'_>, id: i64) -> ApiResult<Document<RunRecord>> {
    let found = reader.document(RUN, &id.to_string())?;
    found.ok_or_else(|| ApiError::new(ErrorCode::InvalidParameterValue, format!("Run {id} does not exist.")))
}

/// The run that a run id means: its own, or that of the task with this run id, which is given, too.
pub(super) fn find_run_or_task(reader: &Reader<'_>, id: i64) -> ApiResult<(Document<RunRecord>, Option<String>)> {
    match reader.document::<String>(TASK_RUN, &id.to_string())? {
        Some(task) => {
            let run = task.parent.parse().map_err(|_| ApiError::internal("A task run belongs to no run."))?;
            Ok((find_run(reader, run)?, Some(task.body)))
        }
        None => Ok((find_run(reader, id)?, None)),
    }
}

pub(super) fn put_run(writer: &Writer<'_>, id: i64, run: &RunRecord, expect: Expect) -> ApiResult<()> {
    writer.put_document(RUN, &id.to_string(), &run.job_id.to_string(), run.name(), run, expect)?;
    Ok(())
}

/// The runs of a job, newest first.
pub(super) fn runs_of(reader: &Reader<'_>, job: Option<i64>) -> ApiResult<Vec<Document<RunRecord>>> {
    let job = job.map(|job| job.to_string());
    let filter = Filter { parent: job.as_deref(), ..Filter::default() };
    Ok(reader.documents(RUN, filter, Order::Newest, PageRequest::ALL)?.items)
}

/// Runs that a killed process left unfinished have failed.
pub(crate) fn settle_interrupted(writer: &Writer<'_>, now: i64) -> ApiResult<()> {
    let message = "The run was interrupted: the process of the embedded workspace ended.";
    for document in runs_of(writer, None)?.into_iter().filter(|document| !document.body.state.is_final()) {
        let mut run = document.body;
        for task in run.tasks.iter_mut().filter(|task| !task.state.is_final()) {
            (task.state, task.result) = (LifeCycle::InternalError, Some(TaskResult::Failed));
            (task.message, task.end_time) = (message.to_string(), now);
        }
        (run.state, run.result) = (LifeCycle::InternalError, Some(RunResult::Failed));
        (run.message, run.end_time) = (message.to_string(), now);
        let id = document.id.parse().map_err(|_| ApiError::internal("A run has no number."))?;
        put_run(writer, id, &run, Expect::Present)?;
    }
    Ok(())
}
