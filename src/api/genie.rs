//! Genie spaces (lakeview-genie-alerts.md C3).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::segment;
use super::error::optional;
use super::paging::every_page;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/genie/spaces";

#[derive(Deserialize, Clone, Debug)]
pub struct Space {
    pub space_id: String,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub warehouse_id: Option<String>,
    #[serde(default)]
    pub parent_path: Option<String>,
    #[serde(default)]
    pub serialized_space: Option<String>,
    #[serde(default)]
    pub etag: Option<String>,
}

pub async fn create(client: &Client, body: Map<String, Value>) -> Result<Space, ApiError> {
    client.post(BASE).json(Value::Object(body)).send().await
}

/// With content: only then does the service tell the etag.
pub async fn get(client: &Client, id: &str) -> Result<Option<Space>, ApiError> {
    optional(client.get(one(id)).query("include_serialized_space", "true").send().await)
}

pub async fn update(client: &Client, id: &str, body: Map<String, Value>) -> Result<Space, ApiError> {
    let guarded = body.contains_key("etag");
    let call = client.patch(one(id)).json(Value::Object(body));
    if guarded { call.guarded().send().await } else { call.send().await }
}

/// Moves it to the trash, its conversations are lost; `false` if there was nothing.
pub async fn trash(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.delete(one(id)).removed().await
}

/// All spaces, without content.
pub async fn list(client: &Client) -> Result<Vec<Space>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        spaces: Vec<Space>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.spaces);
        page.next_page_token
    };
    every_page(|| client.get(BASE).query("page_size", "100"), take).await?;
    Ok(found)
}

fn one(id: &str) -> String {
    format!("{BASE}/{}", segment(id))
}

/// An evaluation of a space's benchmarks: `GenieEvalRunResponse`
/// (<https://docs.databricks.com/api/genie/v1/eval-run>). What the service leaves out it does not know yet.
#[derive(Deserialize, Clone, Debug)]
pub struct EvalRun {
    pub eval_run_id: String,
    /// `NOT_STARTED`, `RUNNING`, `DONE`, `EVALUATION_FAILED`, `EVALUATION_CANCELLED` or `EVALUATION_TIMEOUT`.
    #[serde(default)]
    pub eval_run_status: Option<String>,
    #[serde(default)]
    pub num_questions: Option<u64>,
    #[serde(default)]
    pub num_correct: Option<u64>,
    #[serde(default)]
    pub num_needs_review: Option<u64>,
    #[serde(default)]
    pub num_done: Option<u64>,
}

/// `GenieEvalResult`: which question a result is of.
#[derive(Deserialize, Clone, Debug)]
pub struct EvalResult {
    pub result_id: String,
    pub benchmark_question_id: String,
    #[serde(default)]
    pub question: Option<String>,
    #[serde(default)]
    pub status: Option<String>,
}

/// `GenieEvalResultDetails`, without the rows.
#[derive(Deserialize, Clone, Debug)]
pub struct EvalDetails {
    /// `GOOD`, `BAD` or `NEEDS_REVIEW`.
    #[serde(default)]
    pub assessment: Option<String>,
    #[serde(default)]
    pub assessment_reasons: Vec<String>,
    #[serde(default)]
    pub actual_response: Vec<EvalResponse>,
}

/// `GenieEvalResponse`
#[derive(Deserialize, Clone, Debug)]
pub struct EvalResponse {
    #[serde(default)]
    pub response: Option<String>,
    /// `SQL` or `TEXT`.
    #[serde(default)]
    pub response_type: Option<String>,
}

/// Begins an evaluation of all benchmarks of a space.
pub async fn evaluate(client: &Client, id: &str) -> Result<EvalRun, ApiError> {
    client.post(runs(id)).json(Value::Object(Map::new())).send().await
}

pub async fn evaluation(client: &Client, id: &str, run: &str) -> Result<EvalRun, ApiError> {
    client.get(format!("{}/{}", runs(id), segment(run))).send().await
}

pub async fn results(client: &Client, id: &str, run: &str) -> Result<Vec<EvalResult>, ApiError> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        eval_results: Vec<EvalResult>,
        #[serde(default)]
        next_page_token: Option<String>,
    }
    let mut found = Vec::new();
    let take = |page: Page| {
        found.extend(page.eval_results);
        page.next_page_token
    };
    let path = format!("{}/{}/results", runs(id), segment(run));
    every_page(|| client.get(path.clone()).query("page_size", "100"), take).await?;
    Ok(found)
}

pub async fn result(client: &Client, id: &str, run: &str, result: &str) -> Result<EvalDetails, ApiError> {
    client.get(format!("{}/{}/results/{}", runs(id), segment(run), segment(result))).send().await
}

fn runs(id: &str) -> String {
    format!("{}/eval-runs", one(id))
}
