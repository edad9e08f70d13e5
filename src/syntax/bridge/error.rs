//! sqlparser's errors as ours.

use sqlparser::parser::ParserError;

use crate::diag::Span;
use crate::syntax::error::SyntaxError;
use crate::syntax::parse::describe_text;

use super::slot::Slot;

/// Why sqlparser stopped.
pub(super) struct Failure {
    pub(super) error: ParserError,
    /// The byte offset of the furthest token that it looked at; `None` at the end.
    pub(super) furthest: Option<u32>,
}

/// sqlparser gives its errors as text that ends with a position. This is the only place that reads that text.
pub(super) fn convert(slot: &Slot<'_>, failure: Failure) -> SyntaxError {
    let text = match failure.error {
        ParserError::RecursionLimitExceeded => {
            return SyntaxError::new(slot.span(), "the nesting is too deep")
                .hint("name the inner parts with common table expressions");
        }
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
    };
    let (message, position) = split_position(&text);
    let stopped = position.map_or_else(|| Some(slot.span().start), |column| column);
    // Where speculation went further than the error says, what it met there is the trouble.
    let further = match (failure.furthest, stopped) {
        (Some(furthest), Some(stopped)) => furthest > stopped,
        (None, Some(_)) => false,
        (_, None) => false,
    };
    if further {
        let span = place(slot, failure.furthest);
        return SyntaxError::new(span, format!("unexpected {}", found(slot, span)));
    }
    let span = place(slot, stopped);
    let message = match message.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: ")) {
        Some((expected, _)) => format!("expected {}, found {}", quoted(expected), found(slot, span)),
        None => sentence(message),
    };
    SyntaxError::new(span, message)
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

/// The token at an offset; the place after the slot when there is none.
fn place(slot: &Slot<'_>, offset: Option<u32>) -> Span {
    let Some(offset) = offset else { return slot.after };
    let index = slot.tokens.partition_point(|token| token.span.end <= offset);
    slot.tokens.get(index).map_or(slot.after, |token| token.span)
}

fn found(slot: &Slot<'_>, span: Span) -> String {
    let text = slot.source.get(span.range()).unwrap_or_default();
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
        (Some(first), rest) if !rest.starts_with(|c: char| c.is_uppercase()) => format!("{}{rest}", first.to_lowercase()),
        _ => message.to_string(),
    }
}
