//! Create, get, edit, delete and list.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::filter::{PipelineFilter, like};
use super::record::{self, PIPELINE, PipelineRecord, UPDATE, UpdateState};
use super::spec::{self, Spec};
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::server::page::PageRequest;
use crate::local::server::services::permissions;
use crate::local::store::{Document, Expect, Filter, Order, Reader, TableRecord, Writer};

/// "The default value is 25. The maximum value is 100."
const DEFAULT_PAGE: i64 = 25;
const MAX_PAGE: i64 = 100;
const SHOWN_UPDATES: usize = 5;

fn check_name(reader: &Reader<'_>, spec: &Spec, own_id: &str) -> ApiResult<()> {
    let name = spec.name.as_deref().unwrap_or_default();
    let filter = Filter { name: Some(name), ..Filter::default() };
    let same =
        reader.documents::<PipelineRecord>(PIPELINE, filter, Order::Oldest, crate::local::store::PageRequest::ALL)?;
    if spec.allow_duplicate_names || same.items.iter().all(|document| document.id == own_id) {
        return Ok(());
    }
    let message = format!(
        "The pipeline name '{name}' is already used by another pipeline. This check can be skipped by setting \
         `allow_duplicate_names = true` in the request."
    );
    Err(ApiError::new(ErrorCode::ResourceConflict, message))
}

fn put(writer: &Writer<'_>, id: &str, record: &PipelineRecord, expect: Expect) -> ApiResult<()> {
    writer.put_document(PIPELINE, id, "", record.name(), record, expect)?;
    Ok(())
}

pub(crate) async fn create(
    State(app): State<Shared>,
    Body(request): Body<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let spec = Spec::read(&request)?;
    let id = app.system.random.uuid().to_string();
    let record = PipelineRecord {
        spec: spec::stored(request, &id),
        creator: app.owner.name.clone(),
        run_as: spec.run_as.clone(),
        last_modified: app.now_ms(),
    };
    let made = id.clone();
    let effective = record.spec.clone();
    let dry_run = spec.dry_run;
    app.write(move |writer| {
        check_name(writer, &spec, &made)?;
        if dry_run { Ok(()) } else { put(writer, &made, &record, Expect::Absent) }
    })
    .await?;
    Ok(Json(if dry_run { json!({ "effective_settings": effective }) } else { json!({ "pipeline_id": id }) }))
}

/// State, health and latest updates, which `get` and `list` share.
fn status(reader: &Reader<'_>, document: &Document<PipelineRecord>) -> ApiResult<Map<String, Value>> {
    let record = &document.body;
    let updates = record::updates(reader, &document.id, SHOWN_UPDATES)?;
    let state = match updates.first().map(|update| update.body.state) {
        Some(UpdateState::Queued | UpdateState::Initializing) => "STARTING",
        Some(UpdateState::SettingUpTables | UpdateState::Running) => "RUNNING",
        Some(UpdateState::Completed | UpdateState::Failed | UpdateState::Canceled) | None => "IDLE",
    };
    let finished = updates.iter().map(|update| update.body.state).find(|state| state.is_final());
    let mut fields = Map::new();
    fields.insert("pipeline_id".to_string(), json!(document.id));
    fields.insert("name".to_string(), json!(record.name()));
    fields.insert("state".to_string(), json!(state));
    fields.insert("creator_user_name".to_string(), json!(record.creator));
    fields.insert("run_as_user_name".to_string(), json!(record.run_as_name()));
    if let Some(finished) = finished {
        let health = if finished == UpdateState::Failed { "UNHEALTHY" } else { "HEALTHY" };
        fields.insert("health".to_string(), json!(health));
    }
    if !updates.is_empty() {
        let updates: Vec<Value> = updates
            .iter()
            .map(|update| {
                let time = chrono::DateTime::from_timestamp_millis(update.body.creation_time).unwrap_or_default();
                let time = time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
                json!({"update_id": update.id, "state": update.body.state, "creation_time": time})
            })
            .collect();
        fields.insert("latest_updates".to_string(), json!(updates));
    }
    Ok(fields)
}

pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let fields = app
        .read(move |reader| {
            let document = record::find(reader, &id)?;
            let mut fields = status(reader, &document)?;
            fields.insert("spec".to_string(), json!(document.body.spec));
            fields.insert("last_modified".to_string(), json!(document.body.last_modified));
            if let Some(run_as) = &document.body.run_as {
                fields.insert("run_as".to_string(), run_as.clone());
            }
            Ok(fields)
        })
        .await?;
    Ok(Json(Value::Object(fields)))
}

