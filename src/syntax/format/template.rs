//! The template tags in a text: `{{ … }}`, `{% … %}` and `{# … #}`.
//!
//! Knows where a tag begins and ends and which tags belong together, and nothing of what they mean.

use std::ops::Range;

use crate::diag::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TagKind {
    /// `{{ … }}`: stands for text.
    Print,
    /// `{% … %}`, or a block whose text the formatter must not touch.
    Block,
    /// Begins or ends a macro or a block: what is inside is a text of its own.
    Border,
    /// `{# … #}`.
    Note,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Tag {
    pub(super) kind: TagKind,
    pub(super) range: Range<usize>,
}

/// What is wrong with the tags of a text, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BadTag {
    pub(super) message: String,
    pub(super) span: Span,
}

/// Blocks whose text is a value, or no template: they are kept as they are.
const KEPT: [&str; 4] = ["set", "filter", "raw", "call"];
/// Blocks whose text is inserted elsewhere.
const BORDERS: [&str; 2] = ["macro", "block"];
const PLAIN: [&str; 4] = ["if", "for", "with", "autoescape"];

/// Every tag in order; tags inside a kept block are part of it.
pub(super) fn tags(text: &str) -> Result<Vec<Tag>, BadTag> {
    let mut scanner = Scanner { text, at: 0 };
    let mut found: Vec<Tag> = Vec::new();
    // The word that opened each block, its place, and the kept block's first tag.
    let mut open: Vec<(&str, Range<usize>, Option<usize>)> = Vec::new();
    while let Some(tag) = scanner.next()? {
        let range = tag.range.clone();
        if tag.kind != TagKind::Block {
            found.push(tag);
            continue;
        }
        let word = word(&text[range.clone()]);
        if word == "raw" {
            found.push(Tag { kind: TagKind::Block, range: scanner.raw(range)? });
            continue;
        }
        if let Some(opened) = word.strip_prefix("end") {
            match open.pop() {
                Some((expected, _, kept)) if expected == opened => {
                    let start = kept.and_then(|index| found.get(index)).map(|tag| tag.range.start);
                    if let (Some(start), Some(index)) = (start, kept) {
                        found.truncate(index);
                        found.push(Tag { kind: TagKind::Block, range: start..range.end });
                        continue;
                    }
                }
                Some((expected, place, _)) => {
                    let line = text[..place.start].matches('\n').count() + 1;
                    return Err(bad(range, format!("expected `end{expected}` of line {line}, found `end{opened}`")));
                }
                None => return Err(bad(range, format!("`end{opened}` closes nothing"))),
            }
        } else if opens(word, &text[range.clone()]) {
            let kept = KEPT.contains(&word).then_some(found.len());
            open.push((word, range.clone(), kept));
        }
        let border = BORDERS.contains(&word.strip_prefix("end").unwrap_or(word));
        found.push(Tag { kind: if border { TagKind::Border } else { TagKind::Block }, range });
    }
    match open.pop() {
        Some((word, range, _)) => Err(bad(range, format!("`{word}` has no `end{word}`"))),
        None => Ok(found),
    }
}

fn bad(range: Range<usize>, message: String) -> BadTag {
    BadTag { message, span: Span::new(range.start, range.end) }
}

/// The first word inside a block tag.
fn word(tag: &str) -> &str {
    let inside = tag[2..].trim_start_matches(['-', '+']).trim_start();
    let end = inside.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inside.len());
    &inside[..end]
}

