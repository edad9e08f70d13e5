//! One step: its calls, and the journal around them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::ident::ContentHash;
use crate::plan::{Action, FieldChange, Plan, Step, TAKEN_OVER};
use crate::remote::{Deletion, GrantChange, Item, Possessions, RemoteError, UpdateProgress, name_taken};
use crate::resource::{
    Alteration, Content, Kind, Observed, Reference, ResourceKey, Spec, in_all_privileges, substitute,
};
use crate::state::{Entry, Operation, Outcome, Record, State};

use super::recover::ids_of;
use super::{ApplyError, Cancel, Effects, Observer, Session, Storage};

/// What a step did to the state.
pub(super) enum Done {
    Stored(Box<Record>),
    Removed,
}

/// Why a step did not succeed.
pub(super) enum Failure {
    /// The step's own; others may go on.
    Step(RemoteError),
    /// The run's; nothing new may begin.
    Run(ApplyError),
    /// The run had to stop before the step's first call.
    NotBegun,
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        Self::Run(error)
    }
}

/// What all steps of a run share.
pub(super) struct Shared<'a, S, E> {
    pub(super) session: &'a Session<S>,
    /// The number of the journal's entry that names the files.
    pub(super) header: u64,
    pub(super) effects: &'a E,
    pub(super) observer: &'a dyn Observer,
    pub(super) contents: &'a BTreeMap<ResourceKey, Content>,
    /// What was there of the deployment when the run began.
    pub(super) possessions: &'a Possessions,
    /// As it becomes; the session's copy is brought up to date when the run ends.
    pub(super) state: Mutex<State>,
    /// Intents without an outcome.
    pub(super) open: Mutex<BTreeMap<ResourceKey, Entry>>,
    /// One for each step that may be at its calls.
    pub(super) places: Semaphore,
    pub(super) cancel: &'a Cancel,
    /// Something has failed that no step can go on without.
    pub(super) stopped: AtomicBool,
}

/// The right of a step to its calls, from the first one to its end.
#[derive(Default)]
struct Place<'p>(Option<SemaphorePermit<'p>>);

