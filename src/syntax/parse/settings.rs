//! `USE`, `SET`, `DROP`.

use crate::syntax::ast::{Ident, SessionStatement, Spanned, StatementKind};
use crate::syntax::error::{Parse, SyntaxError};
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

impl Cursor<'_> {
    /// After `USE`.
    pub(super) fn use_statement(&mut self) -> Parse<StatementKind> {
        let named = matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord));
        let statement = if named && self.eat_words("CATALOG") {
            StatementKind::UseCatalog(self.catalog()?)
        } else {
            if named {
                let _ = self.eat_words("SCHEMA") || self.eat_words("DATABASE");
            }
            StatementKind::UseSchema(self.name("the schema")?)
        };
        self.expect_end()?;
        Ok(statement)
    }

    /// A name of one part.
    fn catalog(&mut self) -> Parse<Ident> {
        let Spanned { value, span } = self.name("the catalog")?;
        match value.parts() {
            [only] => Ok(Ident { value: only.clone(), span }),
            _ => Err(SyntaxError::new(span, "a catalog's name has one part")),
        }
    }

    /// After `SET`: `key = raw text up to the end`.
    pub(super) fn set(&mut self) -> Parse<StatementKind> {
        if self.is_words("RECIPIENT") && self.kind(1) != Some(TokenKind::Equal) {
            return Ok(self.opaque("SET RECIPIENT"));
        }
        if self.is_words("CATALOG") && self.kind(1) != Some(TokenKind::Equal) {
            self.at += 1;
            let catalog = self.catalog()?;
            self.expect_end()?;
            return Ok(StatementKind::UseCatalog(catalog));
        }
        if let Some(statement) = self.set_otherwise()? {
            return Ok(statement);
        }
        let start = self.here();
        // A key is anything up to the equal sign: `spark.sql.shuffle.partitions`, `pipelines.trigger-interval`.
        while !self.at_end() && !self.is(TokenKind::Equal) {
            self.at += 1;
        }
        let span = self.since(start);
        let key = Spanned { value: self.text(span).trim_matches('`').to_string(), span };
        self.at += 1;
        let start = self.here();
        self.at = self.tokens.len();
        let span = self.since(start);
        let value = Spanned { value: self.text(span).trim().to_string(), span };
        Ok(StatementKind::Set { key, value })
    }

    /// After `DROP`.
    pub(super) fn drop_statement(&mut self) -> Parse<StatementKind> {
        let temporary = self.eat_words("TEMPORARY");
        if self.eat_words("POLICY") {
            return self.drop_policy();
        }
        if self.eat_words("VARIABLE") {
            let if_exists = self.eat_words("IF EXISTS");
            let name = self.name("the variable")?;
            self.expect_end()?;
            return Ok(StatementKind::Session(Box::new(SessionStatement::DropVariable { if_exists, name })));
        }
        let Some(kind) = self.object_kind() else {
            if self.is_words("BLOOMFILTER INDEX") {
                return Ok(self.opaque("DROP BLOOMFILTER INDEX"));
            }
            return Err(self.expected("what to drop: `TABLE`, `VIEW`, `SCHEMA`, `FUNCTION` …"));
        };
        let if_exists = self.eat_words("IF EXISTS");
        let name = self.name("the name of the object")?;
        let cascade = self.eat_words("CASCADE");
        if !cascade {
            self.eat_words("RESTRICT");
        }
        let force = self.eat_words("FORCE");
        self.expect_end()?;
        Ok(StatementKind::Drop { kind, if_exists, name, cascade, temporary, force })
    }
}
