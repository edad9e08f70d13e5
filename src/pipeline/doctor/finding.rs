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
        Self::failed(check, in_a_line(error), error.hint().map_or_else(|| unanswered(error), str::to_string))
    }
}

/// What to do where a call failed for a reason that is not the check's own.
fn unanswered(error: &ApiError) -> String {
    let status = error.status();
    let request = status.and_then(|status| status.request_id.as_ref());
    let request = request.map(|id| format!(", naming the request {id}")).unwrap_or_default();
    match (error, status.map(|status| status.status)) {
        (_, Some(403)) => "let an admin of the workspace look at two things: whether its IP access lists and private \
                           access let this machine in (Settings, Security), and whether you are assigned to the workspace \
                           with the entitlement for what was refused (Settings, Identity and access)"
            .to_string(),
        (_, Some(404)) => "the host does not know this API: compare it with the address that a browser shows in the \
                           workspace, which is not the account console's"
            .to_string(),
        (_, Some(429)) => "others use up the workspace's rate limit: try again in a minute".to_string(),
        (_, Some(500..)) => format!(
            "the workspace itself failed: try again in some minutes and look at https://status.databricks.com; if it stays, \
             ask the support of Databricks{request}"
        ),
        (ApiError::Network { .. } | ApiError::Timeout { .. }, _) => {
            "the host answered before and not now: try again; if it stays, look at the network and the proxy".to_string()
        }
        _ => "see what the message says; `-vv` shows every request".to_string(),
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
