//! Reset and update of settings.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::record::{self, JOB, JobRecord};
use super::settings::{self, Settings};
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::server::extract::Body;
use crate::local::store::{Document, Expect, Writer};

/// Lists whose items are told apart by a key when settings are merged.
const KEYED: &[(&str, &str)] =
    &[("tasks", "task_key"), ("job_clusters", "job_cluster_key"), ("environments", "environment_key")];

fn put(writer: &Writer<'_>, document: Document<JobRecord>, settings: Map<String, Value>) -> ApiResult<()> {
    Settings::read(&settings)?;
    let record = JobRecord { settings: settings::stored(settings), ..document.body };
    writer.put_document(JOB, &document.id, "", record.name(), &record, Expect::Present)?;
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetRequest {
    job_id: i64,
    new_settings: Map<String, Value>,
}

/// "Overwrite all settings for the given job."
pub(crate) async fn reset(State(app): State<Shared>, Body(request): Body<ResetRequest>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let document = record::find_job(writer, request.job_id)?;
        put(writer, document, request.new_settings)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    job_id: i64,
    new_settings: Option<Map<String, Value>>,
    #[serde(default)]
    fields_to_remove: Vec<String>,
}

/// "Add, update, or remove specific settings": top-level fields are replaced as a whole, except that tasks and job
/// clusters are merged by their keys.
pub(crate) async fn update(State(app): State<Shared>, Body(request): Body<UpdateRequest>) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let document = record::find_job(writer, request.job_id)?;
        let mut merged = document.body.settings.clone();
        for field in &request.fields_to_remove {
            remove(&mut merged, field)?;
        }
        for (field, value) in request.new_settings.into_iter().flatten() {
            let keyed = KEYED.iter().find(|(list, _)| *list == field);
            match (keyed, merged.get_mut(&field), value) {
                (Some((_, key)), Some(Value::Array(known)), Value::Array(new)) => merge(known, new, key),
                (_, _, value) => drop(merged.insert(field, value)),
            }
        }
        put(writer, document, merged)
    })
    .await?;
    Ok(Json(json!({})))
}

/// A top-level field, or one item of a keyed list: `tasks/task_1`.
fn remove(settings: &mut Map<String, Value>, field: &str) -> ApiResult<()> {
    let Some((list, item)) = field.split_once('/') else {
        settings.shift_remove(field);
        return Ok(());
    };
    match (KEYED.iter().find(|(known, _)| *known == list), settings.get_mut(list)) {
        (Some((_, key)), Some(Value::Array(items))) => {
            items.retain(|known| known.get(key).and_then(Value::as_str) != Some(item));
            Ok(())
        }
        (Some(_), _) => Ok(()),
        (None, _) => Err(ApiError::invalid(format!("fields_to_remove cannot name {field}."))),
    }
}

fn merge(known: &mut Vec<Value>, new: Vec<Value>, key: &str) {
    for item in new {
        match known.iter_mut().find(|other| other.get(key) == item.get(key)) {
            Some(other) => *other = item,
            None => known.push(item),
        }
    }
}
