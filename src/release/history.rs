//! What was deployed to a target, one entry a deployment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ident::ContentHash;
use crate::plan::Counts;

use super::document::versioned;
use super::{Git, ReleaseError};

/// The version that this program writes.
pub const HISTORY_VERSION: u32 = 1;

/// One deployment that came to its end. Never rewritten.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub format_version: u32,
    /// From 1, one more with each deployment of the target.
    pub serial: u64,
    pub how: How,
    pub at: DateTime<Utc>,
    pub by: String,
    pub tool_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_url: Option<String>,
    /// The checkout that the release was deployed from, there or wherever it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    pub release: ContentHash,
    /// The state that the deployment left.
    pub state: StateMark,
    pub changes: Counts,
    /// Of a rollback: the entry whose release it put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// Of a promotion: where the release was proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Origin>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    Deploy,
    Rollback,
    Promote,
}

impl How {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
            Self::Promote => "promote",
        }
    }
}

/// Which state a target had: whatever changes the target changes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateMark {
    pub lineage: String,
    pub serial: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    pub target: String,
    /// Of the entry there.
    pub serial: u64,
}

impl Entry {
    pub fn to_bytes(&self) -> Result<Vec<u8>, ReleaseError> {
        let what = "an entry of the history";
        serde_json::to_vec_pretty(self).map_err(|source| ReleaseError::Malformed { what, source })
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, ReleaseError> {
        versioned("an entry of the history", HISTORY_VERSION, bytes)
    }
}

/// The entry that a rollback of the newest one puts back: the last before it with another release. A rollback stands
/// where the entry stands that it put back, so that rolling back twice goes back twice. `entries` from the oldest.
pub fn before(entries: &[Entry]) -> Option<&Entry> {
    let current = entries.last()?;
    let mut place = current;
    while let Some(earlier) = place.restores.and_then(|serial| entries.iter().find(|entry| entry.serial == serial)) {
        place = earlier;
    }
    entries.iter().rev().find(|entry| entry.serial < place.serial && entry.release != current.release)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(release, restores)` from serial 1.
    fn history(entries: &[(&str, Option<u64>)]) -> Vec<Entry> {
        let entry = |(at, (release, restores)): (usize, &(&str, Option<u64>))| Entry {
            format_version: HISTORY_VERSION,
            serial: at as u64 + 1,
            how: if restores.is_some() { How::Rollback } else { How::Deploy },
            at: "2026-01-02T03:04:05Z".parse().unwrap(),
            by: "ann".to_string(),
            tool_version: "0".to_string(),
            ci_url: None,
            git: None,
            release: ContentHash::of(release.as_bytes()),
            state: StateMark { lineage: "l".to_string(), serial: at as u64 },
            changes: Counts::default(),
            restores: *restores,
            from: None,
        };
        entries.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn rolling_back_twice_goes_back_twice() {
        let serial = |entries: &[(&str, Option<u64>)]| before(&history(entries)).map(|entry| entry.serial);
        assert_eq!(serial(&[("a", None), ("b", None), ("c", None)]), Some(2));
        assert_eq!(serial(&[("a", None), ("b", None), ("c", None), ("b", Some(2))]), Some(1));
        assert_eq!(serial(&[("a", None), ("b", None), ("a", Some(1))]), None);
        // The same release deployed again is not an earlier one.
        assert_eq!(serial(&[("a", None), ("b", None), ("b", None)]), Some(1));
        assert_eq!(serial(&[("a", None)]), None);
        assert_eq!(serial(&[]), None);
    }

    #[test]
    fn an_entry_reads_back() {
        for entry in history(&[("a", None), ("b", Some(1))]) {
            assert_eq!(Entry::parse(&entry.to_bytes().unwrap()).unwrap(), entry);
        }
    }
}
