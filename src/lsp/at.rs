//! What stands at a place of a file.

use std::path::Path;

use crate::analyze;
use crate::diag::{Code, Location, Span};
use crate::lineage::{EdgeKind, NodeId, NodeKind};

use super::facts::Facts;
use super::local::{self, Local};
use super::macros;
use super::shift::Shift;

/// Something that a name can mean.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Subject {
    /// A table, a column, a function, a dashboard's dataset.
    Node(NodeId),
    Variable(usize),
    /// A built-in function.
    Builtin(String),
    /// A macro of a template.
    Macro(usize),
    /// A name that only its statement knows.
    Local(Box<Local>),
    /// A key of a resource file.
    Definition(Location),
    /// A file of the project.
    File(String),
    Code(Code),
}

/// The subject at a byte offset of the text of a file, and the part of the text that names it.
pub(super) fn subject(facts: &Facts, file: &str, text: &str, offset: usize) -> Option<(Subject, Span)> {
    code(text, offset)
        .or_else(|| called(facts, file, text, offset))
        .or_else(|| macros::at(facts, file, text, offset))
        .or_else(|| local::at(facts, file, text, offset))
        .or_else(|| node(facts, file, text, offset))
        .or_else(|| path(facts, file, text, offset))
        .or_else(|| named(facts, text, offset))
}

