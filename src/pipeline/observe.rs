//! What the workspace has of everything wanted or recorded.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::remote::{Lookup, Remote, Sight, View};
use crate::resource::{Desired, DesiredSet, ID, Kind, Observed, Reference, ResourceKey, Spec, substitute};
use crate::state::{Record, State};

use super::PipelineError;

/// Reads at once, of which the client lets few through: those that wait for one list must not keep others back.
pub(super) const AT_ONCE: usize = 1024;

/// What was found, and of which of it a list told: that is to be read by itself before anything is done because of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) observed: BTreeMap<ResourceKey, Observed>,
    pub(super) at_a_glance: BTreeSet<ResourceKey>,
    /// The ids of others' objects that have a name which is there only once, by the resource that is to get it.
    pub(super) taken: BTreeMap<ResourceKey, String>,
    /// The ids of jobs that have the name of one that is new and bears no mark: they may be the project's.
    pub(super) namesakes: BTreeMap<ResourceKey, Vec<String>>,
}

/// One resource that is to be read.
struct Sought<'s> {
    key: &'s ResourceKey,
    record: Option<&'s Record>,
    spec: Spec,
}

impl<'s> Sought<'s> {
    fn new(key: &'s ResourceKey, desired: &DesiredSet, state: Option<&'s State>) -> Self {
        let record = state.and_then(|state| state.resources.get(key));
        let spec = match (desired.get(key), record) {
            // What is recorded is what is looked for, as long as there is a record: its id may hang on it.
            (_, Some(record)) if !key.kind.has_natural_identity() => record.spec.clone(),
            (Some(wanted), _) => resolved(&wanted.spec, &|key, field| state?.output(key, field).map(str::to_string)),
            (None, Some(record)) => record.spec.clone(),
            (None, None) => Spec::new(),
        };
        Self { key, record, spec }
    }

    fn lookup(&self) -> Lookup<'_> {
        let record = self.record;
        let known = record.and_then(|record| Some((record.etag.as_deref()?, record.fingerprint.as_ref()?)));
        Lookup { key: self.key, id: record.map(|record| record.id.as_str()), spec: &self.spec, known }
    }
}

/// `foreign` are ids of what is another deployment's, so that it is not to be found as this one's.
pub(super) async fn observe(
    remote: &Remote,
    desired: &DesiredSet,
    state: Option<&State>,
    foreign: &BTreeSet<String>,
) -> Result<Seen, PipelineError> {
    let recorded = state.into_iter().flat_map(|state| state.resources.keys());
    let keys: BTreeSet<&ResourceKey> = desired.keys().chain(recorded).filter(|key| !key.kind.is_attached()).collect();
    let sought: Vec<Sought<'_>> = keys.into_iter().map(|key| Sought::new(key, desired, state)).collect();
    let view = &View::new(remote, sought.iter().map(Sought::lookup));
    // Whoever has a key of the project already is not to be found under another.
    let records = state.into_iter().flat_map(|state| &state.resources);
    let kept = records.filter(|(key, _)| desired.get(key).is_some()).map(|(_, record)| record.id.clone());
    let kept: BTreeSet<String> = kept.chain(foreign.iter().cloned()).collect();
    let kept = &kept;
    let reads = stream::iter(sought.iter().map(|sought| async move {
        let (key, spec) = (sought.key, &sought.spec);
        let sure = |observed| Sight { observed, at_a_glance: false };
        let found = match (sought.record, key.kind.has_natural_identity()) {
            (None, false) => view.find_made_before(key, spec, kept).await.map(sure),
            (Some(record), false) => match view.read(&sought.lookup()).await {
                // The state was edited, or somebody deleted the resource and made it again: another must not be made
                // beside it.
                Ok(Sight { observed: None, .. }) if record.owned => {
                    let others: BTreeSet<String> = kept.iter().filter(|id| **id != record.id).cloned().collect();
                    view.find_made_before(key, spec, &others).await.map(sure)
                }
                found => found,
            },
            (_, true) => view.read(&sought.lookup()).await,
        };
        found.map(|found| (key, found)).map_err(|source| PipelineError::Observe { key: key.clone(), source })
    }));
    let ahead = async {
        view.read_ahead().await;
        Ok(())
    };
    let found: (_, Vec<(&ResourceKey, Sight)>) = try_join(ahead, reads.buffer_unordered(AT_ONCE).try_collect()).await?;
    let mut seen = Seen::default();
    for (key, sight) in found.1 {
        if sight.at_a_glance {
            seen.at_a_glance.insert(key.clone());
        }
        seen.observed.extend(sight.observed.map(|observed| (key.clone(), observed)));
    }
    seen.find_referring(view, &sought, kept).await?;
    seen.find_taken(view, desired, state).await?;
    Ok(seen)
}

impl Seen {
    /// Is there something that no record tells of, or that would be taken away, from a principal as well?
    pub(super) fn has_what_may_be_anothers(&self, desired: &DesiredSet, state: Option<&State>) -> bool {
        let record = |key: &ResourceKey| state.and_then(|state| state.resources.get(key));
        let principals = |spec: &Spec| -> BTreeSet<String> {
            let privileges = spec.get("privileges").and_then(Value::as_object);
            privileges.into_iter().flatten().map(|(principal, _)| principal.to_lowercase()).collect()
        };
        let drops = |wanted: &Desired| {
            matches!(wanted.key.kind, Kind::Grants | Kind::Permissions)
                && record(&wanted.key)
                    .is_some_and(|record| !principals(&record.spec).is_subset(&principals(&wanted.spec)))
        };
        self.observed.keys().any(|key| record(key).is_none() || desired.get(key).is_none()) || desired.iter().any(drops)
    }

