//! One attempt of one task.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::condition;
use super::documented::kind_of;
use super::record::{RunRecord, TaskResult};
use super::references::References;
use super::settings::{ConditionTask, DashboardTask, PipelineTask, SqlTask, Subscription, Task};
use crate::local::engine::ParameterValue;
use crate::local::server::activity::Cancel;
use crate::local::server::app::{Shared, blocking};
use crate::local::server::engine::{self, RunFailure, StatementRun};
use crate::local::server::principals::principal;
use crate::local::server::services::pipelines::{self, Cause, UpdateRequest, UpdateState};
use crate::local::server::services::workspace::{self, WorkspacePath};
use crate::local::server::services::{dashboards, warehouses};
use crate::syntax::DataType;

/// What a task knows of its run.
pub(super) struct Context {
    pub(super) run_id: i64,
    pub(super) task_key: String,
    pub(super) task_run_id: i64,
    kind: &'static str,
    job_id: i64,
    job_name: String,
    start_time: i64,
    principal: String,
    parameters: BTreeMap<String, String>,
    values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Context {
    pub(super) fn new(
        run_id: i64,
        run: &RunRecord,
        task: &Task,
        values: BTreeMap<String, BTreeMap<String, String>>,
    ) -> Self {
        let record = run.tasks.iter().find(|record| record.task_key == task.task_key);
        let named = |raw: &&Value| raw.get("task_key").and_then(Value::as_str) == Some(&task.task_key);
        let raw = run.settings.get("tasks").and_then(Value::as_array).and_then(|tasks| tasks.iter().find(named));
        Self {
            run_id,
            task_key: task.task_key.clone(),
            task_run_id: record.map_or(0, |record| record.run_id),
            kind: raw.and_then(Value::as_object).map_or("task", kind_of),
            job_id: run.job_id,
            job_name: run.name().to_string(),
            start_time: run.start_time,
            principal: run.run_as.clone(),
            parameters: run.parameters.clone(),
            values,
        }
    }

    fn resolve(&self, text: &str) -> Result<String, Stop> {
        let references = References {
            job_id: self.job_id,
            job_name: &self.job_name,
            run_id: self.run_id,
            start_time: self.start_time,
            parameters: &self.parameters,
            task_name: &self.task_key,
            task_run_id: self.task_run_id,
            tasks: &self.values,
        };
        references.resolve(text).map_err(Stop::Failed)
    }
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) result: TaskResult,
    pub(super) message: String,
    /// What `get-output` tells.
    pub(super) output: Map<String, Value>,
    pub(super) outcome: Option<String>,
    /// What later tasks may refer to.
    pub(super) values: BTreeMap<String, String>,
}

enum Stop {
    Canceled,
    Failed(String),
}

impl From<RunFailure> for Stop {
    fn from(failure: RunFailure) -> Self {
        match failure {
            RunFailure::Cancelled => Self::Canceled,
            RunFailure::Failed(failure) => Self::Failed(failure.message),
        }
    }
}

impl From<crate::local::server::error::ApiError> for Stop {
    fn from(error: crate::local::server::error::ApiError) -> Self {
        Self::Failed(error.message)
    }
}

/// What a successful attempt gives.
#[derive(Default)]
struct Success {
    output: Map<String, Value>,
    outcome: Option<String>,
    values: BTreeMap<String, String>,
}

pub(super) async fn run(app: &Shared, context: &Context, task: &Task, cancel: &Cancel) -> Attempt {
    let done = if let Some(pipeline) = &task.pipeline_task {
        run_pipeline(app, context, pipeline, cancel).await
    } else if let Some(sql) = &task.sql_task {
        run_sql(app, context, sql, cancel).await
    } else if let Some(condition) = &task.condition_task {
        decide(context, condition)
    } else if let Some(dashboard) = &task.dashboard_task {
        refresh(app, context, dashboard, cancel).await
    } else {
        let message = format!("The embedded workspace does not run tasks of the kind `{}`.", context.kind);
        Err(Stop::Failed(message))
    };
    let (result, message, success) = match done {
        Ok(success) => (TaskResult::Success, String::new(), success),
        Err(Stop::Canceled) => (TaskResult::Canceled, "The task was canceled.".to_string(), Success::default()),
        Err(Stop::Failed(message)) => (TaskResult::Failed, message, Success::default()),
    };
    let Success { mut output, outcome, mut values } = success;
    if result == TaskResult::Failed {
        output.insert("error".to_string(), json!(message));
    }
    let state = serde_json::to_value(result).ok().and_then(|value| value.as_str().map(str::to_lowercase));
    values.insert("result_state".to_string(), state.unwrap_or_default());
    Attempt { result, message, output, outcome, values }
}

