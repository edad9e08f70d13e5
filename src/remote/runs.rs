//! Job runs: starting, watching, and what went wrong.

use serde_json::{Map, Value};

use crate::api::jobs;

use super::{Remote, RemoteError, job};

/// News of a job run: its state and those of its tasks.
#[derive(Clone, PartialEq, Debug)]
pub struct RunProgress {
    pub run_id: i64,
    pub state: String,
    pub tasks: Vec<TaskState>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct TaskState {
    pub task_key: String,
    /// `PENDING`, `RUNNING`, `TERMINATED`, …
    pub state: String,
    /// `SUCCESS`, `FAILED`, …; once it has ended.
    pub result: Option<String>,
}

impl Remote {
    /// Runs a job to its end. Its run's id, or why it failed.
    pub async fn run_job(
        &self,
        job_id: &str,
        parameters: &Map<String, Value>,
        idempotency_token: &str,
        progress: &(dyn Fn(RunProgress) + Sync),
    ) -> Result<i64, RemoteError> {
        let run_id = jobs::run_now(&self.client, job::number(job_id)?, parameters, idempotency_token).await?;
        let (mut wait, longest) = self.patience();
        let mut last: Option<RunProgress> = None;
        loop {
            let run = jobs::get_run(&self.client, run_id).await?;
            let now = run_progress(&run);
            if last.as_ref() != Some(&now) {
                progress(now.clone());
                last = Some(now.clone());
            }
            if is_ended(&now.state) {
                return self.judge_run(run, now).await;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(longest);
        }
    }

    /// The id of a job's latest run, and its result or, before its end, its state.
    pub async fn last_run(&self, job_id: &str) -> Result<Option<(i64, String)>, RemoteError> {
        let run = jobs::last_run(&self.client, job::number(job_id)?).await?;
        Ok(run.map(|run| {
            let (state, result) = state_of(run.status.as_ref(), run.state.as_ref());
            (run.run_id, result.unwrap_or(state))
        }))
    }

    async fn judge_run(&self, run: jobs::Run, now: RunProgress) -> Result<i64, RemoteError> {
        let (_, result) = state_of(run.status.as_ref(), run.state.as_ref());
        if result.as_deref() == Some("SUCCESS") {
            return Ok(run.run_id);
        }
        let mut messages = Vec::new();
        for (task, state) in run.tasks.iter().zip(&now.tasks) {
            if !matches!(state.result.as_deref(), Some("FAILED" | "TIMEDOUT" | "INTERNAL_ERROR")) {
                continue;
            }
            let error = match task.run_id {
                Some(id) => jobs::run_error(&self.client, id).await?,
                None => None,
            };
            let legacy = task.state.as_ref().and_then(|state| state.state_message.clone());
            let told = task.status.as_ref().and_then(|status| status.termination_details.as_ref()?.message.clone());
            let reason = error.or(told).or(legacy).unwrap_or_else(|| "no reason given".to_string());
            messages.push(format!("task {}: {reason}", task.task_key));
        }
        Err(RemoteError::Run { state: result.unwrap_or(now.state), messages })
    }
}

fn run_progress(run: &jobs::Run) -> RunProgress {
    let tasks = run.tasks.iter().map(|task| {
        let (state, result) = state_of(task.status.as_ref(), task.state.as_ref());
        TaskState { task_key: task.task_key.clone(), state, result }
    });
    let (state, _) = state_of(run.status.as_ref(), run.state.as_ref());
    RunProgress { run_id: run.run_id, state, tasks: tasks.collect() }
}

/// The newer form says `code: SUCCESS`, the older `result_state: SUCCESS`; a service may send either or both.
fn state_of(status: Option<&jobs::RunStatus>, legacy: Option<&jobs::LegacyState>) -> (String, Option<String>) {
    let result = legacy.and_then(|legacy| legacy.result_state.clone());
    match status {
        Some(status) => {
            let details = status.termination_details.as_ref();
            let code = details.and_then(|details| match details.code.as_deref() {
                Some("SUCCESS") => Some("SUCCESS".to_string()),
                // The type says whose fault it is; the code names many kinds of failure.
                Some("CANCELED" | "USER_CANCELED") => Some("CANCELED".to_string()),
                Some("SKIPPED" | "UPSTREAM_FAILED") => Some("SKIPPED".to_string()),
                Some(_) => Some("FAILED".to_string()),
                None => None,
            });
            (status.state.clone(), result.or(code))
        }
        None => {
            let state = legacy.and_then(|legacy| legacy.life_cycle_state.clone());
            (state.unwrap_or_else(|| "UNKNOWN".to_string()), result)
        }
    }
}

fn is_ended(state: &str) -> bool {
    matches!(state, "TERMINATED" | "SKIPPED" | "INTERNAL_ERROR")
}
