//! Findings as JUnit XML, which CI servers show as tests: a suite a file, a failure an error.

use std::collections::BTreeMap;

use super::check::Report;
use super::xml::escaped;
use crate::diag::{Diagnostic, Severity};
use crate::pipeline::Allowed;

/// Findings about no file.
const PROJECT: &str = "project";

#[derive(Default)]
struct Suite<'r> {
    findings: Vec<&'r Diagnostic>,
    allowed: Vec<&'r Allowed>,
}

/// One document; every file is in it, those without findings as a test that passed.
pub(in crate::cli) fn document(report: &Report) -> String {
    let mut suites: BTreeMap<&str, Suite<'_>> = BTreeMap::new();
    for file in &report.files {
        suites.entry(file).or_default();
    }
    for diagnostic in report.findings.iter() {
        suites.entry(name(diagnostic)).or_default().findings.push(diagnostic);
    }
    for allowed in &report.allowed {
        suites.entry(name(&allowed.diagnostic)).or_default().allowed.push(allowed);
    }
    let tests: usize = suites.values().map(Suite::tests).sum();
    let failures = report.findings.count(Severity::Error);
    let seconds = format!("{:.3}", report.elapsed.as_secs_f64());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name=\"lakesmith check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds}\">\n"
    ));
    for (file, suite) in &suites {
        suite.write(&format!("{}{file}", report.prefix), &mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

fn name(diagnostic: &Diagnostic) -> &str {
    diagnostic.location.as_ref().map_or(PROJECT, |location| location.file.name())
}

impl Suite<'_> {
    fn tests(&self) -> usize {
        (self.findings.len() + self.allowed.len()).max(1)
    }

    fn write(&self, file: &str, out: &mut String) {
        let failures = self.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        let (file, tests, skipped) = (escaped(file), self.tests(), self.allowed.len());
        out.push_str(&format!(
            "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n"
        ));
        for finding in &self.findings {
            let (code, message, told) = (finding.code, escaped(&finding.message), escaped(&told(finding)));
            let severity = finding.severity.word();
            let inner = match finding.severity {
                Severity::Error => format!("<failure type=\"{code}\" message=\"{message}\">{told}</failure>"),
                Severity::Warning | Severity::Note => format!("<system-out>{severity}[{code}]: {told}</system-out>"),
            };
            out.push_str(&case(&file, finding, &inner));
        }
        for allowed in &self.allowed {
            let inner = format!("<skipped message=\"allowed: {}\"/>", escaped(&allowed.reason));
            out.push_str(&case(&file, &allowed.diagnostic, &inner));
        }
        if self.findings.is_empty() && self.allowed.is_empty() {
            out.push_str(&format!("    <testcase classname=\"{file}\" name=\"check\"/>\n"));
        }
        out.push_str("  </testsuite>\n");
    }
}

fn case(file: &str, diagnostic: &Diagnostic, inner: &str) -> String {
    let place = diagnostic.location.as_ref().map(|location| location.file.line_column(location.span.start));
    let place = place.map_or(String::new(), |(line, column)| format!(" {line}:{column}"));
    let name = format!("{}{place}", diagnostic.code);
    format!("    <testcase classname=\"{file}\" name=\"{name}\">{inner}</testcase>\n")
}

fn told(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.location.as_ref().map(|location| format!("{}: ", location.display())).unwrap_or_default();
    let hint = diagnostic.hint.as_ref().map(|hint| format!("\nhelp: {hint}")).unwrap_or_default();
    format!("{place}{}{hint}", diagnostic.message)
}
