//! SQL warehouses.

use serde_json::{Value, json};

use crate::api::warehouses;
use crate::resource::{Observed, Spec};

use super::{Item, Lookup, Remote, RemoteError};

/// What edit takes. What else is told, the service says of its own accord: its state, its clusters, its address.
const SETTINGS: [&str; 12] = [
    "name",
    "cluster_size",
    "min_num_clusters",
    "max_num_clusters",
    "auto_stop_mins",
    "enable_photon",
    "enable_serverless_compute",
    "warehouse_type",
    "spot_instance_policy",
    "channel",
    "tags",
    "instance_profile_arn",
];

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    let found = warehouses::get(&remote.client, id).await?;
    Ok(found.map(|spec| observed(id, spec)))
}

/// "Channel name … CHANNEL_NAME_CURRENT" is what a warehouse without a channel has.
fn observed(id: &str, mut spec: Spec) -> Observed {
    let named = spec.get("channel").and_then(|channel| channel.get("name")).and_then(Value::as_str);
    if named.is_none_or(str::is_empty) {
        spec.insert("channel".to_string(), json!({"name": "CHANNEL_NAME_CURRENT"}));
    }
    Observed { id: id.to_string(), spec, ..Observed::default() }
}

/// By its name, which a workspace has only once.
pub(super) async fn find(remote: &Remote, item: &Item<'_>) -> Result<Option<Observed>, RemoteError> {
    let name = item.text("name")?;
    let all = warehouses::list(&remote.client).await?;
    let is_there = |state: Option<&str>| !matches!(state, Some("DELETED" | "DELETING"));
    let found = all.into_iter().find(|one| one.name == name && is_there(one.state.as_deref()));
    let Some(found) = found else { return Ok(None) };
    read(remote, &Lookup { key: item.key, id: Some(&found.id), spec: item.spec, known: None }).await
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let id = warehouses::create(&remote.client, item.spec.clone()).await?;
    Ok(Observed { id, ..Observed::default() })
}

/// The service takes all settings at once, and gives those that are left out their defaults: what the project does not
/// name stays as it is.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let mut body = warehouses::get(&remote.client, id).await?.unwrap_or_default();
    let dropped = |field: &str| item.changed.contains(field) && !item.spec.contains_key(field);
    body.retain(|field, _| SETTINGS.contains(&field.as_str()) && !dropped(field));
    body.extend(item.spec.clone());
    warehouses::edit(&remote.client, id, body).await?;
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    warehouses::delete(&remote.client, id).await?;
    Ok(())
}
