//! What was proved of a deployment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ident::ContentHash;

use super::document::versioned;
use super::{ReleaseError, StateMark};

/// The version that this program writes. Since 2, a check may hold an evaluation.
pub const VERIFICATION_VERSION: u32 = 2;

/// The last verification of a deployment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    pub format_version: u32,
    /// Of the entry of the history.
    pub serial: u64,
    pub release: ContentHash,
    pub state: StateMark,
    pub at: DateTime<Utc>,
    pub by: String,
    pub tool_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_url: Option<String>,
    pub checks: Vec<Check>,
}

/// One thing that was tried.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// `drift`, `pipeline`, `test`, `dashboard`, `genie_space`, `alert`.
    pub kind: String,
    pub name: String,
    pub outcome: Outcome,
    /// Why it failed or could not be tried; what is good to know otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Of a Genie space whose answers were evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Evaluation>,
}

/// What Genie made of a space's benchmarks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// The service's id.
    pub run_id: String,
    /// Those that count.
    pub questions: u64,
    pub correct: u64,
    /// The share of them that must be correct.
    pub threshold: f64,
    /// Those that are not correct, and those that do not count.
    pub others: Vec<Assessed>,
}

/// A benchmark that was not answered well.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessed {
    pub question: String,
    /// `BAD`, `NEEDS_REVIEW`, or what else became of it.
    pub assessment: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl Evaluation {
    /// The share that was answered well.
    #[expect(clippy::cast_precision_loss, reason = "no space has so many benchmarks")]
    pub fn share(&self) -> f64 {
        if self.questions == 0 { 0.0 } else { self.correct as f64 / self.questions as f64 }
    }

    pub fn is_met(&self) -> bool {
        self.questions > 0 && self.share() >= self.threshold
    }
}

impl Check {
    pub fn new(kind: &str, name: impl Into<String>, outcome: Outcome, detail: Option<String>) -> Self {
        Self { kind: kind.to_string(), name: name.into(), outcome, detail, evaluation: None }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed,
    /// It could not be tried: neither proved nor disproved.
    Skipped,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Verification {
    pub fn passed(&self) -> bool {
        self.failed().next().is_none()
    }

    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.outcome == Outcome::Failed)
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, ReleaseError> {
        serde_json::to_vec_pretty(self).map_err(|source| ReleaseError::Malformed { what: "a verification", source })
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, ReleaseError> {
        versioned("a verification", VERIFICATION_VERSION, bytes)
    }
}
