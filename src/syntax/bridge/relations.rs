//! Rewrites around relations: `STREAM`, `WATERMARK`, time travel, options.

use sqlparser::tokenizer::Token as AstToken;

use crate::diag::Span;
use crate::syntax::ast::Watermark;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::parse::identifier;

use super::lower::{Frame, Lowering};
use super::slot::{self, Slot};

/// Words that may follow a relation, so that `FROM stream WHERE` reads a table called `stream`.
const AFTER_RELATION: [&str; 40] = [
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "NATURAL",
    "SEMI",
    "ANTI",
    "ON",
    "USING",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "MINUS",
    "AS",
    "LATERAL",
    "PIVOT",
    "UNPIVOT",
    "TABLESAMPLE",
    "QUALIFY",
    "WINDOW",
    "CLUSTER",
    "DISTRIBUTE",
    "SORT",
    "VERSION",
    "TIMESTAMP",
    "FOR",
    "WATERMARK",
    "SELECT",
    "AND",
    "OR",
    "SET",
    "WHEN",
];

impl Lowering<'_, '_> {
    /// `STREAM x`, `STREAM f(…)`, `STREAM(x)`: the word and its parentheses are left out, the relation is recorded.
    pub(super) fn stream(&mut self, token: Token) -> Parse<bool> {
        if !self.frame().relation {
            return Ok(false);
        }
        match self.token(1) {
            Some(next) if next.kind == TokenKind::QuotedWord => {}
            Some(next) if next.kind == TokenKind::Word => {
                let text = next.text(self.slot.source);
                if AFTER_RELATION.iter().any(|word| word.eq_ignore_ascii_case(text)) {
                    return Ok(false);
                }
            }
            Some(next) if next.kind == TokenKind::LeftParen => return self.stream_call(token, next),
            _ => return Ok(false),
        }
        self.at += 1;
        if let Some(relation) = self.token(0) {
            self.side.streams.insert(relation.span.start);
        }
        Ok(true)
    }

    fn stream_call(&mut self, token: Token, paren: Token) -> Parse<bool> {
        let inside = match self.token(2) {
            Some(inside) if matches!(inside.kind, TokenKind::Word | TokenKind::QuotedWord) => inside,
            other => return Err(self.stream_needs_table(other.unwrap_or(token))),
        };
        if ["select", "with", "from", "values"].iter().any(|w| inside.text(self.slot.source).eq_ignore_ascii_case(w)) {
            return Err(self.stream_needs_table(inside));
        }
        let close = self.relation_length(2);
        self.expect_close(close, paren)?;
        self.begin_relation(inside.span.start);
        self.side.streams.insert(inside.span.start);
        self.at += 2;
        let frame = Frame { from: true, relation: true, silent: true, ..Frame::default() };
        self.open(frame, paren.span)?;
        Ok(true)
    }

    /// The distance to the first token behind a relation: a name, its arguments, its options.
    pub(super) fn relation_length(&self, start: usize) -> usize {
        let named = |ahead: usize| matches!(self.kind(ahead), Some(TokenKind::Word | TokenKind::QuotedWord));
        let group = |ahead: usize| match self.kind(ahead) {
            Some(TokenKind::LeftParen) => self.group_length(ahead + 1) + 1,
            _ => ahead,
        };
        let mut ahead = start + usize::from(named(start));
        while self.kind(ahead) == Some(TokenKind::Dot) && named(ahead + 1) {
            ahead += 2;
        }
        ahead = group(ahead);
        if self.is_word(ahead, "WITH") { group(ahead + 1) } else { ahead }
    }

    /// A parenthesis that a rewrite leaves out must be closed right behind the relation: sqlparser cannot see it.
    pub(super) fn expect_close(&self, close: usize, open: Token) -> Parse<()> {
        if self.kind(close) == Some(TokenKind::RightParen) {
            return Ok(());
        }
        let span = self.token(close).map_or(self.slot.after, |token| token.span);
        let mut error = SyntaxError::new(span, format!("expected `)`, found {}", self.found(span)));
        error.related = Some((open.span, "the parenthesis is opened here"));
        Err(error)
    }

    fn stream_needs_table(&self, token: Token) -> SyntaxError {
        SyntaxError::new(token.span, "`STREAM` reads a table or a table function, not a query")
            .hint("put `STREAM` inside the query: `(SELECT … FROM STREAM(t))`")
    }

