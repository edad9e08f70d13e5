//! Rewrites inside expressions and select lists, and the choice of the rewrite by its word.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token as AstToken, Word};

use crate::diag::Span;
use crate::ident::QualifiedName;
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::parse::{describe_text, identifier};

use super::lower::Lowering;
use super::relations::is_after_relation;

impl Lowering<'_, '_> {
    /// Rewrites the construct that a word opens; false where the word is itself.
    pub(super) fn rewrite(&mut self, token: Token, word: &Word) -> Parse<bool> {
        match word.keyword {
            Keyword::AS => {
                if self.is_nameless_view() {
                    self.push_name("lateral view".to_string(), Some('`'), token.span);
                }
                self.cast_as(token)
            }
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
            Keyword::BOTH | Keyword::LEADING | Keyword::TRAILING => Ok(self.trim_side(token, word)),
            Keyword::VALUES => Ok(self.is_no_list(token) || self.pivoted_values(token) || self.named_values(token)),
            Keyword::SOME => Ok(self.any_pattern(token)),
            Keyword::END
            | Keyword::EXCLUDE
            | Keyword::ORDER
            | Keyword::CLUSTER
            | Keyword::SORT
            | Keyword::DISTRIBUTE => Ok(self.is_alias(token)),
            Keyword::FROM => {
                self.bare_from(token);
                Ok(false)
            }
            Keyword::MAX => self.recursion_limit(),
            _ if word.value.eq_ignore_ascii_case("stream") => self.stream(token),
            _ if word.value.eq_ignore_ascii_case("watermark") => self.watermark(token),
            _ if word.value.eq_ignore_ascii_case("identifier") => self.identifier_clause(token),
            _ if word.value.eq_ignore_ascii_case("system_version") => self.time_travel(token),
            _ if word.value.eq_ignore_ascii_case("timestamp_ltz") => self.timestamp_ltz(token),
            _ => Ok(false),
        }
    }

