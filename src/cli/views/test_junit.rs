//! Test results as JUnit XML, as CI servers read it.

use std::fmt::Write as _;
use std::time::Duration;

use super::xml::escaped;

/// One test.
pub(in crate::cli) struct Case<'c> {
    /// The suite that it belongs to.
    pub(in crate::cli) class: String,
    pub(in crate::cli) name: &'c str,
    pub(in crate::cli) file: Option<String>,
    pub(in crate::cli) line: Option<usize>,
    pub(in crate::cli) elapsed: Duration,
    /// A line, and all that is to be said; `None` if it passed.
    pub(in crate::cli) failure: Option<(String, String)>,
}

/// The whole document.
pub(in crate::cli) fn document(cases: &[Case<'_>]) -> String {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let time: Duration = cases.iter().map(|case| case.elapsed).sum();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"{}\"", cases.len(), seconds(time));
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n");
    let _ = writeln!(out, "  <testsuite name=\"lakesmith test\" {counts} skipped=\"0\">");
    for case in cases {
        let file = case.file.as_ref().map(|file| format!(" file=\"{}\"", escaped(file))).unwrap_or_default();
        let line = case.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
        let (class, name) = (escaped(&case.class), escaped(case.name));
        let time = seconds(case.elapsed);
        let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\"{file}{line} time=\"{time}\"");
        match &case.failure {
            None => out.push_str("/>\n"),
            Some((message, text)) => {
                let (message, text) = (escaped(message), escaped(text));
                let _ = writeln!(out, ">\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>");
            }
        }
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}
