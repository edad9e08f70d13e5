//! Templates that only name things, as most SQL files do: every tag is a name or a call of one with a plain text, such as
//! `{{ this }}` and `{{ ref('silver.members') }}`. What they print is known without the template engine.
//!
//! Owns the form of such templates. What the engine would make of them is the law that the tests hold this to.

use std::ops::Range;

use minijinja::value::Value;

use super::marker::{self, Scope};
use super::print::marked;
use super::value::Dialect;

/// `{{ name }}` or `{{ name('argument') }}`.
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
    pub(super) argument: Option<&'t str>,
    /// From brace to brace.
    outer: Range<usize>,
    /// Without braces and blanks.
    inner: Range<usize>,
}

/// The tags of a template, in order; `None` if it does more than naming.
pub(super) fn tags(text: &str) -> Option<Vec<Tag<'_>>> {
    if text.contains("{%") || text.contains("{#") {
        return None;
    }
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..)?.find("{{").map(|found| at + found) {
        let inside = text.get(start + 2..)?;
        let end = start + 2 + inside.find("}}")?;
        let inside = text.get(start + 2..end)?;
        let blanks = inside.len() - inside.trim_start().len();
        let inside = inside.trim();
        let (name, argument) = match inside.split_once('(') {
            None => (inside, None),
            Some((name, rest)) => {
                let quoted = rest.strip_suffix(')')?.strip_prefix('\'')?.strip_suffix('\'')?;
                (name, Some(quoted))
            }
        };
        // Words of the language are none of the names that templates are given.
        let is_word = matches!(name, "not" | "true" | "false" | "none");
        if !is_name(name) || is_word || argument.is_some_and(|text| text.contains(['\'', '\\', '{', '}'])) {
            return None;
        }
        let first = start + 2 + blanks;
        tags.push(Tag { name, argument, outer: start..end + 2, inner: first..first + inside.len() });
        at = end + 2;
    }
    Some(tags)
}

/// The marked text of a template with these tags. `file`: its number in the marks; `value`: what a tag prints, where that
/// is known here.
pub(super) fn written(
    text: &str,
    tags: &[Tag<'_>],
    file: usize,
    dialect: Dialect,
    value: impl Fn(&Tag<'_>) -> Option<Value>,
) -> Option<String> {
    if marker::find(text).is_some() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 64 * tags.len());
    let raw = |out: &mut String, range: Range<usize>| {
        let (offset, piece) = (range.start, text.get(range)?);
        if !piece.is_empty() {
            marker::open(out, Scope::Raw { file, offset });
            out.push_str(piece);
            marker::close(out);
        }
        Some(())
    };
    let mut at = 0;
    for tag in tags {
        raw(&mut out, at..tag.outer.start)?;
        marker::open(&mut out, Scope::Expression { file, start: tag.inner.start, end: tag.inner.end });
        out.push_str(&marked(&value(tag)?, dialect));
        marker::close(&mut out);
        at = tag.outer.end;
    }
    raw(&mut out, at..text.len())?;
    Some(out)
}
