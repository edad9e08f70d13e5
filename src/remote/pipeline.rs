//! Pipelines.

use serde_json::Value;

use crate::api::pipelines;
use crate::resource::Observed;

use super::{Item, Lookup, Remote, RemoteError};

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    Ok(pipelines::get(&remote.client, id).await?.map(observed))
}

/// The specification, with the name that some answers put beside it.
pub(super) fn observed(pipeline: pipelines::Pipeline) -> Observed {
    let mut spec = pipeline.spec;
    if let Some(name) = pipeline.name {
        spec.entry("name").or_insert(Value::String(name));
    }
    Observed { id: pipeline.pipeline_id, spec, ..Observed::default() }
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let id = pipelines::create(&remote.client, item.spec.clone()).await?;
    Ok(Observed { id, ..Observed::default() })
}

/// The whole specification: the service has no partial update.
pub(super) async fn replace(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    pipelines::replace(&remote.client, id, item.spec.clone()).await?;
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    pipelines::delete(&remote.client, id).await?;
    Ok(())
}
