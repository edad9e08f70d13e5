//! `${key}` in the sources of a pipeline: the value is put in as text before the statement is read (Databricks
//! documentation, "Use parameters with pipelines"), so that it may stand inside a text, be part of a name or a value.

use std::collections::BTreeMap;

use crate::diag::Span;

use super::lexer::{Token, TokenKind, lex};
use super::split::split;

/// A text with the values in it, and the way back to the text that was written.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Configured {
    pub text: String,
    /// Ascending: what was written, and what stands in its place.
    replaced: Vec<(Span, Span)>,
    /// What has no value: it stays as it is.
    pub unset: Vec<Unset>,
}

/// A `${key}` without a value, where it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unset {
    pub key: String,
    pub span: Span,
    /// Inside a text it is text; elsewhere the statement cannot be read.
    pub in_text: bool,
}

/// Puts values for parameters. `SET key = value` of the text holds for the statements after it, over `configuration`.
/// Comments are left alone.
pub fn configure(text: &str, configuration: &BTreeMap<String, String>) -> Configured {
    let tokens = lex(text).tokens;
    let significant: Vec<Token> = tokens.iter().filter(|token| !token.kind.is_trivia()).copied().collect();
    let mut out = Configured { text: String::with_capacity(text.len()), ..Configured::default() };
    let mut values = configuration.clone();
    let mut rest = tokens.as_slice();
    for statement in split(text, &significant) {
        let Some(statement) = significant.get(statement) else { continue };
        let Some(end) = statement.last().map(|token| token.span.end) else { continue };
        let begin = out.text.len();
        let length = rest.iter().take_while(|token| token.span.start < end).count();
        let (own, behind) = rest.split_at(length);
        rest = behind;
        own.iter().for_each(|token| out.token(token, text, &values));
        if statement.first().is_some_and(|first| first.text(text).eq_ignore_ascii_case("set"))
            && let Some((key, value)) = out.text.get(begin..).and_then(assignment)
        {
            values.insert(key, value);
        }
    }
    rest.iter().for_each(|token| out.token(token, text, &values));
    out
}

/// The key and the value of `SET key = value`, both as they are written. The border before the statement may be there.
fn assignment(statement: &str) -> Option<(String, String)> {
    let border = |token: &Token| matches!(token.kind, TokenKind::Semicolon | TokenKind::CellSeparator);
    let tokens = lex(statement).tokens.into_iter().filter(|token| !token.kind.is_trivia());
    let tokens: Vec<Token> = tokens.skip_while(border).take_while(|token| !border(token)).collect();
    let equal = tokens.iter().position(|token| token.kind == TokenKind::Equal)?;
    let written = |tokens: &[Token]| {
        let span = tokens.first()?.span.to(tokens.last()?.span);
        Some(statement.get(span.range())?.to_string())
    };
    Some((written(tokens.get(1..equal)?)?.trim_matches('`').to_string(), written(tokens.get(equal + 1..)?)?))
}

impl Configured {
    pub fn is_changed(&self) -> bool {
        !self.replaced.is_empty()
    }

    /// The place in the text that was written; of a part of a value that of the whole `${key}`.
    pub fn written(&self, span: Span) -> Span {
        Span { start: self.offset(span.start, false), end: self.offset(span.end, true) }
    }

    fn offset(&self, offset: u32, ends: bool) -> u32 {
        let mut behind = (0, 0);
        for (from, to) in &self.replaced {
            if offset < to.start || (ends && offset == to.start) {
                break;
            }
            let inside = if ends { offset <= to.end } else { offset < to.end };
            if inside {
                return if ends { from.end } else { from.start };
            }
            behind = (from.end, to.end);
        }
        behind.0 + (offset - behind.1)
    }

    fn token(&mut self, token: &Token, source: &str, values: &BTreeMap<String, String>) {
        let text = token.text(source);
        if token.kind.is_trivia() || token.kind == TokenKind::CellSeparator {
            self.text.push_str(text);
            return;
        }
        let (mut rest, mut at) = (text, token.span.range().start);
        while let Some((before, reference)) = rest.find("${").map(|found| rest.split_at(found)) {
            self.text.push_str(before);
            at += before.len();
            let key = reference[2..].split_once('}').map(|(key, _)| key).filter(|key| is_key(key));
            let length = key.map_or(2, |key| key.len() + 3);
            let (written, behind) = reference.split_at(length);
            let span = Span::new(at, at + length);
            match key.map(|key| (key, values.get(key))) {
                Some((_, Some(value))) => {
                    let start = self.text.len();
                    self.text.push_str(value);
                    self.replaced.push((span, Span::new(start, self.text.len())));
                }
                Some((key, None)) => {
                    self.text.push_str(written);
                    let in_text = !matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord);
                    self.unset.push(Unset { key: key.to_string(), span, in_text });
                }
                None => self.text.push_str(written),
            }
            (rest, at) = (behind, at + length);
        }
        self.text.push_str(rest);
    }
}

/// "The pipeline parameter key can only contain _ - . or alphanumeric characters."
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(text: &str) -> Configured {
        let values = [("my.key", "7"), ("schema", "c.s"), ("empty", ""), ("word", "it")];
        configure(text, &values.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect())
    }

    #[test]
    fn values_stand_anywhere_but_in_comments() {
        let made =
            configured("SELECT ${my.key} AS k, 'say ${word}' FROM ${schema}.t_${word}; -- ${word}\nSELECT `${word}`");
        assert_eq!(made.text, "SELECT 7 AS k, 'say it' FROM c.s.t_it; -- ${word}\nSELECT `it`");
        assert_eq!(made.unset, []);
    }

    #[test]
    fn what_has_no_value_stays() {
        let made = configured("SELECT ${nope}, '${no}', '${a b}', ${word}");
        assert_eq!(made.text, "SELECT ${nope}, '${no}', '${a b}', it");
        let unset: Vec<_> = made.unset.iter().map(|unset| (unset.key.as_str(), unset.in_text)).collect();
        assert_eq!(unset, [("nope", false), ("no", true)]);
    }

    /// A setting of the file holds for the statements after it, over the configuration.
    #[test]
    fn set_holds_for_what_follows() {
        let made = configured(
            "SELECT ${word};\nSET word = ${my.key} days -- so long\n;SELECT ${word}; SET new.key=1; SELECT ${new.key}",
        );
        assert_eq!(made.text, "SELECT it;\nSET word = 7 days -- so long\n;SELECT 7 days; SET new.key=1; SELECT 1");
    }

    #[test]
    fn places_are_those_of_what_was_written() {
        let text = "SELECT ${my.key}+${empty}x, nope FROM ${schema}.t";
        let made = configured(text);
        assert_eq!(made.text, "SELECT 7+x, nope FROM c.s.t");
        let back = |part: &str| {
            let at = made.text.find(part).unwrap();
            &text[made.written(Span::new(at, at + part.len())).range()]
        };
        assert_eq!(back("nope"), "nope");
        assert_eq!(back("SELECT"), "SELECT");
        assert_eq!(back("7"), "${my.key}");
        assert_eq!(back("c.s.t"), "${schema}.t");
        assert_eq!(back("s"), "${schema}");
        assert_eq!(back("FROM"), "FROM");
    }
}
