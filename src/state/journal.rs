//! The journal of one run: what was about to be done, and what came of it. Written so that a run that died anywhere
//! can be taken up by another machine without making anything twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::resource::{ResourceKey, Spec};

use super::{Record, State, StateError};
use crate::ident::ContentHash;

/// One entry: a line of a segment, in order of the segments' numbers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// The first entry of every run.
    Run {
        run: String,
        lineage: String,
        /// Of the state that the run began with.
        serial: u64,
        at: DateTime<Utc>,
        /// Files that may be written: they are many, and finding them again by their place is safe.
        files: BTreeMap<ResourceKey, Record>,
        /// Files that may be deleted.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        deleted_files: BTreeSet<ResourceKey>,
    },
    /// The next call is about to be sent.
    Intent {
        key: ResourceKey,
        operation: Operation,
        record: Record,
        at: DateTime<Utc>,
        /// Of grants and permissions: who had what when the call was planned, of those whom it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Spec>,
    },
    Outcome {
        key: ResourceKey,
        outcome: Outcome,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Create,
    Update,
    Delete,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    Stored {
        record: Record,
    },
    Removed,
    /// The call certainly had no effect.
    Refused {
        message: String,
    },
}

/// A call whose outcome nobody knows.
#[derive(Clone, PartialEq, Debug)]
pub struct Pending {
    pub key: ResourceKey,
    pub operation: Operation,
    /// As it was to be; its id is empty for a create.
    pub record: Record,
    /// Not before this time.
    pub since: DateTime<Utc>,
    /// As [`Entry::Intent`] has it.
    pub before: Option<Spec>,
}

/// What a dead run left behind.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recovery {
    /// Must be looked up in the workspace.
    pub pending: Vec<Pending>,
    /// Still recorded, and perhaps deleted.
    pub deleting: BTreeSet<ResourceKey>,
}

impl State {
    /// What is stored under a key is under no other one any more: the project may have called it otherwise before.
    pub fn store(&mut self, key: &ResourceKey, record: &Record) {
        let elsewhere = |other: &ResourceKey, known: &Record| {
            other != key && other.kind == key.kind && !record.id.is_empty() && known.id == record.id
        };
        self.resources.retain(|other, known| !elsewhere(other, known));
        self.resources.insert(key.clone(), record.clone());
    }
}

/// Puts the outcomes into `state` and says which calls must be looked up. Doing it twice changes nothing more.
/// Entries of a run that `state` already contains are passed over.
pub fn recover(state: &mut State, entries: &[Entry]) -> Recovery {
    let mut pending: BTreeMap<ResourceKey, Pending> = BTreeMap::new();
    let mut deleting: BTreeSet<ResourceKey> = BTreeSet::new();
    for entry in entries {
        match entry {
            Entry::Run { run, lineage, at, files, deleted_files, .. } => {
                if state.finished_run.as_ref() == Some(run) || state.lineage != *lineage {
                    return Recovery::default();
                }
                deleting.extend(deleted_files.iter().cloned());
                for (key, record) in files {
                    if !state.resources.contains_key(key) {
                        let record = record.clone();
                        let (key, operation) = (key.clone(), Operation::Create);
                        pending.insert(key.clone(), Pending { key, operation, record, since: *at, before: None });
                    }
                }
            }
            Entry::Intent { key, operation, record, at, before } => {
                let (record, before) = (record.clone(), before.clone());
                let intent = Pending { key: key.clone(), operation: *operation, record, since: *at, before };
                pending.insert(key.clone(), intent);
            }
            Entry::Outcome { key, outcome } => {
                pending.remove(key);
                match outcome {
                    Outcome::Stored { record } => state.store(key, record),
                    Outcome::Removed => {
                        state.resources.remove(key);
                    }
                    Outcome::Refused { .. } => {}
                }
            }
        }
    }
    let deletes = pending.values().filter(|pending| pending.operation == Operation::Delete);
    deleting.extend(deletes.map(|pending| pending.key.clone()));
    deleting.retain(|key| state.resources.contains_key(key));
    Recovery { pending: pending.into_values().collect(), deleting }
}

/// What a line of a journal holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Line {
    Entry(Box<Entry>),
    /// Not as it was written: what it said is unknown.
    Damaged,
}

/// `<sha256 of the JSON> <JSON>` and a line break.
pub fn encode_line(entry: &Entry) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string(entry)?;
    Ok(format!("{} {text}\n", ContentHash::of(text.as_bytes())))
}

