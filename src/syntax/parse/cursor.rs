//! A position in the tokens of one statement, and the smallest things that can be read there.

use crate::diag::Span;
use crate::ident::{Identifier, QualifiedName};
use crate::syntax::ast::{Ident, Name, Spanned, Text};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};

pub(crate) struct Cursor<'a> {
    pub(crate) source: &'a str,
    /// The significant tokens of one statement.
    pub(crate) tokens: &'a [Token],
    /// The hints of the whole text.
    pub(crate) hints: &'a [Token],
    pub(crate) at: usize,
    /// Where the statement ends: the place of "end of statement".
    pub(crate) end: u32,
    /// Errors after which parsing went on.
    pub(crate) errors: Vec<SyntaxError>,
    /// What is worth a warning: the statement is understood all the same.
    pub(crate) warnings: Vec<SyntaxError>,
    /// The name that the statement defines, once it is read.
    pub(crate) creates: Option<Name>,
    /// Whether queries and expressions are passed over: empty ones with the right places stand for them.
    pub(crate) outline: bool,
    /// An `IDENTIFIER(…)` whose name is not known before the statement runs.
    pub(crate) computed: Option<Span>,
    /// Inside `BEGIN … END`, where `SET` sets variables.
    pub(crate) scripted: bool,
    /// How many blocks are open.
    pub(crate) depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(source: &'a str, tokens: &'a [Token], hints: &'a [Token]) -> Self {
        let end = tokens.last().map_or(0, |token| token.span.end);
        Self {
            source,
            tokens,
            hints,
            at: 0,
            end,
            errors: Vec::new(),
            warnings: Vec::new(),
            creates: None,
            outline: false,
            computed: None,
            scripted: false,
            depth: 0,
        }
    }

    pub(crate) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(crate) fn kind(&self, ahead: usize) -> Option<TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The place of the next token, or the end of the statement.
    pub(crate) fn here(&self) -> Span {
        self.peek().map_or(Span { start: self.end, end: self.end }, |token| token.span)
    }

    /// From a place to the last token read.
    pub(crate) fn since(&self, start: Span) -> Span {
        match self.at.checked_sub(1).and_then(|last| self.tokens.get(last)) {
            Some(last) if last.span.end >= start.start => Span { start: start.start, end: last.span.end },
            _ => start,
        }
    }

    pub(crate) fn text(&self, span: Span) -> &'a str {
        self.source.get(span.range()).unwrap_or_default()
    }

    pub(crate) fn expected(&self, what: impl std::fmt::Display) -> SyntaxError {
        let found = describe(self.source, self.peek());
        SyntaxError::new(self.here(), format!("expected {what}, found {found}"))
    }

    pub(crate) fn is(&self, kind: TokenKind) -> bool {
        self.kind(0) == Some(kind)
    }

    pub(crate) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.is(kind);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, kind: TokenKind, what: &str) -> Parse<Span> {
        let span = self.here();
        if self.eat(kind) { Ok(span) } else { Err(self.expected(what)) }
    }

    pub(crate) fn word_at(&self, ahead: usize) -> &'a str {
        match self.tokens.get(self.at + ahead) {
            Some(token) if token.kind == TokenKind::Word => token.text(self.source),
            _ => "",
        }
    }

    /// Whether the next words are these, written in capitals and separated by spaces.
    pub(crate) fn is_words(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| self.word_at(ahead).eq_ignore_ascii_case(word))
    }

    pub(crate) fn eat_words(&mut self, words: &str) -> bool {
        let found = self.is_words(words);
        if found {
            self.at += words.split(' ').count();
        }
        found
    }

    /// The first of several words that comes next.
    pub(crate) fn eat_one_of<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().find(|word| self.eat_words(word)).copied()
    }

    pub(crate) fn expect_words(&mut self, words: &str) -> Parse<()> {
        for word in words.split(' ') {
            if !self.eat_words(word) {
                return Err(self.expected(format_args!("`{word}`")));
            }
        }
        Ok(())
    }

    pub(crate) fn expect_end(&self) -> Parse<()> {
        if self.at_end() { Ok(()) } else { Err(self.expected("the end of the statement")) }
    }

    /// Whether a name, or a keyword that could be one, comes next.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.kind(0), Some(TokenKind::Word | TokenKind::QuotedWord))
    }

    pub(crate) fn ident(&mut self, what: &str) -> Parse<Ident> {
        match self.peek() {
            Some(token) if matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord) => {
                self.at += 1;
                identifier(self.source, token)
            }
            Some(token) if token.kind.is_string() => {
                Err(self.expected(what).hint("names are written bare or in backticks; quotes make a string"))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// A name of one or more parts, or `IDENTIFIER(…)`.
    pub(crate) fn name(&mut self, what: &str) -> Parse<Name> {
        if self.is_words("IDENTIFIER") && self.kind(1) == Some(TokenKind::LeftParen) {
            return self.identifier_clause();
        }
        let first = self.ident(what)?;
        let mut span = first.span;
        let mut parts = vec![first.value];
        while self.eat(TokenKind::Dot) {
            let part = self.ident("the next part of the name")?;
            span = span.to(part.span);
            parts.push(part.value);
        }
        let value = QualifiedName::new(parts).map_err(|error| SyntaxError::new(span, error.to_string()))?;
        Ok(Spanned { value, span })
    }

    /// `IDENTIFIER('a.b')` is the name itself. Of any other `IDENTIFIER(…)` the name is not known: the text stands in
    /// for it, and the statement is not checked.
    fn identifier_clause(&mut self) -> Parse<Name> {
        let start = self.here();
        self.at += 2;
        // `IDENTIFIER('a.' || :b)` begins with a string, too.
        let strings = (0..).take_while(|at| self.kind(*at).is_some_and(TokenKind::is_string)).count();
        let constant = strings > 0 && self.kind(strings) == Some(TokenKind::RightParen);
        let parts = if constant {
            let text = self.string("the name as a string")?;
            let parts = text.value.split('.').map(|part| Identifier::new(part.trim().trim_matches('`')));
            let parts: Result<Vec<_>, _> = parts.collect();
            parts.map_err(|_| SyntaxError::new(text.span, format!("`{}` is not a name", text.value)))
        } else {
            let end = self.end_of_group();
            self.expr_until(end);
            Ok(Vec::new())
        };
        self.expect(TokenKind::RightParen, "`)`")?;
        let span = self.since(start);
        let mut parts = parts?;
        if !constant {
            self.computed = Some(span);
            let text = Identifier::new(stand_in(self.text(span)));
            parts.push(text.map_err(|error| SyntaxError::new(span, error.to_string()))?);
        }
        let value = QualifiedName::new(parts).map_err(|error| SyntaxError::new(span, error.to_string()))?;
        Ok(Spanned { value, span })
    }

    /// A string; neighbouring literals are one.
    pub(crate) fn string(&mut self, what: &str) -> Parse<Text> {
        let mut span = self.here();
        let mut value = String::new();
        if !self.peek().is_some_and(|token| token.kind.is_string()) {
            return Err(self.expected(what));
        }
        while let Some(token) = self.peek().filter(|token| token.kind.is_string()) {
            value.push_str(&token.string_value(self.source));
            span = span.to(token.span);
            self.at += 1;
        }
        Ok(Spanned { value, span })
    }

    /// A whole number without a sign.
    pub(crate) fn whole_number<N: std::str::FromStr>(&mut self, what: &str) -> Parse<Spanned<N>> {
        let number = self.peek().filter(|token| token.kind == TokenKind::Number);
        match number.and_then(|token| Some((token.text(self.source).parse().ok()?, token.span))) {
            Some((value, span)) => {
                self.at += 1;
                Ok(Spanned { value, span })
            }
            None => Err(self.expected(what)),
        }
    }

    /// Reports an error after which parsing goes on.
    pub(crate) fn report(&mut self, error: SyntaxError) {
        self.errors.push(error);
    }

    /// What was written since a place.
    pub(crate) fn text_since(&self, start: Span) -> Text {
        let span = self.since(start);
        Spanned { value: self.text(span).to_string(), span }
    }

    /// `( item, … )`.
    pub(crate) fn parenthesized<T>(
        &mut self,
        what: &str,
        mut item: impl FnMut(&mut Self) -> Parse<T>,
    ) -> Parse<Vec<T>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let mut items = Vec::new();
        loop {
            items.push(item(self)?);
            if self.eat(TokenKind::RightParen) {
                return Ok(items);
            }
            self.expect(TokenKind::Comma, &format!("`,` or `)` after {what}"))?;
        }
    }

    pub(crate) fn columns(&mut self) -> Parse<Vec<Ident>> {
        self.parenthesized("a column", |cursor| cursor.ident("a column name"))
    }
}

/// What stands for the name that `IDENTIFIER(…)` computes: its text, as far as a name may be long.
pub(crate) fn stand_in(text: &str) -> String {
    const LONGEST: usize = 200;
    text.chars().take(LONGEST).collect()
}

pub(crate) fn identifier(source: &str, token: Token) -> Parse<Ident> {
    match Identifier::new(token.name_value(source)) {
        Ok(value) => Ok(Spanned { value, span: token.span }),
        Err(error) => Err(SyntaxError::new(token.span, error.to_string())),
    }
}

/// A token as it is named in a message.
pub(crate) fn describe(source: &str, token: Option<Token>) -> String {
    token.map_or_else(|| "the end of the statement".to_string(), |token| describe_text(token.text(source)))
}

/// A text in backticks, cut to one line of moderate length.
pub(crate) fn describe_text(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let text = text.trim_end();
    match line.char_indices().nth(40) {
        Some((cut, _)) => format!("`{}…`", &line[..cut]),
        None if line.len() < text.len() => format!("`{line}…`"),
        None if line.contains('`') => line.to_string(),
        None => format!("`{line}`"),
    }
}
