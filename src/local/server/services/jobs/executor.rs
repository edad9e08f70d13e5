//! Runs the task graph of one run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::graph::{self, Finished, TaskResultOfRun, Verdict};
use super::record::{self, LifeCycle, RunRecord, RunResult, TASK_RUN, TaskRecord, TaskResult};
use super::settings::{Settings, Task};
use super::task::{self, Attempt, Context};
use crate::local::server::activity::Cancel;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::store::Expect;

/// How often a queued run looks whether it may start.
const QUEUE_POLL: Duration = Duration::from_millis(100);

/// Runs the run to its end and records it, whatever happens.
pub(super) async fn execute(app: &Shared, id: i64, cancel: &Cancel) {
    let outcome = run(app, id, cancel).await;
    let now = app.now_ms();
    let recorded = change(app, id, move |run| {
        let (result, message) = match outcome {
            Ok((result, message)) => (result, message),
            Err(error) => {
                run.state = LifeCycle::InternalError;
                (RunResult::Failed, error.message)
            }
        };
        for task in run.tasks.iter_mut().filter(|task| !task.state.is_final()) {
            (task.state, task.result, task.end_time) = (LifeCycle::Terminated, Some(TaskResult::Canceled), now);
        }
        if run.state != LifeCycle::InternalError {
            run.state = LifeCycle::Terminated;
        }
        (run.result, run.message, run.end_time) = (Some(result), message, now);
    })
    .await;
    // A store that fails here is reported by whoever reads the run; the next start settles it.
    drop(recorded);
}

async fn change(app: &Shared, id: i64, f: impl FnOnce(&mut RunRecord) + Send + 'static) -> ApiResult<()> {
    app.write(move |writer| {
        let mut run = record::find_run(writer, id)?.body;
        f(&mut run);
        record::put_run(writer, id, &run, Expect::Present)
    })
    .await
}

async fn run(app: &Shared, id: i64, cancel: &Cancel) -> ApiResult<(RunResult, String)> {
    let found = app.read(move |reader| record::find_run(reader, id)).await?;
    if found.body.state == LifeCycle::Queued && !wait_in_queue(app, id, &found.body, cancel).await? {
        return Ok((RunResult::Canceled, "The run was canceled in the queue.".to_string()));
    }
    let settings = Settings::read(&found.body.settings)?;
    change(app, id, |run| {
        // A cancellation that came first is not undone.
        if matches!(run.state, LifeCycle::Pending | LifeCycle::Queued) {
            (run.state, run.message) = (LifeCycle::Running, "In run".to_string());
        }
    })
    .await?;
    let limit = settings.timeout_seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs);
    let graph = run_graph(app, id, &found.body, &settings, cancel);
    let finished = match limit {
        None => graph.await?,
        Some(limit) => {
            let mut graph = std::pin::pin!(graph);
            match tokio::time::timeout(limit, &mut graph).await {
                Ok(finished) => finished?,
                Err(_) => {
                    cancel.cancel();
                    graph.await?;
                    return Ok((RunResult::Timedout, format!("The run took longer than {} seconds.", limit.as_secs())));
                }
            }
        }
    };
    if cancel.is_cancelled() {
        return Ok((RunResult::Canceled, "The run was canceled.".to_string()));
    }
    Ok(match graph::run_result(&settings.tasks, &finished) {
        TaskResultOfRun::Success => (RunResult::Success, String::new()),
        TaskResultOfRun::SuccessWithFailures => {
            (RunResult::SuccessWithFailures, "Some tasks failed, but all leaf tasks succeeded.".to_string())
        }
        TaskResultOfRun::Failed => {
            let failed = |finished: &Finished| matches!(finished.result, TaskResult::Failed | TaskResult::Timedout);
            let keys: Vec<&str> =
                finished.iter().filter(|(_, finished)| failed(finished)).map(|(key, _)| key.as_str()).collect();
            (RunResult::Failed, format!("Task {} failed.", keys.join(", ")))
        }
    })
}

/// False if the run was cancelled first.
async fn wait_in_queue(app: &Shared, id: i64, run: &RunRecord, cancel: &Cancel) -> ApiResult<bool> {
    let settings = Settings::read(&run.settings)?;
    let (job, number, max) = (run.job_id, run.number, settings.max_concurrent_runs.unwrap_or(1));
    loop {
        let ahead = app
            .read(move |reader| {
                let runs = record::runs_of(reader, Some(job))?;
                let before = |run: &RunRecord| !run.state.is_final() && run.number < number;
                Ok(runs.iter().filter(|run| run.id != id.to_string() && before(&run.body)).count())
            })
            .await?;
        if ahead < max {
            return Ok(true);
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(false),
            () = tokio::time::sleep(QUEUE_POLL) => {}
        }
    }
}

