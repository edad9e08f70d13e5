//! Findings as the protocol shows them.

use serde_json::{Value, json};

use crate::diag::{Diagnostic, Location, Severity, Span};

use super::position::{Encoding, Lines};

/// From a place to its range, and from a file to its address.
pub(super) struct Places<'p> {
    pub(super) encoding: Encoding,
    pub(super) uri: &'p dyn Fn(&str) -> String,
}

impl Places<'_> {
    pub(super) fn range(&self, location: &Location) -> Value {
        Lines::new(location.file.text()).range(location.span, self.encoding)
    }

    pub(super) fn location(&self, location: &Location) -> Value {
        json!({ "uri": (self.uri)(location.file.name()), "range": self.range(location) })
    }

    /// A `Diagnostic` of the protocol. Quick fixes need no more than what is in `data`.
    pub(super) fn diagnostic(&self, finding: &Diagnostic) -> Value {
        let zero = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
        let range = finding.location.as_ref().map_or(zero, |location| self.range(location));
        let message = match &finding.hint {
            Some(hint) => format!("{}\nhelp: {hint}", finding.message),
            None => finding.message.clone(),
        };
        let severity = match finding.severity {
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Note => 3,
        };
        let mut value = json!({
            "range": range,
            "severity": severity,
            "code": finding.code.to_string(),
            "source": "lakesmith",
            "message": message,
        });
        if !finding.related.is_empty() {
            let related = finding
                .related
                .iter()
                .map(|label| json!({ "location": self.location(&label.location), "message": label.message }));
            value["relatedInformation"] = Value::Array(related.collect());
        }
        // `DiagnosticTag.Unnecessary`.
        if finding
            .code
            .info()
            .is_some_and(|info| info.title.contains("never used") || info.title.contains("never called"))
        {
            value["tags"] = json!([1]);
        }
        if let Some((span, replacement)) = fix(finding)
            && let Some(location) = &finding.location
        {
            let range = Lines::new(location.file.text()).range(span, self.encoding);
            value["data"] = json!({ "replacement": replacement, "range": range });
        }
        value
    }
}

/// Where a slip stands, and what was probably meant: a name of the message that stands in the place.
fn fix(finding: &Diagnostic) -> Option<(Span, &str)> {
    let meant = finding.hint.as_deref()?.strip_prefix("did you mean `")?.split_once('`')?.0;
    let location = finding.location.as_ref()?;
    let text = location.file.text().get(location.span.range())?;
    let names = finding.message.split('`').skip(1).step_by(2);
    for name in names {
        let last = name.rsplit('.').next().unwrap_or(name);
        for wrong in [name, last] {
            let dots = wrong.matches('.').count() == meant.matches('.').count();
            if !dots || wrong.is_empty() || wrong == meant || text.matches(wrong).count() != 1 {
                continue;
            }
            let start = location.span.range().start + text.find(wrong)?;
            return Some((Span::new(start, start + wrong.len()), meant));
        }
    }
    None
}

/// `textDocument/codeAction`: "Replace with" for each finding that brings a replacement.
pub(super) fn actions(params: &Value) -> Value {
    let uri = params.pointer("/textDocument/uri").cloned().unwrap_or_default();
    let findings = params.pointer("/context/diagnostics").and_then(Value::as_array);
    let action = |finding: &Value| {
        let (replacement, range) = (finding.pointer("/data/replacement")?.as_str()?, finding.pointer("/data/range")?);
        let uri = uri.as_str()?;
        Some(json!({
            "title": format!("Replace with `{replacement}`"),
            "kind": "quickfix",
            "isPreferred": true,
            "diagnostics": [finding],
            "edit": { "changes": { uri: [{ "range": range, "newText": replacement }] } },
        }))
    };
    Value::Array(findings.into_iter().flatten().filter_map(action).collect())
}
