use super::{NumberParts, TokenKind, lex};
use crate::syntax::ast::NumberSuffix;

use TokenKind as K;

fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
    let lexed = lex(text);
    let joined: String = lexed.tokens.iter().map(|token| token.text(text)).collect();
    assert_eq!(joined, text, "the tokens laid end to end are the text");
    lexed.tokens.iter().filter(|t| t.kind != K::Whitespace).map(|t| (t.kind, t.text(text))).collect()
}

fn value(text: &str) -> String {
    let lexed = lex(text);
    assert_eq!((lexed.tokens.len(), lexed.errors.len()), (1, 0), "{text}");
    lexed.tokens[0].string_value(text)
}

#[test]
fn words_may_start_with_a_digit_and_hold_parameters() {
    for text in ["a", "_x", "2024_sales", "1e", "1ex", "größe", "日本", "${a.b}", "t_${env}_x", "${a}${b}"] {
        assert_eq!(kinds(text), [(K::Word, text)]);
    }
    assert_eq!(kinds("db.2024_sales"), [(K::Word, "db"), (K::Dot, "."), (K::Word, "2024_sales")]);
}

#[test]
fn numbers_and_their_suffixes() {
    for text in ["1", "1.5", ".5", "1.", "1e3", "1E-3", "1.5e+10", "1L", "2S", "3Y", "1F", "1D", "1.5BD", "1e3d", "7bd"]
    {
        assert_eq!(kinds(text), [(K::Number, text)]);
    }
    assert_eq!(kinds("1.a"), [(K::Number, "1"), (K::Dot, "."), (K::Word, "a")]);
    assert_eq!(kinds("a.1"), [(K::Word, "a"), (K::Dot, "."), (K::Number, "1")]);
    assert_eq!(kinds("(.5)"), [(K::LeftParen, "("), (K::Number, ".5"), (K::RightParen, ")")]);
    let parts = NumberParts::of("1.5bd");
    assert_eq!((parts.digits, parts.suffix), ("1.5", Some(NumberSuffix::Decimal)));
    assert_eq!(NumberParts::of("1e3").suffix, None);
}

/// Databricks documentation, "STRING type", § Literals; Spark's `unescapeSQLString`.
#[test]
fn string_escapes() {
    for (text, expected) in [
        (r"'a'", "a"),
        (r#""a""#, "a"),
        (r"'it\'s'", "it's"),
        (r"'it''s'", "it's"),
        (r#"'say "x"'"#, "say \"x\""),
        (r#""it's""#, "it's"),
        (r#""a""b""#, "a\"b"),
        (r"'a\nb\tc\\d'", "a\nb\tc\\d"),
        (r"'\%\_'", r"\%\_"),
        (r"'\q'", "q"),
        (r"'\u00e9\U0001F600'", "é😀"),
        (r"'\101\0'", "A\0"),
        (r"'\u12'", "u12"),
        (r"r'a\d+'", r"a\d+"),
        (r#"R"\""#, "\\"),
        ("X'1Fa0'", "1Fa0"),
        ("$$a 'b' $c$$", "a 'b' $c"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn quoted_words_double_their_backticks() {
    let text = "`a ``b`";
    let token = lex(text).tokens[0];
    assert_eq!((token.kind, token.name_value(text).as_ref()), (K::QuotedWord, "a `b"));
    // Databricks' grammar takes as much as it can: the second and the third are one backtick of the name.
    let text = "```a``b`";
    assert_eq!(lex(text).tokens[0].name_value(text), "`a`b");
    let text = "````";
    assert_eq!(lex(text).tokens[0].name_value(text), "`");
}

#[test]
fn comments_nest_and_hints_stand_out() {
    assert_eq!(kinds("/* a /* b */ c */x"), [(K::BlockComment, "/* a /* b */ c */"), (K::Word, "x")]);
    assert_eq!(kinds("/*+ BROADCAST(a) */"), [(K::Hint, "/*+ BROADCAST(a) */")]);
    assert_eq!(kinds("a--b\nc"), [(K::Word, "a"), (K::LineComment, "--b"), (K::Word, "c")]);
    // Spark's SIMPLE_COMMENT: a backslash before the line's end continues the comment.
    assert_eq!(kinds("--b \\\nc\nd"), [(K::LineComment, "--b \\\nc"), (K::Word, "d")]);
}

#[test]
fn operators() {
    let text = "<=> <= <> != == => -> :: ?:: || |> << !< !>";
    let found: Vec<TokenKind> = kinds(text).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        found,
        [
            K::NullSafeEqual,
            K::LessEqual,
            K::NotEqual,
            K::NotEqual,
            K::Equal,
            K::FatArrow,
            K::Arrow,
            K::DoubleColon,
            K::TryCast,
            K::Concat,
            K::PipeOperator,
            K::ShiftLeft,
            K::GreaterEqual,
            K::LessEqual,
        ]
    );
    assert_eq!(kinds("a>>b").len(), 4);
}

#[test]
fn notebook_marks_count_in_notebooks_only() {
    let marks = "-- COMMAND ----------\n-- MAGIC %md # x\nSELECT 1";
    assert_eq!(kinds(marks)[0].0, K::LineComment);
    let notebook = format!("-- Databricks notebook source\n{marks}");
    let found: Vec<TokenKind> = kinds(&notebook).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(found, [K::NotebookHeader, K::CellSeparator, K::Magic, K::Word, K::Number]);
}

#[test]
fn what_is_not_closed_ends_with_its_line() {
    for text in ["'abc", "\"abc", "`abc", "$$abc", "r'abc", "${abc", "'abc\\"] {
        let text = format!("{text}\nSELECT 1");
        let lexed = lex(&text);
        assert_eq!(lexed.errors.len(), 1, "{text}");
        assert_eq!(lexed.tokens[0].kind, K::Unknown);
        assert_eq!(lexed.tokens[2].text(&text), "SELECT");
    }
    let lexed = lex("/* abc");
    assert_eq!((lexed.errors.len(), lexed.tokens.len()), (1, 1));
    assert_eq!(lex("a § \u{0} ``").errors.len(), 3);
}
