//! From YAML text to the tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_yaml::granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as YamlSpan, Tag};

use super::{Entry, Node, Style, Value, quote, scalar};
use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile, Span};

/// Code points that Unicode keeps for a program's own use (The Unicode Standard, § 23.7). Rendering uses them as
/// marks, so no text from outside may hold one.
pub fn is_noncharacter(c: char) -> bool {
    ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// A file that its aliases blow up beyond this is refused.
const MAX_NODES: usize = 250_000;

/// Reads one document; an empty file is `Null`. There is no tree when the file is not YAML or repeats a key.
pub fn parse(file: &Arc<SourceFile>) -> (Option<Node>, Diagnostics) {
    let mut builder = Builder::new(file);
    for item in Parser::new_from_str(file.text()) {
        let step = match item {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => Err(builder.syntax(&error)),
        };
        if let Err(diagnostic) = step {
            builder.diagnostics.push(*diagnostic);
            return (None, builder.diagnostics);
        }
    }
    builder.finish()
}

/// A collection that is still open.
enum Open {
    List { items: Vec<Node>, start: YamlSpan, anchor: usize },
    Map { entries: Vec<Entry>, merged: Vec<Entry>, key: Option<(String, Location)>, start: YamlSpan, anchor: usize },
}

struct Builder<'f> {
    file: &'f Arc<SourceFile>,
    stack: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    diagnostics: Diagnostics,
}

type Step = Result<(), Box<Diagnostic>>;

impl<'f> Builder<'f> {
    fn new(file: &'f Arc<SourceFile>) -> Self {
        Self {
            file,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            root: None,
            documents: 0,
            nodes: 0,
            diagnostics: Diagnostics::default(),
        }
    }

    fn finish(self) -> (Option<Node>, Diagnostics) {
        if self.diagnostics.has_errors() {
            return (None, self.diagnostics);
        }
        let empty =
            || Node { value: Value::Null, location: Location::new(self.file, Span::new(0, 0)), style: Style::Plain };
        (Some(self.root.unwrap_or_else(empty)), self.diagnostics)
    }

