//! From texts that were made on the way (rendered templates, SQL inside YAML and JSON) back to what the user wrote.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, Location, SourceFile, Span};
use crate::project::yaml::Node;
use crate::render::{Outputs, Rendered};
use crate::syntax::Configured;

/// Every text that findings may point into, and where it came from.
#[derive(Default)]
pub(super) struct Origins {
    rendered: Outputs,
    scalars: Vec<(Arc<SourceFile>, Node)>,
    documents: Vec<(Arc<SourceFile>, Arc<SourceFile>, Vec<Line>)>,
    /// With the values of parameters, and without them.
    configured: Vec<(Arc<SourceFile>, Arc<SourceFile>, Configured)>,
}

/// A line of SQL that a JSON document holds as one of its strings.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// In the SQL text.
    start: usize,
    length: usize,
    /// In the document: the first character behind the quote.
    at: usize,
    /// Is it written there letter by letter?
    verbatim: bool,
}

impl Origins {
    pub(super) fn rendered(&mut self, rendered: &Rendered) {
        self.rendered.add(rendered);
    }

    /// The text of a YAML scalar as a source of its own.
    pub(super) fn scalar(&mut self, node: &Node, text: &str) -> Arc<SourceFile> {
        let file = SourceFile::new(format!("{} (SQL)", node.location.file.name()), text);
        self.scalars.push((Arc::clone(&file), node.clone()));
        file
    }

    /// The strings of a JSON document, one after the other, as a source of its own. Each is looked for behind the
    /// one before, from `from`; the second value is where the last one ended.
    pub(super) fn lines(
        &mut self,
        document: &Arc<SourceFile>,
        strings: &[String],
        from: usize,
    ) -> (Arc<SourceFile>, usize) {
        let mut text = String::new();
        let (mut lines, mut cursor) = (Vec::new(), from);
        for string in strings {
            // As serde_json writes it, which is how exports are written.
            let encoded = serde_json::Value::from(string.as_str()).to_string();
            let found = document.text().get(cursor..).and_then(|rest| rest.find(&encoded));
            let at = found.map_or(cursor, |found| cursor + found + 1);
            let verbatim = found.is_some() && !encoded.trim_end_matches("\\n\"").contains('\\');
            lines.push(Line { start: text.len(), length: string.len(), at, verbatim });
            if found.is_some() {
                cursor = at + encoded.len() - 1;
            }
            text.push_str(string);
        }
        let file = SourceFile::new(format!("{} (SQL)", document.name()), text);
        self.documents.push((Arc::clone(&file), Arc::clone(document), lines));
        (file, cursor)
    }

    /// A source with the values of a pipeline's parameters in it.
    pub(super) fn configured(&mut self, written: &Arc<SourceFile>, configured: Configured) -> Arc<SourceFile> {
        let file = SourceFile::new(written.name(), configured.text.clone());
        self.configured.push((Arc::clone(&file), Arc::clone(written), configured));
        file
    }

    /// The place in the source without the values.
    pub(super) fn unconfigured(&self, location: &Location) -> Option<Location> {
        let (_, written, configured) = self.configured.iter().find(|(file, ..)| Arc::ptr_eq(file, &location.file))?;
        Some(Location::new(written, configured.written(location.span)))
    }

    fn locate(&self, location: &Location) -> Option<Location> {
        if let Some((_, node)) = self.scalars.iter().find(|(file, _)| Arc::ptr_eq(file, &location.file)) {
            let inner = node.locate(location.span);
            return Some(self.locate(&inner).unwrap_or(inner));
        }
        if let Some((_, document, lines)) = self.documents.iter().find(|(file, ..)| Arc::ptr_eq(file, &location.file)) {
            return Some(in_document(document, lines, location.span));
        }
        Some(self.rendered.find(&location.file)?.locate(location.span))
    }

    /// The place that the user wrote.
    pub(super) fn place(&self, location: Location) -> Location {
        self.locate(&location).unwrap_or(location)
    }

    pub(super) fn map(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let labels = diagnostic.related.iter_mut().map(|label| &mut label.location);
        for location in diagnostic.location.iter_mut().chain(labels) {
            if let Some(written) = self.unconfigured(location) {
                *location = written;
            }
        }
        // Templates last: they also tell through which macro a text was printed.
        let embedded = |location: &Location| {
            let known = |file: &Arc<SourceFile>| Arc::ptr_eq(file, &location.file);
            self.scalars.iter().any(|(file, _)| known(file)) || self.documents.iter().any(|(file, ..)| known(file))
        };
        if let Some(location) = diagnostic.location.take() {
            diagnostic.location = Some(if embedded(&location) { self.place(location) } else { location });
        }
        for label in &mut diagnostic.related {
            if embedded(&label.location) {
                label.location = self.place(label.location.clone());
            }
        }
        self.rendered.map(diagnostic)
    }

    pub(super) fn map_all(&self, diagnostics: Diagnostics) -> Diagnostics {
        diagnostics.into_iter().map(|diagnostic| self.map(diagnostic)).collect()
    }
}

fn in_document(document: &Arc<SourceFile>, lines: &[Line], span: Span) -> Location {
    let place = |offset: usize| {
        let line = lines.iter().rev().find(|line| line.start <= offset)?;
        let inside = if line.verbatim { (offset - line.start).min(line.length) } else { 0 };
        Some((line.at + inside, line.verbatim))
    };
    let start = place(span.range().start).map_or(0, |(at, _)| at);
    let end = match place(span.range().end) {
        Some((end, true)) if end > start => end,
        _ => start,
    };
    Location::new(document, Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_inside_json_is_found_line_by_line() {
        let text = "{\"a\": \"SELECT 1\",\n \"q\": [\n  \"SELECT x,\\n\",\n  \"  y FROM t\"\n ]}";
        let document = SourceFile::new("d.json", text);
        let mut origins = Origins::default();
        let strings = ["SELECT x,\n".to_string(), "  y FROM t".to_string()];
        let (file, _) = origins.lines(&document, &strings, 0);
        let at = file.text().find("y FROM").unwrap();
        let location = origins.place(Location::new(&file, Span::new(at, at + 1)));
        assert_eq!(location.display(), "d.json:4:6");
        let location = origins.place(Location::new(&file, Span::new(7, 8)));
        assert_eq!(location.display(), "d.json:3:11");
    }
}
