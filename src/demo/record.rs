//! What lakesmith remembers of a demo on this machine: `.lakesmith/demo/<solution>.json`.
//!
//! What was made in the workspace is in the workspace's own state; the record holds what only this machine knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{DemoError, Settings};
use crate::ident::ContentHash;
use crate::sys::fs;

const VERSION: u32 = 1;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    version: u32,
    pub solution: String,
    pub target: String,
    pub settings: Settings,
    /// RFC 3339.
    pub created_at: String,
    /// Absent until all of them were written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataSet>,
}

/// Generated files, complete.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    pub files: Vec<DataFile>,
    /// Rows by source.
    pub rows: BTreeMap<String, u64>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Below the data folder, with `/`.
    pub path: String,
    pub bytes: u64,
    pub sha256: ContentHash,
}

/// Where a demo keeps its things on this machine.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    solution: String,
}

impl Place {
    pub fn new(project: &Path, solution: &str) -> Self {
        Self { folder: project.join(".lakesmith").join("demo"), solution: solution.to_string() }
    }

    pub fn record(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.solution))
    }

    /// All of the demo's own files.
    pub fn folder(&self) -> PathBuf {
        self.folder.join(&self.solution)
    }

    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }
}

impl Record {
    pub fn new(solution: &str, target: &str, settings: Settings, created_at: String) -> Self {
        Self {
            version: VERSION,
            solution: solution.to_string(),
            target: target.to_string(),
            settings,
            created_at,
            data: None,
        }
    }

    /// `None` if no demo is up.
    pub fn read(place: &Place) -> Result<Option<Self>, DemoError> {
        let path = place.record();
        let Some(bytes) = fs::read_optional(&path)? else { return Ok(None) };
        let unreadable = |source| DemoError::Record { path: path.clone(), source };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(unreadable)?;
        // The version first, so that a newer record is not called damaged.
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => Err(DemoError::NewerRecord { path, version }),
            _ => serde_json::from_value(value).map(Some).map_err(unreadable),
        }
    }

    pub(super) fn write(&self, place: &Place) -> Result<(), DemoError> {
        let path = place.record();
        let bytes =
            serde_json::to_vec_pretty(self).map_err(|source| DemoError::Record { path: path.clone(), source })?;
        Ok(fs::write_atomic(&path, &bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_and_a_newer_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), "insurance");
        assert_eq!(Record::read(&place).unwrap(), None);
        let settings = Settings { scale: 1.5, seed: 42, as_of: "2025-11-14".parse().unwrap() };
        let mut record = Record::new("insurance", "local", settings, "2025-11-14T08:00:00Z".to_string());
        record.data = Some(DataSet {
            files: vec![DataFile { path: "a/b.csv".to_string(), bytes: 3, sha256: ContentHash::of(b"abc") }],
            rows: BTreeMap::from([("a".to_string(), 1)]),
        });
        record.write(&place).unwrap();
        assert_eq!(Record::read(&place).unwrap(), Some(record));
        fs::write(&place.record(), br#"{"version": 2, "more": 1}"#).unwrap();
        assert!(matches!(Record::read(&place), Err(DemoError::NewerRecord { version: 2, .. })));
    }
}