async fn run_graph(
    app: &Shared,
    id: i64,
    run: &RunRecord,
    settings: &Settings,
    cancel: &Cancel,
) -> ApiResult<BTreeMap<String, Finished>> {
    let mut finished: BTreeMap<String, Finished> = BTreeMap::new();
    let mut values: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut started: BTreeSet<&str> = BTreeSet::new();
    let mut running = FuturesUnordered::new();
    loop {
        // Skipping a task can free the next, so look until nothing changes.
        let mut changed = true;
        while changed {
            changed = false;
            for task in &settings.tasks {
                let ready = task.depends_on.iter().all(|on| finished.contains_key(&on.task_key));
                if !ready || cancel.is_cancelled() || !started.insert(&task.task_key) {
                    continue;
                }
                let verdict =
                    if task.disabled { Verdict::Skip(TaskResult::Disabled) } else { graph::judge(task, &finished) };
                match verdict {
                    Verdict::Run => {
                        let context = Context::new(id, run, task, values.clone());
                        running.push(run_task(app, context, task, cancel));
                    }
                    Verdict::Skip(result) => {
                        skip(app, id, task, result).await?;
                        finished.insert(task.task_key.clone(), Finished { result, outcome: None });
                        changed = true;
                    }
                }
            }
        }
        match running.next().await {
            None => return Ok(finished),
            Some(done) => {
                let (key, attempt): (String, Attempt) = done?;
                values.insert(key.clone(), attempt.values);
                finished.insert(key, Finished { result: attempt.result, outcome: attempt.outcome });
            }
        }
    }
}

async fn skip(app: &Shared, id: i64, task: &Task, result: TaskResult) -> ApiResult<()> {
    let (key, now) = (task.task_key.clone(), app.now_ms());
    change(app, id, move |run| {
        if let Some(task) = run.task(&key) {
            (task.state, task.result) = (result.life_cycle(), Some(result));
            (task.start_time, task.end_time) = (now, now);
        }
    })
    .await
}

/// Runs a task with its retries.
async fn run_task(app: &Shared, mut context: Context, task: &Task, cancel: &Cancel) -> ApiResult<(String, Attempt)> {
    let mut number = 0;
    loop {
        let (key, now) = (task.task_key.clone(), app.now_ms());
        change(app, context.run_id, move |run| {
            if let Some(task) = run.task(&key) {
                (task.state, task.start_time, task.message) = (LifeCycle::Running, now, "In run".to_string());
            }
        })
        .await?;
        let attempt = run_attempt(app, &context, task, cancel).await;
        let retries = match attempt.result {
            TaskResult::Failed => true,
            TaskResult::Timedout => task.retry_on_timeout,
            _ => false,
        };
        let again = retries && !cancel.is_cancelled() && (task.max_retries < 0 || number < task.max_retries);
        record_attempt(app, &context, &attempt, again).await?;
        if !again {
            return Ok((task.task_key.clone(), attempt));
        }
        tokio::select! {
            () = cancel.cancelled() => {}
            () = tokio::time::sleep(Duration::from_millis(task.min_retry_interval_millis)) => {}
        }
        if cancel.is_cancelled() {
            let canceled = Attempt { result: TaskResult::Canceled, ..attempt };
            record_attempt(app, &context, &canceled, false).await?;
            return Ok((task.task_key.clone(), canceled));
        }
        number += 1;
        context.task_run_id = next_attempt(app, &context, number).await?;
    }
}

/// One attempt, ended by its time limit or by the run's cancellation.
async fn run_attempt(app: &Shared, context: &Context, task: &Task, cancel: &Cancel) -> Attempt {
    let stop = Cancel::default();
    let mut work = std::pin::pin!(task::run(app, context, task, &stop));
    let limit = async {
        match task.timeout_seconds {
            0 => std::future::pending().await,
            seconds => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
    };
    tokio::select! {
        biased;
        attempt = &mut work => attempt,
        () = cancel.cancelled() => {
            stop.cancel();
            Attempt { result: TaskResult::Canceled, ..work.await }
        }
        () = limit => {
            stop.cancel();
            let message = format!("The task took longer than {} seconds.", task.timeout_seconds);
            Attempt { result: TaskResult::Timedout, message, ..work.await }
        }
    }
}

async fn record_attempt(app: &Shared, context: &Context, attempt: &Attempt, again: bool) -> ApiResult<()> {
    let (key, now, attempt) = (context.task_key.clone(), app.now_ms(), attempt.clone());
    change(app, context.run_id, move |run| {
        if let Some(task) = run.task(&key) {
            task.state = if again { LifeCycle::WaitingForRetry } else { attempt.result.life_cycle() };
            (task.result, task.message) = (Some(attempt.result).filter(|_| !again), attempt.message);
            (task.end_time, task.output, task.outcome) = (now, attempt.output, attempt.outcome);
        }
    })
    .await
}

/// A new attempt has a run id of its own.
async fn next_attempt(app: &Shared, context: &Context, number: i64) -> ApiResult<i64> {
    let (run_id, key, id) = (context.run_id, context.task_key.clone(), app.number_id());
    app.write(move |writer| {
        let mut run = record::find_run(writer, run_id)?.body;
        let task: &mut TaskRecord = run.task(&key).ok_or_else(|| ApiError::internal("The run has lost a task."))?;
        task.earlier.push(task.run_id);
        (task.run_id, task.attempt_number, task.end_time) = (id, number, 0);
        writer.put_document(TASK_RUN, &id.to_string(), &run_id.to_string(), "", &key, Expect::Absent)?;
        record::put_run(writer, run_id, &run, Expect::Present)
    })
    .await?;
    Ok(id)
}
