//! The scanner.

use crate::diag::Span;

use super::number::number_end;
use super::token::{LexErrorKind, Lexed, Token, TokenKind};

const NOTEBOOK_HEADER: &str = "-- Databricks notebook source";
const CELL_SEPARATOR: &str = "-- COMMAND ----------";
const MAGIC: &str = "-- MAGIC";

/// Cuts any text into tokens.
pub(crate) fn lex(text: &str) -> Lexed {
    lex_part(text, Span::new(0, text.len()))
}

/// Cuts a part of a text, which begins and ends between tokens. The places are those of the whole text.
pub(crate) fn lex_part(text: &str, part: Span) -> Lexed {
    let notebook = text.trim_start_matches('\u{feff}').starts_with(NOTEBOOK_HEADER);
    let part = part.range();
    let text = text.get(..part.end).unwrap_or(text);
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: part.start,
        notebook,
        // SQL averages a little over three bytes a token, whitespace included.
        tokens: Vec::with_capacity(part.len() / 3 + 8),
        errors: Vec::new(),
    };
    while scanner.at < text.len() {
        let start = scanner.at;
        let kind = scanner.token();
        // A token is never empty, so that the loop ends whatever the text is.
        if scanner.at == start {
            scanner.skip_char();
        }
        scanner.tokens.push(Token { kind, span: Span::new(start, scanner.at) });
    }
    Lexed { tokens: scanner.tokens, errors: scanner.errors }
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    notebook: bool,
    tokens: Vec<Token>,
    errors: Vec<(LexErrorKind, Span)>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_char(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    fn fail(&mut self, kind: LexErrorKind, start: usize) -> TokenKind {
        self.errors.push((kind, Span::new(start, self.at)));
        TokenKind::Unknown
    }

    fn token(&mut self) -> TokenKind {
        match self.peek(0) {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.whitespace(),
            b'-' if self.peek(1) == b'-' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'\'' | b'"' => self.string(0, TokenKind::String),
            b'`' => self.quoted_word(),
            b'r' | b'R' if matches!(self.peek(1), b'\'' | b'"') => self.string(1, TokenKind::RawString),
            b'x' | b'X' if matches!(self.peek(1), b'\'' | b'"') => self.string(1, TokenKind::HexString),
            b'$' if self.peek(1) == b'$' => self.dollar_string(),
            b'$' if self.peek(1) == b'{' => self.word(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number_or_word(),
            b'.' if self.peek(1).is_ascii_digit() && !self.after_operand() => self.number_or_symbol(),
            0x80.. => self.other_character(),
            first => self.symbol(first),
        }
    }

    /// Whether the last token may be qualified by a dot, so that `.5` is not a number.
    fn after_operand(&self) -> bool {
        let kind = self.tokens.last().map(|token| token.kind);
        matches!(
            kind,
            Some(
                TokenKind::Word
                    | TokenKind::QuotedWord
                    | TokenKind::RightParen
                    | TokenKind::RightBracket
                    | TokenKind::Number
            )
        )
    }

    fn whitespace(&mut self) -> TokenKind {
        while matches!(self.peek(0), b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
            self.at += 1;
        }
        TokenKind::Whitespace
    }

    fn other_character(&mut self) -> TokenKind {
        let start = self.at;
        match self.rest().chars().next() {
            Some(c) if c.is_whitespace() || c == '\u{feff}' => self.take(c.len_utf8(), TokenKind::Whitespace),
            Some(c) if c.is_alphabetic() => self.word(),
            _ => {
                self.skip_char();
                self.fail(LexErrorKind::UnexpectedCharacter, start)
            }
        }
    }

    /// To the end of the line. As in Spark's lexer, a backslash before the line's end continues the comment.
    fn line_comment(&mut self) -> TokenKind {
        let start = self.at;
        while self.at < self.bytes.len() && !matches!(self.peek(0), b'\n' | b'\r') {
            self.at += if self.peek(0) == b'\\' && self.peek(1) == b'\n' { 2 } else { 1 };
        }
        if !self.notebook {
            return TokenKind::LineComment;
        }
        let comment = self.text.get(start..self.at).unwrap_or_default();
        if comment.starts_with(CELL_SEPARATOR) {
            TokenKind::CellSeparator
        } else if comment.starts_with(MAGIC) {
            TokenKind::Magic
        } else if comment.starts_with(NOTEBOOK_HEADER) {
            TokenKind::NotebookHeader
        } else {
            TokenKind::LineComment
        }
    }

    fn block_comment(&mut self) -> TokenKind {
        let start = self.at;
        let kind = if self.peek(2) == b'+' { TokenKind::Hint } else { TokenKind::BlockComment };
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return kind;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.errors.push((LexErrorKind::UnclosedComment, Span::new(start, start + 2)));
        kind
    }

    /// From the quote after `prefix` bytes. A string that is never closed ends with its line, so that what follows
    /// is still read.
    fn string(&mut self, prefix: usize, kind: TokenKind) -> TokenKind {
        let start = self.at;
        self.at += prefix;
        let quote = self.peek(0);
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' if kind == TokenKind::String => self.at += 2,
                c if c == quote && kind == TokenKind::String && self.peek(1) == quote => self.at += 2,
                c if c == quote => return self.take(1, kind),
                _ => self.at += 1,
            }
        }
        self.at = self.end_of_line(start);
        self.fail(LexErrorKind::UnclosedString, start)
    }

    fn end_of_line(&self, start: usize) -> usize {
        let line = self.text.get(start..).unwrap_or_default();
        start + line.find('\n').unwrap_or(line.len())
    }

    fn quoted_word(&mut self) -> TokenKind {
        let start = self.at;
        self.at += 1;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'`', b'`') => self.at += 2,
                (b'`', _) => {
                    self.at += 1;
                    if self.at - start == 2 {
                        return self.fail(LexErrorKind::EmptyQuotedName, start);
                    }
                    return TokenKind::QuotedWord;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.end_of_line(start);
        self.fail(LexErrorKind::UnclosedQuotedName, start)
    }

    fn dollar_string(&mut self) -> TokenKind {
        let start = self.at;
        let inside = self.text.get(start + 2..).unwrap_or_default();
        match inside.find("$$") {
            Some(length) => self.take(length + 4, TokenKind::DollarString),
            None => {
                self.at = self.end_of_line(start);
                self.fail(LexErrorKind::UnclosedDollar, start)
            }
        }
    }

    /// A name; `${parameter}` may stand anywhere in it.
    fn word(&mut self) -> TokenKind {
        let start = self.at;
        loop {
            match self.peek(0) {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => self.at += 1,
                b'$' if self.peek(1) == b'{' => {
                    let rest = self.rest();
                    let line = rest.find('\n').unwrap_or(rest.len());
                    match rest[..line].find('}') {
                        Some(end) => self.at += end + 1,
                        None => {
                            self.at += line;
                            return self.fail(LexErrorKind::UnclosedParameter, start);
                        }
                    }
                }
                0x80.. => match self.rest().chars().next() {
                    Some(c) if c.is_alphanumeric() => self.at += c.len_utf8(),
                    _ => return TokenKind::Word,
                },
                _ => return TokenKind::Word,
            }
        }
    }

    fn number_or_word(&mut self) -> TokenKind {
        match number_end(self.rest()) {
            Some(length) => self.take(length, TokenKind::Number),
            None => self.word(),
        }
    }

    fn number_or_symbol(&mut self) -> TokenKind {
        match number_end(self.rest()) {
            Some(length) => self.take(length, TokenKind::Number),
            None => self.take(1, TokenKind::Dot),
        }
    }

    fn symbol(&mut self, first: u8) -> TokenKind {
        use TokenKind as K;
        let (length, kind) = match (first, self.peek(1), self.peek(2)) {
            (b',', ..) => (1, K::Comma),
            (b';', ..) => (1, K::Semicolon),
            (b'(', ..) => (1, K::LeftParen),
            (b')', ..) => (1, K::RightParen),
            (b'[', ..) => (1, K::LeftBracket),
            (b']', ..) => (1, K::RightBracket),
            (b'{', ..) => (1, K::LeftBrace),
            (b'}', ..) => (1, K::RightBrace),
            (b'.', ..) => (1, K::Dot),
            (b':', b':', _) => (2, K::DoubleColon),
            (b':', ..) => (1, K::Colon),
            (b'?', b':', b':') => (3, K::TryCast),
            (b'?', ..) => (1, K::Question),
            (b'@', ..) => (1, K::At),
            (b'=', b'=', _) => (2, K::Equal),
            (b'=', b'>', _) => (2, K::FatArrow),
            (b'=', ..) => (1, K::Equal),
            (b'<', b'=', b'>') => (3, K::NullSafeEqual),
            (b'<', b'=', _) => (2, K::LessEqual),
            (b'<', b'>', _) => (2, K::NotEqual),
            (b'<', b'<', _) => (2, K::ShiftLeft),
            (b'<', ..) => (1, K::Less),
            (b'>', b'=', _) => (2, K::GreaterEqual),
            (b'>', ..) => (1, K::Greater),
            (b'!', b'=', _) => (2, K::NotEqual),
            // Spark's `!>` and `!<` are `<=` and `>=`.
            (b'!', b'>', _) => (2, K::LessEqual),
            (b'!', b'<', _) => (2, K::GreaterEqual),
            (b'!', ..) => (1, K::Bang),
            (b'+', ..) => (1, K::Plus),
            (b'-', b'>', _) => (2, K::Arrow),
            (b'-', ..) => (1, K::Minus),
            (b'*', ..) => (1, K::Star),
            (b'/', ..) => (1, K::Slash),
            (b'%', ..) => (1, K::Percent),
            (b'|', b'|', _) => (2, K::Concat),
            (b'|', b'>', _) => (2, K::PipeOperator),
            (b'|', ..) => (1, K::Pipe),
            (b'&', ..) => (1, K::Ampersand),
            (b'^', ..) => (1, K::Caret),
            (b'~', ..) => (1, K::Tilde),
            _ => {
                let start = self.at;
                self.skip_char();
                return self.fail(LexErrorKind::UnexpectedCharacter, start);
            }
        };
        self.take(length, kind)
    }
}