    /// Looks again for what no record tells of, once it is known what it refers to: where the state was lost, that may be
    /// all that marks it as the project's. What is found may be what others refer to.
    async fn find_referring(
        &mut self,
        view: &View<'_>,
        sought: &[Sought<'_>],
        kept: &BTreeSet<String>,
    ) -> Result<(), PipelineError> {
        let mut tried: BTreeMap<&ResourceKey, Spec> = BTreeMap::new();
        loop {
            let id = |key: &ResourceKey, field: &str| Some(self.observed.get(key).filter(|_| field == ID)?.id.clone());
            let absent = sought.iter().filter(|sought| {
                sought.record.is_none()
                    && !sought.key.kind.has_natural_identity()
                    && !self.observed.contains_key(sought.key)
            });
            let open: Vec<(&ResourceKey, Spec)> = absent
                .map(|sought| (sought, resolved(&sought.spec, &id)))
                .filter(|(sought, spec)| spec != tried.get(sought.key).unwrap_or(&sought.spec))
                .map(|(sought, spec)| (sought.key, spec))
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            for (key, spec) in open {
                let found = view.find_made_before(key, &spec, kept).await;
                let found = found.map_err(|source| PipelineError::Observe { key: key.clone(), source })?;
                self.observed.extend(found.map(|found| (key.clone(), found)));
                tried.insert(key, spec);
            }
        }
    }

    /// Finds those who have the names that the project's pipelines are to get. The list of pipelines was read for what is not
    /// there, so that only a new name costs a look at it. Whatever else is there only once under its name is found by it.
    async fn find_taken(
        &mut self,
        view: &View<'_>,
        desired: &DesiredSet,
        state: Option<&State>,
    ) -> Result<(), PipelineError> {
        let records = state.into_iter().flat_map(|state| state.resources.values()).map(|record| &record.id);
        let ours: BTreeSet<String> = records.chain(self.observed.values().map(|found| &found.id)).cloned().collect();
        let duplicates = |wanted: &Desired| wanted.spec.get("allow_duplicate_names") == Some(&Value::Bool(true));
        for wanted in desired.iter().filter(|wanted| wanted.key.kind == Kind::Pipeline && !duplicates(wanted)) {
            let Some(name) = wanted.text("name") else { continue };
            let has_it = |found: &Observed| found.spec.get("name").and_then(Value::as_str) == Some(name);
            if self.observed.get(&wanted.key).is_some_and(has_it) {
                continue;
            }
            let found = view.pipeline_named(name, &ours).await;
            let found = found.map_err(|source| PipelineError::Observe { key: wanted.key.clone(), source })?;
            self.taken.extend(found.map(|id| (wanted.key.clone(), id)));
        }
        let recorded = |key: &ResourceKey| state.is_some_and(|state| state.resources.contains_key(key));
        for wanted in desired.iter().filter(|wanted| !recorded(&wanted.key)) {
            if self.observed.contains_key(&wanted.key) {
                continue;
            }
            // What it names by an id was a mark, and the job was looked for by it.
            let id = |key: &ResourceKey, field: &str| Some(self.observed.get(key).filter(|_| field == ID)?.id.clone());
            let found = view.namesakes(&wanted.key, &resolved(&wanted.spec, &id), &ours).await;
            let found = found.map_err(|source| PipelineError::Observe { key: wanted.key.clone(), source })?;
            if !found.is_empty() {
                self.namesakes.insert(wanted.key.clone(), found);
            }
        }
        Ok(())
    }

    /// Reads by themselves those of the resources that only a list has told of.
    pub(super) async fn look_closely(
        &mut self,
        remote: &Remote,
        desired: &DesiredSet,
        state: Option<&State>,
        keys: impl IntoIterator<Item = &ResourceKey>,
    ) -> Result<(), PipelineError> {
        let keys: Vec<&ResourceKey> = keys.into_iter().filter(|key| self.at_a_glance.contains(*key)).collect();
        let reads = stream::iter(keys.into_iter().map(|key| async move {
            let sought = Sought::new(key, desired, state);
            let found = remote.read(&sought.lookup()).await;
            found.map(|found| (key, found)).map_err(|source| PipelineError::Observe { key: key.clone(), source })
        }));
        let found: Vec<(&ResourceKey, Option<Observed>)> = reads.buffer_unordered(AT_ONCE).try_collect().await?;
        for (key, observed) in found {
            self.at_a_glance.remove(key);
            match observed {
                Some(observed) => drop(self.observed.insert(key.clone(), observed)),
                None => drop(self.observed.remove(key)),
            }
        }
        Ok(())
    }
}

/// The grants on the project's catalogs and schemas that have no grants of the project, by the key that these would
/// have. `there`: what is known not to be there need not be asked for. Who may not see them is told nothing of them.
pub(super) async fn bystanders(
    remote: &Remote,
    desired: &DesiredSet,
    state: Option<&State>,
    there: impl Fn(&ResourceKey) -> bool,
) -> Result<BTreeMap<ResourceKey, Observed>, PipelineError> {
    let holds = |wanted: &&Desired| matches!(wanted.key.kind, Kind::Catalog | Kind::Schema) && there(&wanted.key);
    let securables = desired.iter().filter(holds).filter_map(|wanted| {
        let (kind, name) = wanted.securable()?;
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

/// The specification with the outputs that are known; references to others stay, and nothing that needs them can be
/// there yet.
pub(super) fn resolved(spec: &Spec, output: &dyn Fn(&ResourceKey, &str) -> Option<String>) -> Spec {
    let resolve = |reference: &Reference| match reference {
        Reference::Output { key, field } => output(key, field),
        Reference::DefaultWarehouse => None,
    };
    match substitute(&Value::Object(spec.clone()), &resolve) {
        Value::Object(spec) => spec,
        _ => spec.clone(),
    }
}
