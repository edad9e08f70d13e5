//! Taking up what a dead run left: its journal, and what the workspace says of the calls nobody knows about.

use std::collections::BTreeSet;

use crate::remote::{Item, RemoteError};
use crate::resource::{Kind, ResourceKey};
use crate::state::{Entry, Operation, Pending, Record, State, recover};

use super::{ApplyError, Effects};

/// Puts outcomes into the state and looks up what was in flight.
pub(super) async fn settle<E: Effects>(state: &mut State, entries: &[Entry], effects: &E) -> Result<(), ApplyError> {
    for pending in recover(state, entries).pending {
        match pending.operation {
            Operation::Create => {
                let known = ids_of(state, pending.key.kind);
                if let Some(record) = made(&pending, &known, effects).await? {
                    state.resources.insert(pending.key, record);
                }
            }
            // The record says what was there before. Planning compares it with the workspace and repeats what is
            // missing; an update or a delete can be repeated.
            Operation::Update if pending.key.kind.is_edited_in_place() => {
                // The update may also have been to give it another key.
                let id = &pending.record.id;
                let same = |key: &ResourceKey, known: &Record| {
                    *key == pending.key || key.kind == pending.key.kind && !id.is_empty() && known.id == *id
                };
                for (_, record) in state.resources.iter_mut().filter(|(key, known)| same(key, known)) {
                    forget_changed(record, &pending.record);
                }
            }
            Operation::Update | Operation::Delete => {}
        }
    }
    Ok(())
}

/// Of what may be as before or as the update would have it, nothing counts as deployed: whichever of them is there, it
/// is nobody else's edit.
fn forget_changed(record: &mut Record, intended: &Record) {
    record.spec.retain(|field, value| intended.spec.get(field).is_none_or(|other| other == value));
    record.fingerprint = None;
    record.etag = None;
}

pub(super) fn ids_of(state: &State, kind: Kind) -> BTreeSet<String> {
    let same = state.resources.iter().filter(|(key, _)| key.kind == kind);
    same.map(|(_, record)| record.id.clone()).collect()
}

async fn made<E: Effects>(
    pending: &Pending,
    known: &BTreeSet<String>,
    effects: &E,
) -> Result<Option<Record>, ApplyError> {
    let item = Item::sought(&pending.key, &pending.record.spec);
    let found = effects.find(&item, pending.since, known).await;
    let found = found.map_err(|source: RemoteError| ApplyError::Recovery { key: pending.key.to_string(), source })?;
    Ok(found.map(|found| Record {
        id: found.id,
        // What is there may be half of what was wanted; without fingerprint and etag, planning looks closely.
        fingerprint: None,
        etag: None,
        shown: None,
        ..pending.record.clone()
    }))
}
