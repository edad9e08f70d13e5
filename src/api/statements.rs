//! Statement execution: submit, wait, read all chunks (INLINE, JSON_ARRAY).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::segment;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/sql/statements";

/// A statement and where it runs.
#[derive(Clone, Debug, Default)]
pub struct Statement<'a> {
    pub text: &'a str,
    pub warehouse_id: &'a str,
    pub catalog: Option<&'a str>,
    pub schema: Option<&'a str>,
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
    /// The service left rows out because the result is too large for INLINE.
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
}

/// Runs the statement to its end.
pub async fn execute(client: &Client, statement: &Statement<'_>) -> Result<ResultSet, StatementError> {
    let mut body = json!({
        "statement": statement.text,
        "warehouse_id": statement.warehouse_id,
        "wait_timeout": "30s",
        "on_wait_timeout": "CONTINUE",
        "disposition": "INLINE",
        "format": "JSON_ARRAY",
    });
    for (key, value) in [("catalog", statement.catalog), ("schema", statement.schema)] {
        if let Some(value) = value {
            body[key] = Value::String(value.to_string());
        }
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
        chunk = match current.next_chunk_index {
            Some(index) => {
                let path = format!("{BASE}/{}/result/chunks/{index}", segment(&answer.statement_id));
                Some(client.get(path).send().await?)
            }
            None => None,
        };
    }
    Ok(result)
}

fn column(wire: WireColumn) -> ResultColumn {
    let type_text = wire.type_text.or(wire.type_name).unwrap_or_else(|| "STRING".to_string());
    ResultColumn { name: wire.name, type_text }
}
