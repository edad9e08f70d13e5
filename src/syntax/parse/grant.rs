//! `GRANT`, `REVOKE`, `COMMENT ON`.

use crate::syntax::ast::{GrantStatement, ObjectKind, Spanned, StatementKind, Text};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

impl Cursor<'_> {
    pub(super) fn grant(&mut self) -> Parse<StatementKind> {
        self.grant_statement("TO").map(StatementKind::Grant)
    }

    pub(super) fn revoke(&mut self) -> Parse<StatementKind> {
        self.grant_statement("FROM").map(StatementKind::Revoke)
    }

    pub(super) fn deny(&mut self) -> Parse<StatementKind> {
        self.grant_statement("TO").map(StatementKind::Deny)
    }

    fn grant_statement(&mut self, preposition: &str) -> Parse<GrantStatement> {
        let mut privileges = vec![self.privilege()?];
        while self.eat(TokenKind::Comma) {
            privileges.push(self.privilege()?);
        }
        self.expect_words("ON")?;
        let on = self.securable()?;
        self.expect_words(preposition)?;
        // A share is granted to recipients, which may be said.
        if on.kind == ObjectKind::Share && self.kind(1).is_some() {
            self.eat_words("RECIPIENT");
        }
        let principal = self
            .ident("a principal")
            .map_err(|error| error.hint("a principal with special characters stands in backticks: `grp-analysts`"))?;
        if self.is(TokenKind::Comma) {
            return Err(self.expected("the end of the statement").hint("a statement names one principal"));
        }
        if self.is(TokenKind::Minus) || self.is(TokenKind::At) || self.is(TokenKind::Dot) {
            return Err(self
                .expected("the end of the statement")
                .hint("a principal with special characters stands in backticks: `grp-analysts`"));
        }
        self.expect_end()?;
        Ok(GrantStatement { privileges, on, principal })
    }

    /// The words up to a comma or `ON`, joined by underscores.
    fn privilege(&mut self) -> Parse<Text> {
        let start = self.here();
        let mut words = Vec::new();
        while self.is(TokenKind::Word) && !self.is_words("ON") {
            words.push(self.word_at(0).to_ascii_uppercase());
            self.at += 1;
        }
        if words.is_empty() {
            return Err(self.expected("a privilege"));
        }
        let span = self.since(start);
        let mut value = words.join("_");
        if value == "ALL" {
            value = "ALL_PRIVILEGES".to_string();
        }
        if words.len() > 4 {
            return Err(SyntaxError::new(span, "expected privileges separated by commas"));
        }
        Ok(Spanned { value, span })
    }

    /// After `COMMENT`.
    pub(super) fn comment_on(&mut self) -> Parse<StatementKind> {
        self.expect_words("ON")?;
        let Some(kind) = self.object_kind() else {
            return Err(self.expected("`CATALOG`, `SCHEMA`, `TABLE`, `COLUMN`, `VOLUME` or another kind of object"));
        };
        let securable = match kind {
            ObjectKind::Metastore => return Err(self.expected("an object that can have a comment")),
            kind => crate::syntax::ast::Securable { kind, name: Some(self.name("the name of the object")?) },
        };
        self.expect_words("IS")?;
        let comment =
            if self.eat_words("NULL") { None } else { Some(self.string("the comment as a string, or `NULL`")?) };
        self.expect_end()?;
        Ok(StatementKind::CommentOn { securable, comment })
    }
}
