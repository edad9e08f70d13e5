//! From places in rendered text to places in templates.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, Label, Location, SourceFile, Span};
use crate::project::yaml;

/// A rendered template.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub template: Arc<SourceFile>,
    pub output: Arc<SourceFile>,
    pub map: Arc<SourceMap>,
    /// The variables that it asked for, by name.
    pub variables: Arc<BTreeSet<String>>,
}

/// Rendered templates by what was made from them.
#[derive(Default, Debug)]
pub struct Outputs(HashMap<usize, Rendered>);

impl Outputs {
    pub fn add(&mut self, rendered: &Rendered) {
        self.0.insert(address(&rendered.output), rendered.clone());
    }

    pub fn remove(&mut self, rendered: &Rendered) {
        self.0.remove(&address(&rendered.output));
    }

    pub fn find(&self, output: &Arc<SourceFile>) -> Option<&Rendered> {
        self.0.get(&address(output))
    }

    /// [`Rendered::map_diagnostic`] of every template that the diagnostic has a place in.
    #[must_use]
    pub fn map(&self, diagnostic: Diagnostic) -> Diagnostic {
        let labels = diagnostic.related.iter().map(|label| &label.location);
        let mut found: Vec<&Rendered> =
            diagnostic.location.iter().chain(labels).filter_map(|location| self.find(&location.file)).collect();
        found.dedup_by_key(|rendered| address(&rendered.output));
        found.into_iter().fold(diagnostic, |diagnostic, rendered| rendered.map_diagnostic(diagnostic))
    }
}

impl<'r> FromIterator<&'r Rendered> for Outputs {
    fn from_iter<T: IntoIterator<Item = &'r Rendered>>(all: T) -> Self {
        let mut outputs = Self::default();
        all.into_iter().for_each(|rendered| outputs.add(rendered));
        outputs
    }
}

/// A text is known by where it lives, which does not change as long as anybody holds it.
fn address(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}

/// Where each stretch of output came from. Stretches are ascending and without gaps.
#[derive(Default, Debug)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
    frames: Vec<Frame>,
    pieces: Vec<Piece>,
}

/// A tag that printed something: an expression, an include or a call.
#[derive(Clone, Copy, Debug)]
struct Frame {
    parent: Option<usize>,
    file: usize,
    span: Span,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Piece {
    start: u32,
    end: u32,
    frame: Option<usize>,
    /// Verbatim text: its file and the offset of its first byte. Otherwise the innermost frame printed it.
    text: Option<(usize, u32)>,
}

impl SourceMap {
    /// The number of a file. A map knows only the few that its text comes from.
    pub(super) fn file(&mut self, file: &Arc<SourceFile>) -> usize {
        self.files.iter().position(|known| Arc::ptr_eq(known, file)).unwrap_or_else(|| {
            self.files.push(Arc::clone(file));
            self.files.len() - 1
        })
    }

    pub(super) fn frame(&mut self, parent: Option<usize>, file: usize, span: Span) -> usize {
        self.frames.push(Frame { parent, file, span });
        self.frames.len() - 1
    }

    pub(super) fn piece(&mut self, range: std::ops::Range<usize>, frame: Option<usize>, text: Option<(usize, usize)>) {
        let span = Span::new(range.start, range.end);
        let text = text.map(|(file, offset)| (file, Span::new(offset, offset).start));
        if span.start < span.end {
            self.pieces.push(Piece { start: span.start, end: span.end, frame, text });
        }
    }

    pub(super) fn frame_location(&self, frame: usize) -> Option<Location> {
        let frame = self.frames.get(frame)?;
        Some(Location::new(self.files.get(frame.file)?, frame.span))
    }

    /// The tags around a frame, innermost first, without itself.
    pub(super) fn callers(&self, frame: usize) -> Vec<Location> {
        let mut callers = Vec::new();
        let mut next = self.frames.get(frame).and_then(|frame| frame.parent);
        while let Some(frame) = next {
            callers.extend(self.frame_location(frame));
            next = self.frames.get(frame).and_then(|frame| frame.parent);
        }
        callers
    }

    fn overlapping(&self, span: Span) -> &[Piece] {
        let end = span.end.max(span.start + 1);
        let from = self.pieces.partition_point(|piece| piece.end <= span.start);
        let to = self.pieces.partition_point(|piece| piece.start < end);
        match self.pieces.get(from..to) {
            Some(pieces) if !pieces.is_empty() => pieces,
            // At the end of the text: the last piece.
            _ => self.pieces.last().map(std::slice::from_ref).unwrap_or_default(),
        }
    }

