//! What a check found, and how much it looked at.

use std::time::Duration;

use serde_json::{Value, json};

use super::count::counted_as;
use super::diagnostics;
use crate::diag::{Diagnostics, Severity};
use crate::pipeline::{Allowed, Coverage};

/// All that a check has to say.
#[derive(Default)]
pub(in crate::cli) struct Report {
    /// Sorted by place.
    pub(in crate::cli) findings: Diagnostics,
    pub(in crate::cli) allowed: Vec<Allowed>,
    /// `None`: the project could not be read, so nothing was checked.
    pub(in crate::cli) coverage: Option<Coverage>,
    /// The paths of the files that were looked at, sorted.
    pub(in crate::cli) files: Vec<String>,
    pub(in crate::cli) elapsed: Duration,
    /// The project's folder below the root of its repository, with `/` behind it; empty where they are the same.
    pub(in crate::cli) prefix: String,
}

impl Report {
    /// Milliseconds.
    pub(in crate::cli) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX)
    }
}

/// One line; empty where nothing was checked.
pub(in crate::cli) fn summary(report: &Report) -> String {
    let Some(Coverage { files, statements, expressions, proved }) = report.coverage else { return String::new() };
    let verdict = if report.findings.has_errors() { "with errors" } else { "no errors" };
    let (files, statements) = (counted_as(files, "file"), counted_as(statements, "statement"));
    let allowed = match report.allowed.len() {
        0 => String::new(),
        count => format!(", {count} allowed"),
    };
    let expressions = counted_as(expressions, "expression");
    format!("{files}, {statements}, proved {proved} of {expressions}: {verdict}{allowed}\n")
}

/// One line a round of `--watch`, with the time of day.
pub(in crate::cli) fn round(report: &Report, time: &str) -> String {
    let summary = match summary(report) {
        text if text.is_empty() => "the project cannot be read".to_string(),
        text => text.trim_end().to_string(),
    };
    format!("{time}  {summary} ({} ms)\n", report.elapsed_ms())
}

/// `{"summary": {…}, "diagnostics": […]}`; with `"ok": false` where nothing was checked.
pub(in crate::cli) fn json(report: &Report) -> Value {
    let findings = &report.findings;
    let Coverage { files, statements, expressions, proved } = report.coverage.unwrap_or_default();
    let mut body = json!({});
    if report.coverage.is_none() {
        body["ok"] = json!(false);
    }
    body["summary"] = json!({
        "errors": findings.count(Severity::Error),
        "warnings": findings.count(Severity::Warning),
        "notes": findings.count(Severity::Note),
        "allowed": report.allowed.len(),
        "files": files,
        "statements": statements,
        "proved": proved,
        "unknown": expressions.saturating_sub(proved),
        "elapsed_ms": report.elapsed_ms(),
    });
    body["diagnostics"] = diagnostics::json(findings)["diagnostics"].take();
    body
}
