//! A run's hold on a target: its lease, its state, its journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::future::{join3, try_join};

use crate::resource::ResourceKey;
use crate::state::{Entry, FORMAT_VERSION, Holder, Lease, Record, State};
use crate::sys::System;

use super::document::{Loaded, STATE, load, marker};
use super::journal::{self, Left, Writer};
use super::lease::{self, Held, Patience};
use super::recover::settle;
use super::{ApplyError, Effects, Observer, Storage};

/// Whose state it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub project: String,
    pub target: String,
}

/// The right to change a target, and what is known of it. Ends with [`Session::close`]; if the process dies instead,
/// the lease ends by itself and the journal tells the next run what happened.
pub struct Session<S> {
    pub(super) storage: Arc<S>,
    pub(super) system: System,
    lease: Held<S>,
    state: State,
    /// The highest serial that somebody took; of a state that is whole, its own.
    taken: AtomicU64,
    /// Nothing is stored yet.
    new: bool,
    /// Of the plan that is being carried out; a session may carry out several.
    run: String,
    journal: Writer,
}

/// The state as a new run would find it, without a lease and without writing anything.
pub async fn peek<S: Storage, E: Effects>(
    storage: &S,
    identity: &Identity,
    effects: &E,
    observer: &dyn Observer,
) -> Result<Option<State>, ApplyError> {
    let Loaded { state, mended, taken } = load(storage, identity).await?;
    mended.iter().for_each(|told| observer.mended(told));
    let Some(mut state) = state else {
        return Ok(None);
    };
    state.serial = taken;
    let found = journal::read_all(storage).await?;
    let mut deleting = BTreeSet::new();
    for left in &found {
        tell_damaged(left, observer);
        deleting.extend(settle(&mut state, &left.entries, effects).await?);
    }
    if !found.is_empty() {
        state.note_taken_up(deleting)?;
    }
    Ok(Some(state))
}

/// The lease that keeps others out at the moment, if one does.
pub async fn occupied<S: Storage>(storage: &S, system: &System, asks: &Holder) -> Result<Option<Lease>, ApplyError> {
    lease::blocking(storage, system, asks).await
}

fn tell_damaged(left: &Left, observer: &dyn Observer) {
    for (name, _) in &left.damaged {
        let told = format!(
            "the journal entry `{}/{name}` is damaged; what it spoke of is looked up in the workspace",
            left.folder
        );
        observer.mended(&told);
    }
}

impl<S: Storage> Session<S> {
    /// Takes the lease, reads the state, and takes up what an earlier run left unfinished.
    pub async fn open<E: Effects>(
        storage: S,
        system: &System,
        identity: &Identity,
        holder: &Holder,
        patience: Patience<'_>,
        effects: &E,
    ) -> Result<Self, ApplyError> {
        let storage = Arc::new(storage);
        let mut lease = lease::acquire(&storage, system, holder, patience).await?;
        // Nobody else writes any more, so that all of it can be read at once.
        let (confirmed, loaded, left) =
            join3(lease.confirm(), load(storage.as_ref(), identity), journal::read_all(storage.as_ref())).await;
        let read = confirmed.and_then(|()| Ok((loaded?, left?)));
        let (loaded, left) = match read {
            Ok(read) => read,
            Err(error) => {
                // Nothing was changed: others need not wait for the lease to end by itself.
                let _released = lease.release().await;
                return Err(error);
            }
        };
        let mut session = Self::over(storage, system, identity, lease, loaded, patience.observer);
        match session.take_up(left, effects, patience.observer).await {
            Ok(()) => Ok(session),
            Err(error) => {
                // Why it cannot go on says more than why the lease could not be given back.
                let _closed = session.close().await;
                Err(error)
            }
        }
    }

    pub(super) fn over(
        storage: Arc<S>,
        system: &System,
        identity: &Identity,
        lease: Held<S>,
        loaded: Loaded,
        observer: &dyn Observer,
    ) -> Self {
        loaded.mended.iter().for_each(|told| observer.mended(told));
        let new = loaded.state.is_none();
        let fresh = || State::new(system.random.uuid().to_string(), &identity.project, &identity.target);
        let mut state = loaded.state.unwrap_or_else(fresh);
        // What lies between is damaged: nobody may take these serials again.
        state.serial = loaded.taken;
        let taken = AtomicU64::new(loaded.taken);
        let (run, journal) = (String::new(), Writer::default());
        Self { storage, system: system.clone(), lease, state, taken, new, run, journal }
    }

