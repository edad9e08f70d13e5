//! Starting, watching and stopping updates.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::record::{self, Cause, UPDATE, UpdateRecord};
use super::run;
use crate::local::server::activity::Cancel;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoFields, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::store::{Filter, Order};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateRequest {
    pub(super) cause: Option<Cause>,
    #[serde(default)]
    pub(super) full_refresh: bool,
    #[serde(default)]
    pub(super) full_refresh_selection: Vec<String>,
    #[serde(default)]
    pub(super) refresh_selection: Vec<String>,
    #[serde(default)]
    pub(super) validate_only: bool,
    parameters: Option<Value>,
    refresh_flow_selection: Option<Vec<String>>,
    replace_where_overrides: Option<Value>,
    reset_checkpoint_selection: Option<Vec<String>>,
    rewind_spec: Option<Value>,
}

impl UpdateRequest {
    /// Of a job's pipeline task.
    pub(crate) fn of_task(full_refresh: bool, full: Vec<String>, some: Vec<String>) -> Self {
        Self { full_refresh, full_refresh_selection: full, refresh_selection: some, ..Self::default() }
    }

    pub(super) fn check(&self) -> ApiResult<()> {
        let unsupported = [
            ("parameters", self.parameters.is_some()),
            ("refresh_flow_selection", self.refresh_flow_selection.as_ref().is_some_and(|list| !list.is_empty())),
            ("replace_where_overrides", self.replace_where_overrides.is_some()),
            (
                "reset_checkpoint_selection",
                self.reset_checkpoint_selection.as_ref().is_some_and(|list| !list.is_empty()),
            ),
            ("rewind_spec", self.rewind_spec.is_some()),
        ];
        if let Some((field, _)) = unsupported.iter().find(|(_, given)| *given) {
            let message = format!("The embedded workspace does not support `{field}` in updates.");
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
        if self.full_refresh && !(self.full_refresh_selection.is_empty() && self.refresh_selection.is_empty()) {
            return Err(ApiError::invalid("full_refresh cannot be combined with a selection of tables."));
        }
        Ok(())
    }
}

pub(crate) async fn start_update(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(request): Body<UpdateRequest>,
) -> ApiResult<Json<Value>> {
    let cause = request.cause.unwrap_or(Cause::ApiCall);
    let update = run::reserve(&app, &id, request, cause).await?;
    let cancel = Cancel::default();
    let (inner, stop, run_id) = (app.clone(), cancel.clone(), update.clone());
    app.activities.start(update.clone(), cancel, async move {
        run::execute(&inner, &id, &run_id, &stop).await;
    });
    Ok(Json(json!({ "update_id": update })))
}

pub(crate) async fn get_update(
    State(app): State<Shared>,
    Path((pipeline, id)): Path<(String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let update = app.read(move |reader| record::find_update(reader, &pipeline, &id)).await?;
    Ok(Json(json!({ "update": update.body.wire(&update.id, &update.parent) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    max_results: Option<i64>,
    page_token: Option<String>,
    until_update_id: Option<String>,
}

pub(crate) async fn list_updates(
    State(app): State<Shared>,
    Path(pipeline): Path<String>,
    Params(params): Params<ListParams>,
) -> ApiResult<Json<Value>> {
    let server_size = app.page_size;
    let answer = app
        .read(move |reader| {
            record::find(reader, &pipeline)?;
            let size = PageRequest { token: None, size: params.max_results, server_size }.len()?;
            let request = crate::local::store::PageRequest { size, token: params.page_token.as_deref() };
            let filter = Filter { parent: Some(&pipeline), ..Filter::default() };
            let page = reader.documents::<UpdateRecord>(UPDATE, filter, Order::Newest, request)?;
            let mut answer = json!({});
            let last = params.until_update_id.as_ref();
            let end = last.and_then(|last| page.items.iter().position(|update| update.id == *last));
            let shown = &page.items[..end.map_or(page.items.len(), |at| at + 1)];
            if !shown.is_empty() {
                answer["updates"] = shown.iter().map(|update| update.body.wire(&update.id, &pipeline)).collect();
            }
            if let (Some(next), None) = (page.next, end) {
                answer["next_page_token"] = json!(next);
            }
            Ok(answer)
        })
        .await?;
    Ok(Json(answer))
}

/// "Stops the pipeline by canceling the active update. If there is no active update … this request is a no-op."
pub(crate) async fn stop(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(_): Body<NoFields>,
) -> ApiResult<Json<Value>> {
    let active = app
        .read(move |reader| {
            record::find(reader, &id)?;
            record::active_update(reader, &id)
        })
        .await?;
    if let Some(update) = active {
        app.activities.cancel(&update.id);
    }
    Ok(Json(json!({})))
}
