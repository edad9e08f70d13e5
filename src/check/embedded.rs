//! SQL that stands in strings of a document, as a text of its own, and the way back to the document.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::project::yaml::Node;

/// The strings of some nodes, laid end to end.
#[derive(Debug)]
pub struct Embedded {
    /// The text as a source of its own; findings in it are brought back by [`Embedded::place`].
    pub file: Arc<SourceFile>,
    /// Where each string begins in the text.
    parts: Vec<(usize, Node)>,
}

impl Embedded {
    /// Of a string, or of the strings of a list; `None` where there is no text.
    pub fn of(node: &Node) -> Option<Self> {
        Self::wrapped("", node, "")
    }

    /// The same between two texts that complete it to a statement.
    pub fn wrapped(before: &str, node: &Node, after: &str) -> Option<Self> {
        let strings: Vec<&Node> = match node.as_list() {
            Some(items) => items.iter().filter(|item| item.as_str().is_some()).collect(),
            None => node.as_str().map(|_| node).into_iter().collect(),
        };
        let first = strings.first()?;
        let name = format!("{} (SQL)", first.location.file.name());
        let mut text = before.to_string();
        let mut parts = Vec::with_capacity(strings.len());
        for node in strings {
            parts.push((text.len(), node.clone()));
            text.push_str(node.as_str().unwrap_or_default());
        }
        if text.len() == before.len() {
            return None;
        }
        text.push_str(after);
        Some(Self { file: SourceFile::new(name, text), parts })
    }

    /// With another text whose bytes stand for the same places.
    #[must_use]
    pub fn rewritten(self, text: String) -> Self {
        if text.len() != self.file.text().len() {
            return self;
        }
        Self { file: SourceFile::new(self.file.name(), text), ..self }
    }

    pub fn text(&self) -> &str {
        self.file.text()
    }

    /// The place in the document of a part of the text. What completes the text is at its nearest string.
    pub fn locate(&self, span: Span) -> Location {
        let (start, end) = (self.inside(span.range().start), self.inside(span.range().end.max(1) - 1));
        match (start, end) {
            (Some((node, at)), Some((last, end))) if std::ptr::eq(node, last) => {
                let end = if span.start == span.end { at } else { end + 1 };
                let length = node.as_str().map_or(0, str::len);
                node.locate(Span::new(at, end.clamp(at, length)))
            }
            (Some((node, at)), Some((last, end))) => {
                let length = last.as_str().map_or(0, str::len);
                let (from, to) = (node.locate(Span::new(at, at)), last.locate(Span::new(end, (end + 1).min(length))));
                Location::new(&from.file, from.span.to(to.span))
            }
            _ => self.whole(),
        }
    }

    /// The place of everything, for findings about the text as one.
    pub fn whole(&self) -> Location {
        match self.parts.as_slice() {
            [(_, only)] => only.location.clone(),
            [(_, first), .., (_, last)] => {
                Location::new(&first.location.file, first.location.span.to(last.location.span))
            }
            [] => Location::new(&self.file, Span::new(0, 0)),
        }
    }

    /// The string that holds an offset of the text, and the offset in it.
    fn inside(&self, offset: usize) -> Option<(&Node, usize)> {
        let (start, node) = self.parts.iter().rev().find(|(start, _)| *start <= offset).or(self.parts.first())?;
        let length = node.as_str().map_or(0, str::len);
        Some((node, offset.saturating_sub(*start).min(length)))
    }

    /// A finding in the text, at its place in the document.
    #[must_use]
    pub fn place(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let labels = diagnostic.related.iter_mut().map(|label| &mut label.location);
        for location in diagnostic.location.iter_mut().chain(labels) {
            if Arc::ptr_eq(&location.file, &self.file) {
                *location = self.locate(location.span);
            }
        }
        diagnostic
    }

    pub fn place_all(&self, diagnostics: Diagnostics) -> impl Iterator<Item = Diagnostic> {
        diagnostics.into_iter().map(|diagnostic| self.place(diagnostic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::project::json;

    fn embedded(text: &str, before: &str) -> (Embedded, Arc<SourceFile>) {
        let file = SourceFile::new("d.json", text);
        let node = json::parse(&file, Code::DASHBOARD_FORMAT).unwrap();
        (Embedded::wrapped(before, node.get("q").unwrap(), ")").unwrap(), file)
    }

    #[track_caller]
    fn assert_found(document: &str, before: &str, part: &str, place: &str) {
        let (embedded, file) = embedded(document, before);
        let at = embedded.text().find(part).unwrap();
        let location = embedded.locate(Span::new(at, at + part.len()));
        assert_eq!(location.display(), place);
        assert_eq!(&file.text()[location.span.range()], part);
    }

    #[test]
    fn parts_are_found_in_their_strings() {
        let lines = "{\"a\": \"SELECT 1\",\n \"q\": [\n  \"SELECT x,\\n\",\n  \"  y FROM t\"\n ]}";
        assert_found(lines, "(", "y FROM", "d.json:4:6");
        assert_found(lines, "", "SELECT", "d.json:3:4");
        // Behind escapes, and in a single string of several lines.
        assert_found("{\"q\": \"SELECT \\\"a\\\",\\n x FROM t\"}", "", "x", "d.json:1:24");
    }

    #[test]
    fn a_part_may_reach_over_strings() {
        let (embedded, file) = embedded("{\"q\": [\"SUM(\",\n\"x)\"]}", "");
        let location = embedded.locate(Span::new(0, 6));
        assert_eq!(&file.text()[location.span.range()], "SUM(\",\n\"x)");
    }

    #[test]
    fn what_completes_the_text_is_at_the_string_before_it() {
        let (embedded, _) = embedded("{\"q\": \"a\"}", "(");
        assert_eq!(embedded.locate(Span::new(2, 3)).display(), "d.json:1:9");
        assert_eq!(embedded.locate(Span::new(0, 1)).display(), "d.json:1:8");
    }
}