fn opens(word: &str, tag: &str) -> bool {
    match word {
        // `{% set x = 1 %}` is complete.
        "set" => !tag.contains('='),
        _ => KEPT.contains(&word) || BORDERS.contains(&word) || PLAIN.contains(&word),
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Result<Option<Tag>, BadTag> {
        let bytes = self.text.as_bytes();
        while let Some(step) = self.text.get(self.at..).and_then(|rest| rest.find('{')) {
            let start = self.at + step;
            let (kind, close) = match bytes.get(start + 1) {
                Some(b'{') => (TagKind::Print, "}}"),
                Some(b'%') => (TagKind::Block, "%}"),
                Some(b'#') => (TagKind::Note, "#}"),
                _ => {
                    self.at = start + 1;
                    continue;
                }
            };
            let end = if kind == TagKind::Note {
                self.text[start + 2..].find(close).map(|length| start + 2 + length + 2)
            } else {
                self.tag_end(start + 2, close)
            };
            let Some(end) = end else {
                return Err(bad(start..start + 2, format!("the tag is not closed with `{close}`")));
            };
            self.at = end;
            return Ok(Some(Tag { kind, range: start..end }));
        }
        Ok(None)
    }

    /// The end of a tag whose inside begins at `from`: texts and brackets in it may hold what would close it.
    fn tag_end(&self, from: usize, close: &str) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut braces = 0usize;
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\'' | b'"' => {
                    at += 1;
                    while bytes.get(at).is_some_and(|inside| inside != byte) {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                }
                b'{' => braces += 1,
                b'}' if braces > 0 => braces -= 1,
                _ if bytes[at..].starts_with(close.as_bytes()) => return Some(at + close.len()),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// The whole of `{% raw %} … {% endraw %}`, whose inside is no template.
    fn raw(&mut self, first: Range<usize>) -> Result<Range<usize>, BadTag> {
        let mut from = first.end;
        while let Some(step) = self.text[from..].find("{%") {
            let start = from + step;
            let end = self.text[start..].find("%}").map(|length| start + length + 2);
            if let Some(end) = end
                && word(&self.text[start..end]) == "endraw"
            {
                self.at = end;
                return Ok(first.start..end);
            }
            from = start + 2;
        }
        Err(bad(first, "`raw` has no `endraw`".to_string()))
    }
}

/// The text with every tag replaced by `_`, byte by byte, so that SQL's lexer sees a word or a part of one.
pub(super) fn masked(text: &str, tags: &[Tag]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for tag in tags {
        masked.push_str(&text[at..tag.range.start]);
        masked.extend(std::iter::repeat_n('_', tag.range.len()));
        at = tag.range.end;
    }
    masked.push_str(&text[at..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(TagKind, &str)> {
        tags(text).unwrap().into_iter().map(|tag| (tag.kind, &text[tag.range])).collect()
    }

    #[test]
    fn tags_end_where_the_template_engine_ends_them() {
        use TagKind::{Block, Border, Note, Print};
        assert_eq!(texts("a {{ '}}' }} b"), [(Print, "{{ '}}' }}")]);
        assert_eq!(texts("{{ {'a': {'b': 1}} }}"), [(Print, "{{ {'a': {'b': 1}} }}")]);
        assert_eq!(texts("{# it's {{ #}x{{ y }}"), [(Note, "{# it's {{ #}"), (Print, "{{ y }}")]);
        assert_eq!(texts("{%- if a -%}b{% endif %}"), [(Block, "{%- if a -%}"), (Block, "{% endif %}")]);
        assert_eq!(texts("{% macro m() %}{% endmacro %}").iter().filter(|(kind, _)| *kind == Border).count(), 2);
    }

    #[test]
    fn blocks_whose_text_is_a_value_are_one_tag() {
        for text in [
            "{% raw %}{{ 'x {% endraw %}",
            "{% set x %} a {{ b }} {% if c %}{% endif %} {% endset %}",
            "{% filter upper %}a  b{% endfilter %}",
        ] {
            assert_eq!(texts(text), [(TagKind::Block, text)]);
        }
        assert_eq!(texts("{% set x = 1 %} a").len(), 1);
    }

    #[test]
    fn unbalanced_tags_are_errors() {
        for text in
            ["{{ a", "{% if a %}", "{% endif %}", "{% for a in b %}{% endif %}", "{# a", "{% raw %}", "{{ 'a }}"]
        {
            assert!(tags(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mask_has_the_length_of_its_text() {
        let text = "a {{ 'é' }} b{# c #}";
        let masked = masked(text, &tags(text).unwrap());
        assert_eq!((masked.len(), &masked[..2]), (text.len(), "a "));
        assert!(!masked.contains('{'));
    }
}
