//! Places inside the text of a scalar: SQL that is written in YAML gets its findings at the right character.

use super::{Node, Style};
use crate::diag::{Location, Span};

impl Node {
    /// The place in the file of a range of this scalar's text. Where the text's lines are folded, it is the place of
    /// the whole scalar.
    pub fn locate(&self, inner: Span) -> Location {
        let exact = self.as_str().and_then(|text| self.exact(text, inner));
        exact.map_or_else(|| self.location.clone(), |span| Location::new(&self.location.file, span))
    }

    fn exact(&self, text: &str, inner: Span) -> Option<Span> {
        let source = self.location.file.text().get(self.location.span.range())?;
        let base = self.location.span.range().start;
        match self.style {
            Style::Plain => (source == text).then(|| shift(inner, base)),
            Style::SingleQuoted => {
                (source.get(1..source.len().checked_sub(1)?)? == text).then(|| shift(inner, base + 1))
            }
            Style::DoubleQuoted => {
                let source = source.get(1..source.len().checked_sub(1)?)?;
                let start = quoted_offset(source, text, inner.range().start)?;
                let end = quoted_offset(source, text, inner.range().end)?;
                Some(Span::new(base + 1 + start, base + 1 + end))
            }
            Style::Literal => {
                let start = literal_offset(source, text, inner.range().start)?;
                let end = literal_offset(source, text, inner.range().end)?;
                Some(Span::new(base + start, base + end.max(start)))
            }
            Style::Folded | Style::Collection => None,
        }
    }
}

fn shift(span: Span, by: usize) -> Span {
    Span::new(span.range().start + by, span.range().end + by)
}

/// Where the character at `offset` of the text is written between double quotes. Each escape is one character
/// (YAML 1.2 § 5.7; RFC 8259 § 7, where two `\u` may be one).
fn quoted_offset(source: &str, text: &str, offset: usize) -> Option<usize> {
    let mut at = 0;
    for c in text.get(..offset)?.chars() {
        let rest = source.get(at..)?;
        at += match rest.as_bytes() {
            [b'\\', b'u', ..] if c.len_utf16() == 2 && rest.get(6..8) == Some("\\u") => 12,
            [b'\\', b'x', ..] => 4,
            [b'\\', b'u', ..] => 6,
            [b'\\', b'U', ..] => 10,
            [b'\\', b'\n' | b'\r', ..] => return None,
            [b'\\', ..] => 2,
            _ if rest.starts_with(c) => c.len_utf8(),
            _ => return None,
        };
    }
    Some(at)
}

/// A literal block (`|`) is its lines less their common indent, after the header line. The parser's span may begin
/// at the header or at the first content line; both begin with a line that is not content or is the first content.
fn literal_offset(source: &str, text: &str, offset: usize) -> Option<usize> {
    let before = text.get(..offset)?;
    let line = before.matches('\n').count();
    let column = offset - before.rfind('\n').map_or(0, |at| at + 1);
    let content = if source.starts_with('|') { source.find('\n')? + 1 } else { 0 };
    let lines = source.get(content..)?.split_inclusive('\n');
    let mut at = content;
    for (index, (raw, wanted)) in lines.zip(text.split('\n')).enumerate() {
        let raw_text = raw.trim_end_matches(['\n', '\r']);
        let indent = raw_text.len().checked_sub(wanted.len())?;
        if index == line {
            return (raw_text.get(indent..)? == wanted).then_some(at + indent + column);
        }
        at += raw.len();
    }
    // The end of the last line, after its line break.
    (offset == text.len()).then_some(at.min(source.len()))
}

#[cfg(test)]
mod tests {
    use crate::diag::{SourceFile, Span};
    use crate::project::yaml::parse;

    fn located(yaml: &str, needle: &str) -> String {
        let file = SourceFile::new("a.yml", yaml);
        let node = parse(&file).0.unwrap();
        let node = node.get("sql").unwrap();
        let at = node.as_str().unwrap().find(needle).unwrap();
        let location = node.locate(Span::new(at, at + needle.len()));
        assert_eq!(&yaml[location.span.range()], needle, "{}", location.display());
        location.display()
    }

    #[test]
    fn finds_words_in_every_exact_style() {
        assert_eq!(located("sql: SELECT x", "x"), "a.yml:1:13");
        assert_eq!(located("sql: 'SELECT x'", "x"), "a.yml:1:14");
        assert_eq!(located("sql: \"SELECT x\"", "x"), "a.yml:1:14");
        assert_eq!(located("sql: |\n    SELECT\n      x\n", "x"), "a.yml:3:7");
        assert_eq!(located("sql: |-\n  SELECT é,\n\n    x\n  FROM t\nother: 1", "FROM"), "a.yml:5:3");
    }

    #[test]
    fn escapes_are_passed_over() {
        assert_eq!(located(r#"sql: "SELECT \"a\"\n, \u00e9\x41, x""#, "x"), "a.yml:1:35");
        assert_eq!(located("sql: \"\\U0001F600, x\"", "x"), "a.yml:1:19");
    }

    #[test]
    fn falls_back_to_the_scalar() {
        let file = SourceFile::new("a.yml", "sql: >\n  SELECT\n  x\n");
        let node = parse(&file).0.unwrap();
        let node = node.get("sql").unwrap();
        assert_eq!(node.locate(Span::new(0, 1)), node.location);
    }
}