/// "Updates a pipeline with the supplied configuration": the whole specification is replaced.
pub(crate) async fn edit(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Body(request): Body<Map<String, Value>>,
) -> ApiResult<Json<Value>> {
    let spec = Spec::read(&request)?;
    if [&spec.id, &spec.pipeline_id].into_iter().flatten().any(|other| *other != id) {
        return Err(ApiError::invalid("The pipeline id in the body differs from the path's."));
    }
    let now = app.now_ms();
    app.write(move |writer| {
        let mut record = record::find(writer, &id)?.body;
        if spec.expected_last_modified.is_some_and(|expected| expected != record.last_modified) {
            let message = "The pipeline has been modified since expected_last_modified.";
            return Err(ApiError::new(ErrorCode::ResourceConflict, message));
        }
        check_name(writer, &spec, &id)?;
        record.spec = spec::stored(request, &id);
        record.run_as = spec.run_as.or(record.run_as);
        // Strictly growing, so that two edits within a millisecond are still told apart.
        record.last_modified = now.max(record.last_modified + 1);
        put(writer, &id, &record, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteParams {
    cascade: Option<bool>,
    /// "Deprecated: Use `cascade` instead."
    delete_datasets: Option<bool>,
    #[serde(rename = "force")]
    _force: Option<bool>,
}

/// "By default … all tables will be deleted with the pipeline."
pub(crate) async fn delete(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Params(params): Params<DeleteParams>,
) -> ApiResult<Json<Value>> {
    let cascade = params.cascade.or(params.delete_datasets).unwrap_or(true);
    let (pipeline, by) = (id.clone(), app.owner.name.clone());
    let active = app
        .read(move |reader| {
            record::find(reader, &pipeline)?;
            record::active_update(reader, &pipeline)
        })
        .await?;
    if let Some(update) = active {
        app.activities.cancel_and_wait(&update.id).await;
    }
    app.write(move |writer| {
        record::find(writer, &id)?;
        let tables = writer.securables::<TableRecord>()?.into_iter();
        for mut table in tables.filter(|table| table.pipeline_id.as_deref() == Some(id.as_str())) {
            if cascade {
                writer.drop_table(&table.name)?;
            } else {
                // Nobody makes it any more, so that statements may drop it.
                table.pipeline_id = None;
                writer.update_securable(table, &by)?;
            }
        }
        writer.delete_documents_of(UPDATE, &id)?;
        permissions::forget(writer, &format!("/pipelines/{id}"))?;
        Ok(writer.delete_document(PIPELINE, &id)?)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    filter: Option<String>,
    order_by: Option<String>,
    max_results: Option<i64>,
    page_token: Option<String>,
}

fn uses_notebook(record: &PipelineRecord, path: &str) -> bool {
    let spec = Spec::read(&record.spec);
    spec.is_ok_and(|spec| {
        spec.libraries.iter().filter_map(|library| library.notebook.as_ref()).any(|of| of.path == path)
    })
}

pub(crate) async fn list(State(app): State<Shared>, Params(params): Params<ListParams>) -> ApiResult<Json<Value>> {
    if params.max_results.is_some_and(|max| max > MAX_PAGE) {
        return Err(ApiError::invalid(format!("max_results must not be greater than {MAX_PAGE}.")));
    }
    let filter = params.filter.as_deref().map(PipelineFilter::parse).transpose()?;
    let by_name = match params.order_by.as_deref() {
        None | Some("id" | "id asc") => false,
        Some("name" | "name asc") => true,
        Some(other) => return Err(ApiError::invalid(format!("order_by is not supported: {other}"))),
    };
    let server_size = app.page_size;
    let answer = app
        .read(move |reader| {
            let all = reader.documents::<PipelineRecord>(
                PIPELINE,
                Filter::default(),
                Order::Oldest,
                crate::local::store::PageRequest::ALL,
            )?;
            let admitted = |record: &PipelineRecord| match &filter {
                None => true,
                Some(PipelineFilter::NameLike(pattern)) => like(pattern, record.name()),
                Some(PipelineFilter::Notebook(path)) => uses_notebook(record, path),
            };
            let key = |document: &Document<PipelineRecord>| match by_name {
                true => format!("{}\0{}", document.body.name(), document.id),
                false => document.id.clone(),
            };
            let mut found: Vec<_> = all.items.into_iter().filter(|document| admitted(&document.body)).collect();
            found.sort_by_key(key);
            let size = params.max_results.or(Some(DEFAULT_PAGE));
            let request = PageRequest { token: params.page_token.as_deref(), size, server_size };
            let (page, next) = request.cut(found, key)?;
            let mut answer = json!({});
            if !page.is_empty() {
                let statuses = page.iter().map(|document| status(reader, document));
                answer["statuses"] = json!(statuses.collect::<ApiResult<Vec<_>>>()?);
            }
            if let Some(next) = next {
                answer["next_page_token"] = json!(next);
            }
            Ok(answer)
        })
        .await?;
    Ok(Json(answer))
}