    /// `WATERMARK expr [AS name] DELAY OF INTERVAL …` behind a relation and before its alias.
    pub(super) fn watermark(&mut self, token: Token) -> Parse<bool> {
        let Some(relation) = self.frame().current else {
            return Ok(false);
        };
        let Some(delay) = self.find_ahead(|this, ahead| this.is_words(ahead, &["DELAY", "OF"])) else {
            return self.watermark_without_delay();
        };
        let name = delay
            .checked_sub(2)
            .filter(|ahead| *ahead > 0 && self.is_word(*ahead, "AS"))
            .and_then(|ahead| self.token(ahead + 1));
        let expr_end = if name.is_some() { delay - 2 } else { delay };
        let delay_start = delay + 2;
        if !self.is_word(delay_start, "INTERVAL") {
            let span = self.token(delay_start).map_or(self.slot.after, |token| token.span);
            return Err(SyntaxError::new(span, "expected `INTERVAL` after `DELAY OF`"));
        }
        let delay_end = delay_start + self.interval_length(delay_start);
        let expr = self.part(1, expr_end)?;
        let interval = self.part(delay_start, delay_end)?;
        let last = self.token(delay_end - 1).map_or(token.span, |last| last.span);
        let alias = name.map(|token| identifier(self.slot.source, token)).transpose()?;
        let watermark = Watermark { expr, alias, delay: interval, span: token.span.to(last) };
        self.side.watermarks.insert(relation, watermark);
        self.at += delay_end;
        Ok(true)
    }

    /// `WATERMARK` without `DELAY OF` is a name where nothing follows that could be its expression.
    fn watermark_without_delay(&self) -> Parse<bool> {
        let expression = self.token(1).is_some_and(|next| match next.kind {
            TokenKind::Word => {
                let text = next.text(self.slot.source);
                !AFTER_RELATION.iter().any(|word| word.eq_ignore_ascii_case(text))
            }
            kind => kind == TokenKind::QuotedWord,
        });
        if !expression {
            return Ok(false);
        }
        let ahead = |word: &str| (1..self.slot.tokens.len() - self.at).find(|ahead| self.is_word(*ahead, word));
        let missed = match (ahead("DELAY"), ahead("OF")) {
            (Some(delay), _) if !self.is_word(delay + 1, "OF") => delay + 1,
            // A parenthesis before it is not closed.
            (Some(delay), _) => delay,
            (None, Some(of)) => of,
            (None, None) => self.group_length(2),
        };
        let span = self.token(missed).map_or(self.slot.after, |token| token.span);
        let message =
            format!("expected `DELAY OF INTERVAL …` behind the watermark's expression, found {}", self.found(span));
        Err(SyntaxError::new(span, message))
    }

    /// The tokens from one distance ahead to another, parsed as an expression of their own.
    fn part(&mut self, start: usize, end: usize) -> Parse<Box<sqlparser::ast::Expr>> {
        let (start, end) = (self.at + start, self.at + end);
        let after = self.slot.tokens.get(end).map_or(self.slot.after, |token| token.span);
        let part = Slot::new(self.slot.source, &self.slot.tokens[start..end], &[], after);
        match slot::expr(&part) {
            Ok(expr) => {
                self.side.strings.extend(expr.side.strings);
                self.side.numbers.extend(expr.side.numbers);
                Ok(expr.ast)
            }
            Err(mut errors) => {
                Err(errors.pop().unwrap_or_else(|| SyntaxError::new(part.span(), "expected an expression")))
            }
        }
    }

    /// The distance to the first token at this depth for which something holds.
    pub(super) fn find_ahead(&self, holds: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let mut depth = 0usize;
        let mut ahead = 1;
        loop {
            match self.kind(ahead)? {
                TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
                TokenKind::RightParen | TokenKind::RightBracket => depth = depth.checked_sub(1)?,
                _ if depth == 0 && holds(self, ahead) => return Some(ahead),
                _ => {}
            }
            ahead += 1;
        }
    }

    /// `FROM VALUES (…), (…) AS t(a, b) PIVOT (…)`: sqlparser looks for `PIVOT` only behind parentheses.
    pub(super) fn pivoted_values(&mut self, token: Token) -> bool {
        if !self.frame().relation || self.kind(1) != Some(TokenKind::LeftParen) {
            return false;
        }
        let end = self.rows_length(1);
        let mut ahead = end + usize::from(self.is_word(end, "AS"));
        let pivot = |this: &Self, at: usize| this.is_word(at, "PIVOT") || this.is_word(at, "UNPIVOT");
        if !pivot(self, ahead) && matches!(self.kind(ahead), Some(TokenKind::Word | TokenKind::QuotedWord)) {
            ahead += 1;
            if self.kind(ahead) == Some(TokenKind::LeftParen) {
                ahead = self.group_length(ahead + 1) + 1;
            }
        }
        if !pivot(self, ahead) {
            return false;
        }
        self.push(AstToken::LParen, token.span);
        self.push(AstToken::make_keyword("VALUES"), token.span);
        self.closing.push(self.at + end);
        self.frame().values = true;
        self.at += 1;
        true
    }

