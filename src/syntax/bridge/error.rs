//! sqlparser's errors as ours.

use sqlparser::parser::ParserError;

use crate::diag::Span;
use crate::syntax::error::{SyntaxError, nearest_word};
use crate::syntax::lexer::TokenKind;
use crate::syntax::parse::describe_text;

use super::slot::Slot;

/// Why sqlparser stopped.
pub(super) struct Failure {
    pub(super) error: ParserError,
    /// The byte offset of the furthest token that it looked at; `None` at the end.
    pub(super) furthest: Option<u32>,
    /// The byte offset of the last token that it took; `None` at the end.
    pub(super) taken: Option<u32>,
}

/// Clauses, for "did you mean".
const CLAUSES: [&str; 18] = [
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "QUALIFY",
    "WINDOW",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "CROSS",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "LATERAL",
    "FROM",
    "SELECT",
];

/// sqlparser gives its errors as text that ends with a position. This is the only place that reads that text.
pub(super) fn convert(slot: &Slot<'_>, failure: &Failure) -> SyntaxError {
    let text = match &failure.error {
        ParserError::RecursionLimitExceeded => {
            return SyntaxError::new(slot.span(), "the nesting is too deep")
                .hint("name the inner parts with common table expressions");
        }
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
    };
    let (message, position) = split_position(text);
    let stopped = position.unwrap_or(failure.taken);
    // Where speculation went further than the error says, what it met there is the trouble.
    let further = match (failure.furthest, stopped) {
        (Some(furthest), Some(stopped)) => furthest > stopped,
        (None, Some(_)) | (_, None) => false,
    };
    if further {
        let index = place(slot, failure.furthest);
        return SyntaxError::new(span(slot, index), format!("unexpected {}", found(slot, index)));
    }
    let index = named(slot, place(slot, stopped), message);
    let message = message.strip_prefix("Expected: ").or_else(|| message.strip_prefix("Expected ")).unwrap_or(message);
    match message.split_once(", found: ") {
        Some((END, _)) => unexpected(slot, index),
        Some((expected, _)) => wanted(slot, index, expected),
        None if message.len() < text.len() && text.starts_with("Expected") => wanted(slot, index, message),
        None => SyntaxError::new(span(slot, index), sentence(message)),
    }
}

/// Some of sqlparser's errors name one token and give the position of the next.
fn named(slot: &Slot<'_>, index: usize, message: &str) -> usize {
    let Some((_, name)) = message.split_once(", found: ") else {
        return index;
    };
    let text = |index: usize| slot.tokens.get(index).map(|token| token.text(slot.source));
    match index.checked_sub(1) {
        Some(before) if text(index) != Some(name) && text(before) == Some(name) => before,
        _ => index,
    }
}

/// What [`parse_all`](super::slot) expects behind a query or an expression.
pub(super) const END: &str = "the end";

fn wanted(slot: &Slot<'_>, index: usize, expected: &str) -> SyntaxError {
    if let Some(error) = by_missing(slot, index) {
        return error;
    }
    let at = span(slot, index);
    let mut error = SyntaxError::new(at, format!("expected {}, found {}", quoted(expected), found(slot, index)));
    if expected == ")"
        && let Some(open) = unclosed(slot, index)
    {
        error.related = Some((open, "the parenthesis is opened here"));
    }
    let after_comma = index > 0 && slot.tokens.get(index - 1).is_some_and(|token| token.kind == TokenKind::Comma);
    if after_comma && expected == "an expression" {
        error = error.hint("remove the comma before it");
    }
    let kind = |index: usize| slot.tokens.get(index).map(|token| token.kind);
    let behind_one = index > 0 && kind(index - 1) == Some(TokenKind::RightParen);
    if behind_one && word(slot, index + 1).eq_ignore_ascii_case("as") && kind(index + 2) == Some(TokenKind::LeftParen) {
        error = error.hint("a comma stands between two common table expressions");
    }
    error
}

fn word<'s>(slot: &Slot<'s>, index: usize) -> &'s str {
    let token = slot.tokens.get(index).filter(|token| token.kind == TokenKind::Word);
    token.map_or("", |token| token.text(slot.source))
}

