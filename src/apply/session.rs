//! A run's hold on a target: its lease, its state, its journal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use crate::state::{Entry, FORMAT_VERSION, Holder, State};
use crate::sys::System;

use super::lease::{self, Held};
use super::recover::settle;
use super::{ApplyError, Effects, Storage};

const STATE: &str = "state.json";
const JOURNAL: &str = "journal";

/// Whose state it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub project: String,
    pub target: String,
}

/// The right to change a target, and what is known of it. Ends with [`Session::close`]; if the process dies instead,
/// the lease ends by itself and the journal tells the next run what happened.
pub struct Session<S> {
    storage: Arc<S>,
    pub(super) system: System,
    lease: Held<S>,
    state: State,
    /// Nothing is stored yet.
    new: bool,
    /// Of the plan that is being carried out; a session may carry out several.
    run: String,
    entries: AtomicU64,
}

/// The file that makes a serial taken: only one writer can create it.
fn marker(serial: u64) -> String {
    format!("state.{serial:010}.json")
}

fn marker_serial(name: &str) -> Option<u64> {
    name.strip_prefix("state.")?.strip_suffix(".json")?.parse().ok()
}

/// Is the name at the top of a target's folder one that runs write?
pub(super) fn is_own(name: &str) -> bool {
    matches!(name, STATE | JOURNAL | lease::FOLDER) || marker_serial(name).is_some()
}

/// The newest state. A writer that died after taking a serial and before replacing `state.json` has still written.
async fn load<S: Storage>(storage: &S, identity: &Identity) -> Result<Option<State>, ApplyError> {
    let parse = |bytes: Bytes| State::parse(&bytes, &identity.project, &identity.target);
    let names = storage.list("").await.map_err(ApplyError::Storage)?;
    let state = match storage.read(STATE).await.map_err(ApplyError::Storage)? {
        Some(bytes) => Some(parse(bytes)?),
        None => None,
    };
    let newest = names.iter().filter_map(|name| marker_serial(name)).max();
    if let Some(serial) = newest.filter(|serial| state.as_ref().is_none_or(|state| state.serial < *serial))
        && let Some(bytes) = storage.read(&marker(serial)).await.map_err(ApplyError::Storage)?
    {
        return Ok(Some(parse(bytes)?));
    }
    Ok(state)
}

/// The journals of runs that did not end, oldest first, each with its folder.
async fn journals<S: Storage>(storage: &S) -> Result<Vec<(String, Vec<Entry>)>, ApplyError> {
    let mut found = Vec::new();
    for run in storage.list(JOURNAL).await.map_err(ApplyError::Storage)? {
        let folder = format!("{JOURNAL}/{run}");
        let mut entries = Vec::new();
        for name in storage.list(&folder).await.map_err(ApplyError::Storage)? {
            let path = format!("{folder}/{name}");
            if let Some(bytes) = storage.read(&path).await.map_err(ApplyError::Storage)? {
                entries.push(serde_json::from_slice(&bytes).map_err(ApplyError::Journal)?);
            }
        }
        found.push((folder, entries));
    }
    Ok(found)
}

/// The state as a new run would find it, without a lease and without writing anything.
pub async fn peek<S: Storage, E: Effects>(
    storage: &S,
    identity: &Identity,
    effects: &E,
) -> Result<Option<State>, ApplyError> {
    let Some(mut state) = load(storage, identity).await? else {
        return Ok(None);
    };
    for (_, entries) in journals(storage).await? {
        settle(&mut state, &entries, effects).await?;
    }
    Ok(Some(state))
}

impl<S: Storage> Session<S> {
    /// Takes the lease, reads the state, and takes up what an earlier run left unfinished.
    pub async fn open<E: Effects>(
        storage: S,
        system: &System,
        identity: &Identity,
        holder: &Holder,
        patience: Duration,
        effects: &E,
    ) -> Result<Self, ApplyError> {
        let storage = Arc::new(storage);
        let lease = lease::acquire(&storage, system, holder, patience).await?;
        let loaded = match load(storage.as_ref(), identity).await {
            Ok(loaded) => loaded,
            Err(error) => {
                // Nothing was changed: others need not wait for the lease to end by itself.
                let _released = lease.release().await;
                return Err(error);
            }
        };
        let new = loaded.is_none();
        let fresh = || State::new(system.random.uuid().to_string(), &identity.project, &identity.target);
        let state = loaded.unwrap_or_else(fresh);
        let (run, entries) = (String::new(), AtomicU64::new(0));
        let mut session = Self { storage, system: system.clone(), lease, state, new, run, entries };
        match session.take_up(effects).await {
            Ok(()) => Ok(session),
            Err(error) => {
                // Why it cannot go on says more than why the lease could not be given back.
                let _closed = session.close().await;
                Err(error)
            }
        }
    }