impl<S: Storage, E: Effects> Shared<'_, S, E> {
    pub(super) fn with_state<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        // A poisoned lock only says that another task panicked between two complete changes.
        read(&mut self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    pub(super) fn with_open(&self, change: impl FnOnce(&mut BTreeMap<ResourceKey, Entry>)) {
        change(&mut self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    pub(super) async fn execute(&self, step: &Step) -> Result<Done, Failure> {
        let mut place = Place::default();
        match step.action {
            Action::None | Action::Forget => {
                self.outcome(step, Outcome::Removed)?;
                Ok(Done::Removed)
            }
            Action::Delete => {
                self.delete(step, &mut place).await?;
                Ok(Done::Removed)
            }
            Action::Create => self.create(step, &mut place).await,
            Action::Recreate => {
                self.delete(step, &mut place).await?;
                self.with_state(|state| state.resources.remove(&step.key));
                self.create(step, &mut place).await
            }
            Action::Update => self.update(step, &mut place).await,
        }
    }

    /// Waits for the step's turn, once its intent is known. A step that has had a call goes on to its end; one that has
    /// not does not begin when the run must stop.
    async fn turn<'p>(&'p self, step: &Step, place: &mut Place<'p>) -> Result<(), Failure> {
        // Whoever has lost the target makes no call more, whatever it was in the middle of.
        self.session.check_lease()?;
        if place.0.is_some() {
            return Ok(());
        }
        // Never an error: the semaphore is not closed.
        place.0 = self.places.acquire().await.ok();
        self.session.check_lease()?;
        if self.stopped.load(Ordering::SeqCst) || self.cancel.is_cancelled() {
            self.outcome(step, Outcome::Refused { message: "the run ended before it".to_string() })?;
            return Err(Failure::NotBegun);
        }
        Ok(())
    }

    async fn create<'p>(&'p self, step: &Step, place: &mut Place<'p>) -> Result<Done, Failure> {
        let spec = self.resolved(step).await?;
        let progress = |progress: UpdateProgress| self.observer.progress(step, &progress);
        let item = self.item(step, &spec, &progress);
        self.intent(step, Operation::Create, record(step, &spec, &Observed::default())).await?;
        self.turn(step, place).await?;
        let since = self.session.system.clock.now();
        let mut result = self.effects.create(&item).await;
        if result.as_ref().is_err_and(RemoteError::may_have_taken_effect) {
            result = self.made_after_all(step, &item, since, result).await;
        }
        match result {
            Ok(made) => self.stored(step, record(step, &spec, &made)),
            Err(error) => {
                self.refused(step, &error)?;
                Err(Failure::Step(self.told(step, &item, error).await))
            }
        }
    }

    /// A refusal for a name that another object has, with what to do about it: which one that is may be known only now.
    async fn told(&self, step: &Step, item: &Item<'_>, error: RemoteError) -> RemoteError {
        let kind = step.key.kind;
        let is_named = match kind {
            Kind::Pipeline => step.action != Action::Update || step.changes.iter().any(|change| change.path == "name"),
            Kind::SqlWarehouse
            | Kind::Experiment
            | Kind::Catalog
            | Kind::Schema
            | Kind::Volume
            | Kind::SecretScope
            | Kind::RegisteredModel => step.action != Action::Update,
            _ => false,
        };
        if !is_named || !error.is_existing() {
            return error;
        }
        let known = self.with_state(|state| ids_of(state, kind));
        let id = self.effects.named(item, &known).await.ok().flatten();
        if id.is_none() && step.action == Action::Update {
            // It is about something else.
            return error;
        }
        RemoteError::Taken { told: name_taken(&step.key, id.as_deref()), source: Box::new(error) }
    }

    /// What became of a create whose answer was lost. Look before doing it again: a lost answer does not mean that nothing
    /// happened. What is not seen after all that time is made again only where the service takes no second of its name;
    /// elsewhere the next run looks once more, for two of them would be worse than one that comes late.
    async fn made_after_all(
        &self,
        step: &Step,
        item: &Item<'_>,
        since: DateTime<Utc>,
        lost: Result<Observed, RemoteError>,
    ) -> Result<Observed, RemoteError> {
        let look = async |waits: &[Duration]| {
            let mut absent = false;
            for wait in waits {
                tokio::time::sleep(*wait).await;
                let known = self.with_state(|state| ids_of(state, step.key.kind));
                match self.effects.find(item, since, &known).await {
                    Ok(Some(found)) => return (Some(found), false),
                    Ok(None) => absent = true,
                    // It cannot be known.
                    Err(_) => absent = false,
                }
            }
            (None, absent)
        };
        let [now, soon, later, last] = [0, 1, 2, 4].map(Duration::from_secs);
        let twice = item.spec.get("allow_duplicate_names").and_then(Value::as_bool) == Some(true);
        let is_unique = step.key.kind.is_unique_by_name() && !twice;
        let found = match look(&[now, soon, later, last]).await {
            (Some(found), _) => found,
            (None, absent) if !absent || !is_unique => return lost,
            (None, _) => match self.effects.create(item).await {
                Err(error) if error.may_have_taken_effect() || error.is_existing() => {
                    look(&[now, soon]).await.0.ok_or(error)?
                }
                result => return result,
            },
        };
        if step.key.kind.is_made_in_steps() { self.effects.update(&found.id, item).await } else { Ok(found) }
    }

    async fn update<'p>(&'p self, step: &Step, place: &mut Place<'p>) -> Result<Done, Failure> {
        let spec = self.resolved(step).await?;
        let before =
            Observed { id: step.id.clone().unwrap_or_default(), etag: step.etag.clone(), ..Observed::default() };
        // Protection and keys are lakesmith's own; taking over what is there unchanged needs no call either.
        if step.changes.iter().all(|change| change.path.starts_with("lifecycle.")) {
            let mut record = record(step, &spec, &before);
            let old = self.with_state(|state| {
                let old = state.resources.get(step.moved_from.as_ref().unwrap_or(&step.key));
                old.and_then(|old| old.shown.clone())
            });
            let anew = step.changes.iter().any(|change| change.path == TAKEN_OVER);
            record.shown = step.shown.clone().filter(|_| anew).or(old).or_else(|| step.shown.clone());
            self.keep(step, &mut record);
            return self.stored(step, record);
        }
        let progress = |progress: UpdateProgress| self.observer.progress(step, &progress);
        let item = self.item(step, &spec, &progress);
        self.intent(step, Operation::Update, record(step, &spec, &before)).await?;
        self.turn(step, place).await?;
        match self.effects.update(&before.id, &item).await {
            Ok(made) => {
                let mut record = record(step, &spec, &made);
                self.keep(step, &mut record);
                self.stored(step, record)
            }
            Err(RemoteError::Halfway { made, source }) => {
                let mut record = record(step, &spec, &made);
                self.keep(step, &mut record);
                self.outcome(step, Outcome::Stored { record: record.clone() })?;
                self.with_state(|state| state.store(&step.key, &record));
                Err(Failure::Step(*source))
            }
            Err(error) => {
                self.refused(step, &error)?;
                Err(Failure::Step(self.told(step, &item, error).await))
            }
        }
    }

    /// Content that stays as it was edited in the workspace was not deployed, and is to be looked at again.
    fn keep(&self, step: &Step, record: &mut Record) {
        if step.kept.iter().any(|change| change.path == "content") {
            record.etag = None;
            record.fingerprint = self.with_state(|state| {
                let old = state.resources.get(step.moved_from.as_ref().unwrap_or(&step.key));
                old.and_then(|old| old.fingerprint.clone())
            });
        }
    }

    async fn delete<'p>(&'p self, step: &Step, place: &mut Place<'p>) -> Result<(), Failure> {
        let recorded = step.recorded.clone().unwrap_or_default();
        let id = step.id.clone().unwrap_or_default();
        let observed = Observed { id: id.clone(), ..Observed::default() };
        self.intent(step, Operation::Delete, record(step, &recorded, &observed)).await?;
        self.turn(step, place).await?;
        let grants = grant_changes(&step.changes);
        let deletion =
            Deletion { key: &step.key, id: &id, recorded: &recorded, grants: &grants, owned: self.possessions };
        match self.effects.delete(&deletion).await {
            Ok(()) => Ok(self.outcome(step, Outcome::Removed)?),
            Err(error) => {
                self.refused(step, &error)?;
                Err(Failure::Step(error))
            }
        }
    }

    fn item<'i>(&'i self, step: &'i Step, spec: &'i Spec, progress: &'i (dyn Fn(UpdateProgress) + Sync)) -> Item<'i> {
        let top = |change: &FieldChange| change.path.split(['.', '[']).next().unwrap_or_default().to_string();
        let content = step.changes.iter().find(|change| change.path == "content");
        let seen = match content {
            Some(change) => serde_json::from_value::<ContentHash>(change.old.clone()).ok(),
            None => step.fingerprint.clone(),
        };
        Item {
            key: &step.key,
            spec,
            content: self.contents.get(&step.key),
            etag: step.etag.as_deref(),
            changed: step.changes.iter().map(top).collect(),
            kept: step.kept.iter().map(top).collect(),
            recorded: step.recorded.as_ref(),
            overwrites: step.overwrites,
            seen,
            removed: step
                .changes
                .iter()
                .filter(|change| change.new.is_null())
                .map(|change| change.path.clone())
                .collect(),
            grants: grant_changes(&step.changes),
            alterations: alterations(step),
            progress: Some(progress),
        }
    }

    /// References to what earlier steps made.
    async fn resolved(&self, step: &Step) -> Result<Spec, Failure> {
        let spec = step.spec.clone().unwrap_or_default();
        let spec = Value::Object(spec);
        let needs_warehouse = crate::resource::references_in(&spec).contains(&Reference::DefaultWarehouse);
        let warehouse = match needs_warehouse {
            true => Some(self.effects.warehouse().await.map_err(Failure::Step)?),
            false => None,
        };
        let resolved = self.with_state(|state| {
            substitute(&spec, &|reference| match reference {
                Reference::Output { key, field } => state.output(key, field).map(str::to_string),
                Reference::DefaultWarehouse => warehouse.clone(),
            })
        });
        match resolved {
            Value::Object(spec) => Ok(spec),
            _ => Ok(Spec::new()),
        }
    }

    /// Files have no entries of their own: the run's first entry names those that may be written, and one that was
    /// deleted is found to be gone.
    async fn intent(&self, step: &Step, operation: Operation, record: Record) -> Result<(), ApplyError> {
        if step.key.kind.is_file() {
            return self.session.noted(self.header).await;
        }
        let at = self.session.system.clock.now();
        let before = grants_before(step);
        let entry = Entry::Intent { key: step.key.clone(), operation, record, at, before };
        self.session.journal(&entry).await?;
        self.with_open(|open| drop(open.insert(step.key.clone(), entry)));
        Ok(())
    }

    /// Travels with the next intent, which is the first call that may rely on it: until then the intent alone is known,
    /// and its call is looked up.
    fn outcome(&self, step: &Step, outcome: Outcome) -> Result<(), ApplyError> {
        if step.key.kind.is_file() {
            return Ok(());
        }
        self.session.note(&Entry::Outcome { key: step.key.clone(), outcome })?;
        self.with_open(|open| drop(open.remove(&step.key)));
        Ok(())
    }

    fn stored(&self, step: &Step, record: Record) -> Result<Done, Failure> {
        self.outcome(step, Outcome::Stored { record: record.clone() })?;
        Ok(Done::Stored(Box::new(record)))
    }

    /// An uncertain call leaves its intent open, so that the next run looks.
    fn refused(&self, step: &Step, error: &RemoteError) -> Result<(), ApplyError> {
        if error.may_have_taken_effect() {
            return Ok(());
        }
        self.outcome(step, Outcome::Refused { message: error.to_string() })
    }
}

