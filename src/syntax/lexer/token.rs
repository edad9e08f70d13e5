//! The token and what it can be.

use crate::diag::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenKind {
    /// An unquoted name or keyword; may start with a digit and may contain `${parameter}`.
    Word,
    /// A name in backticks.
    QuotedWord,
    Number,
    /// `'…'` or `"…"`.
    String,
    /// `r'…'` or `r"…"`.
    RawString,
    /// `X'…'`.
    HexString,
    /// `$$…$$`.
    DollarString,
    Comma,
    Semicolon,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Dot,
    Colon,
    DoubleColon,
    /// `?::`.
    TryCast,
    Question,
    At,
    /// `=` or `==`.
    Equal,
    /// `<>` or `!=`.
    NotEqual,
    NullSafeEqual,
    Less,
    LessEqual,
    /// Always one character: `ARRAY<ARRAY<INT>>` ends with two of them.
    Greater,
    GreaterEqual,
    ShiftLeft,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Concat,
    /// `|>`.
    PipeOperator,
    Pipe,
    Ampersand,
    Caret,
    Tilde,
    Bang,
    /// `->`.
    Arrow,
    /// `=>`.
    FatArrow,
    LeftBrace,
    RightBrace,
    /// A character that starts no token, or a literal that is not closed.
    Unknown,
    Whitespace,
    LineComment,
    BlockComment,
    /// `/*+ … */`.
    Hint,
    /// `-- Databricks notebook source`, on the first line only.
    NotebookHeader,
    /// `-- COMMAND ----------` of a notebook; ends a statement as `;` does.
    CellSeparator,
    /// `-- MAGIC …` of a notebook.
    Magic,
}

impl TokenKind {
    /// Whether the grammar does not see the token.
    pub(crate) fn is_trivia(self) -> bool {
        matches!(
            self,
            Self::Whitespace | Self::LineComment | Self::BlockComment | Self::Hint | Self::NotebookHeader | Self::Magic
        )
    }

    pub(crate) fn is_string(self) -> bool {
        matches!(self, Self::String | Self::RawString)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

impl Token {
    pub(crate) fn text<'t>(&self, source: &'t str) -> &'t str {
        source.get(self.span.range()).unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LexErrorKind {
    UnclosedString,
    UnclosedQuotedName,
    EmptyQuotedName,
    UnclosedComment,
    UnclosedDollar,
    UnclosedParameter,
    UnexpectedCharacter,
}

impl LexErrorKind {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::UnclosedString => "the string is not closed",
            Self::UnclosedQuotedName => "the quoted name is not closed",
            Self::EmptyQuotedName => "the quoted name is empty",
            Self::UnclosedComment => "the comment is not closed",
            Self::UnclosedDollar => "the text after `$$` is not closed",
            Self::UnclosedParameter => "the parameter is not closed",
            Self::UnexpectedCharacter => "the character does not belong to SQL",
        }
    }

    pub(crate) fn hint(self) -> Option<&'static str> {
        match self {
            Self::UnclosedString => {
                Some("close it with the quote that opened it; a quote inside is doubled or written with a backslash")
            }
            Self::UnclosedQuotedName => Some("close it with a backtick; a backtick inside is doubled"),
            Self::UnclosedComment => Some("bracketed comments nest: every `/*` needs its `*/`"),
            Self::UnclosedDollar => Some("close it with `$$`"),
            Self::UnclosedParameter => Some("close it with `}`"),
            Self::EmptyQuotedName | Self::UnexpectedCharacter => None,
        }
    }
}

/// Every token of a text in order, trivia included, and what is wrong with them.
#[derive(Debug)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    pub(crate) errors: Vec<(LexErrorKind, Span)>,
}
