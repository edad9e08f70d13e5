//! What the workspace has of everything wanted or recorded.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::remote::{Lookup, Remote};
use crate::resource::{DesiredSet, Kind, Observed, Reference, ResourceKey, Spec, substitute};
use crate::state::State;

use super::PipelineError;

/// Reads at once; the client limits calls further.
const AT_ONCE: usize = 32;

pub(super) async fn observe(
    remote: &Remote,
    desired: &DesiredSet,
    state: Option<&State>,
) -> Result<BTreeMap<ResourceKey, Observed>, PipelineError> {
    let recorded = state.into_iter().flat_map(|state| state.resources.keys());
    let keys = desired.keys().chain(recorded).filter(|key| key.kind != Kind::Permissions);
    let keys: BTreeSet<&ResourceKey> = keys.collect();
    // Whoever has a key of the project already is not to be found under another.
    let records = state.into_iter().flat_map(|state| &state.resources);
    let kept: BTreeSet<String> =
        records.filter(|(key, _)| desired.get(key).is_some()).map(|(_, record)| record.id.clone()).collect();
    let kept = &kept;
    let reads = stream::iter(keys.into_iter().map(|key| async move {
        let record = state.and_then(|state| state.resources.get(key));
        let spec = match (desired.get(key), record) {
            // What is recorded is what is looked for, as long as there is a record: its id may hang on it.
            (_, Some(record)) if !key.kind.has_natural_identity() => record.spec.clone(),
            (Some(wanted), _) => resolved(&wanted.spec, state),
            (None, Some(record)) => record.spec.clone(),
            (None, None) => Spec::new(),
        };
        let known = record.and_then(|record| Some((record.etag.as_deref()?, record.fingerprint.as_ref()?)));
        let lookup = Lookup { key, id: record.map(|record| record.id.as_str()), spec: &spec, known };
        let found = match (record, key.kind.has_natural_identity()) {
            (None, false) => remote.find_made_before(key, &spec, kept).await,
            (Some(record), false) => match remote.read(&lookup).await {
                // The state was edited, or somebody deleted the resource and made it again: another must not be made
                // beside it.
                Ok(None) if record.owned => {
                    let others: BTreeSet<String> = kept.iter().filter(|id| **id != record.id).cloned().collect();
                    remote.find_made_before(key, &spec, &others).await
                }
                found => found,
            },
            (_, true) => remote.read(&lookup).await,
        };
        let found = found.map_err(|source| PipelineError::Observe { key: key.clone(), source })?;
        Ok::<_, PipelineError>(found.map(|found| (key.clone(), found)))
    }));
    reads.buffer_unordered(AT_ONCE).try_filter_map(|found| async move { Ok(found) }).try_collect().await
}

/// The grants on the project's catalogs and schemas that have no grants of the project, by the key that these would
/// have. Who may not see them is told nothing of them.
pub(super) async fn bystanders(
    remote: &Remote,
    desired: &DesiredSet,
    state: Option<&State>,
) -> Result<BTreeMap<ResourceKey, Observed>, PipelineError> {
    let securables = desired.iter().filter_map(|wanted| {
        let text = |field| wanted.text(field).map(str::to_lowercase);
        let (kind, name) = match wanted.key.kind {
            Kind::Catalog => ("catalog", text("name")?),
            Kind::Schema => ("schema", format!("{}.{}", text("catalog_name")?, text("name")?)),
            _ => return None,
        };
        let key = ResourceKey::new(Kind::Grants, format!("{kind}.{name}"));
        let known = desired.get(&key).is_some() || state.is_some_and(|state| state.resources.contains_key(&key));
        let spec = json!({"securable_type": kind, "securable": name});
        (!known).then(|| (key, spec.as_object().cloned().unwrap_or_default()))
    });
    let securables: Vec<(ResourceKey, Spec)> = securables.collect();
    let reads = stream::iter(securables.into_iter().map(|(key, spec)| async move {
        match remote.read(&Lookup { key: &key, id: None, spec: &spec, known: None }).await {
            Ok(found) => Ok(found.map(|found| (key, found))),
            Err(error) if error.is_forbidden() => Ok(None),
            Err(source) => Err(PipelineError::Observe { key, source }),
        }
    }));
    reads.buffer_unordered(AT_ONCE).try_filter_map(|found| async move { Ok(found) }).try_collect().await
}

/// References to what is deployed; the others stay, and nothing that needs them can be there yet.
fn resolved(spec: &Spec, state: Option<&State>) -> Spec {
    let resolve = |reference: &Reference| match reference {
        Reference::Output { key, field } => state?.output(key, field).map(str::to_string),
        Reference::DefaultWarehouse => None,
    };
    match substitute(&Value::Object(spec.clone()), &resolve) {
        Value::Object(spec) => spec,
        _ => spec.clone(),
    }
}