pub(super) fn record(step: &Step, spec: &Spec, made: &Observed) -> Record {
    Record {
        id: made.id.clone(),
        spec: spec.clone(),
        fingerprint: step.fingerprint.clone(),
        etag: made.etag.clone(),
        outputs: BTreeMap::new(),
        prevent_destroy: step.prevent_destroy,
        owned: step.owned,
        unfinished: step.unfinished,
        delivered: step.delivered,
        shown: (step.key.kind.is_statement() && !made.spec.is_empty()).then(|| Box::new(made.spec.clone())),
        depends_on: step.depends_on.clone(),
    }
}

/// `privileges[p]` from old to new, as what to give and what to take.
fn grant_changes(changes: &[FieldChange]) -> Vec<GrantChange> {
    let names = |value: &Value| -> BTreeSet<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
    };
    let changes = changes.iter().filter_map(|change| {
        let principal = change.path.strip_prefix("privileges[")?.strip_suffix(']')?.to_string();
        let (old, new) = (names(&change.old), names(&change.new));
        let remove: Vec<String> = old.difference(&new).cloned().collect();
        // Taking ALL PRIVILEGES away takes what it covers too, however that was given.
        let taken = |name: &&String| remove.iter().any(|gone| gone == "ALL_PRIVILEGES") && in_all_privileges(name);
        let add = new.iter().filter(|name| !old.contains(*name) || taken(name)).cloned().collect();
        Some(GrantChange { principal, add, remove })
    });
    changes.collect()
}

