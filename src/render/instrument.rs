//! Adds marks to a template's source, so that its output tells where it came from.
//!
//! The tokenizer has already decided all whitespace control, so the new source contains the surviving text and the
//! tags without `-` and `+`. Every piece copied from the template is remembered, to map errors back.

use std::ops::Range;
use std::sync::Arc;

use minijinja::machinery::{Token, Tokenizer, parse};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Error, ErrorKind};

use super::budget::{KEPT, RAW};
use super::comparisons::comparisons;
use super::constants::{self, constants};
use super::depth::too_deep;
use super::imports::unnamed;
use super::marker::{self, Scope};
use super::names::tags;
use super::sizes::{Edit, sizes};
use crate::diag::SourceFile;

/// Text between tags that is not counted: what it can come to is limited by the steps of a loop around it.
const SHORT: usize = 32;

/// A template as the engine sees it.
pub(super) struct Instrumented {
    pub(super) original: Arc<SourceFile>,
    pub(super) source: String,
    /// Start in the new source, start in the template, length; ascending.
    copies: Vec<(usize, usize, usize)>,
}

/// Why a template cannot be used, at a range of its own text.
pub(super) struct BadTemplate {
    pub(super) message: String,
    pub(super) range: Range<usize>,
}

/// The syntax that all templates share: as Jinja's, and the last line break is kept.
pub(super) fn syntax() -> Result<SyntaxConfig, Error> {
    SyntaxConfig::builder().keep_trailing_newline(true).build()
}

impl Instrumented {
    pub(super) fn new(original: &Arc<SourceFile>, file: usize) -> Result<Self, BadTemplate> {
        let text = original.text();
        if let Some(range) = marker::find(text) {
            let message = "a template must not contain the noncharacters U+FDD0 to U+FDEF".to_string();
            return Err(BadTemplate { message, range });
        }
        let syntax = syntax().map_err(|error| bad(&error, text))?;
        // Most templates only name things, and there is nothing to look for in that.
        let edits = if tags(text).is_some() { Vec::new() } else { judged(text, original.name(), &syntax)? };
        let mut writer = Writer { text, file, edits, source: String::new(), copies: Vec::new() };
        let mut tokenizer = Tokenizer::new(text, original.name(), false, syntax);
        while let Some((token, span)) = tokenizer.next_token().map_err(|error| bad(&error, text))? {
            match token {
                Token::TemplateData(data) => writer.raw(data),
                Token::VariableStart => {
                    let inner = inner(&mut tokenizer, text)?;
                    writer.expression(inner.range);
                }
                Token::BlockStart => {
                    let inner = inner(&mut tokenizer, text)?;
                    writer.block(inner);
                }
                other => {
                    let range = span.start_offset as usize..span.end_offset as usize;
                    return Err(BadTemplate { message: format!("unexpected {other}"), range });
                }
            }
        }
        Ok(Self { original: Arc::clone(original), source: writer.source, copies: writer.copies })
    }

    /// A range of the new source in the template's text.
    pub(super) fn original_range(&self, range: &Range<usize>) -> Range<usize> {
        let end = self.original_offset(range.end.max(range.start + 1) - 1);
        let start = self.following_offset(range.start).min(end);
        boundaries(self.original.text(), start..end + 1)
    }

    /// The offset in the template of a byte of the new source; what was added counts to what follows it.
    fn following_offset(&self, offset: usize) -> usize {
        let next = self.copies.partition_point(|(start, _, length)| start + length <= offset);
        match self.copies.get(next) {
            Some((start, original, _)) => original + offset.saturating_sub(*start),
            None => self.original_offset(offset),
        }
    }

    /// The offset in the template of a byte of the new source; what was added counts to what precedes it.
    fn original_offset(&self, offset: usize) -> usize {
        let after = self.copies.partition_point(|(start, _, _)| *start <= offset);
        let Some((start, original, length)) = after.checked_sub(1).and_then(|at| self.copies.get(at)) else {
            return 0;
        };
        original + (offset - start).min(length.saturating_sub(1))
    }
}

