//! Running an update.

use std::sync::Arc;

use serde_json::{Value, json};

use super::configuration::{Configured, configured};
use super::record::{self, Cause, UPDATE, UpdateRecord, UpdateState};
use super::spec::{Library, Spec};
use super::updates::UpdateRequest;
use crate::diag::{Location, SourceFile};
use crate::ident::Identifier;
use crate::local::engine::pipeline::UpdateOptions;
use crate::local::server::activity::Cancel;
use crate::local::server::app::{App, Shared, blocking};
use crate::local::server::engine::{self, PipelineRun, RunFailure};
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::services::workspace::{self, WorkspacePath};
use crate::local::store::{EventDraft, EventLevel, Expect, StoreError, Writer};

/// How an update ended.
pub(crate) struct Outcome {
    pub(crate) state: UpdateState,
    pub(crate) message: Option<String>,
}

/// Records a new update, `QUEUED`. There can be one at a time: "If there is already an active update for the
/// pipeline, the request will fail and the active update will remain running."
pub(crate) async fn reserve(app: &Shared, pipeline: &str, request: UpdateRequest, cause: Cause) -> ApiResult<String> {
    request.check()?;
    let id = app.system.random.uuid().to_string();
    let now = app.now_ms();
    let (pipeline, made) = (pipeline.to_string(), id.clone());
    app.write(move |writer| {
        let found = record::find(writer, &pipeline)?;
        if let Some(active) = record::active_update(writer, &pipeline)? {
            let message = format!("An active update {} already exists for the pipeline {pipeline}.", active.id);
            return Err(ApiError::new(ErrorCode::ResourceConflict, message));
        }
        let update = UpdateRecord {
            state: UpdateState::Queued,
            cause,
            creation_time: now,
            full_refresh: request.full_refresh,
            full_refresh_selection: request.full_refresh_selection,
            refresh_selection: request.refresh_selection,
            validate_only: request.validate_only,
            config: found.body.spec.clone(),
        };
        writer.put_document(UPDATE, &made, &pipeline, "", &update, Expect::Absent)?;
        let short = made.get(..6).unwrap_or(&made);
        writer.log_event(&EventDraft {
            pipeline_id: pipeline.clone(),
            update_id: made.clone(),
            level: EventLevel::Info,
            event_type: "create_update",
            message: format!("Update {short} started by {cause:?}."),
            origin: record::origin(&pipeline, &found.name, &made),
            details: json!({"create_update": {"cause": cause, "full_refresh": update.full_refresh}}),
            error: None,
        })?;
        Ok(())
    })
    .await?;
    Ok(id)
}

/// Runs a reserved update to its end.
pub(crate) async fn execute(app: &Shared, pipeline: &str, update: &str, cancel: &Cancel) -> Outcome {
    let outcome = match run(app, pipeline, update, cancel).await {
        Ok(()) => Outcome { state: UpdateState::Completed, message: None },
        Err(RunFailure::Cancelled) => {
            Outcome { state: UpdateState::Canceled, message: Some("The update was canceled.".to_string()) }
        }
        Err(RunFailure::Failed(failure)) => Outcome { state: UpdateState::Failed, message: Some(failure.message) },
    };
    let (pipeline, update) = (pipeline.to_string(), update.to_string());
    let state = outcome.state;
    let error = outcome.message.as_ref().filter(|_| state == UpdateState::Failed);
    let error = error.map(|message| json!({"fatal": true, "exceptions": [{"message": message}]}));
    let ended = app.write(move |writer| record::set_state(writer, &pipeline, &update, state, error)).await;
    match ended {
        Ok(()) => outcome,
        // The store cannot say so any more; the next start will.
        Err(error) => Outcome { state: UpdateState::Failed, message: Some(error.message) },
    }
}

async fn run(app: &Shared, pipeline: &str, update: &str, cancel: &Cancel) -> Result<(), RunFailure> {
    enter(app, pipeline, update, UpdateState::Initializing).await?;
    let (inner, pipeline_id, update_id) = (app.clone(), pipeline.to_string(), update.to_string());
    let prepared = blocking(move || prepare(&inner, &pipeline_id, &update_id)).await?;
    if cancel.is_cancelled() {
        return Err(RunFailure::Cancelled);
    }
    enter(app, pipeline, update, UpdateState::SettingUpTables).await?;
    let (inner, pipeline_id, update_id) = (app.clone(), pipeline.to_string(), update.to_string());
    let planned = move || {
        // A store that fails here fails the update's next write, too.
        drop(
            inner.store.write(|writer| record::set_state(writer, &pipeline_id, &update_id, UpdateState::Running, None)),
        );
    };
    engine::run_pipeline(app, prepared, cancel, planned).await
}

