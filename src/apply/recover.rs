//! Taking up what a dead run left: its journal, and what the workspace says of the calls nobody knows about.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::plan::given_after;
use crate::remote::{Item, RemoteError};
use crate::resource::{Kind, Observed, ResourceKey, Spec};
use crate::state::{Entry, Operation, Pending, Record, Recovery, State, recover};

use super::{ApplyError, Effects};

/// Puts outcomes into the state and looks up what was in flight. The result is what may have been deleted, and is still
/// recorded.
pub(super) async fn settle<E: Effects>(
    state: &mut State,
    entries: &[Entry],
    effects: &E,
) -> Result<BTreeSet<ResourceKey>, ApplyError> {
    let Recovery { pending, deleting } = recover(state, entries);
    for pending in pending {
        if matches!(pending.key.kind, Kind::Grants | Kind::Permissions) {
            settle_given(state, pending, effects).await?;
            continue;
        }
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
                records_of(state, &pending).for_each(|record| forget_changed(record, &pending.record));
            }
            Operation::Update | Operation::Delete => {}
        }
    }
    Ok(deleting)
}

/// The records of what an update was about. It may also have been to give it another key.
fn records_of<'s>(state: &'s mut State, pending: &Pending) -> impl Iterator<Item = &'s mut Record> {
    let same = |key: &ResourceKey, known: &Record| {
        let id = &pending.record.id;
        *key == pending.key || key.kind == pending.key.kind && !id.is_empty() && known.id == *id
    };
    state.resources.iter_mut().filter(move |(key, known)| same(key, known)).map(|(_, record)| record)
}

/// Grants and permissions are there as long as what they are on: what tells whether a call took effect is who has what.
async fn settle_given<E: Effects>(state: &mut State, pending: Pending, effects: &E) -> Result<(), ApplyError> {
    let known = ids_of(state, pending.key.kind);
    // What they were on is gone, and so are they: planning finds that out.
    let Some(found) = look_up(&pending, &known, effects).await? else { return Ok(()) };
    let before = pending.before.as_ref();
    let set = |record: &mut Record, given: Map<String, Value>| {
        record.spec.insert("privileges".to_string(), Value::Object(given));
    };
    match pending.operation {
        Operation::Create => {
            // Whatever is recorded was on something that is not there any more.
            let given = given_after(&pending.record.spec, None, before, &found.spec);
            state.resources.remove(&pending.key);
            if !given.is_empty() {
                let mut record = Record { id: found.id, ..pending.record };
                set(&mut record, given);
                state.resources.insert(pending.key, record);
            }
        }
        Operation::Update => {
            for record in records_of(state, &pending) {
                let given = given_after(&pending.record.spec, Some(&record.spec), before, &found.spec);
                set(record, given);
            }
        }
        Operation::Delete => {
            let Some(record) = state.resources.get_mut(&pending.key) else { return Ok(()) };
            let given = given_after(&Spec::new(), Some(&record.spec), before, &found.spec);
            if given.is_empty() {
                state.resources.remove(&pending.key);
            } else {
                set(record, given);
            }
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
    let found = look_up(pending, known, effects).await?;
    Ok(found.map(|found| Record {
        id: found.id,
        // What is there may be half of what was wanted; without fingerprint and etag, planning looks closely.
        fingerprint: None,
        etag: None,
        shown: None,
        ..pending.record.clone()
    }))
}

async fn look_up<E: Effects>(
    pending: &Pending,
    known: &BTreeSet<String>,
    effects: &E,
) -> Result<Option<Observed>, ApplyError> {
    let item = Item::sought(&pending.key, &pending.record.spec);
    let found = effects.find(&item, pending.since, known).await;
    found.map_err(|source: RemoteError| ApplyError::Recovery { key: pending.key.to_string(), source })
}
