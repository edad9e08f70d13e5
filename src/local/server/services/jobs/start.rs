//! `POST /api/2.2/jobs/run-now`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::executor;
use super::record::{self, JOB, LifeCycle, RunRecord, RunResult, TASK_RUN, TaskRecord};
use super::settings::Settings;
use crate::local::server::activity::Cancel;
use crate::local::server::app::{App, Shared};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::Body;
use crate::local::store::{Expect, Writer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunNow {
    job_id: i64,
    #[serde(default)]
    job_parameters: BTreeMap<String, String>,
    idempotency_token: Option<String>,
    only: Option<Vec<String>>,
    queue: Option<Queue>,
    #[serde(rename = "performance_target")]
    _performance_target: Option<String>,
    pipeline_params: Option<Map<String, Value>>,
    dbt_commands: Option<Value>,
    jar_params: Option<Value>,
    notebook_params: Option<Value>,
    python_named_params: Option<Value>,
    python_params: Option<Value>,
    spark_submit_params: Option<Value>,
    sql_params: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    enabled: bool,
}

impl RunNow {
    fn check(&self) -> ApiResult<()> {
        let unsupported = [
            ("pipeline_params", self.pipeline_params.is_some()),
            ("dbt_commands", self.dbt_commands.is_some()),
            ("jar_params", self.jar_params.is_some()),
            ("notebook_params", self.notebook_params.is_some()),
            ("python_named_params", self.python_named_params.is_some()),
            ("python_params", self.python_params.is_some()),
            ("spark_submit_params", self.spark_submit_params.is_some()),
            ("sql_params", self.sql_params.is_some()),
        ];
        if let Some((field, _)) = unsupported.iter().find(|(_, given)| *given) {
            let message = format!("The embedded workspace does not support `{field}`: use job_parameters.");
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
        // "This token must have at most 64 characters."
        match &self.idempotency_token {
            Some(token) if token.chars().count() > 64 => Err(ApiError::invalid("idempotency_token is too long.")),
            _ => Ok(()),
        }
    }
}

/// What was started, or had been under the same token.
enum Started {
    New { number: i64, runs: bool },
    Before { id: i64, number: i64 },
}

pub(crate) async fn run_now(State(app): State<Shared>, Body(request): Body<RunNow>) -> ApiResult<Json<Value>> {
    request.check()?;
    let id = app.number_id();
    let inner = app.clone();
    let started = app.write(move |writer| start(&inner, writer, id, request)).await?;
    let (id, number) = match started {
        Started::Before { id, number } => (id, number),
        Started::New { number, runs } => {
            if runs {
                let cancel = Cancel::default();
                let (inner, stop) = (app.clone(), cancel.clone());
                app.activities.start(id.to_string(), cancel, async move { executor::execute(&inner, id, &stop).await });
            }
            (id, number)
        }
    };
    Ok(Json(json!({"run_id": id, "number_in_job": number})))
}

fn start(app: &App, writer: &Writer<'_>, id: i64, request: RunNow) -> ApiResult<Started> {
    let mut job = record::find_job(writer, request.job_id)?;
    let earlier = record::runs_of(writer, Some(request.job_id))?;
    if let Some(token) = &request.idempotency_token {
        let same = earlier.iter().find(|run| run.body.idempotency_token.as_ref() == Some(token));
        if let Some(run) = same {
            let id = run.id.parse().map_err(|_| ApiError::internal("A run has no number."))?;
            return Ok(Started::Before { id, number: run.body.number });
        }
    }
    let settings = restrict(job.body.settings.clone(), request.only.as_deref())?;
    let typed = Settings::read(&settings)?;
    let defaults = typed.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.default.clone()));
    let mut parameters: BTreeMap<String, String> = defaults.collect();
    parameters.extend(request.job_parameters);

    let number = job.body.next_number;
    job.body.next_number += 1;
    writer.put_document(JOB, &job.id, "", &job.name, &job.body, Expect::Present)?;

    let active = earlier.iter().filter(|run| !run.body.state.is_final()).count();
    let full = active >= typed.max_concurrent_runs.unwrap_or(1);
    let queues = request.queue.map(|queue| queue.enabled).or(typed.queue.map(|queue| queue.enabled)).unwrap_or(false);
    let now = app.now_ms();
    let skipped = full && !queues;
    let (state, result, message) = match (full, queues) {
        (false, _) => (LifeCycle::Pending, None, "Waiting for the tasks to start."),
        (true, true) => (LifeCycle::Queued, None, "Waiting for another run of the job to end."),
        (true, false) => (
            LifeCycle::Skipped,
            Some(RunResult::MaximumConcurrentRunsReached),
            "The run was skipped because the job's limit of concurrent runs was reached.",
        ),
    };
    let tasks: Vec<TaskRecord> = typed
        .tasks
        .iter()
        .map(|task| TaskRecord {
            task_key: task.task_key.clone(),
            run_id: app.number_id(),
            attempt_number: 0,
            state: if skipped { LifeCycle::Skipped } else { LifeCycle::Pending },
            result: skipped.then_some(record::TaskResult::Excluded),
            message: String::new(),
            start_time: 0,
            end_time: 0,
            output: Map::new(),
            outcome: None,
            earlier: Vec::new(),
        })
        .collect();
    for task in &tasks {
        writer.put_document(TASK_RUN, &task.run_id.to_string(), &id.to_string(), "", &task.task_key, Expect::Absent)?;
    }
    let run = RunRecord {
        job_id: request.job_id,
        number,
        creator: app.owner.name.clone(),
        run_as: job.body.run_as_name().to_string(),
        settings,
        parameters,
        overrides: Map::new(),
        idempotency_token: request.idempotency_token,
        state,
        result,
        message: message.to_string(),
        start_time: now,
        end_time: if skipped { now } else { 0 },
        tasks,
    };
    record::put_run(writer, id, &run, Expect::Absent)?;
    Ok(Started::New { number, runs: !skipped })
}

/// Of a run with `only`: the named tasks, without their dependencies on the others.
fn restrict(mut settings: Map<String, Value>, only: Option<&[String]>) -> ApiResult<Map<String, Value>> {
    let Some(only) = only else { return Ok(settings) };
    let wanted = |task: &Value| {
        task.get("task_key").and_then(Value::as_str).is_some_and(|key| only.iter().any(|wanted| wanted == key))
    };
    let Some(Value::Array(tasks)) = settings.get_mut("tasks") else {
        return Err(ApiError::invalid("The job has no tasks."));
    };
    tasks.retain(wanted);
    if tasks.len() != only.len() {
        return Err(ApiError::invalid("`only` names a task that the job does not have, or one twice."));
    }
    for task in tasks {
        if let Some(Value::Array(on)) = task.get_mut("depends_on") {
            on.retain(wanted);
        }
    }
    Ok(settings)
}
