//! MLflow experiments. <https://docs.databricks.com/api/workspace/experiments>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::optional;
use super::{ApiError, Client};

const BASE: &str = "/api/2.0/mlflow/experiments";

#[derive(Deserialize, Clone, Debug)]
pub struct Experiment {
    pub experiment_id: String,
    /// `active` or `deleted`: one that was deleted is still told by its id.
    #[serde(default)]
    lifecycle_stage: Option<String>,
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct Found {
    experiment: Experiment,
}

fn active(found: Option<Found>) -> Option<Experiment> {
    let found = found.map(|found| found.experiment);
    found.filter(|experiment| experiment.lifecycle_stage.as_deref() != Some("deleted"))
}

pub async fn get(client: &Client, id: &str) -> Result<Option<Experiment>, ApiError> {
    Ok(active(optional(client.get(format!("{BASE}/get")).query("experiment_id", id).send().await)?))
}

/// Among those that are not deleted, a name is there once.
pub async fn find_by_name(client: &Client, name: &str) -> Result<Option<Experiment>, ApiError> {
    Ok(active(optional(client.get(format!("{BASE}/get-by-name")).query("experiment_name", name).send().await)?))
}

/// The id.
pub async fn create(client: &Client, body: Map<String, Value>) -> Result<String, ApiError> {
    #[derive(Deserialize)]
    struct Created {
        experiment_id: String,
    }
    let call = client.post(format!("{BASE}/create")).json(Value::Object(body));
    Ok(call.send::<Created>().await?.experiment_id)
}

pub async fn rename(client: &Client, id: &str, name: &str) -> Result<(), ApiError> {
    let body = json!({ "experiment_id": id, "new_name": name });
    client.post(format!("{BASE}/update")).json(body).idempotent().done().await
}

/// `false` if there was nothing.
pub async fn delete(client: &Client, id: &str) -> Result<bool, ApiError> {
    client.post(format!("{BASE}/delete")).json(json!({ "experiment_id": id })).idempotent().removed().await
}