/// What has to be added to a template of any kind, or why it cannot be used.
fn judged(text: &str, name: &str, syntax: &SyntaxConfig) -> Result<Vec<(usize, Edit)>, BadTemplate> {
    if let Some(range) = too_deep(text, name, syntax.clone()) {
        return Err(BadTemplate { message: "the template is nested too deeply here".to_string(), range });
    }
    let tree = parse(text, name, syntax.clone()).map_err(|error| bad(&error, text))?;
    if let Some((start, end)) = comparisons(&tree).first() {
        let message = "what a macro or block printed is compared; write it with `| string`".to_string();
        return Err(BadTemplate { message, range: boundaries(text, *start..*end) });
    }
    if let Some((start, end)) = unnamed(&tree) {
        let message = "`as` needs a name for what is imported, such as `m`".to_string();
        return Err(BadTemplate { message, range: boundaries(text, start..end) });
    }
    let mut edits = sizes(&tree, text);
    for (start, end) in constants(&tree) {
        edits.extend([(start, Edit::Call(constants::FUNCTION)), (end, Edit::Close)]);
    }
    // A call ends before another begins at the same place.
    edits.sort();
    Ok(edits)
}

fn bad(error: &Error, text: &str) -> BadTemplate {
    let range = error.range().unwrap_or(0..0);
    let message = match (error.kind(), error.detail()) {
        (ErrorKind::SyntaxError, Some(detail)) => detail.to_string(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    };
    if let Some(quote) = (error.detail() == Some("unexpected end of string")).then(|| open_quote(text)).flatten() {
        let message = "the quoted text that begins here is not closed".to_string();
        return BadTemplate { message, range: quote..quote + 1 };
    }
    match unclosed(text, range.start) {
        Some(open) => BadTemplate { message: format!("this `{}` is not closed", &text[open.clone()]), range: open },
        None => BadTemplate { message, range: boundaries(text, range) },
    }
}

/// The quote of a tag that nothing closes: it swallows the rest of the file, at whose end the engine notices it.
fn open_quote(text: &str) -> Option<usize> {
    let mut tokenizer = Tokenizer::new(text, "", false, syntax().ok()?);
    let mut end = 0;
    while let Ok(Some((_, span))) = tokenizer.next_token() {
        end = span.end_offset as usize;
    }
    Some(end + text.get(end..)?.find(['\'', '"'])?)
}

/// The opening delimiter before `at` whose tag has no end, or none before the next tag begins: the parser notices it
/// only lines later, at the first word that cannot follow.
fn unclosed(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text.get(..at).unwrap_or(text);
    let pairs = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
    let (open, close) = pairs.into_iter().filter_map(|(o, c)| Some((before.rfind(o)?, c))).max()?;
    let inside = text.get(open + 2..)?;
    let end = inside.find(close);
    let next = ["{{", "{%", "{#"].iter().filter_map(|open| inside.find(open)).min();
    let ends = end.is_some_and(|end| next.is_none_or(|next| end < next));
    (!ends).then_some(open..open + 2)
}

/// Within the text and between characters: the engine widens an empty range by one byte.
fn boundaries(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// What stands between the delimiters of a tag.
struct Inner {
    range: Range<usize>,
    keyword: Option<String>,
    /// The first `=` outside of brackets.
    assign: Option<usize>,
    /// Whether a `.` precedes it.
    dotted: bool,
}

fn inner(tokenizer: &mut Tokenizer<'_>, text: &str) -> Result<Inner, BadTemplate> {
    let (mut range, mut keyword): (Option<Range<usize>>, _) = (None, None);
    let (mut brackets, mut assign, mut dotted) = (0_usize, None, false);
    while let Some((token, span)) = tokenizer.next_token().map_err(|error| bad(&error, text))? {
        let at = span.start_offset as usize..span.end_offset as usize;
        match &token {
            Token::VariableEnd | Token::BlockEnd => {
                let range = range.unwrap_or(at.start..at.start);
                return Ok(Inner { range, keyword, assign, dotted });
            }
            Token::Ident(name) if range.is_none() => keyword = Some((*name).to_string()),
            Token::Str(value) => no_marks(value, &at)?,
            Token::String(value) => no_marks(value, &at)?,
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => brackets += 1,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => brackets = brackets.saturating_sub(1),
            Token::Assign if brackets == 0 && assign.is_none() => assign = Some(at.start),
            Token::Dot if assign.is_none() => dotted = true,
            _ => {}
        }
        range = Some(range.map_or(at.clone(), |range| range.start..at.end));
    }
    Err(BadTemplate { message: "the tag is not closed".into(), range: text.len()..text.len() })
}

/// An escape in a constant could write a mark that the text itself does not show.
fn no_marks(value: &str, at: &Range<usize>) -> Result<(), BadTemplate> {
    match marker::find(value) {
        Some(_) => {
            let message = "a text must not contain the noncharacters U+FDD0 to U+FDEF".to_string();
            Err(BadTemplate { message, range: at.clone() })
        }
        None => Ok(()),
    }
}

struct Writer<'t> {
    text: &'t str,
    file: usize,
    /// Ascending.
    edits: Vec<(usize, Edit)>,
    source: String,
    copies: Vec<(usize, usize, usize)>,
}

impl Writer<'_> {
    fn raw(&mut self, data: &str) {
        // The token borrows from the template, so its address is its offset: the token's span still counts
        // whitespace that was trimmed.
        let offset = data.as_ptr() as usize - self.text.as_ptr() as usize;
        marker::open(&mut self.source, Scope::Raw { file: self.file, offset });
        // Text from a raw block may look like tags.
        let escape = ["{{", "{%", "{#"].iter().any(|start| data.contains(start)) || data.ends_with('{');
        if escape {
            self.source.push_str("{% raw %}");
        }
        self.copy(offset..offset + data.len());
        if escape {
            self.source.push_str("{% endraw %}");
        }
        // Short pieces cost steps enough.
        if data.len() > SHORT {
            self.source.push_str(&format!("{{{{ {RAW}({}) }}}}", data.len()));
        }
        marker::close(&mut self.source);
    }

    fn expression(&mut self, range: Range<usize>) {
        marker::open(&mut self.source, Scope::Expression { file: self.file, start: range.start, end: range.end });
        self.source.push_str("{{ ");
        self.patched(range);
        self.source.push_str(" }}");
        marker::close(&mut self.source);
    }

    fn block(&mut self, inner: Inner) {
        let Range { start, end } = inner.range;
        // What an include, a call or a filter prints belongs to the tag as what an expression prints belongs to it.
        let opens = matches!(inner.keyword.as_deref(), Some("include" | "call" | "filter"));
        let closes = matches!(inner.keyword.as_deref(), Some("include" | "endcall" | "endfilter"));
        if opens {
            marker::open(&mut self.source, Scope::Expression { file: self.file, start, end });
        }
        self.source.push_str("{% ");
        match (inner.keyword.as_deref(), inner.assign) {
            (Some("set"), Some(assign)) => {
                let value = &self.text[assign + 1..end];
                let begin = end - value.trim_start().len();
                self.copy(start..begin);
                // The inner brackets are for `a, b = 1, 2`.
                self.source.push_str(&format!("{KEPT}(("));
                self.patched(begin..end);
                self.source.push_str(&format!("), {})", inner.dotted));
            }
            _ => self.patched(start..end),
        }
        self.source.push_str(" %}");
        if closes {
            marker::close(&mut self.source);
        }
    }

    /// Copies a range of the template with the edits in it.
    fn patched(&mut self, range: Range<usize>) {
        let from = self.edits.partition_point(|(at, _)| *at < range.start);
        let to = self.edits.partition_point(|(at, _)| *at <= range.end);
        let mut at = range.start;
        for index in from..to {
            let (offset, edit) = self.edits[index];
            self.copy(at..offset);
            at = offset;
            match edit {
                Edit::Close => self.source.push(')'),
                Edit::Comma => {
                    self.source.push(',');
                    at += 1;
                }
                Edit::Call(function) => {
                    self.source.push_str(function);
                    self.source.push('(');
                }
            }
        }
        self.copy(at..range.end);
    }

    fn copy(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.copies.push((self.source.len(), range.start, range.len()));
        self.source.push_str(&self.text[range]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_only_name_things_need_no_edits() {
        let texts =
            ["SELECT 1", "{{ this }}", "FROM {{ ref('a.b') }} JOIN {{ source('raw.x') }}", "{{this}}{{ catalog }}"];
        for text in texts {
            assert!(tags(text).is_some(), "{text}");
            let Ok(edits) = judged(text, "t", &syntax().unwrap()) else { panic!("{text}") };
            assert!(edits.is_empty(), "{text}");
        }
        for text in [
            "{% if x %}{% endif %}",
            "{{ a + b }}",
            "{{ 'x' }}",
            "{{ var('x') | ident }}",
            "{{ f('a', 'b') }}",
            "{{ x",
            "{{ f('a\\'') }}",
            "{{ f('{{ x') }}",
        ] {
            assert!(tags(text).is_none(), "{text}");
        }
    }
}
