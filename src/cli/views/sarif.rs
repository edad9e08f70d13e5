//! Findings as SARIF 2.1.0, which code scanning reads.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html>. Section numbers
//! below are those of that document.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::check::Report;
use crate::diag::{Code, CodeInfo, Diagnostic, Location};
use crate::ident::ContentHash;
use crate::pipeline::Allowed;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What relative paths are relative to (§ 3.14.14). Where it lies is not told: it is another place on every machine.
const ROOT: &str = "SRCROOT";

/// The document. `success` says that the check could do its work, whatever it found.
pub(in crate::cli) fn document(report: &Report, exit: u8) -> String {
    let results: Vec<(&Diagnostic, Option<&Allowed>)> = report
        .findings
        .iter()
        .map(|diagnostic| (diagnostic, None))
        .chain(report.allowed.iter().map(|allowed| (&allowed.diagnostic, Some(allowed))))
        .collect();
    let codes: BTreeSet<Code> = results.iter().map(|(diagnostic, _)| diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let files = Files::of(&results, &report.prefix);
    let mut twins = BTreeMap::new();
    let results = results.iter().map(|(diagnostic, allowed)| {
        let mut result = result(diagnostic, &codes, &files);
        // All results have this list or none has (§ 3.27.23).
        result["suppressions"] = json!(allowed.iter().map(|allowed| suppression(allowed, &files)).collect::<Vec<_>>());
        result["partialFingerprints"] = json!({ "lakesmith/v1": fingerprint(diagnostic, &mut twins) });
        result
    });
    let results: Vec<Value> = results.collect();
    let run = json!({
        "tool": { "driver": {
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": codes.iter().filter_map(|code| code.info()).map(rule).collect::<Vec<_>>(),
        } },
        "invocations": [{ "executionSuccessful": report.coverage.is_some(), "exitCode": exit }],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository that holds the project" } } },
        "artifacts": files.artifacts(),
        "results": results,
    });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    format!("{log:#}\n")
}

/// § 3.49. The page is what `lakesmith explain` prints.
fn rule(info: &CodeInfo) -> Value {
    let mut rule = json!({
        "id": info.code.to_string(),
        "shortDescription": { "text": sentence(info.title) },
        "fullDescription": { "text": one_line(info.section("What")) },
        "help": { "text": plain_help(info), "markdown": info.page },
        "defaultConfiguration": { "level": info.severity().word() },
    });
    let home = env!("CARGO_PKG_REPOSITORY");
    if !home.is_empty() {
        rule["helpUri"] = json!(format!("{home}/blob/main/docs/diagnostics/{}.md", info.code));
    }
    rule
}

fn plain_help(info: &CodeInfo) -> String {
    format!("{} `lakesmith explain {}` shows a wrong and a right example.", one_line(info.section("Why")), info.code)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// § 3.11.3 asks for sentences.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if title.ends_with(['.', '?', '!', '…']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn result(diagnostic: &Diagnostic, codes: &[Code], files: &Files<'_>) -> Value {
    let mut text = sentence(&diagnostic.message);
    if let Some(hint) = &diagnostic.hint {
        text.push(' ');
        text.push_str(&sentence(hint));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.to_string(),
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": diagnostic.severity.word(),
        "message": { "text": message(&text) },
    });
    if let Some(location) = &diagnostic.location {
        result["locations"] = json!([{ "physicalLocation": files.place(location) }]);
    }
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().enumerate().map(|(index, label)| {
            json!({
                "id": index + 1,
                "physicalLocation": files.place(&label.location),
                "message": { "text": message(&sentence(&label.message)) },
            })
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

/// A text in which nothing is a placeholder (§ 3.11.5) or a link (§ 3.11.6).
fn message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

fn suppression(allowed: &Allowed, files: &Files<'_>) -> Value {
    let kind = if allowed.in_source { "inSource" } else { "external" };
    let mut suppression = json!({ "kind": kind, "status": "accepted", "justification": allowed.reason });
    if allowed.in_source {
        suppression["location"] = json!({ "physicalLocation": files.place(&allowed.location) });
    }
    suppression
}

/// The same for the same finding in a file whose lines have moved (§ 3.27.17): of the code, the file, the message, and
/// the text of the line. Of several that are equal in all of these, their order decides.
fn fingerprint(diagnostic: &Diagnostic, twins: &mut BTreeMap<String, usize>) -> String {
    let line = |location: &Location| {
        let (line, _) = location.file.line_column(location.span.start);
        location.file.text().split('\n').nth(line - 1).unwrap_or_default().trim().to_string()
    };
    let place = diagnostic.location.as_ref().map(|l| format!("{}\n{}", l.file.name(), line(l))).unwrap_or_default();
    let what = format!("{}\n{}\n{place}", diagnostic.code, diagnostic.message);
    let twin = twins.entry(what.clone()).or_default();
    *twin += 1;
    ContentHash::of(format!("{what}\n{twin}").as_bytes()).to_string()
}

/// The files that results name, in the order of their paths.
struct Files<'r> {
    index: BTreeMap<&'r str, usize>,
    prefix: &'r str,
}

impl<'r> Files<'r> {
    fn of(results: &[(&'r Diagnostic, Option<&'r Allowed>)], prefix: &'r str) -> Self {
        let places = results.iter().flat_map(|(diagnostic, allowed)| {
            let related = diagnostic.related.iter().map(|label| &label.location);
            diagnostic.location.iter().chain(related).chain(allowed.iter().map(|allowed| &allowed.location))
        });
        let names: BTreeSet<&str> = places.map(|location| location.file.name()).collect();
        Self { index: names.into_iter().enumerate().map(|(index, name)| (name, index)).collect(), prefix }
    }

    fn artifacts(&self) -> Vec<Value> {
        self.index.keys().map(|name| json!({ "location": self.location(name), "roles": ["analysisTarget"] })).collect()
    }

    fn location(&self, name: &str) -> Value {
        let index = self.index.get(name);
        json!({ "uri": uri(&format!("{}{name}", self.prefix)), "uriBaseId": ROOT, "index": index })
    }

    fn place(&self, location: &Location) -> Value {
        let (line, column) = location.file.line_column(location.span.start);
        let (end_line, end_column) = location.file.line_column(location.span.end);
        json!({
            "artifactLocation": self.location(location.file.name()),
            // Columns count characters from 1, and the end is the first one behind (§ 3.30.8).
            "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
        })
    }
}

/// RFC 3986, section 3.3: what may stand in a segment of a path; `:` may not stand in the first one.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

fn uri(path: &str) -> String {
    utf8_percent_encode(path, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{SourceFile, Span};

    #[test]
    fn fingerprints_survive_moved_lines_and_tell_twins_apart() {
        let at = |text: &str, word: &str| {
            let start = text.find(word).unwrap();
            let file = SourceFile::new("a.sql", text);
            Diagnostic::error(Code::UNKNOWN_COLUMN, "m").at(Location::new(&file, Span::new(start, start + 1)))
        };
        let mut twins = BTreeMap::new();
        let first = fingerprint(&at("SELECT\n  x\n", "x"), &mut twins);
        let moved = fingerprint(&at("-- new\n\nSELECT\n    x\n", "x"), &mut BTreeMap::new());
        assert_eq!(first, moved);
        assert_ne!(first, fingerprint(&at("SELECT\n  x\n", "x"), &mut twins));
        assert_ne!(first, fingerprint(&at("SELECT\n  x + 1\n", "x"), &mut BTreeMap::new()));
    }

    /// RFC 3986, section 2.1.
    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("sql/a b/100%é:c.sql"), "sql/a%20b/100%25%C3%A9%3Ac.sql");
        assert_eq!(message("a[1] ${x} [b](c)"), "a[1] ${{x}} [b] (c)");
        assert_eq!(sentence("the column `x`"), "The column `x`.");
        assert_eq!(sentence("did you mean `x`?"), "Did you mean `x`?");
    }
}