    /// At the `AS` of `LATERAL VIEW f(…) AS a, b`: sqlparser would take it for the view's name, which may be left out.
    fn is_nameless_view(&self) -> bool {
        let mut depth = 0usize;
        let mut at = self.at;
        loop {
            let Some(before) = at.checked_sub(1) else { return false };
            at = before;
            match self.slot.tokens[at].kind {
                TokenKind::RightParen => depth += 1,
                TokenKind::LeftParen if depth <= 1 => break,
                TokenKind::LeftParen => depth -= 1,
                _ if depth == 0 => return false,
                _ => {}
            }
        }
        let word = |back: usize| {
            let token = at.checked_sub(back).and_then(|at| self.slot.tokens.get(at));
            token.map_or("", |token| token.text(self.slot.source)).to_ascii_uppercase()
        };
        depth == 1 && (word(2) == "VIEW" || (word(2) == "OUTER" && word(3) == "VIEW"))
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

    /// `LIKE SOME (…)` is `LIKE ANY (…)` (Databricks documentation, "like operator").
    fn any_pattern(&mut self, token: Token) -> bool {
        let before = self.at.checked_sub(1).map_or("", |at| self.slot.tokens[at].text(self.slot.source));
        let is_pattern = ["like", "ilike"].iter().any(|word| before.eq_ignore_ascii_case(word));
        if !is_pattern || self.kind(1) != Some(TokenKind::LeftParen) {
            return false;
        }
        self.push(AstToken::make_keyword("ANY"), token.span);
        self.at += 1;
        true
    }

    /// A word behind `AS` is a name, which sqlparser does not believe of every word.
    fn is_alias(&mut self, token: Token) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.slot.tokens[at]);
        let named = before.is_some_and(|before| before.text(self.slot.source).eq_ignore_ascii_case("as"));
        // `SELECT … AS order BY` has no alias.
        let is_name = named && !self.is_word(1, "BY") && self.kind(1) != Some(TokenKind::LeftParen);
        if is_name {
            self.push_name(token.text(self.slot.source).to_string(), Some('`'), token.span);
            self.at += 1;
        }
        is_name
    }

    /// `VALUES` as a name; and rows without parentheses get theirs.
    fn is_no_list(&mut self, token: Token) -> bool {
        if self.is_alias(token) {
            return true;
        }
        if self.kind(1) == Some(TokenKind::LeftParen) {
            return false;
        }
        let before = self.at.checked_sub(1).map(|at| self.slot.tokens[at].kind);
        if before == Some(TokenKind::Dot) || !self.frame().relation && !self.begins_query() {
            self.push_name(token.text(self.slot.source).to_string(), Some('`'), token.span);
            self.at += 1;
            return true;
        }
        self.bare_rows();
        false
    }

    /// `VALUES 1, 2`: each row is one value.
    fn bare_rows(&mut self) {
        let mut start = self.at + 1;
        loop {
            let end = self.row_end(start);
            if end <= start {
                return;
            }
            if self.slot.tokens[start].kind != TokenKind::LeftParen {
                *self.chains.opens.entry(start).or_default() += 1;
                if end < self.slot.tokens.len() {
                    *self.chains.closes.entry(end).or_default() += 1;
                } else {
                    self.closing.push(end);
                }
            }
            if self.slot.tokens.get(end).is_none_or(|token| token.kind != TokenKind::Comma) {
                return;
            }
            start = end + 1;
        }
    }

    /// The position behind the row that begins at a position.
    fn row_end(&self, start: usize) -> usize {
        let mut depth = 0usize;
        let ends = |token: &Token| match token.kind {
            TokenKind::Comma => true,
            TokenKind::Word => {
                let word = token.text(self.slot.source);
                is_after_relation(word) || word.eq_ignore_ascii_case("as")
            }
            _ => false,
        };
        for (at, token) in self.slot.tokens.iter().enumerate().skip(start) {
            match token.kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
                TokenKind::RightParen | TokenKind::RightBracket if depth == 0 => return at,
                TokenKind::RightParen | TokenKind::RightBracket => depth -= 1,
                _ if depth == 0 && ends(token) => return at,
                _ => {}
            }
        }
        self.slot.tokens.len()
    }

    /// `struct`, `trim` and `exists` without a parenthesis are names, which sqlparser does not allow.
    fn plain_name(&mut self, token: Token) -> bool {
        let call = matches!(self.kind(1), Some(TokenKind::LeftParen | TokenKind::Less));
        // `struct(*)` and `struct(t.*)` are ordinary calls: sqlparser reads only expressions into its own `STRUCT`.
        let call = call && !self.has_star_argument();
        if !call {
            self.name_like_keyword(token);
        }
        !call
    }

    /// Is one of the arguments of the call that comes next every column of something?
    fn has_star_argument(&self) -> bool {
        let mut depth = 0_usize;
        for ahead in 1.. {
            match (self.kind(ahead), self.kind(ahead + 1)) {
                (None, _) => return false,
                (Some(TokenKind::LeftParen | TokenKind::Comma | TokenKind::Dot), Some(TokenKind::Star))
                    if depth + usize::from(self.kind(ahead) == Some(TokenKind::LeftParen)) == 1 =>
                {
                    return true;
                }
                (Some(TokenKind::LeftParen), _) => depth += 1,
                (Some(TokenKind::RightParen), _) if depth <= 1 => return false,
                (Some(TokenKind::RightParen), _) => depth -= 1,
                _ => {}
            }
        }
        false
    }

    /// `trim(BOTH FROM x)`: sqlparser wants the set of characters before `FROM`, or no `FROM`.
    fn trim_side(&mut self, token: Token, word: &Word) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| self.slot.tokens[at]);
        let call = before(1).is_some_and(|paren| paren.kind == TokenKind::LeftParen)
            && before(2).is_some_and(|name| name.text(self.slot.source).eq_ignore_ascii_case("trim"));
        if !call || !self.is_word(1, "FROM") {
            return false;
        }
        self.push(AstToken::Word(word.clone()), token.span);
        self.at += 2;
        true
    }

    pub(super) fn name_like_keyword(&mut self, token: Token) {
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
}
