//! What a check found, and how much it looked at.

use std::time::Duration;

use serde_json::{Value, json};

use super::count::counted_as;
use super::diagnostics;
use crate::diag::{Diagnostics, Severity};
use crate::pipeline::Coverage;

pub(in crate::cli) fn summary(findings: &Diagnostics, coverage: &Coverage) -> String {
    let Coverage { files, statements, expressions, proved } = *coverage;
    let verdict = if findings.has_errors() { "with errors" } else { "no errors" };
    let (files, statements) = (counted_as(files, "file"), counted_as(statements, "statement"));
    let expressions = counted_as(expressions, "expression");
    format!("{files}, {statements}, proved {proved} of {expressions}: {verdict}\n")
}

/// `{"summary": {…}, "diagnostics": […]}`.
pub(in crate::cli) fn json(findings: &Diagnostics, coverage: &Coverage, elapsed: Duration) -> Value {
    let mut body = json!({
        "summary": {
            "errors": findings.count(Severity::Error),
            "warnings": findings.count(Severity::Warning),
            "notes": findings.count(Severity::Note),
            "files": coverage.files,
            "statements": coverage.statements,
            "proved": coverage.proved,
            "unknown": coverage.expressions.saturating_sub(coverage.proved),
            "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        },
    });
    body["diagnostics"] = diagnostics::json(findings)["diagnostics"].take();
    body
}
