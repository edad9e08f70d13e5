//! Parameter markers in SQL.

use crate::diag::Span;
use crate::syntax::{Token, TokenKind, lex};

/// One use of a named parameter.
#[derive(Debug)]
pub(super) struct Marker {
    pub(super) keyword: String,
    /// Is it `min` or `max` of a range?
    pub(super) end: bool,
    pub(super) span: Span,
}

/// `:name` where a value stands; `value:path` is a path into a variant, and belongs to the word before it.
pub(super) fn markers(sql: &str) -> Vec<Marker> {
    let tokens = significant(sql);
    let mut found = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [colon, name] = pair else { continue };
        let is_name = matches!(name.kind, TokenKind::Word | TokenKind::QuotedWord);
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let joined = before.is_some_and(|before| ends_value(before.kind) && before.span.end == colon.span.start);
        if colon.kind != TokenKind::Colon || !is_name || colon.span.end != name.span.start || joined {
            continue;
        }
        let end = match (tokens.get(at + 2), tokens.get(at + 3)) {
            (Some(dot), Some(part)) if dot.kind == TokenKind::Dot => {
                ["min", "max"].iter().any(|end| part.text(sql).eq_ignore_ascii_case(end))
            }
            _ => false,
        };
        let keyword = name.text(sql).trim_matches('`').to_string();
        found.push(Marker { keyword, end, span: colon.span.to(name.span) });
    }
    found
}

fn ends_value(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word
            | TokenKind::QuotedWord
            | TokenKind::RightParen
            | TokenKind::RightBracket
            | TokenKind::String
            | TokenKind::Number
    )
}

pub(super) fn significant(text: &str) -> Vec<Token> {
    lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_stand_where_values_stand() {
        let sql =
            "SELECT raw:a.b, id::INT, ':x', :y -- :z\nFROM IDENTIFIER(:`t`) WHERE d BETWEEN :w.min AND:w.max LIMIT :n";
        let found: Vec<_> = markers(sql).into_iter().map(|marker| (marker.keyword, marker.end)).collect();
        let wanted = [("y", false), ("t", false), ("w", true), ("n", false)].map(|(name, end)| (name.to_string(), end));
        // `AND:w` is joined to a word, as a path is: it is not judged.
        assert_eq!(found, wanted);
    }
}
