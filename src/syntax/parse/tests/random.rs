//! No text makes the lexer or the parser panic or lose a byte.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::diag::{SourceFile, to_json};
use crate::syntax::lexer::lex;
use crate::syntax::parse;

use super::cases::all;

const ROUNDS: usize = 5_000;
const SNIPPETS: [&str; 24] = [
    "'",
    "\"",
    "`",
    "(",
    ")",
    "[",
    "<",
    ">",
    ";",
    "--",
    "/*",
    "*/",
    "$$",
    "${",
    "}",
    "\\",
    " STREAM ",
    " AS ",
    "::",
    "?::",
    "@",
    "\u{1F600}",
    "ß",
    "\u{0}",
];

fn lossless(text: &str) {
    let lexed = lex(text);
    let mut at = 0;
    for token in &lexed.tokens {
        assert_eq!(token.span.start as usize, at);
        at = token.span.end as usize;
        assert!(text.is_char_boundary(at));
    }
    assert_eq!(at, text.len());
}

#[test]
fn mutated_texts() {
    let texts: Vec<&str> = all().map(|(_, text)| text).collect();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..ROUNDS {
        let mut bytes = texts[random.random_range(0..texts.len())].as_bytes().to_vec();
        for _ in 0..random.random_range(1..6) {
            let at = random.random_range(0..=bytes.len());
            match random.random_range(0..5) {
                0 if at < bytes.len() => drop(bytes.remove(at)),
                1 => bytes.insert(at, random.random()),
                2 => {
                    let snippet = SNIPPETS[random.random_range(0..SNIPPETS.len())];
                    bytes.splice(at..at, snippet.bytes());
                }
                3 => bytes.truncate(at),
                _ => {
                    let end = (at + random.random_range(0..12usize)).min(bytes.len());
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        lossless(&text);
        let file = SourceFile::new("r.sql", text);
        let parsed = parse(&file);
        for diagnostic in parsed.diagnostics.iter() {
            let span = diagnostic.location.as_ref().unwrap().span;
            assert!(file.text().get(span.range()).is_some(), "{span:?} is no part of {}", file.text());
            to_json(diagnostic);
        }
    }
}

#[test]
fn texts_of_snippets_only() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for _ in 0..ROUNDS {
        let text: String =
            (0..random.random_range(0..12)).map(|_| SNIPPETS[random.random_range(0..SNIPPETS.len())]).collect();
        lossless(&text);
        drop(parse(&SourceFile::new("r.sql", format!("SELECT {text}"))));
    }
}