    async fn take_up<E: Effects>(
        &mut self,
        found: Vec<Left>,
        effects: &E,
        observer: &dyn Observer,
    ) -> Result<(), ApplyError> {
        if found.is_empty() {
            return Ok(());
        }
        let before = self.state.clone();
        let mut deleting = BTreeSet::new();
        for left in &found {
            tell_damaged(left, observer);
            left.set_aside(self.storage.as_ref()).await?;
            deleting.extend(settle(&mut self.state, &left.entries, effects).await?);
        }
        let changed = self.state != before;
        self.state.note_taken_up(deleting)?;
        observer.taken_up();
        if changed {
            self.save().await?;
        }
        for left in found {
            self.storage.remove(&left.folder).await.map_err(ApplyError::Storage)?;
        }
        Ok(())
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// For planning: absent until something is deployed.
    pub fn stored_state(&self) -> Option<&State> {
        (!self.new).then_some(&self.state)
    }

    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Is the target still ours?
    pub fn check_lease(&self) -> Result<(), ApplyError> {
        self.lease.check()
    }

    /// Before the first change of a run: from now on the state exists and the journal belongs to its lineage.
    pub(super) async fn begin(&mut self) -> Result<(), ApplyError> {
        self.start(None);
        if self.new { self.save().await } else { Ok(()) }
    }

    fn start(&mut self, name: Option<String>) {
        let started = self.system.clock.now().format("%Y%m%dT%H%M%S%3f");
        self.run = name.unwrap_or_else(|| format!("{started}-{}", self.system.random.hex::<4>()));
        self.journal = Writer::default();
    }

    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// Appends to the journal; on return the entry is in the workspace.
    pub(super) async fn journal(&self, entry: &Entry) -> Result<(), ApplyError> {
        self.lease.check()?;
        let number = self.journal.note(entry)?;
        self.noted(number).await
    }

    /// Appends to the journal what travels with the next entry. Until then it is not known to others: a call whose
    /// outcome is lost this way is looked up. The result is its number.
    pub(super) fn note(&self, entry: &Entry) -> Result<u64, ApplyError> {
        self.journal.note(entry)
    }

    /// On return, the entry of this number and all before it are in the workspace.
    pub(super) async fn noted(&self, number: u64) -> Result<(), ApplyError> {
        self.lease.check()?;
        self.journal.flush(self.storage.as_ref(), &self.run, number).await
    }

    /// All that was noted is in the workspace.
    pub(super) async fn flush(&self) -> Result<(), ApplyError> {
        self.journal.flush_all(self.storage.as_ref(), &self.run).await
    }

    /// Writes the state under the next serial, unless somebody else has taken it.
    pub(super) async fn save(&mut self) -> Result<(), ApplyError> {
        let serial = self.store(&self.state).await?;
        self.state.serial = serial;
        self.new = false;
        Ok(())
    }

    /// Writes a state, whatever serial it has, under the next one, which is the result.
    pub(super) async fn store(&self, state: &State) -> Result<u64, ApplyError> {
        let (serial, replaced) = self.put(state).await?;
        self.clear(replaced).await?;
        Ok(serial)
    }

    /// As [`Session::store`], leaving the copy that is replaced: its serial is the second result.
    async fn put(&self, state: &State) -> Result<(u64, u64), ApplyError> {
        self.lease.check()?;
        let old = self.taken.load(Ordering::SeqCst);
        let mut next = State { serial: old + 1, ..state.clone() };
        next.format_version = FORMAT_VERSION;
        next.tool_version = env!("CARGO_PKG_VERSION").to_string();
        let content = Bytes::from(next.to_bytes()?);
        let taken = self.storage.create(&marker(next.serial), content.clone()).await.map_err(ApplyError::Storage)?;
        if !taken {
            return Err(ApplyError::Conflict { serial: next.serial });
        }
        self.storage.write(STATE, content).await.map_err(ApplyError::Storage)?;
        self.taken.store(next.serial, Ordering::SeqCst);
        Ok((next.serial, old))
    }

    /// Removes a copy of the state, if there is one of this serial.
    async fn clear(&self, serial: u64) -> Result<(), ApplyError> {
        match serial {
            0 => Ok(()),
            serial => self.storage.remove(&marker(serial)).await.map_err(ApplyError::Storage),
        }
    }

    /// The run has done what it could. Its journal has nothing more to say but the calls that nobody knows the
    /// outcome of: only they are kept, so that what is replayed later is never older than the state.
    pub(super) async fn finish(&mut self, open: Vec<Entry>) -> Result<(), ApplyError> {
        let ended = self.run.clone();
        if !open.is_empty() {
            self.start(Some(format!("{ended}-open")));
            let header = Entry::Run {
                run: self.run.clone(),
                lineage: self.state.lineage.clone(),
                serial: self.state.serial,
                at: self.system.clock.now(),
                files: BTreeMap::new(),
                deleted_files: BTreeSet::new(),
            };
            for entry in std::iter::once(&header).chain(&open) {
                self.note(entry)?;
            }
            self.flush().await?;
        }
        self.state.finished_run = Some(ended.clone());
        let (serial, replaced) = self.put(&self.state).await?;
        self.state.serial = serial;
        self.new = false;
        // The new state says all that either of them said.
        let journal = format!("{}/{ended}", journal::FOLDER);
        let journal = async { self.storage.remove(&journal).await.map_err(ApplyError::Storage) };
        try_join(self.clear(replaced), journal).await.map(drop)
    }

    /// What is known of a resource from now on, or that nothing is. Nothing of the workspace changes with it.
    pub async fn record(&mut self, key: &ResourceKey, record: Option<Record>) -> Result<(), ApplyError> {
        match record {
            Some(record) => drop(self.state.resources.insert(key.clone(), record)),
            None => drop(self.state.resources.remove(key)),
        }
        self.save().await
    }

    /// Takes over the state that lies at another place; there is none here yet. Both are leased to us.
    pub async fn take_over(&mut self, other: Self) -> Result<(), ApplyError> {
        if let Some(state) = other.stored_state().filter(|_| self.new) {
            self.state = state.clone();
            self.taken.fetch_max(state.serial, Ordering::SeqCst);
            self.save().await?;
            // Whoever dies before this has two of them, and the one here is read.
            other.storage.remove(STATE).await.map_err(ApplyError::Storage)?;
            other.storage.remove(&marker(other.taken.load(Ordering::SeqCst))).await.map_err(ApplyError::Storage)?;
        }
        other.close().await
    }

    /// Holds the lease as long as it is valid and renews it no more: to be called before what lies around it is removed.
    /// The end of the session is then that it is dropped, or [`Session::close`] where the lease is still there.
    pub fn hold_still(&self) -> Result<(), ApplyError> {
        self.lease.hold_still();
        self.lease.check()
    }

    /// Gives the lease back.
    pub async fn close(self) -> Result<(), ApplyError> {
        self.lease.release().await
    }
}
