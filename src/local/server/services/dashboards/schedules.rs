//! Schedules of published dashboards, and who gets a snapshot by them. <https://docs.databricks.com/api/workspace/lakeview>
//!
//! They are kept and answered; nothing is sent.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::record;
use crate::local::server::app::Shared;
use crate::local::server::error::{ApiError, ApiResult, ErrorCode};
use crate::local::server::extract::{Body, NoParams, Params};
use crate::local::store::{Document, DocumentKind, Expect, Filter, Order, PageRequest, Reader, Writer};

const KIND: DocumentKind = DocumentKind("dashboard_schedule");

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CronSchedule {
    quartz_cron_expression: String,
    timezone_id: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum PauseStatus {
    Paused,
    Unpaused,
}

/// The body of create and update.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleRequest {
    cron_schedule: CronSchedule,
    display_name: Option<String>,
    pause_status: Option<PauseStatus>,
    warehouse_id: Option<String>,
    etag: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    cron_schedule: CronSchedule,
    display_name: Option<String>,
    pause_status: PauseStatus,
    warehouse_id: Option<String>,
    subscriptions: Vec<Subscription>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Subscription {
    subscription_id: String,
    subscriber: Subscriber,
    skip_notify: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Subscriber {
    UserSubscriber { user_id: i64 },
    DestinationSubscriber { destination_id: String },
}

fn wire(document: &Document<Record>) -> Value {
    let Record { cron_schedule, display_name, pause_status, warehouse_id, .. } = &document.body;
    let mut value = json!({
        "schedule_id": document.id, "dashboard_id": document.parent, "cron_schedule": cron_schedule,
        "pause_status": pause_status, "etag": document.version.to_string(),
    });
    for (field, text) in [("display_name", display_name), ("warehouse_id", warehouse_id)] {
        if let Some(text) = text {
            value[field] = json!(text);
        }
    }
    value
}

fn find(reader: &Reader<'_>, dashboard: &str, id: &str) -> ApiResult<Document<Record>> {
    record::find_active(reader, dashboard)?;
    let found = reader.document::<Record>(KIND, id)?.filter(|found| found.parent == dashboard);
    found.ok_or_else(|| ApiError::missing(format!("Unable to find schedule [{id}]")))
}

fn put(writer: &Writer<'_>, dashboard: &str, id: &str, record: &Record, expect: Expect) -> ApiResult<Value> {
    writer.put_document(KIND, id, dashboard, "", record, expect)?;
    Ok(wire(&find(writer, dashboard, id)?))
}

/// With a dashboard go its schedules.
pub(super) fn forget(writer: &Writer<'_>, dashboard: &str) -> ApiResult<()> {
    writer.delete_documents_of(KIND, dashboard)?;
    Ok(())
}

fn record(request: ScheduleRequest, subscriptions: Vec<Subscription>) -> Record {
    Record {
        cron_schedule: request.cron_schedule,
        display_name: request.display_name,
        pause_status: request.pause_status.unwrap_or(PauseStatus::Unpaused),
        warehouse_id: request.warehouse_id,
        subscriptions,
    }
}

pub(crate) async fn create_schedule(
    State(app): State<Shared>,
    Path(dashboard): Path<String>,
    Body(request): Body<ScheduleRequest>,
) -> ApiResult<Json<Value>> {
    let id = app.hex_id();
    let answer = app
        .write(move |writer| {
            record::find_active(writer, &dashboard)?;
            put(writer, &dashboard, &id, &record(request, Vec::new()), Expect::Absent)
        })
        .await?;
    Ok(Json(answer))
}

pub(crate) async fn list_schedules(
    State(app): State<Shared>,
    Path(dashboard): Path<String>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let found = app
        .read(move |reader| {
            record::find_active(reader, &dashboard)?;
            let filter = Filter { parent: Some(&dashboard), ..Filter::default() };
            Ok(reader.documents::<Record>(KIND, filter, Order::Oldest, PageRequest::ALL)?.items)
        })
        .await?;
    Ok(Json(json!({ "schedules": found.iter().map(wire).collect::<Vec<_>>() })))
}

pub(crate) async fn get_schedule(
    State(app): State<Shared>,
    Path((dashboard, id)): Path<(String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    Ok(Json(app.read(move |reader| Ok(wire(&find(reader, &dashboard, &id)?))).await?))
}

/// "The etag … must be provided on update."
pub(crate) async fn update_schedule(
    State(app): State<Shared>,
    Path((dashboard, id)): Path<(String, String)>,
    Body(request): Body<ScheduleRequest>,
) -> ApiResult<Json<Value>> {
    let answer = app
        .write(move |writer| {
            let found = find(writer, &dashboard, &id)?;
            match request.etag.as_deref() {
                None | Some("") => return Err(ApiError::invalid("The etag of the schedule is required.")),
                Some(etag) if etag != found.version.to_string() => {
                    let message = "The schedule has been modified since it was last read: etag does not match.";
                    return Err(ApiError::new(ErrorCode::ResourceConflict, message));
                }
                Some(_) => {}
            }
            put(writer, &dashboard, &id, &record(request, found.body.subscriptions), Expect::Present)
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteParams {
    #[serde(rename = "etag")]
    _etag: Option<String>,
}

pub(crate) async fn delete_schedule(
    State(app): State<Shared>,
    Path((dashboard, id)): Path<(String, String)>,
    Params(_): Params<DeleteParams>,
) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        find(writer, &dashboard, &id)?;
        Ok(writer.delete_document(KIND, &id)?)
    })
    .await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscribeRequest {
    subscriber: Subscriber,
    #[serde(default)]
    skip_notify: bool,
}

pub(crate) async fn subscribe(
    State(app): State<Shared>,
    Path((dashboard, id)): Path<(String, String)>,
    Body(request): Body<SubscribeRequest>,
) -> ApiResult<Json<Value>> {
    let SubscribeRequest { subscriber, skip_notify } = request;
    let made = Subscription { subscription_id: app.hex_id(), subscriber, skip_notify };
    let answer = json!(made);
    app.write(move |writer| {
        let mut body = find(writer, &dashboard, &id)?.body;
        if body.subscriptions.iter().any(|other| other.subscriber == made.subscriber) {
            return Err(ApiError::new(ErrorCode::AlreadyExists, "The subscriber is subscribed already."));
        }
        body.subscriptions.push(made);
        put(writer, &dashboard, &id, &body, Expect::Present)
    })
    .await?;
    Ok(Json(answer))
}

pub(crate) async fn list_subscriptions(
    State(app): State<Shared>,
    Path((dashboard, id)): Path<(String, String)>,
    Params(_): Params<NoParams>,
) -> ApiResult<Json<Value>> {
    let found = app.read(move |reader| find(reader, &dashboard, &id)).await?;
    Ok(Json(json!({ "subscriptions": found.body.subscriptions })))
}

pub(crate) async fn unsubscribe(
    State(app): State<Shared>,
    Path((dashboard, id, subscription)): Path<(String, String, String)>,
    Params(_): Params<DeleteParams>,
) -> ApiResult<Json<Value>> {
    app.write(move |writer| {
        let mut body = find(writer, &dashboard, &id)?.body;
        let before = body.subscriptions.len();
        body.subscriptions.retain(|other| other.subscription_id != subscription);
        if body.subscriptions.len() == before {
            return Err(ApiError::missing(format!("Unable to find subscription [{subscription}]")));
        }
        put(writer, &dashboard, &id, &body, Expect::Present)
    })
    .await?;
    Ok(Json(json!({})))
}