/// The run of characters around a place that fit.
pub(super) fn run(text: &str, offset: usize, fits: impl Fn(char) -> bool) -> Span {
    let (before, behind) = (text.get(..offset).unwrap_or_default(), text.get(offset..).unwrap_or_default());
    let start = before.trim_end_matches(&fits).len();
    let length = behind.len() - behind.trim_start_matches(&fits).len();
    Span::new(start, before.len() + length)
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line(text: &str, offset: usize) -> Span {
    run(text, offset, |c| c != '\n')
}

/// A code in an allow comment.
fn code(text: &str, offset: usize) -> Option<(Subject, Span)> {
    let line = line(text, offset);
    if !text.get(line.range())?.contains("lakesmith:") {
        return None;
    }
    let word = run(text, offset, is_word);
    let written = text.get(word.range())?;
    written.starts_with("LS").then(|| Code::parse(written)).flatten().map(|code| (Subject::Code(code), word))
}

/// A text that is the only argument of a call around the place: the function, the text, and where the call is.
pub(super) fn call(text: &str, offset: usize) -> Option<(&str, &str, Span)> {
    let whole = line(text, offset);
    let inside = text.get(whole.range())?;
    for (at, _) in inside.match_indices('(') {
        let before = inside.get(..at)?;
        let function = before.get(before.trim_end_matches(is_word).len()..)?;
        let behind = inside.get(at + 1..)?;
        let quoted = behind.trim_start();
        let Some(quote) = quoted.chars().next().filter(|c| matches!(c, '\'' | '"')) else { continue };
        let Some((argument, rest)) = quoted.get(1..)?.split_once(quote) else { continue };
        let Some(rest) = rest.trim_start().strip_prefix(')') else { continue };
        let start = whole.range().start + at - function.len();
        let end = whole.range().end - rest.len();
        if start <= offset && offset <= end && !function.is_empty() {
            return Some((function, argument, Span::new(start, end)));
        }
    }
    None
}

fn called(facts: &Facts, file: &str, text: &str, offset: usize) -> Option<(Subject, Span)> {
    if !in_tag(text, offset) {
        return None;
    }
    let (function, argument, span) = call(text, offset)?;
    let subject = match function {
        "var" => Subject::Variable(facts.variables.iter().position(|variable| variable.name == argument)?),
        "ref" => {
            let model = facts.referred(file, argument)?;
            match facts.relation(&model.table) {
                Some(id) => Subject::Node(id),
                None => Subject::File(model.file.clone()),
            }
        }
        "source" => {
            let parts: Vec<&str> = argument.split('.').collect();
            let source = facts.sources.iter().find(|source| source.matches(&parts))?;
            match facts.relation(&source.name.to_string()) {
                Some(id) => Subject::Node(id),
                None => Subject::Definition(source.location.clone()),
            }
        }
        _ => return None,
    };
    Some((subject, span))
}

/// Is the place inside `{{ … }}` or `{% … %}`?
pub(super) fn in_tag(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or_default();
    let opened = before.rfind("{{").max(before.rfind("{%"));
    let closed = before.rfind("}}").max(before.rfind("%}"));
    opened.is_some_and(|opened| closed.is_none_or(|closed| closed < opened))
}

/// What the graph knows at the place, in the text that it was made from.
fn node(facts: &Facts, file: &str, text: &str, offset: usize) -> Option<(Subject, Span)> {
    let known = facts.files.get(file)?;
    let same = known.text() == text;
    let then = if same { offset } else { Shift::between(text, known.text()).back(offset)? };
    let inside = |location: &Location| {
        let range = location.span.range();
        location.file.name() == file && range.start <= then && then <= range.end
    };
    let graph = &facts.graph;
    let mut best: Option<(u32, u8, NodeId, Span)> = None;
    let mut offer = |id: NodeId, location: Location, exact: bool| {
        let rank = match graph.kind(id) {
            NodeKind::Column | NodeKind::Function => 0,
            kind if kind.is_relation() => 1,
            _ => return,
        } + u8::from(!exact);
        let length = location.span.end.saturating_sub(location.span.start);
        if best.as_ref().is_none_or(|(known, of, ..)| (length, rank) < (*known, *of)) {
            best = Some((length, rank, id, location.span));
        }
    };
    for id in graph.ids() {
        if let Some(location) = graph.location(id).filter(&inside) {
            offer(id, location, false);
        }
    }
    for edge in graph.edges() {
        if matches!(edge.kind, EdgeKind::Named { explicit: true, .. } | EdgeKind::Reads)
            && let Some(location) = edge.location().filter(&inside)
        {
            offer(edge.from, location, true);
        }
    }
    let (_, _, id, span) = best?;
    let span = if same { span } else { run(text, offset, is_word) };
    // `o.what` at the `o`: the table.
    let written = text.get(span.range()).unwrap_or_default();
    let qualifier = written.rfind('.').filter(|_| graph.kind(id) == NodeKind::Column && !written.contains('('));
    match (qualifier, graph.relation(id)) {
        (Some(at), Some(relation)) if offset <= span.range().start + at => {
            Some((Subject::Node(relation), Span::new(span.range().start, span.range().start + at)))
        }
        (Some(at), _) => Some((Subject::Node(id), Span::new(span.range().start + at + 1, span.range().end))),
        _ => Some((Subject::Node(id), span)),
    }
}

/// A path of the project, or a reference to a key, in a YAML file.
fn path(facts: &Facts, file: &str, text: &str, offset: usize) -> Option<(Subject, Span)> {
    if !matches!(Path::new(file).extension().and_then(|ending| ending.to_str()), Some("yml" | "yaml")) {
        return None;
    }
    let span = run(text, offset, |c| is_word(c) || matches!(c, '/' | '.' | '-' | '$' | '{' | '}'));
    let word = text.get(span.range())?.trim_start_matches("./").trim_end_matches('/');
    if facts.files.contains_key(word) {
        return Some((Subject::File(word.to_string()), span));
    }
    let below = format!("{word}/");
    if let Some(first) = facts.files.keys().find(|path| !word.is_empty() && path.starts_with(&below)) {
        return Some((Subject::File(first.clone()), span));
    }
    let (kind, key) = word.strip_prefix("${")?.strip_suffix(".id}")?.split_once('.')?;
    let sections = [kind.to_string(), format!("{kind}s")];
    let found = facts.keys.iter().find(|(section, known, _)| sections.contains(section) && known == key);
    found.map(|(_, _, location)| (Subject::Definition(location.clone()), span))
}

/// By the name alone, where nothing else is known: a text that could not be read.
fn named(facts: &Facts, text: &str, offset: usize) -> Option<(Subject, Span)> {
    let chain = run(text, offset, |c| is_word(c) || matches!(c, '.' | '`'));
    let name = text.get(chain.range())?.replace('`', "");
    if let Some(id) = facts.functions.keys().find(|known| {
        let folded = name.to_lowercase();
        known
            .strip_suffix(folded.as_str())
            .is_some_and(|rest| !folded.is_empty() && (rest.is_empty() || rest.ends_with('.')))
    }) {
        let function = facts.graph.ids().find(|node| {
            facts.graph.kind(*node) == NodeKind::Function && facts.graph.name(*node).eq_ignore_ascii_case(id)
        });
        if let Some(function) = function {
            return Some((Subject::Node(function), chain));
        }
    }
    if name.contains('.')
        && let Ok(found) = facts.graph.find(&name)
    {
        return Some((Subject::Node(found.id()), chain));
    }
    let opens = text.get(chain.range().end..)?.trim_start().starts_with('(');
    let known = opens || name.to_lowercase().starts_with("current_");
    (known && analyze::describe(&name).is_some()).then(|| (Subject::Builtin(name.to_lowercase()), chain))
}
