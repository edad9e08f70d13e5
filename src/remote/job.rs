//! Jobs.

use crate::api::jobs;
use crate::resource::Observed;

use super::{Item, Lookup, Remote, RemoteError};

pub(super) async fn read(remote: &Remote, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
    let Some(id) = lookup.id else { return Ok(None) };
    Ok(jobs::get(&remote.client, id).await?.map(observed))
}

pub(super) fn observed(job: jobs::Job) -> Observed {
    Observed { id: job.job_id.to_string(), spec: job.settings, ..Observed::default() }
}

pub(super) async fn create(remote: &Remote, item: &Item<'_>) -> Result<Observed, RemoteError> {
    let id = jobs::create(&remote.client, item.spec.clone()).await?;
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

/// All settings: fields that the project does not name get the service's defaults again.
pub(super) async fn replace(remote: &Remote, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
    jobs::reset(&remote.client, number(id)?, item.spec.clone()).await?;
    Ok(Observed { id: id.to_string(), ..Observed::default() })
}

pub(super) async fn delete(remote: &Remote, id: &str) -> Result<(), RemoteError> {
    jobs::delete(&remote.client, number(id)?).await?;
    Ok(())
}

pub(super) fn number(id: &str) -> Result<i64, RemoteError> {
    id.parse().map_err(|_| RemoteError::Id(id.to_string()))
}