/// The lines of a segment, in order. `name` tells the form: programs before segments wrote one entry a file, `.json`,
/// without a sum. What is whole and yet not understood was written by a newer program, and is refused.
pub fn decode_lines(name: &str, bytes: &[u8]) -> Result<Vec<Line>, StateError> {
    if name.ends_with(".json") {
        return Ok(vec![match serde_json::from_slice::<serde_json::Value>(bytes) {
            Ok(value) => Line::Entry(Box::new(serde_json::from_value(value).map_err(StateError::FutureJournal)?)),
            Err(_) => Line::Damaged,
        }]);
    }
    let mut lines = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = std::str::from_utf8(line).ok().and_then(|line| line.strip_suffix('\n'));
        let whole = text.and_then(|text| {
            let (sum, json) = text.split_once(' ')?;
            (ContentHash::of(json.as_bytes()).to_string() == sum).then_some(json)
        });
        lines.push(match whole {
            Some(json) => Line::Entry(Box::new(serde_json::from_str(json).map_err(StateError::FutureJournal)?)),
            None => Line::Damaged,
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str) -> Record {
        Record {
            id: id.to_string(),
            spec: Spec::new(),
            fingerprint: None,
            etag: None,
            outputs: BTreeMap::new(),
            prevent_destroy: false,
            owned: true,
            unfinished: false,
            delivered: false,
            shown: None,
            depends_on: Default::default(),
        }
    }

    fn key(text: &str) -> ResourceKey {
        text.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn run(lineage: &str) -> Entry {
        let files = BTreeMap::from([(key("workspace_file.a.sql"), record("/a.sql"))]);
        Entry::Run {
            run: "r1".to_string(),
            lineage: lineage.to_string(),
            serial: 0,
            at: now(),
            files,
            deleted_files: BTreeSet::new(),
        }
    }

    fn intent(name: &str, operation: Operation) -> Entry {
        Entry::Intent { key: key(name), operation, record: record(""), at: now(), before: None }
    }

    fn stored(name: &str, id: &str) -> Entry {
        Entry::Outcome { key: key(name), outcome: Outcome::Stored { record: record(id) } }
    }

    #[test]
    fn outcomes_are_kept_and_what_was_in_flight_is_looked_up() {
        let mut state = State::new("l".to_string(), "p", "t");
        let entries = [
            run("l"),
            intent("pipeline.a", Operation::Create),
            stored("pipeline.a", "7"),
            intent("job.b", Operation::Create),
        ];
        let recovery = recover(&mut state, &entries);
        assert_eq!(state.resources[&key("pipeline.a")].id, "7");
        let waiting: Vec<String> = recovery.pending.iter().map(|pending| pending.key.to_string()).collect();
        assert_eq!(waiting, ["workspace_file.a.sql", "job.b"]);
        let before = state.clone();
        recover(&mut state, &entries);
        assert_eq!(state, before);
    }

    #[test]
    fn a_finished_or_foreign_run_says_nothing() {
        let mut finished = State { finished_run: Some("r1".to_string()), ..State::new("l".to_string(), "p", "t") };
        assert_eq!(recover(&mut finished, &[run("l"), stored("job.b", "1")]), Recovery::default());
        assert!(finished.resources.is_empty());
        let mut foreign = State::new("other".to_string(), "p", "t");
        assert_eq!(recover(&mut foreign, &[run("l"), stored("job.b", "1")]), Recovery::default());
    }

    #[test]
    fn a_refused_call_leaves_what_was() {
        let mut state = State::new("l".to_string(), "p", "t");
        let refused = Entry::Outcome { key: key("job.b"), outcome: Outcome::Refused { message: "no".to_string() } };
        let recovery = recover(&mut state, &[run("l"), intent("job.b", Operation::Create), refused]);
        assert_eq!(recovery.pending.len(), 1, "only the file");
    }

    #[test]
    fn entries_read_back() {
        for entry in [run("l"), intent("job.b", Operation::Delete), stored("job.b", "1")] {
            let text = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
        }
    }

    #[test]
    fn a_damaged_line_is_known_and_the_others_are_read() {
        let entries = [run("l"), intent("job.b", Operation::Create), stored("job.b", "1")];
        let text: String = entries.iter().map(|entry| encode_line(entry).unwrap()).collect();
        let whole: Vec<Line> = entries.iter().map(|entry| Line::Entry(Box::new(entry.clone()))).collect();
        assert_eq!(decode_lines("000000.jsonl", text.as_bytes()).unwrap(), whole);
        // One letter of the second line, and the end of the third.
        let broken = text.replacen("\"create\"", "\"creaTe\"", 1);
        let broken = &broken.as_bytes()[..broken.len() - 3];
        let read = decode_lines("000000.jsonl", broken).unwrap();
        assert_eq!(read, [whole[0].clone(), Line::Damaged, Line::Damaged]);
        assert_eq!(decode_lines("000000.jsonl", &[0xff, b'\n']).unwrap(), [Line::Damaged]);
        // As programs before segments wrote them.
        let old = serde_json::to_vec(&entries[2]).unwrap();
        assert_eq!(decode_lines("000002.json", &old).unwrap(), [whole[2].clone()]);
        assert_eq!(decode_lines("000002.json", &old[..9]).unwrap(), [Line::Damaged]);
    }

    /// A newer program's journal must not be taken for a damaged one: what it did would be forgotten.
    #[test]
    fn what_is_whole_and_not_understood_is_refused() {
        let text = r#"{"entry":"dream"}"#;
        let line = format!("{} {text}\n", ContentHash::of(text.as_bytes()));
        assert!(matches!(decode_lines("000000.jsonl", line.as_bytes()), Err(StateError::FutureJournal(_))));
        assert!(matches!(decode_lines("000000.json", text.as_bytes()), Err(StateError::FutureJournal(_))));
    }

    /// The project may call a resource by another key: a run that died after its call must not leave both.
    #[test]
    fn what_is_stored_under_a_new_key_is_not_under_the_old_one_any_more() {
        let mut state = State::new("l".to_string(), "p", "t");
        state.resources.insert(key("schema.bronze"), record("shop.bronze"));
        state.resources.insert(key("schema.gold"), record("shop.gold"));
        let stored = Outcome::Stored { record: record("shop.bronze") };
        let entries = [run("l"), Entry::Outcome { key: key("schema.raw"), outcome: stored }];
        recover(&mut state, &entries);
        let keys: Vec<String> = state.resources.keys().map(ToString::to_string).collect();
        assert_eq!(keys, ["schema.gold", "schema.raw"]);
    }
}
