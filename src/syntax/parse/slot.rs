//! Query and expression slots: where they end, and their way through the bridge.

use crate::diag::Span;
use crate::syntax::ast::{Expr, Query, SideTable};
use crate::syntax::bridge;
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

/// Words that open a query.
const QUERY_WORDS: [&str; 5] = ["SELECT", "WITH", "VALUES", "FROM", "TABLE"];

impl Cursor<'_> {
    pub(crate) fn at_query(&self) -> bool {
        self.is(TokenKind::LeftParen) || QUERY_WORDS.iter().any(|word| self.is_words(word))
    }

    /// The query that takes up the rest of the statement.
    pub(crate) fn query_to_end(&mut self) -> Parse<Query> {
        if !self.at_query() {
            return Err(self.expected("a query"));
        }
        let end = self.tokens.len();
        Ok(self.query_until(end))
    }

    /// The query up to the token at `end`. A query that is not valid is reported and stands in the tree as an empty
    /// one, so that the rest of the statement is read as well; the statement is then dropped.
    pub(crate) fn query_until(&mut self, end: usize) -> Query {
        let slot = bridge::Slot::new(self.source, &self.tokens[self.at..end], self.hints, self.place(end));
        self.at = end;
        if self.outline {
            return Query { span: slot.span(), ast: bridge::empty_query(), side: SideTable::default() };
        }
        match bridge::query(&slot) {
            Ok(query) => query,
            Err(errors) => {
                self.errors.extend(errors);
                Query { span: slot.span(), ast: bridge::empty_query(), side: SideTable::default() }
            }
        }
    }

    /// The expression up to the token at `end`, as [`Cursor::query_until`].
    pub(crate) fn expr_until(&mut self, end: usize) -> Expr {
        let slot = bridge::Slot::new(self.source, &self.tokens[self.at..end], self.hints, self.place(end));
        self.at = end;
        if self.outline {
            return Expr { span: slot.span(), ast: bridge::empty_expr(), side: SideTable::default() };
        }
        match bridge::expr(&slot) {
            Ok(expr) => expr,
            Err(errors) => {
                self.errors.extend(errors);
                Expr { span: slot.span(), ast: bridge::empty_expr(), side: SideTable::default() }
            }
        }
    }

    /// Where the token at an index stands.
    fn place(&self, index: usize) -> Span {
        self.tokens.get(index).map_or(Span { start: self.end, end: self.end }, |token| token.span)
    }

    /// `( expr )`.
    pub(crate) fn parenthesized_expr(&mut self) -> Parse<Expr> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        let end = self.end_of_group();
        let expr = self.expr_until(end);
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(expr)
    }

    /// `( expr, … )`.
    pub(crate) fn parenthesized_exprs(&mut self) -> Parse<Vec<Expr>> {
        self.parenthesized("an expression", |cursor| {
            let end = cursor.find(|kind, _| kind == TokenKind::Comma);
            Ok(cursor.expr_until(end))
        })
    }

    /// The expression up to one of these words, a comma or the parenthesis that closes the surroundings.
    pub(crate) fn expr_before(&mut self, words: &[&str]) -> Expr {
        let end = self.find_words(words, true);
        self.expr_until(end)
    }

    /// The index of the first token, outside parentheses, at which one of these phrases (or a comma) stands.
    pub(crate) fn find_words(&self, phrases: &[&str], comma: bool) -> usize {
        let mut depth_cases = 0usize;
        self.find(|kind, at| match kind {
            TokenKind::Comma => comma,
            // A type's `<` and `>` need no care here: no phrase stands inside a type.
            TokenKind::Word => {
                let word = self.tokens[at].text(self.source);
                if word.eq_ignore_ascii_case("case") {
                    depth_cases += 1;
                } else if word.eq_ignore_ascii_case("end") {
                    depth_cases = depth_cases.saturating_sub(1);
                }
                depth_cases == 0 && phrases.iter().any(|phrase| self.phrase_at(at, phrase))
            }
            _ => false,
        })
    }

    fn phrase_at(&self, at: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(ahead, word)| {
            self.tokens.get(at + ahead).is_some_and(|token| {
                token.kind == TokenKind::Word && token.text(self.source).eq_ignore_ascii_case(word)
            })
        })
    }

    /// The index of the parenthesis that closes the group just entered, or of the end.
    pub(crate) fn end_of_group(&self) -> usize {
        self.find(|_, _| false)
    }

    /// The first token from here at which `stop` holds outside brackets, or the bracket that closes the
    /// surroundings, or the end.
    fn find(&self, mut stop: impl FnMut(TokenKind, usize) -> bool) -> usize {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(self.at) {
            match token.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
                TokenKind::RightParen | TokenKind::RightBracket if depth == 0 => return at,
                TokenKind::RightParen | TokenKind::RightBracket => depth -= 1,
                kind if depth == 0 && stop(kind, at) => return at,
                _ => {}
            }
        }
        self.tokens.len()
    }
}
