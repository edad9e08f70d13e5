//! Rewrites inside expressions and select lists, and the choice of the rewrite by its word.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token as AstToken, Word};

use crate::diag::Span;
use crate::ident::QualifiedName;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::parse::{describe_text, identifier};

use super::lower::{Frame, Lowering};
use super::relations::is_unit;

impl Lowering<'_, '_> {
    /// Rewrites the construct that a word opens; false where the word is itself.
    pub(super) fn rewrite(&mut self, token: Token, word: &Word) -> Parse<bool> {
        match word.keyword {
            Keyword::AS => self.cast_as(token),
            Keyword::STREAM => self.stream(token),
            Keyword::WITH => self.relation_options(token),
            Keyword::FOR | Keyword::VERSION | Keyword::TIMESTAMP | Keyword::SYSTEM_TIME => self.time_travel(token),
            Keyword::INTERVAL => self.interval(token),
            Keyword::STRUCT | Keyword::TRIM | Keyword::EXISTS => Ok(self.plain_name(token)),
            Keyword::TOP | Keyword::ON | Keyword::FETCH | Keyword::UPDATE | Keyword::SHARE | Keyword::INTO => {
                self.refuse_foreign(token).map(|()| false)
            }
            Keyword::EXCEPT => self.nested_except(token),
            Keyword::TABLE => self.table_argument(token),
            Keyword::MAX => self.recursion_limit(),
            _ if word.value.eq_ignore_ascii_case("stream") => self.stream(token),
            _ if word.value.eq_ignore_ascii_case("watermark") => self.watermark(token),
            _ if word.value.eq_ignore_ascii_case("identifier") => self.identifier_clause(token),
            _ if word.value.eq_ignore_ascii_case("system_version") => self.time_travel(token),
            _ if word.value.eq_ignore_ascii_case("timestamp_ltz") => self.timestamp_ltz(token),
            _ => Ok(false),
        }
    }

    /// `TIMESTAMP_LTZ '…'` is `TIMESTAMP '…'`.
    fn timestamp_ltz(&mut self, token: Token) -> Parse<bool> {
        if !self.token(1).is_some_and(|next| next.kind.is_string()) {
            return Ok(false);
        }
        self.push(AstToken::make_keyword("TIMESTAMP"), token.span);
        self.at += 1;
        Ok(true)
    }

    /// `INTERVAL 1 YEAR 2 MONTHS` is `INTERVAL '1 YEAR 2 MONTHS'`.
    fn interval(&mut self, token: Token) -> Parse<bool> {
        let mut value = String::new();
        let mut ahead = 1;
        let mut pairs = 0;
        let mut span = token.span;
        loop {
            let sign = self.token(ahead).filter(|t| matches!(t.kind, TokenKind::Minus | TokenKind::Plus));
            let number_at = ahead + usize::from(sign.is_some());
            let number = self.token(number_at).filter(|t| matches!(t.kind, TokenKind::Number | TokenKind::String));
            let unit = self.token(number_at + 1).filter(|t| is_unit(t.text(self.slot.source)));
            let (Some(number), Some(unit)) = (number, unit) else { break };
            if sign.is_some_and(|sign| sign.kind == TokenKind::Minus) {
                value.push('-');
            }
            value.push_str(&number.string_value(self.slot.source));
            value.push(' ');
            value.push_str(unit.text(self.slot.source));
            value.push(' ');
            span = if pairs == 0 { number.span.to(unit.span) } else { span.to(unit.span) };
            ahead = number_at + 2;
            pairs += 1;
        }
        if pairs < 2 {
            let value = match self.kind(1) {
                Some(TokenKind::Minus | TokenKind::Plus) => self.token(3).is_some_and(|t| is_unit(t.text(self.slot.source))),
                Some(TokenKind::Number | TokenKind::LeftParen | TokenKind::Colon | TokenKind::Question) => true,
                kind => kind.is_some_and(TokenKind::is_string),
            };
            if !value {
                self.name_like_keyword(token);
            }
            return Ok(!value);
        }
        self.begin_relation(token.span.start);
        self.push(AstToken::make_keyword("INTERVAL"), token.span);
        self.push(AstToken::SingleQuotedString(value.trim_end().to_string()), span);
        self.at += ahead;
        Ok(true)
    }

