//! What a check is, and what came of it.

use std::fmt;

use crate::api::{ApiError, in_a_line};

/// What is looked at, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Check {
    Project,
    Connectivity,
    Clock,
    Authentication,
    Entitlements,
    UnityCatalog,
    Warehouse,
    Serverless,
    Privileges,
    StateFolder,
}

impl Check {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Connectivity => "connectivity",
            Self::Clock => "clock",
            Self::Authentication => "authentication",
            Self::Entitlements => "entitlements",
            Self::UnityCatalog => "unity_catalog",
            Self::Warehouse => "warehouse",
            Self::Serverless => "serverless",
            Self::Privileges => "privileges",
            Self::StateFolder => "state_folder",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Ok,
    /// Something may stand in the way, or that it does not could not be seen.
    Warning,
    Failed,
    /// It needs what another check did not find, or nobody asked for it.
    Skipped,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What came of a check; some have several.
#[derive(Clone, Debug)]
pub struct Finding {
    pub check: Check,
    pub verdict: Verdict,
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Finding {
    pub fn ok(check: Check, message: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, message: message.into(), fix: None }
    }

    pub fn warning(check: Check, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, message: message.into(), fix: Some(fix.into()) }
    }

    pub fn failed(check: Check, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Failed, message: message.into(), fix: Some(fix.into()) }
    }

    pub fn skipped(check: Check, why: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Skipped, message: why.into(), fix: None }
    }

    /// A call that the check hangs on did not succeed.
    pub(super) fn unanswered(check: Check, error: &ApiError) -> Self {
        let fix = error.hint().unwrap_or("see what the message says; `-vv` shows every request");
        Self::failed(check, in_a_line(error), fix)
    }
}

/// What is known of a workspace after all checks.
#[derive(Default, Debug)]
pub struct Examination {
    pub host: Option<String>,
    pub user: Option<String>,
    /// Sorted by check.
    pub findings: Vec<Finding>,
}

impl Examination {
    pub fn has_failed(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict == Verdict::Failed)
    }
}
