//! The state document of one target.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ident::ContentHash;
use crate::resource::{ID, ResourceKey, Spec};

/// The version that this program writes.
pub const FORMAT_VERSION: u32 = 3;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub format_version: u32,
    /// Of the program that wrote it.
    pub tool_version: String,
    /// Made with the first state of a target; a plan for another lineage is for other resources.
    pub lineage: String,
    /// Grows by one with every write.
    pub serial: u64,
    pub project: String,
    pub target: String,
    /// The run that ended last; its journal, if it is still there, says nothing new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_run: Option<String>,
    pub resources: BTreeMap<ResourceKey, Record>,
    /// What runs that died left, where it was taken up since the document was read; no part of the document.
    #[serde(skip)]
    pub taken_up: Option<TakenUp>,
}

/// What became of a state by the journals of runs that died.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TakenUp {
    /// Of the state as it is now, under the serial that it was read with: two that took up the same know the same.
    pub digest: Option<ContentHash>,
    /// What such a run was about to delete: that it is gone is nobody else's doing.
    pub deleting: BTreeSet<ResourceKey>,
}

/// A resource that lakesmith deployed or adopted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub id: String,
    /// As deployed: references resolved, only declared fields. Never holds a secret, because specifications do not.
    pub spec: Spec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<ContentHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What other resources may refer to beside the id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    #[serde(default)]
    pub prevent_destroy: bool,
    /// False for what was there before lakesmith: it is never deleted, only forgotten.
    pub owned: bool,
    /// Made by a deployment that has not come to its end yet, so that nobody relies on it so far.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// Put there by a demo: a deployment that has no demo at hand leaves it where it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delivered: bool,
    /// What the service showed of it right after it was deployed, where that need not be what was asked for: services
    /// tell statements in words of their own. As long as they tell the same, nobody has changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Box<Spec>>,
    #[serde(default)]
    pub depends_on: BTreeSet<ResourceKey>,
}

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the state is not readable JSON")]
    Malformed(#[source] serde_json::Error),
    #[error("the lease on the target has format version {found}: use a newer lakesmith")]
    FutureLease { found: u32 },
    #[error(
        "the state has format version {found}{}; this program knows version {FORMAT_VERSION}: use a newer lakesmith",
        written(tool)
    )]
    Future { found: u32, tool: Option<String> },
    #[error("the journal of a run holds what this program does not know: use a newer lakesmith")]
    FutureJournal(#[source] serde_json::Error),
    #[error("the state belongs to `{found}`, not to `{expected}`")]
    Foreign { found: String, expected: String },
}

fn written(tool: &Option<String>) -> String {
    tool.as_ref().map(|tool| format!(", written by lakesmith {tool}")).unwrap_or_default()
}

impl StateError {
    /// Is it the document that is damaged, and not what it says that is not for us?
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Malformed(_))
    }
}

impl State {
    pub fn new(lineage: String, project: &str, target: &str) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            lineage,
            serial: 0,
            project: project.to_string(),
            target: target.to_string(),
            finished_run: None,
            resources: BTreeMap::new(),
            taken_up: None,
        }
    }

    pub fn parse(bytes: &[u8], project: &str, target: &str) -> Result<Self, StateError> {
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
            #[serde(default)]
            tool_version: Option<String>,
        }
        // The version first: a future document need not fit the present form.
        let version: Version = serde_json::from_slice(bytes).map_err(StateError::Malformed)?;
        if version.format_version > FORMAT_VERSION {
            return Err(StateError::Future { found: version.format_version, tool: version.tool_version });
        }
        let state: Self = serde_json::from_slice(bytes).map_err(StateError::Malformed)?;
        if (state.project.as_str(), state.target.as_str()) != (project, target) {
            return Err(StateError::Foreign {
                found: format!("{}/{}", state.project, state.target),
                expected: format!("{project}/{target}"),
            });
        }
        Ok(state)
    }

    /// The document as it is stored: equal states give equal bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StateError> {
        serde_json::to_vec_pretty(self).map_err(StateError::Malformed)
    }

    /// From now on it is known that what dead runs left is in it.
    pub fn note_taken_up(&mut self, deleting: BTreeSet<ResourceKey>) -> Result<(), StateError> {
        let digest = Some(ContentHash::of(&self.to_bytes()?));
        self.taken_up = Some(TakenUp { digest, deleting });
        Ok(())
    }

    /// The deployment has come to its end: from now on, what it made counts as relied on. `false` if that was so already.
    pub fn finish(&mut self) -> bool {
        let mut changed = false;
        for record in self.resources.values_mut() {
            changed |= std::mem::take(&mut record.unfinished);
        }
        changed
    }

    /// An output of a resource, if it is deployed.
    pub fn output(&self, key: &ResourceKey, field: &str) -> Option<&str> {
        self.resources.get(key)?.output(field)
    }
}

impl Record {
    pub fn output(&self, field: &str) -> Option<&str> {
        if field == ID { Some(&self.id) } else { self.outputs.get(field).map(String::as_str) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes_and_refuses_what_it_must() {
        let state = State::new("l".to_string(), "p", "dev");
        let bytes = state.to_bytes().unwrap();
        assert_eq!(State::parse(&bytes, "p", "dev").unwrap(), state);
        assert!(matches!(State::parse(&bytes, "p", "prod"), Err(StateError::Foreign { .. })));
        let old = br#"{"format_version": 1, "tool_version": "0", "lineage": "l", "serial": 3, "project": "p", "target": "dev",
            "resources": {"catalog.c": {"id": "c", "spec": {}, "owned": true}}}"#;
        let old = State::parse(old, "p", "dev").unwrap();
        assert!(old.resources.values().all(|record| !record.unfinished && record.shown.is_none()));
        let future = br#"{"format_version": 9, "shape": "unknown"}"#;
        assert!(matches!(State::parse(future, "p", "dev"), Err(StateError::Future { found: 9, tool: None })));
        assert!(matches!(State::parse(b"{", "p", "dev"), Err(StateError::Malformed(_))));
    }
}
