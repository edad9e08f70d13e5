//! Schedules of published dashboards.

use serde_json::{Value, json};

use crate::api::schedules::{self, Schedule};
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

const SUBSCRIPTIONS: &str = "subscriptions";

/// By its name among those of its dashboard.
async fn find(remote: &Remote, spec: &Spec) -> Result<Option<Schedule>, RemoteError> {
    let Some(dashboard) = dashboard(spec) else { return Ok(None) };
    let all = schedules::list(&remote.client, dashboard).await?.unwrap_or_default();
    Ok(all.into_iter().find(|schedule| schedule.fields.get("display_name") == spec.get("display_name")))
}

/// `None` while the dashboard is not there: its id is known only then.
fn dashboard(spec: &Spec) -> Option<&str> {
    spec.get("dashboard_id")?.as_str().filter(|id| !id.contains("${"))
}

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let (Some(dashboard), Some(found)) = (dashboard(lookup.spec), find(remote, lookup.spec).await?) else {
        return Ok(None);
    };
    let mut spec = found.fields;
    spec.insert("dashboard_id".to_string(), json!(dashboard));
    if lookup.spec.contains_key(SUBSCRIPTIONS) {
        let subscribed = schedules::subscriptions(&remote.client, dashboard, &found.schedule_id).await?;
        let subscribers = subscribed.iter().filter_map(schedules::Subscription::subscriber);
        spec.insert(SUBSCRIPTIONS.to_string(), Value::Array(subscribers.collect()));
    }
    Ok(Some(Observed { id: found.schedule_id, spec, ..Observed::default() }))
}

fn body(spec: &Spec) -> Spec {
    let own = |field: &str| field != SUBSCRIPTIONS && field != "dashboard_id";
    spec.iter().filter(|(field, _)| own(field)).map(|(field, value)| (field.clone(), value.clone())).collect()
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let dashboard = item.text("dashboard_id")?;
    // What a run made before it died between the schedule and its subscriptions is taken up.
    let id = match find(remote, item.spec).await? {
        Some(found) => found.schedule_id,
        None => schedules::create(&remote.client, dashboard, body(item.spec)).await?,
    };
    subscribe(remote, dashboard, &id, item).await?;
    Ok(Observed { id, ..Observed::default() })
}

/// All fields are set at once: what the project does not name stays as it is.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let dashboard = item.text("dashboard_id")?;
    if item.changed.iter().any(|field| field != SUBSCRIPTIONS && field != "lifecycle") {
        let mut fields = find(remote, item.spec).await?.map(|found| found.fields).unwrap_or_default();
        let told = ["cron_schedule", "display_name", "pause_status", "warehouse_id", "etag"];
        let dropped = |field: &str| item.changed.contains(field) && !item.spec.contains_key(field);
        fields.retain(|field, _| told.contains(&field.as_str()) && !dropped(field));
        fields.extend(body(item.spec));
        schedules::update(&remote.client, dashboard, id, fields).await?;
    }
    subscribe(remote, dashboard, id, item).await?;
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

/// Those whom the project names and no others, where it names any or did so before.
async fn subscribe(remote: &Remote, dashboard: &str, id: &str, item: &Item<'_>) -> Result<(), RemoteError> {
    if !item.changed.contains(SUBSCRIPTIONS) {
        return Ok(());
    }
    let wanted = item.spec.get(SUBSCRIPTIONS).and_then(Value::as_array).cloned().unwrap_or_default();
    let there = schedules::subscriptions(&remote.client, dashboard, id).await?;
    for subscriber in &wanted {
        if there.iter().all(|subscription| subscription.subscriber().as_ref() != Some(subscriber)) {
            schedules::subscribe(&remote.client, dashboard, id, subscriber).await?;
        }
    }
    for subscription in &there {
        if subscription.subscriber().is_none_or(|subscriber| !wanted.contains(&subscriber)) {
            schedules::unsubscribe(&remote.client, dashboard, id, &subscription.subscription_id).await?;
        }
    }
    Ok(())
}

pub(super) async fn delete(remote: &Remote, recorded: &Spec, id: &str) -> Result<(), RemoteError> {
    if let Some(dashboard) = dashboard(recorded) {
        schedules::delete(&remote.client, dashboard, id).await?;
    }
    Ok(())
}
