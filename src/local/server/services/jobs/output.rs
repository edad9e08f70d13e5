//! `GET /api/2.2/jobs/runs/get-output`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::record;
use super::wire;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::Params;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputParams {
    run_id: i64,
}

/// Of a task's run, or of a run that has one task.
pub(crate) async fn get_output(
    State(app): State<Shared>,
    Params(params): Params<OutputParams>,
) -> ApiResult<Json<Value>> {
    let (document, task) = app.read(move |reader| record::find_run_or_task(reader, params.run_id)).await?;
    let run = &document.body;
    let wanted = run.tasks.iter().filter(|record| task.as_ref().is_none_or(|key| *key == record.task_key));
    let wanted: Vec<_> = wanted.collect();
    let [record] = wanted.as_slice() else {
        let message = "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output \
                       of each individual task run instead.";
        return Err(ApiError::invalid(message));
    };
    let id = document.id.parse().map_err(|_| ApiError::internal("A run has no number."))?;
    let mut metadata = wire::base_run(&app, id, run);
    let task = wire::task(&app, run, record);
    for field in ["run_id", "attempt_number", "start_time", "end_time", "state", "status", "run_page_url"] {
        metadata[field] = task[field].clone();
    }
    metadata["task_key"] = json!(record.task_key);
    metadata["tasks"] = json!([task]);
    let mut answer = json!({ "metadata": metadata });
    if let Value::Object(fields) = &mut answer {
        fields.extend(record.output.clone());
    }
    Ok(Json(answer))
}