    /// `struct`, `trim` and `exists` without a parenthesis are names, which sqlparser does not allow.
    fn plain_name(&mut self, token: Token) -> bool {
        let call = matches!(self.kind(1), Some(TokenKind::LeftParen | TokenKind::Less));
        if !call {
            self.name_like_keyword(token);
        }
        !call
    }

    fn name_like_keyword(&mut self, token: Token) {
        self.begin_relation(token.span.start);
        self.push_name(token.text(self.slot.source).to_string(), None, token.span);
        self.at += 1;
    }

    /// Clauses of other databases that sqlparser reads in every dialect.
    fn refuse_foreign(&self, token: Token) -> Parse<()> {
        let before = self.at.checked_sub(1).map_or("", |at| self.slot.tokens[at].text(self.slot.source));
        let follows = |word: &str| before.eq_ignore_ascii_case(word);
        let next = self.kind(1);
        let text = token.text(self.slot.source).to_ascii_uppercase();
        let (found, hint) = match text.as_str() {
            "TOP" if follows("select") && next == Some(TokenKind::Number) => ("TOP", "use `LIMIT`"),
            "ON" if follows("distinct") && next == Some(TokenKind::LeftParen) => {
                ("DISTINCT ON", "use `QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1`")
            }
            "FETCH" if self.is_word(1, "FIRST") || self.is_word(1, "NEXT") => ("FETCH", "use `LIMIT`"),
            "UPDATE" | "SHARE" if follows("for") => ("FOR UPDATE", "a query takes no locks"),
            "INTO" => ("INTO", "write the result with `INSERT INTO` or `CREATE TABLE … AS`"),
            _ => return Ok(()),
        };
        Err(SyntaxError::new(token.span, format!("Databricks SQL has no `{found}` in a query")).hint(hint))
    }

    /// `* EXCEPT (a.b, c)`: the path to a nested field becomes one name.
    fn nested_except(&mut self, token: Token) -> Parse<bool> {
        let after_star = self.at > 0 && self.slot.tokens[self.at - 1].kind == TokenKind::Star;
        if !after_star || self.kind(1) != Some(TokenKind::LeftParen) {
            return Ok(false);
        }
        let Some(paren) = self.token(1) else { return Ok(false) };
        self.push(AstToken::make_keyword("EXCEPT"), token.span);
        self.push(AstToken::LParen, paren.span);
        self.at += 2;
        loop {
            self.except_path()?;
            match self.token(0) {
                Some(next) if next.kind == TokenKind::Comma => self.push(AstToken::Comma, next.span),
                Some(next) if next.kind == TokenKind::RightParen => {
                    self.push(AstToken::RParen, next.span);
                    self.at += 1;
                    return Ok(true);
                }
                _ => return Err(self.expected("`,` or `)`")),
            }
            self.at += 1;
        }
    }

    fn except_path(&mut self) -> Parse<()> {
        let first = self.name_part()?;
        let mut span = first.span;
        let mut parts = vec![first];
        while self.kind(0) == Some(TokenKind::Dot) {
            self.at += 1;
            let part = self.name_part()?;
            span = span.to(part.span);
            parts.push(part);
        }
        if let [only] = parts.as_slice() {
            let value = only.value.as_str().to_string();
            self.push_name(value, Some('`'), span);
            return Ok(());
        }
        let value = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        if let Ok(path) = QualifiedName::new(parts.into_iter().map(|part| part.value).collect()) {
            self.side.except_paths.insert(span.start, path);
        }
        self.push_name(value, Some('`'), span);
        Ok(())
    }

