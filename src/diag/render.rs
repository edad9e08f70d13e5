//! Diagnostics as text with excerpts, and as JSON.

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Location, Severity};

/// Of an output that is no terminal.
const WIDTH: usize = 140;

/// Excerpts with carets, one block a diagnostic, in the order given. What is wrong in the same way in several places
/// is shown at the first of them; the others are listed.
pub fn human(diagnostics: &Diagnostics, color: bool) -> String {
    human_within(diagnostics, color, WIDTH)
}

/// As [`human`]; of lines that are wider than `width` characters only the part around the carets is shown.
pub fn human_within(diagnostics: &Diagnostics, color: bool, width: usize) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(width);
    let hidden = Hidden::of(diagnostics);
    let mut out = String::new();
    for finding in findings(diagnostics) {
        for group in report(&finding, &hidden) {
            out.push_str(&renderer.render(&[group]));
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// Lines that are not to be shown, whichever finding is on them.
struct Hidden(BTreeSet<(String, usize)>);

impl Hidden {
    fn of(diagnostics: &Diagnostics) -> Self {
        let hiding = diagnostics.iter().filter(|diagnostic| diagnostic.code.hides_text());
        Self(hiding.filter_map(|diagnostic| diagnostic.location.as_ref()).flat_map(lines).collect())
    }

    fn hides(&self, location: &Location) -> bool {
        !self.0.is_empty() && lines(location).any(|line| self.0.contains(&line))
    }
}

fn lines(location: &Location) -> impl Iterator<Item = (String, usize)> + use<> {
    let line = |offset| location.file.line_column(offset).0;
    let (name, first, last) = (location.file.name().to_string(), line(location.span.start), line(location.span.end));
    (first..=last).map(move |line| (name.clone(), line))
}

/// A diagnostic and what is said of its further places.
struct Finding<'d> {
    first: &'d Diagnostic,
    notes: Vec<String>,
}

/// Related places that all get an excerpt; of more only the first, because they would bury the finding.
const EXCERPTS: usize = 3;

fn excerpts(diagnostic: &Diagnostic) -> usize {
    if diagnostic.related.len() > EXCERPTS { 1 } else { diagnostic.related.len() }
}

fn findings(diagnostics: &Diagnostics) -> Vec<Finding<'_>> {
    let mut all: Vec<(&Diagnostic, Vec<&Location>)> = Vec::new();
    for diagnostic in diagnostics.iter() {
        let same = |first: &Diagnostic| {
            (first.code, first.severity, &first.message, &first.hint)
                == (diagnostic.code, diagnostic.severity, &diagnostic.message, &diagnostic.hint)
        };
        match (&diagnostic.location, all.iter_mut().find(|(first, _)| first.location.is_some() && same(first))) {
            (Some(location), Some((_, more))) => more.push(location),
            _ => all.push((diagnostic, Vec::new())),
        }
    }
    let findings = all.into_iter().map(|(first, more)| {
        let hidden: Vec<&Location> = first.related.iter().skip(excerpts(first)).map(|label| &label.location).collect();
        let notes = [listed("and", &hidden), listed("the same in", &more)];
        Finding { first, notes: notes.into_iter().flatten().collect() }
    });
    findings.collect()
}

/// `the same in 7 more places: a.sql:1:4, b.sql:2:1, …`
fn listed(what: &str, places: &[&Location]) -> Option<String> {
    let named: Vec<String> = places.iter().take(EXCERPTS).map(|place| place.display()).collect();
    let rest = if places.len() > named.len() { ", …" } else { "" };
    let noun = if places.len() == 1 { "place" } else { "places" };
    (!places.is_empty()).then(|| format!("{what} {} more {noun}: {}{rest}", places.len(), named.join(", ")))
}

fn report<'f>(finding: &'f Finding<'_>, hidden: &Hidden) -> Vec<Group<'f>> {
    let diagnostic = finding.first;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.to_string());
    let mut group = match &diagnostic.location {
        // A file that was not read has no text to show.
        Some(location) if location.file.text().is_empty() => {
            Group::with_title(title).element(Origin::path(location.file.name()))
        }
        Some(location) if hidden.hides(location) => Group::with_title(title).element(Origin::path(location.display())),
        Some(location) => Group::with_title(title).element(snippet(location, AnnotationKind::Primary, "")),
        None => Group::with_title(title),
    };
    for label in diagnostic.related.iter().take(excerpts(diagnostic)) {
        group = match hidden.hides(&label.location) {
            true => group.element(Origin::path(label.location.display())),
            false => group.element(snippet(&label.location, AnnotationKind::Context, &label.message)),
        };
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    match &diagnostic.hint {
        // Behind an excerpt the hint hangs on its frame; without one there is no frame.
        Some(hint) if diagnostic.location.is_some() => vec![group.element(Level::HELP.message(hint.as_str()))],
        Some(hint) => vec![group, Group::with_title(Level::HELP.secondary_title(hint.as_str()))],
        None => vec![group],
    }
}

fn snippet<'a>(
    location: &'a Location,
    kind: AnnotationKind,
    label: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let text = location.file.text();
    let end = location.span.range().end.min(text.len());
    let start = location.span.range().start.min(end);
    let mut annotation = kind.span(start..end);
    if !label.is_empty() {
        annotation = annotation.label(label);
    }
    Snippet::source(text).path(location.file.name()).annotation(annotation)
}

/// The documented JSON form of one diagnostic (README, "Output").
pub fn to_json(diagnostic: &Diagnostic) -> Value {
    let mut value = json!({
        "code": diagnostic.code.to_string(),
        "severity": diagnostic.severity,
        "message": diagnostic.message,
    });
    if let Some(location) = &diagnostic.location {
        merge(&mut value, place(location));
    }
    if let Some(hint) = &diagnostic.hint {
        value["hint"] = json!(hint);
    }
    let related = diagnostic.related.iter().map(|label| {
        let mut related = json!({ "message": label.message });
        merge(&mut related, place(&label.location));
        related
    });
    value["related"] = Value::Array(related.collect());
    value
}

fn place(location: &Location) -> Value {
    let position = |offset| {
        let (line, column) = location.file.line_column(offset);
        json!({ "line": line, "column": column })
    };
    json!({
        "file": location.file.name(),
        "start": position(location.span.start),
        "end": position(location.span.end),
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Code, SourceFile, Span};
    use super::*;

    #[test]
    fn what_is_wrong_in_one_way_is_shown_once() {
        let file = SourceFile::new("a.sql", "x x\nx x x");
        let at = |offset| Location::new(&file, Span::new(offset, offset + 1));
        let wrong = |offset| Diagnostic::error(Code::UNKNOWN_COLUMN, "no `x`").at(at(offset));
        let found: Diagnostics = [0, 2, 4, 6, 8].map(wrong).into_iter().collect();
        let expected = "\
error[LS402]: no `x`
 --> a.sql:1:1
  |
1 | x x
  | ^
  |
  = note: the same in 4 more places: a.sql:1:3, a.sql:2:1, a.sql:2:3, …

";
        assert_eq!(human(&found, false), expected);
        // The same place in several ways is one finding with several ways.
        let ways = [2, 4, 6, 8].map(|way| wrong(0).related(at(way), "through this"));
        let merged = ways.into_iter().collect::<Diagnostics>().sorted();
        assert_eq!(merged.iter().map(|finding| finding.related.len()).collect::<Vec<_>>(), [4]);
        assert!(human(&merged, false).contains("= note: and 3 more places: a.sql:2:1, a.sql:2:3, a.sql:2:5\n"));
    }
}
