//! The state document in the workspace: where it lies, which copies of it there are, and which of them is read.

use bytes::Bytes;
use futures_util::future::try_join;

use crate::state::{State, StateError};

use super::{ApplyError, Identity, Storage, journal, lease};

pub(super) const STATE: &str = "state.json";
/// Where a damaged document is kept when a new one takes its place.
pub(super) const DAMAGED: &str = "state-corrupt";

/// Where what was deployed is kept, to be deployed again.
pub const RELEASES: &str = "releases";
/// Where every deployment that came to its end has an entry.
pub const HISTORY: &str = "history";

/// The file that makes a serial taken, and a copy of the state: only one writer can create it.
pub(super) fn marker(serial: u64) -> String {
    format!("state.{serial:010}.json")
}

fn marker_serial(name: &str) -> Option<u64> {
    name.strip_prefix("state.")?.strip_suffix(".json")?.parse().ok()
}

/// Is the name at the top of a target's folder one that runs write?
pub(super) fn is_own(name: &str) -> bool {
    matches!(name, STATE | DAMAGED | RELEASES | HISTORY | journal::FOLDER | journal::DAMAGED | lease::FOLDER)
        || marker_serial(name).is_some()
}

/// What was found.
pub(super) struct Loaded {
    pub(super) state: Option<State>,
    /// What was damaged, and what was taken in its place.
    pub(super) mended: Vec<String>,
    /// The highest serial that somebody took: the next state has a higher one.
    pub(super) taken: u64,
}

/// Every document that is there, each with what it holds.
pub(super) struct Documents {
    pub(super) main: Option<Result<State, StateError>>,
    /// By serial, from the newest.
    pub(super) markers: Vec<u64>,
}

pub(super) fn parse(bytes: &Bytes, identity: &Identity) -> Result<State, StateError> {
    State::parse(bytes, &identity.project, &identity.target)
}

pub(super) async fn documents<S: Storage>(storage: &S, identity: &Identity) -> Result<Documents, ApplyError> {
    let (names, main) = try_join(storage.list(""), storage.read(STATE)).await.map_err(ApplyError::Storage)?;
    let main = main.map(|bytes| parse(&bytes, identity));
    let mut markers: Vec<u64> = names.iter().filter_map(|name| marker_serial(name)).collect();
    markers.sort_unstable_by(|a, b| b.cmp(a));
    Ok(Documents { main, markers })
}

/// The newest state that is whole. A writer that died after taking a serial and before replacing `state.json` has still
/// written. What is not damaged and yet not for this program is never passed over.
pub(super) async fn load<S: Storage>(storage: &S, identity: &Identity) -> Result<Loaded, ApplyError> {
    let Documents { main, markers } = documents(storage, identity).await?;
    let mut mended = Vec::new();
    let mut damage = None;
    let main = match main {
        Some(Err(error)) if error.is_damage() => {
            damage = Some((STATE.to_string(), error));
            None
        }
        Some(main) => Some(main?),
        None => None,
    };
    let known = main.as_ref().map_or(0, |state| state.serial);
    let taken = markers.first().copied().unwrap_or(0).max(known);
    for serial in markers.into_iter().filter(|serial| main.is_none() || *serial > known) {
        let Some(bytes) = storage.read(&marker(serial)).await.map_err(ApplyError::Storage)? else { continue };
        match parse(&bytes, identity) {
            Ok(state) => {
                if let Some((name, _)) = &damage {
                    mended.push(format!("`{name}` is damaged; its copy of serial {serial} was read instead"));
                }
                return Ok(Loaded { state: Some(state), mended, taken });
            }
            Err(error) if error.is_damage() => damage = damage.or(Some((marker(serial), error))),
            Err(error) => return Err(error.into()),
        }
    }
    match (main, damage) {
        (None, Some((_, error))) => Err(ApplyError::Damaged(error)),
        (main, damage) => {
            mended.extend(
                damage.map(|(name, _)| format!("`{name}` is damaged; the state of serial {known} was read instead")),
            );
            Ok(Loaded { state: main, mended, taken })
        }
    }
}