    async fn take_up<E: Effects>(&mut self, effects: &E) -> Result<(), ApplyError> {
        let found = journals(self.storage.as_ref()).await?;
        if found.is_empty() {
            return Ok(());
        }
        let before = self.state.clone();
        for (_, entries) in &found {
            settle(&mut self.state, entries, effects).await?;
        }
        if self.state != before {
            self.save().await?;
        }
        for (folder, _) in found {
            self.storage.remove(&folder).await.map_err(ApplyError::Storage)?;
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

    pub(super) fn check_lease(&self) -> Result<(), ApplyError> {
        self.lease.check()
    }

    /// Before the first change of a run: from now on the state exists and the journal belongs to its lineage.
    pub(super) async fn begin(&mut self) -> Result<(), ApplyError> {
        let started = self.system.clock.now().format("%Y%m%dT%H%M%S%3f");
        self.run = format!("{started}-{}", self.system.random.hex::<4>());
        self.entries = AtomicU64::new(0);
        if self.new { self.save().await } else { Ok(()) }
    }

    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// Appends to the journal; on return the entry is in the workspace.
    pub(super) async fn journal(&self, entry: &Entry) -> Result<(), ApplyError> {
        let number = self.entries.fetch_add(1, Ordering::SeqCst);
        let path = format!("{JOURNAL}/{}/{number:06}.json", self.run);
        let content = Bytes::from(serde_json::to_vec(entry).map_err(ApplyError::Journal)?);
        self.storage.write(&path, content).await.map_err(ApplyError::Storage)
    }

    /// Writes the state under the next serial, unless somebody else has taken it.
    pub(super) async fn save(&mut self) -> Result<(), ApplyError> {
        self.lease.check()?;
        let old = self.state.serial;
        let mut next = State { serial: old + 1, ..self.state.clone() };
        next.format_version = FORMAT_VERSION;
        next.tool_version = env!("CARGO_PKG_VERSION").to_string();
        let content = Bytes::from(next.to_bytes()?);
        let taken = self.storage.create(&marker(next.serial), content.clone()).await.map_err(ApplyError::Storage)?;
        if !taken {
            return Err(ApplyError::Conflict { serial: next.serial });
        }
        self.storage.write(STATE, content).await.map_err(ApplyError::Storage)?;
        self.state = next;
        self.new = false;
        if old > 0 {
            self.storage.remove(&marker(old)).await.map_err(ApplyError::Storage)?;
        }
        Ok(())
    }

    /// The run has done what it could. Its journal has nothing more to say but the calls that nobody knows the
    /// outcome of: only they are kept, so that what is replayed later is never older than the state.
    pub(super) async fn finish(&mut self, open: Vec<Entry>) -> Result<(), ApplyError> {
        let ended = self.run.clone();
        if !open.is_empty() {
            self.run = format!("{ended}-open");
            self.entries = AtomicU64::new(0);
            let header = Entry::Run {
                run: self.run.clone(),
                lineage: self.state.lineage.clone(),
                serial: self.state.serial,
                at: self.system.clock.now(),
                files: BTreeMap::new(),
            };
            for entry in std::iter::once(&header).chain(&open) {
                self.journal(entry).await?;
            }
        }
        self.state.finished_run = Some(ended.clone());
        self.save().await?;
        self.storage.remove(&format!("{JOURNAL}/{ended}")).await.map_err(ApplyError::Storage)
    }

    /// There was nothing to do, so that a deployment which an earlier run left unfinished has come to its end.
    pub async fn finish_unchanged(&mut self) -> Result<(), ApplyError> {
        if self.state.finish() { self.save().await } else { Ok(()) }
    }

    /// Gives the lease back.
    pub async fn close(self) -> Result<(), ApplyError> {
        self.lease.release().await
    }
}
