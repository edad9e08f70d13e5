//! Dashboards: the draft, then its published copy.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::api::lakeview::{self, Dashboard, Published};
use crate::resource::{Observed, STALE_COPY, Spec, dashboard_fingerprint};

use super::guarded::{Look, guarded};
use super::{Item, Lookup, Remote, RemoteError};

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    let (draft, published) =
        tokio::try_join!(lakeview::get(&remote.client, id), lakeview::published(&remote.client, id))?;
    Ok(draft.map(|draft| observed(draft, published.as_ref(), lookup)))
}

fn observed(draft: Dashboard, published: Option<&Published>, lookup: &Lookup<'_>) -> Observed {
    let fingerprint = match lookup.known {
        Some((known, fingerprint)) if draft.etag.as_deref() == Some(known) => Some(fingerprint.clone()),
        _ => draft.serialized_dashboard.as_deref().and_then(dashboard_fingerprint),
    };
    let mut spec = Spec::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            spec.insert(name.to_string(), value);
        }
    };
    set("published", Some(published.map_or(Value::Bool(false), |published| publication(&draft, published))));
    set("embed_credentials", published.and_then(|published| published.embed_credentials).map(Value::Bool));
    set("display_name", draft.display_name.map(Value::String));
    set("parent_path", draft.parent_path.map(Value::String));
    set("warehouse_id", draft.warehouse_id.map(Value::String));
    let text = draft.serialized_dashboard;
    Observed { id: draft.dashboard_id, spec, etag: draft.etag, fingerprint, text, ..Observed::default() }
}

/// `true`, or that the published copy is older than the draft.
fn publication(draft: &Dashboard, published: &Published) -> Value {
    if is_current(draft, published) { Value::Bool(true) } else { json!(STALE_COPY) }
}

fn is_current(draft: &Dashboard, published: &Published) -> bool {
    let time = |text: &Option<String>| text.as_deref().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    match (time(&published.revision_create_time), time(&draft.update_time)) {
        (Some(published), Some(draft)) => published >= draft,
        // Without both times staleness cannot be seen; the etag still shows a changed draft.
        _ => true,
    }
}

/// The fields of the draft that `takes` takes.
fn body(item: &Item<'_>, takes: impl Fn(&str) -> bool) -> Result<Map<String, Value>, RemoteError> {
    let mut body = Map::new();
    for field in ["display_name", "warehouse_id"] {
        if let Some(value) = item.spec.get(field).filter(|_| takes(field)) {
            body.insert(field.to_string(), value.clone());
        }
    }
    if takes("content") {
        let not_text = |_| RemoteError::Incomplete { key: item.key.to_string(), what: "a document in UTF-8" };
        let text = std::str::from_utf8(item.bytes()?).map_err(not_text)?;
        body.insert("serialized_dashboard".to_string(), Value::String(text.to_string()));
    }
    Ok(body)
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let mut body = body(item, |_| true)?;
    let folder = item.text("parent_path").ok();
    if let Some(folder) = folder {
        body.insert("parent_path".to_string(), json!(folder));
    }
    if !body.contains_key("warehouse_id") {
        body.insert("warehouse_id".to_string(), json!(remote.default_warehouse().await?));
    }
    let draft = remote.in_folder(folder, || lakeview::create(&remote.client, body.clone())).await?;
    if let Err(error) = publish(remote, &draft.dashboard_id, item).await {
        // Half a dashboard would be made a second time by the next run.
        lakeview::trash(&remote.client, &draft.dashboard_id).await?;
        return Err(error);
    }
    Ok(Observed { id: draft.dashboard_id, etag: draft.etag, ..Observed::default() })
}

/// What changes and nothing else: the rest may have been edited in the workspace.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let body = body(item, |field| item.changed.contains(field))?;
    let mut made = Observed { id: id.to_string(), etag: item.etag.map(str::to_string), ..Observed::default() };
    if !body.is_empty() {
        made.etag = write(remote, id, item, &body).await?;
    }
    // Nobody but its author knows whether an edited draft is ready.
    if ["content", "display_name", "warehouse_id"].iter().any(|field| item.kept.contains(*field)) {
        return Ok(made);
    }
    match publish(remote, id, item).await {
        Ok(()) => Ok(made),
        Err(source) => Err(RemoteError::Halfway { made: Box::new(made), source: Box::new(source) }),
    }
}

/// Refused if somebody changed the draft since the plan looked at it.
async fn write(
    remote: &Remote,
    id: &str,
    item: &Item<'_>,
    body: &Map<String, Value>,
) -> Result<Option<String>, RemoteError> {
    let write = async |etag: Option<String>| {
        let mut body = body.clone();
        body.extend(etag.map(|etag| ("etag".to_string(), json!(etag))));
        Ok(lakeview::update(&remote.client, id, body).await?.etag)
    };
    let look = async || {
        let draft = lakeview::get(&remote.client, id).await?;
        Ok(draft.map(|draft| {
            let there = draft.serialized_dashboard.as_deref().and_then(dashboard_fingerprint);
            let is =
                |field: &str, there: &Option<String>| body.get(field).is_none_or(|v| v.as_str() == there.as_deref());
            let content = !item.changed.contains("content") || there.as_ref() == item.content.map(|c| &c.fingerprint);
            let written = content && is("display_name", &draft.display_name) && is("warehouse_id", &draft.warehouse_id);
            Look { etag: draft.etag, written, unchanged: there.is_some() && there == item.seen }
        }))
    };
    guarded(item.etag, write, look).await
}

async fn publish(remote: &Remote, id: &str, item: &Item<'_>) -> Result<(), RemoteError> {
    let embed = item.spec.get("embed_credentials").and_then(Value::as_bool).unwrap_or(false);
    let warehouse = item.spec.get("warehouse_id").and_then(Value::as_str);
    lakeview::publish(&remote.client, id, embed, warehouse).await?;
    Ok(())
}

pub(super) async fn trash(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    lakeview::trash(&remote.client, id).await?;
    Ok(())
}
