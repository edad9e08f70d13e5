//! Pipelines and updates as they are stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::local::server::error::{ApiError, ApiResult};
use crate::local::store::{
    Document, DocumentKind, EventDraft, EventLevel, Expect, Filter, Order, PageRequest, Reader, Writer,
};

pub(super) const PIPELINE: DocumentKind = DocumentKind("pipeline");
pub(super) const UPDATE: DocumentKind = DocumentKind("pipeline_update");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PipelineRecord {
    /// As `GET` answers it.
    pub(super) spec: Map<String, Value>,
    pub(super) creator: String,
    pub(super) run_as: Option<Value>,
    /// Milliseconds since the epoch.
    pub(super) last_modified: i64,
}

impl PipelineRecord {
    pub(super) fn name(&self) -> &str {
        self.spec.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    /// The principal that updates run as.
    pub(super) fn run_as_name(&self) -> &str {
        let named = |field| self.run_as.as_ref().and_then(|run_as| run_as.get(field)).and_then(Value::as_str);
        named("user_name").or_else(|| named("service_principal_name")).unwrap_or(&self.creator)
    }
}

pub(super) fn find(reader: &Reader<'_>, id: &str) -> ApiResult<Document<PipelineRecord>> {
    let found = reader.document(PIPELINE, id)?;
    found.ok_or_else(|| ApiError::missing(format!("The specified pipeline {id} was not found.")))
}

pub(crate) fn check_exists(reader: &Reader<'_>, id: &str) -> ApiResult<()> {
    find(reader, id).map(drop)
}

/// Why an update was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Cause {
    ApiCall,
    JobTask,
    UserAction,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum UpdateState {
    Queued,
    Initializing,
    SettingUpTables,
    Running,
    Completed,
    Failed,
    Canceled,
}

impl UpdateState {
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Canceled)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct UpdateRecord {
    pub(super) state: UpdateState,
    pub(super) cause: Cause,
    /// Milliseconds since the epoch.
    pub(super) creation_time: i64,
    pub(super) full_refresh: bool,
    pub(super) full_refresh_selection: Vec<String>,
    pub(super) refresh_selection: Vec<String>,
    pub(super) validate_only: bool,
    /// The specification that the update runs, as it was when it started.
    pub(super) config: Map<String, Value>,
}

impl UpdateRecord {
    pub(super) fn wire(&self, id: &str, pipeline_id: &str) -> Value {
        let mut value = json!({
            "pipeline_id": pipeline_id,
            "update_id": id,
            "config": self.config,
            "cause": self.cause,
            "state": self.state,
            "creation_time": self.creation_time,
            "full_refresh": self.full_refresh,
            "validate_only": self.validate_only,
        });
        for (field, list) in
            [("full_refresh_selection", &self.full_refresh_selection), ("refresh_selection", &self.refresh_selection)]
        {
            if !list.is_empty() {
                value[field] = json!(list);
            }
        }
        value
    }
}

pub(super) fn find_update(reader: &Reader<'_>, pipeline_id: &str, id: &str) -> ApiResult<Document<UpdateRecord>> {
    find(reader, pipeline_id)?;
    let found = reader.document::<UpdateRecord>(UPDATE, id)?.filter(|update| update.parent == pipeline_id);
    found.ok_or_else(|| ApiError::missing(format!("The update {id} of pipeline {pipeline_id} was not found.")))
}

/// The newest first.
pub(super) fn updates(reader: &Reader<'_>, pipeline_id: &str, size: usize) -> ApiResult<Vec<Document<UpdateRecord>>> {
    let filter = Filter { parent: Some(pipeline_id), ..Filter::default() };
    Ok(reader.documents(UPDATE, filter, Order::Newest, PageRequest { size, token: None })?.items)
}

/// The update that is under way, if one is.
pub(super) fn active_update(reader: &Reader<'_>, pipeline_id: &str) -> ApiResult<Option<Document<UpdateRecord>>> {
    let newest = updates(reader, pipeline_id, 1)?.into_iter().next();
    Ok(newest.filter(|update| !update.body.state.is_final()))
}

/// Changes an update's state and says so in the event log, in one transaction.
pub(super) fn set_state(
    writer: &Writer<'_>,
    pipeline_id: &str,
    id: &str,
    state: UpdateState,
    error: Option<Value>,
) -> ApiResult<()> {
    let Some(mut update) = writer.document::<UpdateRecord>(UPDATE, id)? else {
        // The pipeline was deleted meanwhile, and its updates with it.
        return Ok(());
    };
    if update.body.state.is_final() {
        return Ok(());
    }
    update.body.state = state;
    writer.put_document(UPDATE, id, pipeline_id, "", &update.body, Expect::Present)?;
    let name = writer.document::<PipelineRecord>(PIPELINE, pipeline_id)?.map(|found| found.name).unwrap_or_default();
    let short = id.get(..6).unwrap_or(id);
    let level = if state == UpdateState::Failed { EventLevel::Error } else { EventLevel::Info };
    writer.log_event(&EventDraft {
        pipeline_id: pipeline_id.to_string(),
        update_id: id.to_string(),
        level,
        event_type: "update_progress",
        message: format!("Update {short} is {}.", text(state)),
        origin: origin(pipeline_id, &name, id),
        details: json!({"update_progress": {"state": state}}),
        error,
    })?;
    Ok(())
}

pub(super) fn text(state: UpdateState) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_string)).unwrap_or_default()
}

pub(super) fn origin(pipeline_id: &str, name: &str, update_id: &str) -> Value {
    json!({"pipeline_id": pipeline_id, "pipeline_name": name, "update_id": update_id})
}

/// Updates that a killed process left unfinished have failed.
pub(crate) fn settle_interrupted(writer: &Writer<'_>) -> ApiResult<()> {
    let all = writer.documents::<UpdateRecord>(UPDATE, Filter::default(), Order::Oldest, PageRequest::ALL)?;
    for update in all.items.into_iter().filter(|update| !update.body.state.is_final()) {
        let message = "The update was interrupted: the process of the embedded workspace ended.";
        let error = json!({"fatal": true, "exceptions": [{"message": message}]});
        set_state(writer, &update.parent, &update.id, UpdateState::Failed, Some(error))?;
    }
    Ok(())
}
