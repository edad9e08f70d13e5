//! What hangs on other resources: asked for when it is known what these are called.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::remote::{Lookup, Remote};
use crate::resource::{DesiredSet, ID, Observed, ResourceKey};
use crate::state::State;

use super::PipelineError;
use super::observe::{AT_ONCE, resolved};

/// The permissions and schedules of what was found. An object that was found again without a record, or under another id, is asked
/// for by that id.
pub(super) async fn observe_attached(
    remote: &Remote,
    desired: &DesiredSet,
    state: Option<&State>,
    found: &BTreeMap<ResourceKey, Observed>,
) -> Result<BTreeMap<ResourceKey, Observed>, PipelineError> {
    let recorded = state.into_iter().flat_map(|state| state.resources.keys());
    let keys = desired.keys().chain(recorded).filter(|key| key.kind.is_attached());
    let keys: BTreeSet<&ResourceKey> = keys.collect();
    let lookups = keys.into_iter().filter_map(|key| {
        let record = state.and_then(|state| state.resources.get(key)).map(|record| &record.spec);
        let spec = desired.get(key).map(|wanted| &wanted.spec).or(record)?;
        let id = |key: &ResourceKey, field: &str| Some(found.get(key).filter(|_| field == ID)?.id.clone());
        Some((key, resolved(spec, &id)))
    });
    let reads = stream::iter(lookups.collect::<Vec<_>>().into_iter().map(|(key, spec)| async move {
        match remote.read(&Lookup { key, id: None, spec: &spec, known: None }).await {
            Ok(seen) => Ok(seen.map(|seen| (key.clone(), seen))),
            Err(source) => Err(PipelineError::Observe { key: key.clone(), source }),
        }
    }));
    reads.buffer_unordered(AT_ONCE).try_filter_map(|seen| async move { Ok(seen) }).try_collect().await
}
