//! Rewrites of what looks like a call: `TABLE(…)` arguments, `TABLE t` as a query, `IDENTIFIER(…)`.

use sqlparser::tokenizer::Token as AstToken;

use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};

use super::lower::{Frame, Lowering};
use super::relations::is_after_relation;

impl Lowering<'_, '_> {
    /// `TABLE(t)` or `TABLE(SELECT …)` as an argument: the relation takes the place of the argument.
    pub(super) fn table_argument(&mut self, token: Token) -> Parse<bool> {
        if self.table_query(token) {
            return Ok(true);
        }
        let Some(before) = self.at.checked_sub(1).map(|at| self.slot.tokens[at]) else {
            return Ok(false);
        };
        let argument = matches!(before.kind, TokenKind::LeftParen | TokenKind::Comma | TokenKind::FatArrow);
        if !argument || self.frame().relation || self.frames.len() < 2 || self.kind(1) != Some(TokenKind::LeftParen) {
            return Ok(false);
        }
        let (Some(paren), Some(inside)) = (self.token(1), self.token(2)) else {
            return Ok(false);
        };
        let query = self.is_word(2, "SELECT") || self.is_word(2, "WITH") || self.is_word(2, "VALUES");
        if !query {
            self.expect_close(self.relation_length(2), paren)?;
        }
        self.side.table_arguments.insert(inside.span.start, None);
        let frame = Frame { silent: !query, table_argument: Some(inside.span.start), ..Frame::default() };
        self.open(frame, token.span)?;
        if query {
            self.push(AstToken::LParen, paren.span);
        }
        self.at += 2;
        Ok(true)
    }