async fn enter(app: &Shared, pipeline: &str, update: &str, state: UpdateState) -> Result<(), RunFailure> {
    let (pipeline, update) = (pipeline.to_string(), update.to_string());
    Ok(app.write(move |writer| record::set_state(writer, &pipeline, &update, state, None)).await?)
}

/// Reads the pipeline's files, as they are now, and its settings, as they were when the update was asked for.
fn prepare(app: &App, pipeline: &str, update: &str) -> ApiResult<PipelineRun> {
    let (found, update) = app.store.read(|reader| {
        Ok::<_, ApiError>((record::find(reader, pipeline)?, record::find_update(reader, pipeline, update)?))
    })?;
    let spec = Spec::read(&update.body.config)?;
    let mut sources = Vec::new();
    for library in &spec.libraries {
        add_library(app, library, &mut sources)?;
    }
    if sources.is_empty() {
        return Err(ApiError::invalid("The pipeline has no source files."));
    }
    let values = spec.configuration.clone().unwrap_or_default();
    let mut files = Vec::new();
    for source in &sources {
        let Configured { file, unknown } = configured(source, &values)?;
        files.push(file);
        if !unknown.is_empty() {
            let origin = record::origin(&found.id, &found.name, &update.id);
            app.store.write(|writer| unknown.iter().try_for_each(|missing| warn(writer, &origin, missing)))?;
        }
    }
    Ok(PipelineRun {
        pipeline_id: found.id,
        pipeline_name: found.name,
        update_id: update.id,
        principal: found.body.run_as_name().to_string(),
        catalog: name_of(spec.catalog.as_deref())?,
        schema: name_of(spec.schema_name())?,
        files,
        options: UpdateOptions {
            validate_only: update.body.validate_only,
            full_refresh: update.body.full_refresh,
            full_refresh_selection: update.body.full_refresh_selection,
            refresh_selection: update.body.refresh_selection,
        },
    })
}

fn name_of(text: Option<&str>) -> ApiResult<Option<Identifier>> {
    text.map(|text| Identifier::object(text).map_err(|error| ApiError::invalid(error.to_string()))).transpose()
}

/// `${key}` without a value: the text is used as it is.
fn warn(writer: &Writer<'_>, origin: &Value, (key, at): &(String, Location)) -> Result<(), StoreError> {
    let id = |field: &str| origin[field].as_str().unwrap_or_default().to_string();
    let place = at.display();
    writer.log_event(&EventDraft {
        pipeline_id: id("pipeline_id"),
        update_id: id("update_id"),
        level: EventLevel::Warn,
        event_type: "update_progress",
        message: format!(
            "{place}: `${{{key}}}` stays as it is: the pipeline's configuration has no value for it, and no SET before it."
        ),
        origin: origin.clone(),
        details: json!({"update_progress": {"state": UpdateState::Initializing}}),
        error: None,
    })?;
    Ok(())
}

fn add_library(app: &App, library: &Library, files: &mut Vec<Arc<SourceFile>>) -> ApiResult<()> {
    if let Some(of) = library.file.as_ref().or(library.notebook.as_ref()) {
        files.push(source(app, &WorkspacePath::parse(&of.path)?)?);
    }
    let Some(glob) = &library.glob else { return Ok(()) };
    let Some(folder) = glob.include.strip_suffix("/**") else {
        files.push(source(app, &WorkspacePath::parse(&glob.include)?)?);
        return Ok(());
    };
    let folder = WorkspacePath::parse(folder)?;
    for info in app.store.workspace_files().walk(folder.tree())? {
        let path = WorkspacePath::parse(&format!("/{}", info.path.text()))?;
        if path.name().ends_with(".sql") || path.name().ends_with(".py") {
            files.push(source(app, &path)?);
        }
    }
    Ok(())
}

fn source(app: &App, path: &WorkspacePath) -> ApiResult<Arc<SourceFile>> {
    if path.name().ends_with(".py") {
        let message = format!("The embedded workspace runs SQL pipelines only; {path} is Python.");
        return Err(ApiError::new(ErrorCode::NotImplemented, message));
    }
    Ok(SourceFile::new(format!("/Workspace{path}"), workspace::read_source(app, path)?))
}
