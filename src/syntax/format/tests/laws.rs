//! What holds for every text: nothing but white space and the case of keywords changes, and a formatted text stays.

use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::diag::SourceFile;
use crate::syntax::format::entry::{ROUNDS, format, once};
use crate::syntax::format::piece::pieces;
use crate::syntax::format::template::{masked, tags};
use crate::syntax::lexer::{TokenKind, lex};

const CASES: [&str; 5] = [
    include_str!("../../parse/tests/cases/pipelines.sql"),
    include_str!("../../parse/tests/cases/unity.sql"),
    include_str!("../../parse/tests/cases/tables.sql"),
    include_str!("../../parse/tests/cases/data.sql"),
    include_str!("../../parse/tests/cases/opaque.sql"),
];

/// The tokens and comments of a text, with their tags.
fn tokens(text: &str) -> Vec<(TokenKind, &str)> {
    let tags = tags(text).unwrap_or_default();
    let tokens = lex(&masked(text, &tags)).tokens;
    let kept = tokens.into_iter().filter(|token| token.kind != TokenKind::Whitespace);
    kept.map(|token| (token.kind, token.text(text))).collect()
}

#[track_caller]
fn obeys(text: &str) {
    let Ok(first) = once(text).map_err(|_| ()) else {
        // Then the text is refused, and so left as it is.
        assert!(format(&SourceFile::new("f.sql", text)).is_err());
        return;
    };
    let result = format(&SourceFile::new("f.sql", text)).unwrap();
    let again = format(&SourceFile::new("f.sql", result.as_str())).unwrap();
    assert_eq!(again, result, "not idempotent: {text:?}");
    let (before, after) = (tokens(text), tokens(&first));
    assert_eq!(before.len(), after.len(), "{text:?}\n{first:?}");
    for ((kind, old), (new_kind, new)) in before.into_iter().zip(after) {
        assert_eq!(kind, new_kind, "{text:?}\n{first:?}");
        let folded = kind == TokenKind::Word && new == old.to_ascii_uppercase();
        assert!(old == new || folded, "{old} became {new}: {text:?}");
    }
    // What is given away is a layout, not the text that is kept where none was found.
    let mut layout = first;
    for _ in 0..ROUNDS {
        layout = once(&layout).map_err(|_| ()).unwrap();
    }
    assert!(layout == result, "no stable layout of {text:?}:\n{layout}");
}

#[test]
fn files_of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let files = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap().into_path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "sql")).collect();
    assert!(files.len() > 50);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        obeys(&text);
        obeys(&text.replace('\n', "\r\n"));
        for seed in 0..3 {
            obeys(&reshaped(&text, seed));
        }
    }
}

#[test]
fn cases_of_the_parser() {
    for (index, file) in CASES.into_iter().enumerate() {
        obeys(file);
        for case in file.split("-- case: ").skip(1) {
            obeys(case.split_once('\n').unwrap().1);
            obeys(&reshaped(case, index as u64));
            obeys(&case.to_lowercase());
        }
    }
}

/// The text with other white space wherever there is some, outside of tags.
fn reshaped(text: &str, seed: u64) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let tags = tags(text).unwrap_or_default();
    let Ok(pieces) = pieces(text, &tags) else { return text.to_string() };
    let mut out = String::new();
    let mut at = 0;
    let mut comment = false;
    for piece in &pieces.all {
        if piece.space && at > 0 {
            let choice = random.random_range(0..8);
            out.push_str(if comment || piece.is_notebook() || choice == 0 {
                "\n"
            } else {
                [" ", "  ", "\n", "\n\n", " \n  ", "\t", " "][choice - 1]
            });
        }
        out.push_str(&text[piece.range.clone()]);
        at = piece.range.end;
        comment = piece.ends_line();
    }
    out
}

const SOUP: [&str; 96] = [
    "select",
    "SELECT",
    "from",
    "FROM",
    "where",
    "and",
    "AND",
    "or",
    "not",
    "in",
    "case",
    "CASE",
    "when",
    "then",
    "else",
    "end",
    "END",
    "as",
    "AS",
    "on",
    "join",
    "left",
    "inner",
    "union",
    "all",
    "except",
    "with",
    "group",
    "order",
    "by",
    "partition",
    "over",
    "create",
    "or",
    "replace",
    "view",
    "table",
    "merge",
    "into",
    "using",
    "begin",
    "set",
    "grant",
    "between",
    "is",
    "null",
    "distinct",
    "limit",
    "window",
    "values",
    "insert",
    "desc",
    "nulls",
    "last",
    "rows",
    "a",
    "b.c",
    "`x y`",
    "t",
    "1",
    ".5",
    "1e3",
    "'s'",
    "\"d\"",
    "r'\\'",
    "$$ x $$",
    "(",
    "(",
    "(",
    ")",
    ")",
    ")",
    "[",
    "]",
    ",",
    ",",
    ";",
    ".",
    "*",
    "-",
    "+",
    "/",
    "=",
    "<",
    ">",
    "->",
    "=>",
    "::",
    ":",
    "||",
    "|>",
    "--c\n",
    "/* b */",
    "/*+ h */",
    "{",
    "?",
];
const TAGS: [&str; 10] = [
    "{{ x }}",
    "{{- y('}}') -}}",
    "{% if a %}",
    "{% endif %}",
    "{%- for b in c %}",
    "{% endfor %}",
    "{# note #}",
    "{% macro m() %}",
    "{% endmacro %}",
    "{% else %}",
];
const SPACES: [&str; 6] = [" ", "", "\n", "\n\n", "  ", " \n    "];

#[test]
fn soups_of_tokens() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for round in 0..6_000 {
        let mut text = String::new();
        for _ in 0..random.random_range(0..40) {
            let tagged = round % 2 == 0 && random.random_range(0..6) == 0;
            text.push_str(if tagged {
                TAGS[random.random_range(0..TAGS.len())]
            } else {
                SOUP[random.random_range(0..SOUP.len())]
            });
            text.push_str(SPACES[random.random_range(0..SPACES.len())]);
        }
        let result = std::panic::catch_unwind(|| obeys(&text));
        assert!(result.is_ok(), "round {round}: {text:?}");
    }
}
