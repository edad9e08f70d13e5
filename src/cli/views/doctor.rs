//! What stands in the way of a deployment.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::pipeline::doctor::{Examination, Finding, Verdict};

pub(in crate::cli) fn text(found: &Examination) -> String {
    let mut out = String::new();
    let wide = found.findings.iter().map(|finding| finding.check.as_str().len()).max().unwrap_or_default();
    for Finding { check, verdict, message, fix } in &found.findings {
        let (verdict, message) = (verdict.as_str(), message.replace('\n', "\n      "));
        let _ = writeln!(out, "{verdict:7}  {:wide$}  {message}", check.as_str());
        if let Some(fix) = fix {
            let _ = writeln!(out, "{:7}  {:wide$}  fix: {fix}", "", "");
        }
    }
    let count = |verdict| found.findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (failed, warnings) = (count(Verdict::Failed), count(Verdict::Warning));
    let _ = match (failed, warnings) {
        (0, 0) => writeln!(out, "nothing stands in the way"),
        (failed, warnings) => writeln!(out, "{failed} failed, {warnings} warnings"),
    };
    out
}

/// `{"target", "host", "user", "checks": [{"check", "outcome", "message", "fix"}]}`; an outcome is `ok`, `warning`,
/// `failed` or `skipped`; `fix` is null where there is nothing to do.
pub(in crate::cli) fn json(target: Option<&str>, found: &Examination) -> Value {
    let check = |Finding { check, verdict, message, fix }: &Finding| json!({ "check": check.as_str(), "outcome": verdict.as_str(), "message": message, "fix": fix });
    let checks: Vec<Value> = found.findings.iter().map(check).collect();
    json!({ "target": target, "host": found.host, "user": found.user, "checks": checks })
}
