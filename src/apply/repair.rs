//! Looking at what is kept of a target without relying on any of it, and making it whole again.

use std::sync::Arc;

use crate::state::{Holder, Lease, State};
use crate::sys::System;

use super::document::{self, Documents, Loaded, STATE, documents, load, marker};
use super::lease::{self, Patience};
use super::{ApplyError, Effects, Identity, Session, Storage, journal};

/// What is kept of a target.
#[derive(Debug)]
pub struct Inspection {
    /// As a new run would find it; `None` if nothing is deployed.
    pub state: Option<State>,
    /// Why no run can begin, if none can.
    pub error: Option<ApplyError>,
    /// What is damaged, and what is taken in its place.
    pub mended: Vec<String>,
    /// Copies of the state, by serial, newest first.
    pub copies: Vec<u64>,
    /// Runs that did not end, and how many entries each left.
    pub journals: Vec<(String, usize)>,
    /// Who holds the target.
    pub lease: Option<Lease>,
}

/// Reads all of it and changes nothing.
pub async fn inspect<S: Storage>(
    storage: &S,
    system: &System,
    identity: &Identity,
    asks: &Holder,
) -> Result<Inspection, ApplyError> {
    let copies = documents(storage, identity).await?.markers;
    let (loaded, error) = match load(storage, identity).await {
        Ok(loaded) => (loaded, None),
        Err(ApplyError::Storage(error)) => return Err(ApplyError::Storage(error)),
        Err(error) => (Loaded { state: None, mended: Vec::new(), taken: 0 }, Some(error)),
    };
    let Loaded { state, mut mended, taken } = loaded;
    let state = state.map(|state| State { serial: taken, ..state });
    let (mut journals, mut journal_error) = (Vec::new(), None);
    match journal::read_all(storage).await {
        Ok(left) => {
            for left in left {
                for (name, _) in &left.damaged {
                    mended.push(format!("the journal entry `{}/{name}` is damaged", left.folder));
                }
                journals.push((left.folder, left.entries.len()));
            }
        }
        Err(ApplyError::Storage(error)) => return Err(ApplyError::Storage(error)),
        Err(error) => journal_error = Some(error),
    }
    let lease = match lease::blocking(storage, system, asks).await {
        Ok(lease) => lease,
        Err(ApplyError::Storage(error)) => return Err(ApplyError::Storage(error)),
        Err(error) => {
            journal_error = journal_error.or(Some(error));
            None
        }
    };
    Ok(Inspection { state, error: error.or(journal_error), mended, copies, journals, lease })
}

/// Takes the lease away from a holder that is gone, or with `force` from any. The result is who held it.
pub async fn unlock<S: Storage>(
    storage: &S,
    system: &System,
    asks: &Holder,
    force: bool,
) -> Result<Option<Lease>, ApplyError> {
    lease::break_up(storage, system, asks, force).await
}

/// What a repaired state is made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The newest document that is whole, with what the journals say.
    Newest,
    /// This copy.
    Copy(u64),
    /// Nothing: what was deployed is found by its names and marks by the next deployment.
    Nothing,
}

/// Makes one document of those that there are. A whole one stays as it is: a new serial would mean that something was done.
async fn save_mended<S: Storage>(storage: &S, identity: &Identity, session: &mut Session<S>) -> Result<(), ApplyError> {
    let Documents { main, markers } = documents(storage, identity).await?;
    let newest = markers.first().copied().unwrap_or_default();
    let is_whole = matches!(main, Some(Ok(main)) if main.serial >= newest && main.serial == session.state().serial);
    if is_whole || session.stored_state().is_none() { Ok(()) } else { session.save().await }
}

/// What became of the state.
#[derive(Debug)]
pub struct Repair {
    pub state: State,
    /// What was damaged, and where it is kept.
    pub kept: Vec<String>,
}

/// Makes a whole state of what there is, under the lease. What is damaged is kept beside it.
pub async fn repair<S: Storage + Clone, E: Effects>(
    storage: S,
    system: &System,
    identity: &Identity,
    holder: &Holder,
    patience: Patience<'_>,
    source: Source,
    effects: &E,
) -> Result<Repair, ApplyError> {
    if source == Source::Newest {
        let mut session = Session::open(storage.clone(), system, identity, holder, patience, effects).await?;
        let result = save_mended(&storage, identity, &mut session).await;
        let state = session.state().clone();
        session.close().await?;
        result?;
        return Ok(Repair { state, kept: Vec::new() });
    }
    let storage = Arc::new(storage);
    let mut lease = lease::acquire(&storage, system, holder, patience).await?;
    let found = match lease.confirm().await {
        Ok(()) => replacement(storage.as_ref(), system, identity, source).await,
        Err(error) => Err(error),
    };
    let (loaded, kept) = match found {
        Ok(found) => found,
        Err(error) => {
            let _released = lease.release().await;
            return Err(error);
        }
    };
    let mut session = Session::over(storage, system, identity, lease, loaded, patience.observer);
    let result = session.save().await;
    let state = session.state().clone();
    session.close().await?;
    result?;
    Ok(Repair { state, kept })
}

/// Copies what is replaced out of the way.
async fn replacement<S: Storage>(
    storage: &S,
    system: &System,
    identity: &Identity,
    source: Source,
) -> Result<(Loaded, Vec<String>), ApplyError> {
    let found = documents(storage, identity).await?;
    let state = match source {
        Source::Copy(serial) => {
            let bytes = storage.read(&marker(serial)).await.map_err(ApplyError::Storage)?;
            let bytes = bytes.ok_or_else(|| ApplyError::NoCopy { serial, there: found.markers.clone() })?;
            let parsed = document::parse(&bytes, identity);
            Some(parsed.map_err(|error| match error.is_damage() {
                true => ApplyError::NoCopy { serial, there: Vec::new() },
                false => error.into(),
            })?)
        }
        Source::Newest | Source::Nothing => None,
    };
    let mut kept = Vec::new();
    let at = system.clock.now().format("%Y%m%dT%H%M%S");
    if let Some(bytes) = storage.read(STATE).await.map_err(ApplyError::Storage)? {
        let path = format!("{}/{at}-{STATE}", document::DAMAGED);
        storage.write(&path, bytes).await.map_err(ApplyError::Storage)?;
        kept.push(path);
    }
    let main = found.main.as_ref().and_then(|main| main.as_ref().ok()).map_or(0, |state| state.serial);
    let taken = found.markers.first().copied().unwrap_or(0).max(main);
    for serial in &found.markers {
        let path = format!("{}/{at}-{}", document::DAMAGED, marker(*serial));
        if let Some(bytes) = storage.read(&marker(*serial)).await.map_err(ApplyError::Storage)? {
            storage.write(&path, bytes).await.map_err(ApplyError::Storage)?;
            kept.push(path);
        }
        if *serial != taken {
            storage.remove(&marker(*serial)).await.map_err(ApplyError::Storage)?;
        }
    }
    Ok((Loaded { state, mended: Vec::new(), taken }, kept))
}