    /// From the outermost tag to the innermost.
    fn frames_of(&self, piece: &Piece) -> Vec<usize> {
        let mut frames = Vec::new();
        let mut next = piece.frame;
        while let Some(frame) = next {
            frames.push(frame);
            next = self.frames.get(frame).and_then(|frame| frame.parent);
        }
        frames.reverse();
        frames
    }

    /// The template place of a piece's part, seen from inside its first `depth` frames.
    fn place(&self, piece: &Piece, frames: &[usize], depth: usize, span: Span) -> Option<(usize, Span)> {
        if let Some(frame) = frames.get(depth).and_then(|frame| self.frames.get(*frame)) {
            return Some((frame.file, frame.span));
        }
        match piece.text {
            Some((file, offset)) => {
                let start = span.start.clamp(piece.start, piece.end) - piece.start;
                let end = span.end.clamp(piece.start, piece.end) - piece.start;
                Some((file, Span { start: offset + start, end: offset + end }))
            }
            None => frames.last().and_then(|frame| self.frames.get(*frame)).map(|frame| (frame.file, frame.span)),
        }
    }

    /// The place, and the tags through which it was printed, innermost first.
    fn locate(&self, span: Span) -> Option<(Location, Vec<Location>)> {
        let pieces = self.overlapping(span);
        let frames: Vec<Vec<usize>> = pieces.iter().map(|piece| self.frames_of(piece)).collect();
        let first = frames.first()?;
        let mut depth = (0..first.len())
            .find(|depth| frames.iter().any(|other| other.get(*depth) != first.get(*depth)))
            .unwrap_or(first.len());
        // The pieces share their first `depth` frames. If they still come from different files (an import's text in
        // a caller's body), the innermost shared frame stands for all.
        loop {
            let places: Option<Vec<_>> =
                pieces.iter().zip(&frames).map(|(piece, frames)| self.place(piece, frames, depth, span)).collect();
            let places = places?;
            let file = places.first()?.0;
            if places.iter().all(|place| place.0 == file) {
                let covering = places.iter().map(|place| place.1).reduce(Span::to)?;
                let callers = first.iter().take(depth).rev().filter_map(|frame| self.frame_location(*frame));
                let location = Location::new(self.files.get(file)?, covering);
                return Some((location.clone(), callers.filter(|caller| *caller != location).collect()));
            }
            depth = depth.checked_sub(1)?;
        }
    }
}

impl Rendered {
    /// The template place of a place in the output; for text of several origins the smallest that covers them.
    pub fn locate(&self, span: Span) -> Location {
        let found = self.map.locate(span).map(|(location, _)| location);
        // Only an empty output has no piece at all.
        found.unwrap_or_else(|| Location::new(&self.template, Span::new(0, 0)))
    }

    /// The finding with every place in the output replaced by its template place. Where a macro printed the text,
    /// the tags that called it are added.
    #[must_use]
    pub fn map_diagnostic(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let mut callers = Vec::new();
        if let Some(location) = &mut diagnostic.location
            && Arc::ptr_eq(&location.file, &self.output)
        {
            let (template, found) = self
                .map
                .locate(location.span)
                .unwrap_or_else(|| (Location::new(&self.template, Span::new(0, 0)), Vec::new()));
            *location = template;
            callers = found;
        }
        for label in &mut diagnostic.related {
            if Arc::ptr_eq(&label.location.file, &self.output) {
                label.location = self.locate(label.location.span);
            }
        }
        let callers = callers.into_iter().map(|location| Label { location, message: "printed through this".into() });
        diagnostic.related.extend(callers);
        diagnostic
    }

    #[must_use]
    pub fn map_diagnostics(&self, diagnostics: Diagnostics) -> Diagnostics {
        diagnostics.into_iter().map(|diagnostic| self.map_diagnostic(diagnostic)).collect()
    }

    /// The output as YAML. The tree's places are in the output; the findings' are in the template.
    pub fn yaml(&self) -> (Option<yaml::Node>, Diagnostics) {
        let (node, diagnostics) = yaml::parse(&self.output);
        (node, self.map_diagnostics(diagnostics))
    }
}