    /// `TABLE t` where a query begins is `SELECT * FROM t`; sqlparser reads no more than two parts of the name.
    pub(super) fn table_query(&mut self, token: Token) -> bool {
        let named = matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord));
        if !named || !self.begins_query() {
            return false;
        }
        self.everything_from(token);
        self.at += 1;
        true
    }

    /// `VALUES (…) AS t(a)` where a query begins is `SELECT * FROM VALUES (…) AS t(a)`; sqlparser takes no alias there.
    pub(super) fn named_values(&mut self, token: Token) -> bool {
        if self.frame().relation || self.kind(1) != Some(TokenKind::LeftParen) || !self.begins_query() {
            return false;
        }
        let end = self.rows_length(1);
        let alias = match self.token(end) {
            Some(word) if word.kind == TokenKind::Word => {
                !is_after_relation(word.text(self.slot.source)) || self.is_word(end, "AS")
            }
            other => other.is_some_and(|token| token.kind == TokenKind::QuotedWord),
        };
        if alias {
            self.everything_from(token);
        }
        // `VALUES` itself stays as it is.
        false
    }

    /// `FROM t` where a query begins is `SELECT * FROM t`, unless a `SELECT` follows; sqlparser reads it neither in an
    /// expression nor with `LATERAL VIEW`.
    pub(super) fn bare_from(&mut self, token: Token) {
        let before = |back: usize| self.at.checked_sub(back).map(|at| self.slot.tokens[at]);
        let word = |back: usize| before(back).map_or("", |token| token.text(self.slot.source)).to_ascii_uppercase();
        let begins = match before(1) {
            None => true,
            Some(before) if before.kind == TokenKind::LeftParen => word(2) != "TRIM",
            Some(_) => ["UNION", "EXCEPT", "INTERSECT", "MINUS", "ALL"].contains(&word(1).as_str()),
        };
        let selects = |this: &Self, ahead: usize| {
            this.is_word(ahead, "SELECT") || this.kind(ahead) == Some(TokenKind::PipeOperator)
        };
        let first = begins.then(|| self.find_ahead(selects)).flatten();
        if begins && !first.is_some_and(|ahead| self.is_word(ahead, "SELECT")) {
            self.push(AstToken::make_keyword("SELECT"), token.span);
            self.push(AstToken::Mul, token.span);
        }
    }

    pub(super) fn begins_query(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.slot.tokens[at]);
        before.is_none_or(|before| {
            before.kind == TokenKind::LeftParen
                || ["union", "except", "intersect", "minus", "all", "distinct", "as"]
                    .iter()
                    .any(|word| before.text(self.slot.source).eq_ignore_ascii_case(word))
        })
    }

    fn everything_from(&mut self, token: Token) {
        self.push(AstToken::make_keyword("SELECT"), token.span);
        self.push(AstToken::Mul, token.span);
        self.push(AstToken::make_keyword("FROM"), token.span);
        let frame = self.frame();
        frame.from = true;
        frame.relation = true;
    }

    /// `PARTITION BY … ORDER BY …` or `WITH SINGLE PARTITION` behind a `TABLE(…)` argument.
    pub(super) fn table_argument_clauses(&mut self, offset: u32) -> Parse<()> {
        let opens = ["PARTITION", "DISTRIBUTE", "ORDER", "SORT", "WITH"];
        let Some(first) = self.token(0).filter(|_| opens.iter().any(|word| self.is_word(0, word))) else {
            return Ok(());
        };
        // Commas separate both the clauses' columns and the arguments; an argument that follows has a name and `=>`.
        let end = self.find_ahead(|this, ahead| {
            this.kind(ahead) == Some(TokenKind::Comma) && this.kind(ahead + 2) == Some(TokenKind::FatArrow)
        });
        let end = end.unwrap_or_else(|| self.group_length(0));
        let last = self.token(end - 1).map_or(first.span, |token| token.span);
        self.side.table_arguments.insert(offset, Some(first.span.to(last)));
        self.at += end;
        Ok(())
    }

    /// The distance to the parenthesis that closes the surroundings of the token at a distance, or to the end.
    pub(super) fn group_length(&self, start: usize) -> usize {
        let mut depth = 0usize;
        let mut ahead = start;
        while let Some(kind) = self.kind(ahead) {
            match kind {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen if depth == 0 => return ahead,
                TokenKind::RightParen => depth -= 1,
                _ => {}
            }
            ahead += 1;
        }
        ahead
    }

    /// `IDENTIFIER('a.b')` is the name itself; `IDENTIFIER(:p)` is one name that is not known yet.
    pub(super) fn identifier_clause(&mut self, token: Token) -> Parse<bool> {
        if self.kind(1) != Some(TokenKind::LeftParen) {
            return Ok(false);
        }
        self.at += 1;
        let close = self.matching_paren();
        self.at -= 1;
        let Some(close) = close.map(|close| close + 1) else {
            return Ok(false);
        };
        let strings = (2..close).all(|ahead| self.token(ahead).is_some_and(|t| t.kind.is_string()));
        if close == 2 {
            self.at += 2;
            return Err(self.expected("the name as a string"));
        }
        self.begin_relation(token.span.start);
        let last = self.token(close).map_or(token.span, |token| token.span);
        let span = token.span.to(last);
        if strings {
            let value: String =
                (2..close).filter_map(|ahead| self.token(ahead)).map(|t| t.string_value(self.slot.source)).collect();
            for (index, part) in value.split('.').enumerate() {
                if part.trim().is_empty() {
                    return Err(SyntaxError::new(span, format!("`{value}` is not a name")));
                }
                if index > 0 {
                    self.push(AstToken::Period, span);
                }
                self.push_name(part.trim().trim_matches('`').to_string(), Some('`'), span);
            }
        } else {
            let text = crate::syntax::parse::stand_in(self.slot.source.get(span.range()).unwrap_or_default());
            let argument = self.token(2).zip(self.token(close - 1));
            let argument = argument.map_or(span, |(first, last)| first.span.to(last.span));
            self.side.identifiers.insert(token.span.start, argument);
            self.push_name(text, Some('`'), span);
        }
        self.at += close + 1;
        Ok(true)
    }
}
