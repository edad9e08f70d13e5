//! Jobs 2.2 and their runs.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

#[derive(Deserialize, Clone, Debug)]
pub struct Job {
    pub job_id: i64,
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// "The email of an active workspace user or the application ID of a service principal that the job runs as"
    /// (REST API, "Get a single job"); in no list.
    #[serde(default)]
    pub run_as_user_name: Option<String>,
    /// Milliseconds since the epoch.
    #[serde(default)]
    pub created_time: Option<i64>,
    /// A list shows 100 tasks of it, and it has more.
    #[serde(default)]
    pub has_more: bool,
    #[serde(default)]
    pub next_page_token: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Run {
    pub run_id: i64,
    #[serde(default)]
    pub status: Option<RunStatus>,
    #[serde(default)]
    pub state: Option<LegacyState>,
    #[serde(default)]
    pub tasks: Vec<TaskRun>,
    #[serde(default)]
    pub run_page_url: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct TaskRun {
    #[serde(default)]
    pub run_id: Option<i64>,
    pub task_key: String,
    #[serde(default)]
    pub status: Option<RunStatus>,
    #[serde(default)]
    pub state: Option<LegacyState>,
}

#[derive(Deserialize, Clone, Debug, Default)]
pub struct RunStatus {
    /// `QUEUED`, `PENDING`, `RUNNING`, `TERMINATING`, `TERMINATED`, `BLOCKED`, `WAITING`.
    pub state: String,
    #[serde(default)]
    pub termination_details: Option<Termination>,
}

#[derive(Deserialize, Clone, Debug, Default)]
pub struct Termination {
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub message: Option<String>,
}

/// The older form of a state, which some workspaces send alone.
#[derive(Deserialize, Clone, Debug, Default)]
pub struct LegacyState {
    #[serde(default)]
    pub life_cycle_state: Option<String>,
    #[serde(default)]
    pub result_state: Option<String>,
    #[serde(default)]
    pub state_message: Option<String>,
}

/// The new job's id.
pub async fn create(client: &Client, settings: Map<String, Value>) -> Result<i64, ApiError> {
    #[derive(Deserialize)]
    struct Created {
        job_id: i64,
    }
    Ok(client.post("/api/2.2/jobs/create").json(Value::Object(settings)).send::<Created>().await?.job_id)
}

/// With all tasks: the service pages those of a large job.
pub async fn get(client: &Client, id: &str) -> Result<Option<Job>, ApiError> {
    let call = |token: Option<&str>| {
        let call = client.get("/api/2.2/jobs/get").query("job_id", id);
        match token {
            Some(token) => call.query("page_token", token),
            None => call,
        }
    };
    let Some(mut job) = optional(call(None).send::<Job>().await)? else { return Ok(None) };
    while let Some(token) = job.next_page_token.take().filter(|token| !token.is_empty()) {
        let mut page: Job = call(Some(&token)).send().await?;
        job.next_page_token = page.next_page_token.take();
        for key in ["tasks", "job_clusters", "environments", "parameters"] {
            let more = page.settings.remove(key);
            if let (Some(Value::Array(list)), Some(Value::Array(more))) = (job.settings.get_mut(key), more) {
                list.extend(more);
            }
        }
    }
    Ok(Some(job))
}

/// Sets top-level fields; of `tasks` and `job_clusters`, the elements that are named. `remove` names fields and elements
/// of these lists (`tasks/load`).
pub async fn update(client: &Client, id: i64, set: Map<String, Value>, remove: &[String]) -> Result<(), ApiError> {
    let mut body = json!({ "job_id": id, "new_settings": set });
    if !remove.is_empty() {
        body["fields_to_remove"] = json!(remove);
    }
    client.post("/api/2.2/jobs/update").json(body).idempotent().done().await
}

/// Replaces all settings.
pub async fn reset(client: &Client, id: i64, settings: Map<String, Value>) -> Result<(), ApiError> {
    let body = json!({ "job_id": id, "new_settings": settings });
    client.post("/api/2.2/jobs/reset").json(body).idempotent().done().await
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, id: i64) -> Result<bool, ApiError> {
    client.post("/api/2.2/jobs/delete").json(json!({ "job_id": id })).idempotent().removed().await
}

/// Jobs of exactly this name, all pages.
pub async fn find_by_name(client: &Client, name: &str) -> Result<Vec<Job>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        jobs: Vec<Job>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    // The service's filter ignores case.
    let exact = |job: &Job| job.settings.get("name").and_then(Value::as_str) == Some(name);
    let take = |page: Page| {
        found.extend(page.jobs.into_iter().filter(exact));
        page.next_page_token
    };
    every_page(|| client.get("/api/2.2/jobs/list").query("name", name).query("limit", "100"), take).await?;
    Ok(found)
}

/// The first jobs that a list shows, with their tasks; `true` if these are all. At most so many pages of 100.
pub async fn list(client: &Client, pages: usize) -> Result<(Vec<Job>, bool), ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        jobs: Vec<Job>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let (mut found, mut left, mut complete) = (Vec::new(), pages, true);
    let take = |page: Page| {
        found.extend(page.jobs);
        left = left.saturating_sub(1);
        let next = page.next_page_token.filter(|token| !token.is_empty());
        complete = next.is_none();
        next.filter(|_| left > 0)
    };
    let request = || client.get("/api/2.2/jobs/list").query("expand_tasks", "true").query("limit", "100");
    every_page(request, take).await?;
    Ok((found, complete))
}

/// The run's id. `idempotency_token` makes a repeated call return the first one's run.
pub async fn run_now(
    client: &Client,
    id: i64,
    parameters: &Map<String, Value>,
    idempotency_token: &str,
) -> Result<i64, ApiError> {
    #[derive(Deserialize)]
    struct Started {
        run_id: i64,
    }
    let mut body = json!({ "job_id": id, "idempotency_token": idempotency_token });
    if !parameters.is_empty() {
        body["job_parameters"] = Value::Object(parameters.clone());
    }
    Ok(client.post("/api/2.2/jobs/run-now").json(body).idempotent().send::<Started>().await?.run_id)
}

pub async fn get_run(client: &Client, run_id: i64) -> Result<Run, ApiError> {
    client.get("/api/2.2/jobs/runs/get").query("run_id", run_id.to_string()).send().await
}

/// The run of a job that began last, without its tasks; `None` if it never ran.
pub async fn last_run(client: &Client, job_id: i64) -> Result<Option<Run>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        runs: Vec<Run>,
    }
    // The service lists the latest first.
    let call = client.get("/api/2.2/jobs/runs/list").query("job_id", job_id.to_string()).query("limit", "1");
    Ok(call.send::<Page>().await?.runs.into_iter().next())
}

/// The message of a task run that failed, where the service has one.
pub async fn run_error(client: &Client, task_run_id: i64) -> Result<Option<String>, ApiError> {
    #[derive(Deserialize)]
    struct Output {
        #[serde(default)]
        error: Option<String>,
    }
    let call = client.get("/api/2.2/jobs/runs/get-output").query("run_id", task_run_id.to_string());
    Ok(optional(call.send::<Output>().await)?.and_then(|output| output.error))
}
