//! A dropped keyword or parenthesis is an error where it is missed, and nowhere else.

use crate::diag::SourceFile;
use crate::syntax::lexer::{Token, TokenKind, lex};
use crate::syntax::parse;

use super::cases::{THEMES, all, cases};

fn significant(text: &str) -> Vec<Token> {
    lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect()
}

/// The text with blanks in the place of a token, so that all other places stay.
fn without(text: &str, token: &Token) -> String {
    let range = token.span.range();
    format!("{}{}{}", &text[..range.start], " ".repeat(range.len()), &text[range.end..])
}

/// The spans of the errors in a text.
fn errors(text: &str) -> Vec<std::ops::Range<usize>> {
    let parsed = parse(&SourceFile::new("m.sql", text));
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == crate::diag::Severity::Error);
    errors.map(|d| d.location.as_ref().unwrap().span.range()).collect()
}

/// A statement of a case, and one of its tokens.
struct Mutant {
    name: &'static str,
    text: &'static str,
    statement: std::ops::Range<usize>,
    tokens: Vec<Token>,
    at: usize,
}

impl Mutant {
    fn of(kinds: impl Fn(&Token, &str) -> bool) -> Vec<Self> {
        let mut mutants = Vec::new();
        for (name, text) in all() {
            for statement in parse(&SourceFile::new(name, text)).statements {
                let statement = statement.span.range();
                let inside = |token: &Token| statement.contains(&token.span.range().start);
                let tokens: Vec<Token> = significant(text).into_iter().filter(inside).collect();
                for at in (0..tokens.len()).filter(|at| kinds(&tokens[*at], text)) {
                    mutants.push(Self { name, text, statement: statement.clone(), tokens: tokens.clone(), at });
                }
            }
        }
        mutants
    }

    fn changed(&self) -> String {
        without(self.text, &self.tokens[self.at])
    }

    /// Whether all errors stand where the token is missed: none before the row of keywords that it stands in or the
    /// token in front of it, either of which may be what cannot stand alone; none behind the statement. A script whose
    /// block is not closed may take the statements behind it for its own, up to the end of the text.
    fn is_located(&self, errors: &[std::ops::Range<usize>]) -> bool {
        let keywords = self.tokens[..self.at].iter().rev().take_while(|token| is_keyword(token, self.text)).count();
        let before = self.tokens[self.at - keywords.max(1).min(self.at)].span.range().start;
        let script = self.tokens.iter().any(|token| token.kind == TokenKind::Semicolon);
        let end = if script { self.text.len() } else { self.statement.end };
        errors.iter().map(|span| span.start).min().is_some_and(|first| first >= before)
            && errors.iter().all(|span| span.start <= end && span.end <= end + 1)
    }
}

/// Refused mutants, those that are still valid, and those whose error stands elsewhere.
fn run(mutants: &[Mutant]) -> (usize, Vec<&Mutant>, Vec<String>) {
    let (mut refused, mut valid, mut elsewhere) = (0, Vec::new(), Vec::new());
    for mutant in mutants {
        let changed = mutant.changed();
        let found = errors(&changed);
        if found.is_empty() {
            valid.push(mutant);
        } else if mutant.is_located(&found) {
            refused += 1;
        } else {
            let dropped = mutant.tokens[mutant.at].text(mutant.text);
            elsewhere.push(format!(
                "{}: `{dropped}` at {}: {found:?}\n{changed}",
                mutant.name, mutant.tokens[mutant.at].span.start
            ));
        }
    }
    (refused, valid, elsewhere)
}

#[test]
fn a_dropped_parenthesis_is_an_error_where_it_is_missed() {
    let mutants = Mutant::of(|token, _| matches!(token.kind, TokenKind::LeftParen | TokenKind::RightParen));
    let (refused, valid, elsewhere) = run(&mutants);
    println!("{} parentheses: {refused} refused in place, {} elsewhere", mutants.len(), elsewhere.len());
    let valid: Vec<_> = valid.iter().map(|mutant| format!("{}: {}", mutant.name, mutant.changed())).collect();
    assert!(valid.is_empty(), "{}", valid.join("\n"));
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
    assert!(refused > 1_000, "{refused}");
}

/// Cases are written with their keywords in capitals.
fn is_keyword(token: &Token, text: &str) -> bool {
    let word = token.text(text);
    token.kind == TokenKind::Word && word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase())
}

#[test]
fn a_dropped_keyword_is_an_error_where_it_is_missed() {
    let mutants = Mutant::of(is_keyword);
    let (refused, valid, elsewhere) = run(&mutants);
    let kept = valid.len();
    println!(
        "{} keywords: {refused} refused in place, {kept} still valid, {} elsewhere",
        mutants.len(),
        elsewhere.len()
    );
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
    assert!(refused > 2_000, "{refused}");
}

/// Keywords without which no statement of these themes is valid.
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

#[test]
fn a_keyword_that_is_needed_is_missed() {
    let mut tried = 0;
    let themes = THEMES.into_iter().filter(|(theme, _)| ["pipelines", "unity"].contains(theme));
    for (name, text) in themes.flat_map(|(_, file)| cases(file)) {
        let tokens = significant(text);
        for (index, token) in tokens.iter().enumerate() {
            let word = token.text(text).to_ascii_uppercase();
            if token.kind != TokenKind::Word || !NEEDED.contains(&word.as_str()) || optional(text, &tokens, index) {
                continue;
            }
            let changed = without(text, token);
            tried += 1;
            assert!(!errors(&changed).is_empty(), "{name}: dropped {word} at {}: {changed}", token.span.start);
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
        "LOCATION" => before == "MANAGED" || before == "EXTERNAL",
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
