//! What was proved of a deployment.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::pipeline::{Check, CheckOutcome, Verification};

pub(in crate::cli) struct Verified {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) verification: Verification,
}

/// The check, and below it each benchmark that Genie did not answer well.
pub(in crate::cli) fn line(check: &Check) -> String {
    let detail = check.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
    let mut line = format!("  {:<8}{} {}{detail}", check.outcome.as_str(), check.kind, check.name);
    for other in check.evaluation.iter().flat_map(|evaluation| &evaluation.others) {
        let reasons = match other.reasons.is_empty() {
            true => String::new(),
            false => format!(" ({})", other.reasons.join(", ")),
        };
        let _ = write!(line, "\n            {}{reasons}: {}", other.assessment, other.question);
    }
    line
}

pub(in crate::cli) fn text(target: &str, all: &[Verified]) -> String {
    let mut out = String::new();
    for Verified { solution, verification } in all {
        let count = |outcome| verification.checks.iter().filter(|check| check.outcome == outcome).count();
        let is_told = |check: &&Check| check.outcome != CheckOutcome::Passed || check.evaluation.is_some();
        for check in verification.checks.iter().filter(is_told) {
            let _ = writeln!(out, "{}", line(check));
        }
        let (passed, failed) = (count(CheckOutcome::Passed), count(CheckOutcome::Failed));
        let skipped = count(CheckOutcome::Skipped);
        let release = verification.release.short();
        let _ = writeln!(
            out,
            "{solution} on {target}: release {release}: {passed} passed, {failed} failed, {skipped} could not be tried"
        );
    }
    out
}

/// `{"target", "solutions": [{"solution", "passed", …}]}`, the rest as docs/releases.md has a verification.
pub(in crate::cli) fn json(target: &str, all: &[Verified]) -> anyhow::Result<Value> {
    let mut solutions = Vec::new();
    for Verified { solution, verification } in all {
        let mut body = serde_json::to_value(verification)?;
        body["solution"] = json!(solution);
        body["passed"] = json!(verification.passed());
        solutions.push(body);
    }
    Ok(json!({ "target": target, "solutions": solutions }))
}