    fn event(&mut self, event: Event<'_>, span: &YamlSpan) -> Step {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(self.error(span, "a file holds one YAML document, and here a second one begins"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.add(node, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.standard_tag(tag.as_deref(), span)?;
                self.stack.push(Open::List { items: Vec::new(), start: *span, anchor });
            }
            Event::MappingStart(_, anchor, tag) => {
                self.standard_tag(tag.as_deref(), span)?;
                let (entries, merged) = (Vec::new(), Vec::new());
                self.stack.push(Open::Map { entries, merged, key: None, start: *span, anchor });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(id) => {
                let Some(mut node) = self.anchors.get(&id).cloned() else {
                    return Err(self.error(span, "the alias is used inside its own definition"));
                };
                node.location = self.location(span);
                self.nodes += node.count();
                self.add(node, 0)?;
            }
            // Stream marks and comments carry no value, and unresolved aliases are not asked for.
            _ => {}
        }
        Ok(())
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: &YamlSpan,
    ) -> Result<Node, Box<Diagnostic>> {
        if text.contains(is_noncharacter) {
            return Err(self.error(span, "the text contains a noncharacter (U+FDD0 to U+FDEF)"));
        }
        let (style, untagged) = match style {
            ScalarStyle::Plain => (Style::Plain, scalar::plain(text)),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, Value::String(text.to_string())),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, Value::String(text.to_string())),
            ScalarStyle::Literal => (Style::Literal, Value::String(text.to_string())),
            ScalarStyle::Folded => (Style::Folded, Value::String(text.to_string())),
        };
        let value = match tag {
            None => untagged,
            Some(tag) => match tag.core_suffix() {
                Some("str") => Value::String(text.to_string()),
                Some("int" | "float" | "bool" | "null") => scalar::plain(text),
                _ => return Err(self.error(span, &format!("the tag `{}` is not supported", tag.original()))),
            },
        };
        Ok(Node { value, location: self.location(span), style })
    }

    fn standard_tag(&self, tag: Option<&Tag>, span: &YamlSpan) -> Step {
        match tag {
            Some(tag) if !matches!(tag.core_suffix(), Some("seq" | "map")) => {
                Err(self.error(span, &format!("the tag `{}` is not supported", tag.original())))
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self, end: &YamlSpan) -> Step {
        let (value, start, anchor) = match self.stack.pop() {
            Some(Open::List { items, start, anchor }) => (Value::List(items), start, anchor),
            Some(Open::Map { mut entries, merged, start, anchor, .. }) => {
                // A merged entry (`<<`) yields to one that the map writes itself.
                for entry in merged {
                    if !entries.iter().any(|own| own.key == entry.key) {
                        entries.push(entry);
                    }
                }
                (Value::Map(entries), start, anchor)
            }
            None => return Ok(()),
        };
        let node = Node { value, location: self.collection(&start, end), style: Style::Collection };
        self.add(node, anchor)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Step {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file expands to more than {MAX_NODES} values");
            return Err(Box::new(Diagnostic::error(Code::YAML_SYNTAX, message).at(node.location)));
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, merged, key, .. }) => match key.take() {
                None => *key = Some(key_text(&node)?),
                Some((name, location)) if name == "<<" => merge(merged, &node, &location)?,
                Some((name, key_location)) => match entries.iter().find(|entry| entry.key == name) {
                    // All repeats are reported, so parsing goes on.
                    Some(first) => self.diagnostics.push(
                        Diagnostic::error(Code::YAML_SYNTAX, format!("the key `{name}` is written twice"))
                            .at(key_location)
                            .related(first.key_location.clone(), "first here"),
                    ),
                    None => entries.push(Entry { key: name, key_location, node }),
                },
            },
        }
        Ok(())
    }

    fn location(&self, span: &YamlSpan) -> Location {
        Location::new(self.file, self.span(&span.start, &span.end))
    }

    /// A block collection ends where the next token begins; its trailing blank lines do not belong to it.
    fn collection(&self, start: &YamlSpan, end: &YamlSpan) -> Location {
        let span = self.span(&start.start, &end.end);
        let text = self.file.text().get(span.range()).unwrap_or_default();
        Location::new(self.file, Span::new(span.range().start, span.range().start + text.trim_end().len()))
    }

    fn span(&self, start: &Marker, end: &Marker) -> Span {
        let text = self.file.text();
        let start = start.byte_offset().unwrap_or(text.len()).min(text.len());
        let end = end.byte_offset().unwrap_or(start).clamp(start, text.len());
        Span::new(start, end)
    }

    fn error(&self, span: &YamlSpan, message: &str) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(Code::YAML_SYNTAX, message).at(self.location(span)))
    }

    fn syntax(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = error.marker();
        // The parser has no other word for what it was reading.
        let own = (error.info() == "unclosed quote").then(|| self.span(at, at).range().start);
        let quote = own.or_else(|| {
            error
                .info()
                .contains("quoted scalar")
                .then(|| self.file.text().get(..self.span(at, at).range().start).and_then(quote::last_open))?
        });
        if let Some(quote) = quote {
            return Box::new(
                Diagnostic::error(Code::YAML_SYNTAX, "the quoted text that begins here is not closed")
                    .at(Location::new(self.file, Span::new(quote, quote + 1))),
            );
        }
        let mut span = self.span(at, at);
        // A caret needs a character under it.
        if let Some(next) = self.file.text()[span.range().end..].chars().next().filter(|c| *c != '\n') {
            span = Span::new(span.range().start, span.range().end + next.len_utf8());
        }
        Box::new(Diagnostic::error(Code::YAML_SYNTAX, error.info()).at(Location::new(self.file, span)))
    }
}

fn key_text(node: &Node) -> Result<(String, Location), Box<Diagnostic>> {
    let text = match &node.value {
        Value::String(text) => text.clone(),
        // `on:` and numbers are legal keys; they are compared as they are written.
        Value::Bool(_) | Value::Integer(_) | Value::Float { .. } | Value::Null => {
            node.location.file.text().get(node.location.span.range()).unwrap_or_default().to_string()
        }
        Value::List(_) | Value::Map(_) => {
            let message = format!("a key must be a text, not {}", node.value.kind());
            return Err(Box::new(Diagnostic::error(Code::YAML_SYNTAX, message).at(node.location.clone())));
        }
    };
    Ok((text, node.location.clone()))
}

fn merge(merged: &mut Vec<Entry>, node: &Node, at: &Location) -> Step {
    let maps = match &node.value {
        Value::Map(entries) => vec![entries],
        Value::List(items) => items
            .iter()
            .filter_map(|item| match &item.value {
                Value::Map(entries) => Some(entries),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    if maps.is_empty() {
        return Err(Box::new(Diagnostic::error(Code::YAML_SYNTAX, "`<<` merges a map").at(at.clone())));
    }
    for entry in maps.into_iter().flatten() {
        if !merged.iter().any(|own| own.key == entry.key) {
            merged.push(entry.clone());
        }
    }
    Ok(())
}