    /// The distance to the token behind the rows of `VALUES`, the first of which begins at a distance.
    pub(super) fn rows_length(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            end = self.group_length(end + 1) + 1;
            if self.kind(end) != Some(TokenKind::Comma) || self.kind(end + 1) != Some(TokenKind::LeftParen) {
                return end;
            }
            end += 1;
        }
    }

    /// `FOR` and `SYSTEM_` of time travel are noise.
    pub(super) fn time_travel(&mut self, token: Token) -> Parse<bool> {
        if self.frame().current.is_none() {
            return Ok(false);
        }
        let skip = usize::from(self.is_word(0, "FOR"));
        let keyword = if self.is_word(skip, "VERSION") || self.is_word(skip, "SYSTEM_VERSION") {
            "VERSION"
        } else if self.is_word(skip, "TIMESTAMP") || self.is_word(skip, "SYSTEM_TIME") {
            "TIMESTAMP"
        } else {
            return Ok(false);
        };
        if !self.is_words(skip + 1, &["AS", "OF"]) {
            if skip == 0 {
                return Ok(false);
            }
            self.at += skip + 1 + usize::from(self.is_word(skip + 1, "AS"));
            return Err(self.expected("`AS OF`"));
        }
        let keyword_span = self.token(skip).map_or(token.span, |token| token.span);
        self.push(AstToken::make_keyword(keyword), keyword_span);
        for ahead in 1..=2 {
            if let Some(word) = self.token(skip + ahead) {
                self.push(AstToken::make_keyword(if ahead == 1 { "AS" } else { "OF" }), word.span);
            }
        }
        self.at += skip + 3;
        Ok(true)
    }

    /// `t@v12` and `t@20240101000000000`.
    pub(super) fn at_sign(&mut self, span: Span) -> Parse<()> {
        let follows = self
            .token(1)
            .filter(|next| next.span.start == span.end && self.frames.last().is_some_and(|f| f.current.is_some()));
        let Some(next) = follows else {
            return Err(SyntaxError::new(span, "unexpected `@`"));
        };
        let text = next.text(self.slot.source);
        let version = text.strip_prefix(['v', 'V']).filter(|digits| is_digits(digits));
        let (keyword, value) = match version {
            Some(digits) => ("VERSION", AstToken::Number(digits.to_string(), false)),
            None if is_digits(text) => ("TIMESTAMP", AstToken::SingleQuotedString(text.to_string())),
            None => {
                return Err(SyntaxError::new(
                    next.span,
                    format!("expected a version or a time after `@`, found `{text}`"),
                )
                .hint("write `t@v12` or `t@20240101000000000`"));
            }
        };
        for word in [keyword, "AS", "OF"] {
            self.push(AstToken::make_keyword(word), span);
        }
        self.push(value, next.span);
        self.at += 2;
        Ok(())
    }

    /// `t WITH (k = 'v')`: options of the read.
    pub(super) fn relation_options(&mut self, token: Token) -> Parse<bool> {
        let Some(relation) = self.frame().current else {
            return Ok(false);
        };
        if self.kind(1) != Some(TokenKind::LeftParen) {
            return Ok(false);
        }
        self.at += 1;
        let Some(close) = self.matching_paren() else {
            return Err(SyntaxError::new(self.slot.after, "expected `)` after the options"));
        };
        let last = self.token(close).map_or(token.span, |token| token.span);
        self.side.relation_options.insert(relation, token.span.to(last));
        self.at += close + 1;
        Ok(true)
    }

    /// The distance to the parenthesis that closes the one that comes next.
    pub(super) fn matching_paren(&self) -> Option<usize> {
        let mut depth = 0usize;
        let mut ahead = 0;
        loop {
            match self.kind(ahead)? {
                TokenKind::LeftParen => depth += 1,
                TokenKind::RightParen => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(ahead);
                    }
                }
                _ => {}
            }
            ahead += 1;
        }
    }
}

/// May the word follow a relation, so that it is no alias?
pub(super) fn is_after_relation(word: &str) -> bool {
    AFTER_RELATION.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
