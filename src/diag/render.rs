//! Diagnostics as text with excerpts, and as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Location, Severity};

/// Excerpts with carets, one block a diagnostic, in the order given.
pub fn human(diagnostics: &Diagnostics, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in diagnostics.iter() {
        out.push_str(&renderer.render(&report(diagnostic)));
        out.push_str("\n\n");
    }
    out
}

fn report(diagnostic: &Diagnostic) -> Vec<Group<'_>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.to_string());
    let mut group = match &diagnostic.location {
        Some(location) => Group::with_title(title).element(snippet(location, AnnotationKind::Primary, "")),
        None => Group::with_title(title),
    };
    for label in &diagnostic.related {
        group = group.element(snippet(&label.location, AnnotationKind::Context, &label.message));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    vec![group]
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
