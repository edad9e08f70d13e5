//! Source texts and places in them.

use std::sync::Arc;

/// A half-open range of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Sources over 4 GiB do not occur: files are refused long before.
fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A named text. The name is relative to the project and uses `/`.
#[derive(PartialEq, Eq, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(text.match_indices('\n').map(|(at, _)| clamp(at + 1)));
        Arc::new(Self { name: name.into(), text, line_starts })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column, both from 1, the column in characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.line_starts[line] as usize;
        let mut end = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let column = self.text.get(start..end).map_or(0, |text| text.chars().count());
        (line + 1, column + 1)
    }

    /// The byte offset of a line and column (from 1, characters), clamped to the text.
    pub fn offset(&self, line: usize, column: usize) -> u32 {
        let Some(start) = self.line_starts.get(line.saturating_sub(1)) else {
            return clamp(self.text.len());
        };
        let rest = &self.text[*start as usize..];
        let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        start + clamp(within)
    }
}

/// A place in a source file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    pub file: Arc<SourceFile>,
    pub span: Span,
}

impl Location {
    pub fn new(file: &Arc<SourceFile>, span: Span) -> Self {
        Self { file: Arc::clone(file), span }
    }

    /// `file:line:column`.
    pub fn display(&self) -> String {
        let (line, column) = self.file.line_column(self.span.start);
        format!("{}:{line}:{column}", self.file.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let file = SourceFile::new("a.sql", "SELECT 'é' AS x\nFROM t");
        assert_eq!(file.line_column(0), (1, 1));
        assert_eq!(file.line_column(11), (1, 11));
        assert_eq!(file.line_column(17), (2, 1));
        assert_eq!(file.offset(2, 6), 22);
        assert_eq!(file.offset(9, 1), 23);
    }
}
