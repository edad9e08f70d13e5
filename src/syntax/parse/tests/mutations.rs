//! A dropped keyword or parenthesis is an error, and it stands in the statement that was changed.

use crate::diag::SourceFile;
use crate::syntax::lexer::{Token, TokenKind, lex};
use crate::syntax::parse;

use super::cases::all;

/// Keywords without which no statement here is valid.
const NEEDED: [&str; 14] = [
    "EXPECT",
    "KEYS",
    "INTO",
    "AS",
    "TYPE",
    "SEQUENCE",
    "RETURNS",
    "RETURN",
    "IS",
    "TO",
    "LOCATION",
    "REFERENCES",
    "VIOLATION",
    "EVERY",
];

fn significant(text: &str) -> Vec<Token> {
    lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect()
}

fn without(text: &str, token: &Token) -> String {
    let range = token.span.range();
    format!("{}{}{}", &text[..range.start], " ".repeat(range.len()), &text[range.end..])
}

/// The spans of the errors in a text.
fn errors(text: &str) -> Vec<std::ops::Range<usize>> {
    let parsed = parse(&SourceFile::new("m.sql", text));
    parsed.diagnostics.iter().map(|d| d.location.as_ref().unwrap().span.range()).collect()
}

#[test]
fn a_dropped_parenthesis_is_an_error() {
    let mut tried = 0;
    for (name, text) in all() {
        for token in significant(text) {
            if !matches!(token.kind, TokenKind::LeftParen | TokenKind::RightParen) {
                continue;
            }
            let changed = without(text, &token);
            let found = errors(&changed);
            tried += 1;
            assert!(!found.is_empty(), "{name}: {changed}");
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn a_dropped_keyword_is_an_error_near_it() {
    let mut tried = 0;
    for (name, text) in all() {
        let tokens = significant(text);
        for (index, token) in tokens.iter().enumerate() {
            let word = token.text(text).to_ascii_uppercase();
            if token.kind != TokenKind::Word || !NEEDED.contains(&word.as_str()) || optional(text, &tokens, index) {
                continue;
            }
            let changed = without(text, token);
            let found = errors(&changed);
            tried += 1;
            assert!(!found.is_empty(), "{name}: dropped {word} at {}: {changed}", token.span.start);
        }
    }
    assert!(tried > 100, "{tried}");
}

/// Places where the word may be left out, or where its absence makes another valid statement.
fn optional(text: &str, tokens: &[Token], index: usize) -> bool {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text(text)).to_ascii_uppercase();
    let before = index.checked_sub(1).map_or(String::new(), word);
    match word(index).as_str() {
        // An alias needs no AS; a location may be managed.
        "AS" => !matches!(
            word(index + 1).as_str(),
            "SELECT" | "INSERT" | "AUTO" | "SCD" | "BITEMPORAL" | "DELETE" | "IDENTITY"
        ),
        "IS" => before != "C" && !text.starts_with("COMMENT"),
        "INTO" => false,
        "LOCATION" => before == "MANAGED" || before == "EXTERNAL",
        "RETURNS" => false,
        "SEQUENCE" => before == "SYSTEM",
        _ => false,
    }
}

#[test]
fn the_error_is_in_the_changed_clause() {
    let text = "CREATE OR REFRESH STREAMING TABLE s (\n\
                a INT COMMENT 'x',\n\
                CONSTRAINT one EXPECT (a > 0) ON VIOLATION DROP ROW,\n\
                CONSTRAINT two EXPECT (f(a, 1) = 2)\n\
                )\n\
                COMMENT 'c'\n\
                CLUSTER BY (a)\n\
                AS SELECT coalesce(a, 1) AS a\n\
                FROM STREAM(x)\n\
                WHERE a IN (1, 2)";
    for (from, to) in [
        ("COMMENT 'x'", "COMMENT x"),
        ("EXPECT (a > 0)", "EXPECT a > 0"),
        ("(a > 0) ON", "(a > 0 ON"),
        ("ON VIOLATION", "VIOLATION"),
        ("DROP ROW", "DROP"),
        ("f(a, 1)", "f(a, 1,"),
        ("COMMENT 'c'", "COMMENT"),
        ("CLUSTER BY (a)", "CLUSTER (a)"),
        ("CLUSTER BY (a)", "CLUSTER BY (a"),
        ("coalesce(a, 1)", "coalesce(a, 1"),
        ("IN (1, 2)", "IN 1, 2)"),
        ("IN (1, 2)", "IN (1, 2"),
    ] {
        let at = text.find(from).unwrap();
        let changed = text.replacen(from, to, 1);
        let line = |offset: usize| changed[..offset.min(changed.len())].matches('\n').count();
        let found = errors(&changed);
        let first = found.first().unwrap_or_else(|| panic!("{to}"));
        // The token that is missed may be awaited at the start of the next line.
        assert!((line(at)..=line(at) + 1).contains(&line(first.start)), "{from} → {to}: line {}", line(first.start));
    }
}
