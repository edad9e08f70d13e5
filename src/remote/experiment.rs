//! MLflow experiments.

use serde_json::Value;

use crate::api::experiments::{self, Experiment};
use crate::resource::Observed;

use super::{Item, Lookup, Remote, RemoteError};

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    Ok(experiments::get(&remote.client, id).await?.map(observed))
}

fn observed(experiment: Experiment) -> Observed {
    Observed { id: experiment.experiment_id, spec: experiment.fields, ..Observed::default() }
}

/// By its name, which is its path.
pub(super) async fn find(remote: &Remote, item: &Item<'_>) -> Result<Option<Observed>, RemoteError> {
    Ok(experiments::find_by_name(&remote.client, item.text("name")?).await?.map(observed))
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let folder = item.text("name")?.rsplit_once('/').map(|(folder, _)| folder);
    let id = remote.in_folder(folder, || experiments::create(&remote.client, item.spec.clone())).await?;
    Ok(Observed { id, ..Observed::default() })
}

/// The name is all that can be changed.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    if item.changed.contains("name") {
        let name = item.spec.get("name").and_then(Value::as_str).unwrap_or_default();
        let folder = name.rsplit_once('/').map(|(folder, _)| folder);
        remote.in_folder(folder, || experiments::rename(&remote.client, id, name)).await?;
    }
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    experiments::delete(&remote.client, id).await?;
    Ok(())
}