/// `GROUP x` without its `BY`.
fn by_missing(slot: &Slot<'_>, index: usize) -> Option<SyntaxError> {
    let found_word = word(slot, index).to_ascii_uppercase();
    let takes_by = ["GROUP", "ORDER", "PARTITION", "CLUSTER", "SORT", "DISTRIBUTE"].contains(&found_word.as_str());
    if !takes_by || word(slot, index + 1).eq_ignore_ascii_case("by") {
        return None;
    }
    let message = format!("expected `BY` after `{found_word}`, found {}", found(slot, index + 1));
    Some(SyntaxError::new(span(slot, index + 1), message))
}

/// A token behind what would have been a whole query or expression.
fn unexpected(slot: &Slot<'_>, index: usize) -> SyntaxError {
    let word = |index: usize| word(slot, index);
    if let Some(error) = by_missing(slot, index) {
        return error;
    }
    // What stands in parentheses that are not closed is given up, and the first of them is left over.
    if let Some(open) = slot.tokens.get(index).filter(|token| token.kind == TokenKind::LeftParen)
        && unclosed(slot, slot.tokens.len()).is_some_and(|last| last == open.span)
    {
        return missing_paren(slot, open.span);
    }
    let error = SyntaxError::new(span(slot, index), format!("unexpected {}", found(slot, index)));
    if slot.tokens.get(index).is_some_and(|token| token.kind == TokenKind::RightParen) {
        return error.hint("no parenthesis is open here");
    }
    // A misspelt clause is taken for an alias, and the token behind it is the first that does not fit.
    let nearby = [Some(index), index.checked_sub(1)];
    for written in nearby.into_iter().flatten().map(word) {
        if let Some(clause) = nearest_word(written, &CLAUSES) {
            return error.hint(format!("did you mean `{clause}` instead of `{written}`?"));
        }
    }
    error
}

/// The end of the text is reached before a parenthesis is closed.
pub(super) fn missing_paren(slot: &Slot<'_>, open: Span) -> SyntaxError {
    let mut error = SyntaxError::new(slot.after, "expected `)`");
    error.related = Some((open, "the parenthesis is opened here"));
    error
}

/// The innermost parenthesis that is open at a token.
pub(super) fn unclosed(slot: &Slot<'_>, index: usize) -> Option<Span> {
    let mut open = Vec::new();
    for token in slot.tokens.iter().take(index) {
        match token.kind {
            TokenKind::LeftParen => open.push(token.span),
            TokenKind::RightParen => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// The message without its position, and the byte offset: `Some(None)` is the end of the tokens.
fn split_position(text: &str) -> (&str, Option<Option<u32>>) {
    let Some((message, position)) = text.rsplit_once(" at Line: ") else {
        // An error about the end carries no position.
        let at_end = text.ends_with("found: EOF");
        return (text, at_end.then_some(None));
    };
    let column = position.rsplit_once("Column: ").and_then(|(_, column)| column.trim().parse::<u32>().ok());
    (message, Some(column.and_then(|column| column.checked_sub(1))))
}

/// The index of the token at an offset; the number of tokens for the place behind them.
fn place(slot: &Slot<'_>, offset: Option<u32>) -> usize {
    offset.map_or(slot.tokens.len(), |offset| slot.tokens.partition_point(|token| token.span.end <= offset))
}

fn span(slot: &Slot<'_>, index: usize) -> Span {
    slot.tokens.get(index).map_or(slot.after, |token| token.span)
}

fn found(slot: &Slot<'_>, index: usize) -> String {
    let text = slot.source.get(span(slot, index).range()).unwrap_or_default();
    if text.is_empty() { "the end of the statement".to_string() } else { describe_text(text) }
}

/// Keywords in backticks, phrases as they are.
fn quoted(expected: &str) -> String {
    let keyword = expected.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_punctuation());
    if keyword { format!("`{expected}`") } else { expected.to_string() }
}

/// sqlparser's other messages begin with a capital and may end with a period.
fn sentence(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut chars = message.chars();
    match (chars.next(), chars.as_str()) {
        // `INTERVAL requires …` begins with a keyword.
        (Some(first), rest) if !rest.starts_with(|c: char| c.is_uppercase()) => {
            format!("{}{rest}", first.to_lowercase())
        }
        _ => message.to_string(),
    }
}