async fn run_pipeline(app: &Shared, context: &Context, task: &PipelineTask, cancel: &Cancel) -> Result<Success, Stop> {
    let pipeline = context.resolve(&task.pipeline_id)?;
    let request =
        UpdateRequest::of_task(task.full_refresh, task.full_refresh_selection.clone(), task.refresh_selection.clone());
    let update = pipelines::reserve(app, &pipeline, request, Cause::JobTask).await?;
    let outcome = pipelines::execute(app, &pipeline, &update, cancel).await;
    let message = outcome.message.unwrap_or_default();
    match outcome.state {
        UpdateState::Completed => Ok(Success::default()),
        UpdateState::Canceled => Err(Stop::Canceled),
        _ => Err(Stop::Failed(format!("Update {update} of pipeline {pipeline} failed: {message}"))),
    }
}

async fn run_sql(app: &Shared, context: &Context, task: &SqlTask, cancel: &Cancel) -> Result<Success, Stop> {
    let Some(file) = &task.file else {
        return Err(Stop::Failed("The embedded workspace runs SQL tasks with a file only.".to_string()));
    };
    if file.source.as_deref().is_some_and(|source| source != "WORKSPACE") {
        return Err(Stop::Failed(
            "The embedded workspace runs SQL files of the workspace only, not of Git.".to_string(),
        ));
    }
    let mut parameters = BTreeMap::new();
    // Job parameters reach every task; a task's own of the same name win.
    for (name, value) in context.parameters.iter().chain(&task.parameters) {
        let text = Some(context.resolve(value)?);
        parameters.insert(name.clone(), ParameterValue { data_type: DataType::String, text });
    }
    let path = WorkspacePath::parse(&context.resolve(&file.path)?)?;
    let warehouse = task.warehouse_id.clone();
    app.read(move |reader| warehouses::check_exists(reader, &warehouse)).await?;
    let inner = app.clone();
    let text = blocking(move || workspace::read_source(&inner, &path)).await?;
    let run = StatementRun {
        text: text.clone(),
        principal: principal(app, &context.principal),
        catalog: None,
        schema: None,
        parameters,
        row_limit: None,
    };
    let answer = engine::run_script(app, run, cancel).await?;
    let mut values = BTreeMap::new();
    if let Some(row) = answer.rows.first() {
        for (column, value) in answer.columns.iter().zip(row) {
            values.insert(format!("output.first_row.{}", column.name), value.clone().unwrap_or_default());
        }
    }
    let query = json!({"query_text": text, "warehouse_id": task.warehouse_id, "endpoint_id": task.warehouse_id});
    let mut output = Map::new();
    output.insert("sql_output".to_string(), json!({ "query_output": query }));
    Ok(Success { output, outcome: None, values })
}

/// Runs every query of the dashboard, as the real task does before it tells subscribers.
async fn refresh(app: &Shared, context: &Context, task: &DashboardTask, cancel: &Cancel) -> Result<Success, Stop> {
    let tells = |subscription: &Subscription| !subscription.paused && !subscription.subscribers.is_empty();
    if task.subscription.as_ref().is_some_and(tells) {
        return Err(Stop::Failed("The embedded workspace sends no dashboard to subscribers.".to_string()));
    }
    if task.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
        return Err(Stop::Failed("The embedded workspace does not run dashboard tasks with filters.".to_string()));
    }
    let id = context.resolve(&task.dashboard_id)?;
    let warehouse = task.warehouse_id.clone();
    let queries = app
        .read(move |reader| {
            warehouse.map_or(Ok(()), |warehouse| warehouses::check_exists(reader, &warehouse))?;
            dashboards::queries(&dashboards::find_active(reader, &id)?.body)
        })
        .await?;
    for query in queries {
        let run = StatementRun {
            text: query.text,
            principal: principal(app, &context.principal),
            catalog: query.catalog,
            schema: query.schema,
            parameters: query.parameters,
            row_limit: None,
        };
        engine::run_script(app, run, cancel).await.map_err(|failure| match Stop::from(failure) {
            Stop::Failed(message) => Stop::Failed(format!("Dataset {}: {message}", query.title)),
            Stop::Canceled => Stop::Canceled,
        })?;
    }
    let mut output = Map::new();
    output.insert("dashboard_output".to_string(), json!({ "page_snapshots": [] }));
    Ok(Success { output, ..Success::default() })
}

fn decide(context: &Context, task: &ConditionTask) -> Result<Success, Stop> {
    let (left, right) = (context.resolve(&task.left)?, context.resolve(&task.right)?);
    let holds = condition::evaluate(task.op, &left, &right).map_err(Stop::Failed)?;
    let outcome = holds.to_string();
    let values = BTreeMap::from([("outcome".to_string(), outcome.clone())]);
    Ok(Success { output: Map::new(), outcome: Some(outcome), values })
}
