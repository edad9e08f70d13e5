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

/// So often is a write tried that meets another one, or whose answer was lost.
const TRIES: usize = 3;

/// The service has no partial update: what is there is written back with what changes.
pub(super) async fn update(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let there = pipelines::get(&remote.client, id).await?;
        let last_modified = there.as_ref().and_then(|pipeline| pipeline.last_modified);
        let there = there.map(|pipeline| observed(pipeline).spec).unwrap_or_default();
        let mut merged = item.merged(&there);
        // Only told.
        merged.shift_remove("pipeline_type");
        match pipelines::replace(&remote.client, id, merged, last_modified).await {
            // Somebody was quicker, perhaps we ourselves: with what is there now, the same is right.
            Err(error) if tries < TRIES && (error.is_conflict() || error.may_have_taken_effect()) => {}
            written => {
                written?;
                return Ok(Observed { id: id.to_string(), ..Observed::default() });
            }
        }
    }
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    pipelines::delete(&remote.client, id).await?;
    Ok(())
}