    fn name_part(&mut self) -> Parse<crate::syntax::ast::Ident> {
        match self.token(0) {
            Some(token) if matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord) => {
                self.at += 1;
                identifier(self.slot.source, token)
            }
            _ => Err(self.expected("a column name")),
        }
    }

    pub(super) fn expected(&self, what: &str) -> SyntaxError {
        let span = self.token(0).map_or(self.slot.after, |token| token.span);
        SyntaxError::new(span, format!("expected {what}, found {}", self.found(span)))
    }

    pub(super) fn found(&self, span: Span) -> String {
        let text = self.slot.source.get(span.range()).unwrap_or_default();
        if text.is_empty() { "the end of the statement".to_string() } else { describe_text(text) }
    }

    /// `TABLE(t)` or `TABLE(SELECT …)` as an argument: the relation takes the place of the argument.
    fn table_argument(&mut self, token: Token) -> Parse<bool> {
        if self.table_query(token) {
            return Ok(true);
        }
        let Some(before) = self.at.checked_sub(1).map(|at| self.slot.tokens[at]) else { return Ok(false) };
        let argument = matches!(before.kind, TokenKind::LeftParen | TokenKind::Comma | TokenKind::FatArrow);
        if !argument || self.frame().relation || self.frames.len() < 2 || self.kind(1) != Some(TokenKind::LeftParen) {
            return Ok(false);
        }
        let (Some(paren), Some(inside)) = (self.token(1), self.token(2)) else { return Ok(false) };
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
    fn table_query(&mut self, token: Token) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.slot.tokens[at]);
        let begins = before.is_none_or(|before| {
            before.kind == TokenKind::LeftParen
                || ["union", "except", "intersect", "minus", "all", "distinct", "as"]
                    .iter()
                    .any(|word| before.text(self.slot.source).eq_ignore_ascii_case(word))
        });
        let named = matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord));
        if !begins || !named {
            return false;
        }
        self.push(AstToken::make_keyword("SELECT"), token.span);
        self.push(AstToken::Mul, token.span);
        self.push(AstToken::make_keyword("FROM"), token.span);
        let frame = self.frame();
        frame.from = true;
        frame.relation = true;
        self.at += 1;
        true
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

    /// `WITH RECURSIVE t (…) MAX RECURSION LEVEL n AS (…)`.
    fn recursion_limit(&mut self) -> Parse<bool> {
        if !self.is_words(0, &["MAX", "RECURSION", "LEVEL"]) {
            return Ok(false);
        }
        let Some(number) = self.token(3).filter(|token| token.kind == TokenKind::Number) else {
            self.at += 3;
            return Err(self.expected("a number"));
        };
        let Ok(limit) = number.text(self.slot.source).parse::<u64>() else {
            return Err(SyntaxError::new(number.span, "the recursion limit is a whole number"));
        };
        let mut name = self.at.saturating_sub(1);
        if self.slot.tokens[name].kind == TokenKind::RightParen {
            while name > 0 && self.slot.tokens[name].kind != TokenKind::LeftParen {
                name -= 1;
            }
            name = name.saturating_sub(1);
        }
        self.side.recursion_limits.insert(self.slot.tokens[name].span.start, limit);
        self.at += 4;
        Ok(true)
    }

    /// `IDENTIFIER('a.b')` is the name itself; `IDENTIFIER(:p)` is one name that is not known yet.
    fn identifier_clause(&mut self, token: Token) -> Parse<bool> {
        if self.kind(1) != Some(TokenKind::LeftParen) {
            return Ok(false);
        }
        self.at += 1;
        let close = self.matching_paren();
        self.at -= 1;
        let Some(close) = close.map(|close| close + 1) else { return Ok(false) };
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
            let text = self.slot.source.get(span.range()).unwrap_or_default().to_string();
            let argument = self.token(2).zip(self.token(close - 1));
            let argument = argument.map_or(span, |(first, last)| first.span.to(last.span));
            self.side.identifiers.insert(token.span.start, argument);
            self.push_name(text, Some('`'), span);
        }
        self.at += close + 1;
        Ok(true)
    }
}