/// Who has what of those whom a step about grants or permissions is about, as the plan saw it.
fn grants_before(step: &Step) -> Option<Spec> {
    if !matches!(step.key.kind, Kind::Grants | Kind::Permissions) {
        return None;
    }
    let wanted = step.spec.as_ref().and_then(|spec| spec.get("privileges")).and_then(Value::as_object);
    let mut before = wanted.cloned().unwrap_or_default();
    for change in &step.changes {
        let Some(principal) = change.path.strip_prefix("privileges[").and_then(|path| path.strip_suffix(']')) else {
            continue;
        };
        // The service may spell it otherwise.
        before.retain(|name, _| name.to_lowercase() != principal.to_lowercase());
        before.insert(principal.to_string(), change.old.clone());
    }
    Some([("privileges".to_string(), Value::Object(before))].into_iter().collect())
}

/// What a table's changes are where all of them leave its rows alone; `None` where the statement must be run again.
fn alterations(step: &Step) -> Option<Vec<Alteration>> {
    let own = |change: &&FieldChange| !change.path.starts_with("lifecycle.");
    let changes = step.changes.iter().filter(own).map(|change| Alteration::of(&change.path, &change.new));
    changes.collect::<Option<Vec<_>>>().filter(|_| step.key.kind == Kind::Table && step.action == Action::Update)
}

/// Files that a run may write, as the journal's first entry names them.
pub(super) fn files<'p>(steps: impl Iterator<Item = &'p Step>) -> BTreeMap<ResourceKey, Record> {
    let written = |step: &&Step| {
        matches!(step.key.kind, Kind::WorkspaceFile | Kind::VolumeFile)
            && matches!(step.action, Action::Create | Action::Recreate)
    };
    let files = steps.filter(written).map(|step| {
        let spec = step.spec.clone().unwrap_or_default();
        (step.key.clone(), record(step, &spec, &Observed::default()))
    });
    files.collect()
}

/// Files that a run may delete, as the journal's first entry names them.
pub(super) fn deleted_files(plan: &Plan) -> BTreeSet<ResourceKey> {
    let deleted = plan.changes().filter(|step| step.key.kind.is_file() && step.action == Action::Delete);
    deleted.map(|step| step.key.clone()).collect()
}
