//! The release document.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ident::ContentHash;
use crate::plan::Files;

use super::ReleaseError;

/// The version that this program writes.
pub const RELEASE_VERSION: u32 = 1;

/// What can be deployed: sources, and what they come to for every target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub format_version: u32,
    /// Of what is deployed; neither time nor author count. See [`Release::digest_of`].
    pub digest: ContentHash,
    /// `project/solution`.
    pub unit: String,
    /// Of whoever made it first: the same digest is never written again. In a file of `build` it says what is the same for
    /// whoever builds the same commit.
    pub created: Created,
    /// Variables that the command line or the environment set, as they were given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, String>,
    /// Every file of the project that the solution is made from, by project path.
    pub sources: Files,
    /// What it comes to, by target: the digest of the rendering. Targets for which it has errors are absent.
    pub targets: BTreeMap<String, ContentHash>,
    /// The archive, in pieces that are to be put together in this order.
    pub archive: Vec<ContentHash>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Created {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub tool_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_url: Option<String>,
}

/// The checkout that something was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Git {
    /// Absent before the first commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Its files were not those of the commit.
    pub dirty: bool,
    /// Where it came from, without names and passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
}

impl Release {
    /// The digest of what is deployed: format, unit, overrides, sources and renderings. Equal inputs give equal digests
    /// whoever makes the release, whenever and wherever; a program that renders them otherwise gives another one.
    pub fn digest_of(
        unit: &str,
        overrides: &BTreeMap<String, String>,
        sources: &Files,
        targets: &BTreeMap<String, ContentHash>,
    ) -> ContentHash {
        let all = json!({
            "format_version": RELEASE_VERSION,
            "unit": unit,
            "overrides": overrides,
            "sources": sources,
            "targets": targets,
        });
        ContentHash::of(all.to_string().as_bytes())
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, ReleaseError> {
        serde_json::to_vec_pretty(self).map_err(|source| ReleaseError::Malformed { what: "the release", source })
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, ReleaseError> {
        let release: Self = versioned("the release", RELEASE_VERSION, bytes)?;
        let found = Self::digest_of(&release.unit, &release.overrides, &release.sources, &release.targets);
        if found != release.digest {
            return Err(ReleaseError::Changed { named: release.digest, found });
        }
        Ok(release)
    }
}

/// Reads a document after its version: one of a later format need not fit the present form.
pub(super) fn versioned<T: for<'d> Deserialize<'d>>(
    what: &'static str,
    known: u32,
    bytes: &[u8],
) -> Result<T, ReleaseError> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let malformed = |source| ReleaseError::Malformed { what, source };
    let version: Version = serde_json::from_slice(bytes).map_err(malformed)?;
    if version.format_version > known {
        return Err(ReleaseError::Future { what, found: version.format_version, known });
    }
    serde_json::from_slice(bytes).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(by: &str, at: &str, limit: &str, text: &str) -> Release {
        let unit = "shop/shop".to_string();
        let overrides = BTreeMap::from([("limit".to_string(), limit.to_string())]);
        let sources = BTreeMap::from([("lakesmith.yml".to_string(), ContentHash::of(text.as_bytes()))]);
        let targets = BTreeMap::from([("dev".to_string(), ContentHash::of(b"dev"))]);
        Release {
            format_version: RELEASE_VERSION,
            digest: Release::digest_of(&unit, &overrides, &sources, &targets),
            unit,
            created: Created {
                at: Some(at.parse().unwrap()),
                by: Some(by.to_string()),
                tool_version: "0".to_string(),
                git: None,
                ci_url: None,
            },
            overrides,
            sources,
            targets,
            archive: Vec::new(),
        }
    }

    #[test]
    fn the_digest_is_of_what_is_deployed_and_not_of_who_and_when() {
        let first = release("ann", "2026-01-02T03:04:05Z", "1", "a");
        assert_eq!(first.digest, release("bob", "2027-01-02T03:04:05Z", "1", "a").digest);
        assert_ne!(first.digest, release("ann", "2026-01-02T03:04:05Z", "2", "a").digest);
        assert_ne!(first.digest, release("ann", "2026-01-02T03:04:05Z", "1", "b").digest);
    }

    #[test]
    fn reads_back_what_it_writes_and_refuses_what_was_changed() {
        let release = release("ann", "2026-01-02T03:04:05Z", "1", "a");
        let bytes = release.to_bytes().unwrap();
        assert_eq!(Release::parse(&bytes).unwrap(), release);
        let edited = String::from_utf8(bytes).unwrap().replace("\"limit\": \"1\"", "\"limit\": \"2\"");
        assert!(matches!(Release::parse(edited.as_bytes()), Err(ReleaseError::Changed { .. })));
        let future = br#"{"format_version": 2, "form": "unknown"}"#;
        assert!(matches!(Release::parse(future), Err(ReleaseError::Future { found: 2, known: 1, .. })));
        assert!(matches!(Release::parse(b"{"), Err(ReleaseError::Malformed { .. })));
    }
}
