//! Statement execution: submit, wait, read all chunks (JSON_ARRAY, INLINE; by EXTERNAL_LINKS what is too large for that).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::segment;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/sql/statements";

/// A statement and where it runs.
#[derive(Clone, Debug, Default)]
pub struct Statement<'a> {
    pub text: &'a str,
    pub warehouse_id: &'a str,
    pub catalog: Option<&'a str>,
    pub schema: Option<&'a str>,
    /// Values of named markers: `(name, value, type)`.
    pub parameters: &'a [(&'a str, &'a str, &'a str)],
}

#[derive(Clone, Debug, PartialEq)]
pub struct ResultColumn {
    pub name: String,
    /// The SQL type as text, such as `DECIMAL(10,2)`.
    pub type_text: String,
}

/// A complete result; every value is text or absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultSet {
    pub columns: Vec<ResultColumn>,
    pub rows: Vec<Vec<Option<String>>>,
    /// The service left rows out.
    pub truncated: bool,
}

/// A statement that ran and failed, or was cancelled.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("{message}")]
    Failed { error_code: String, sql_state: Option<String>, message: String },
    #[error("the statement was {}", state.to_lowercase())]
    Ended { state: String },
    #[error("the result is larger than what comes inline (25 MiB), and its files cannot be fetched")]
    Files(#[source] ApiError),
}

#[derive(Deserialize)]
struct Answer {
    statement_id: String,
    status: Status,
    #[serde(default)]
    manifest: Option<Manifest>,
    #[serde(default)]
    result: Option<Chunk>,
}

#[derive(Deserialize)]
struct Status {
    state: String,
    #[serde(default)]
    error: Option<ServiceError>,
    #[serde(default)]
    sql_state: Option<String>,
}

#[derive(Deserialize)]
struct ServiceError {
    #[serde(default)]
    error_code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    schema: Schema,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize, Default)]
struct Schema {
    #[serde(default)]
    columns: Vec<WireColumn>,
}

#[derive(Deserialize)]
struct WireColumn {
    name: String,
    #[serde(default)]
    type_text: Option<String>,
    #[serde(default)]
    type_name: Option<String>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    data_array: Vec<Vec<Option<String>>>,
    #[serde(default)]
    next_chunk_index: Option<u64>,
    #[serde(default)]
    external_links: Vec<ExternalLink>,
}

#[derive(Deserialize)]
struct ExternalLink {
    external_link: String,
    #[serde(default)]
    http_headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    next_chunk_index: Option<u64>,
}

/// Runs the statement to its end. A query whose result is too large to come inline is run a second time, and its result
/// fetched from the workspace's storage: inline needs no way there, which a network may not have.
pub async fn execute(client: &Client, statement: &Statement<'_>) -> Result<ResultSet, StatementError> {
    match run(client, statement, "INLINE").await {
        Err(StatementError::Failed { message, .. }) if message.contains(BEYOND_INLINE) => {
            run(client, statement, "EXTERNAL_LINKS").await
        }
        result => result,
    }
}

/// "If a given statement produces a result set with a size larger than 25 MiB, that statement execution is aborted":
/// the service says so in these words, and has no code of its own for it.
const BEYOND_INLINE: &str = "Inline byte limit exceeded";

async fn run(client: &Client, statement: &Statement<'_>, disposition: &str) -> Result<ResultSet, StatementError> {
    let mut body = json!({
        "statement": statement.text,
        "warehouse_id": statement.warehouse_id,
        "wait_timeout": "30s",
        "on_wait_timeout": "CONTINUE",
        "disposition": disposition,
        "format": "JSON_ARRAY",
    });
    for (key, value) in [("catalog", statement.catalog), ("schema", statement.schema)] {
        if let Some(value) = value {
            body[key] = Value::String(value.to_string());
        }
    }
    if !statement.parameters.is_empty() {
        let all = statement.parameters.iter();
        body["parameters"] =
            all.map(|(name, value, kind)| json!({"name": name, "value": value, "type": kind})).collect();
    }
    let mut answer: Answer = client.post(BASE).json(body).send().await?;
    let mut wait = Duration::from_millis(100);
    while matches!(answer.status.state.as_str(), "PENDING" | "RUNNING") {
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
        answer = client.get(format!("{BASE}/{}", segment(&answer.statement_id))).send().await?;
    }
    finish(client, answer).await
}

async fn finish(client: &Client, answer: Answer) -> Result<ResultSet, StatementError> {
    match answer.status.state.as_str() {
        "SUCCEEDED" => {}
        "FAILED" => {
            let (error_code, message) = match answer.status.error {
                Some(error) => (error.error_code, error.message),
                None => ("UNKNOWN".to_string(), "the service gave no reason".to_string()),
            };
            return Err(StatementError::Failed { error_code, sql_state: answer.status.sql_state, message });
        }
        other => return Err(StatementError::Ended { state: other.to_string() }),
    }
    let mut result = ResultSet::default();
    if let Some(manifest) = answer.manifest {
        result.truncated = manifest.truncated;
        result.columns = manifest.schema.columns.into_iter().map(column).collect();
    }
    let mut chunk = answer.result;
    while let Some(current) = chunk {
        result.rows.extend(current.data_array);
        let mut next = current.next_chunk_index;
        for link in current.external_links {
            result.rows.extend(fetch(client, &link).await.map_err(StatementError::Files)?);
            next = link.next_chunk_index;
        }
        chunk = match next {
            Some(index) => {
                let path = format!("{BASE}/{}/result/chunks/{index}", segment(&answer.statement_id));
                Some(client.get(path).send().await?)
            }
            None => None,
        };
    }
    Ok(result)
}

/// The rows of one file. The link is fresh: it is asked for right before.
async fn fetch(client: &Client, link: &ExternalLink) -> Result<Vec<Vec<Option<String>>>, ApiError> {
    let headers: Vec<(String, String)> = link.http_headers.clone().unwrap_or_default().into_iter().collect();
    let bytes = client.download(&link.external_link, &headers).await?;
    serde_json::from_slice(&bytes)
        .map_err(|source| ApiError::Decode { call: "GET (a link to a result)".into(), source })
}

fn column(wire: WireColumn) -> ResultColumn {
    let type_text = wire.type_text.or(wire.type_name).unwrap_or_else(|| "STRING".to_string());
    ResultColumn { name: wire.name, type_text }
}
