//! `SHOW`, `DESCRIBE`, `USE`, `SET`, `REFRESH`, `DROP`.

use crate::syntax::ast::{ShowKind, Spanned, StatementKind};
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

impl Cursor<'_> {
    /// After `SHOW`.
    pub(super) fn show(&mut self) -> Parse<StatementKind> {
        let what = if self.eat_words("CATALOGS") {
            ShowKind::Catalogs
        } else if self.eat_words("SCHEMAS") || self.eat_words("DATABASES") {
            let named = self.eat_words("IN") || self.eat_words("FROM");
            ShowKind::Schemas { catalog: if named { Some(self.ident("the catalog")?) } else { None } }
        } else if self.eat_words("TABLES") {
            let named = self.eat_words("IN") || self.eat_words("FROM");
            ShowKind::Tables { schema: if named { Some(self.name("the schema")?) } else { None } }
        } else if self.eat_words("GRANTS") || self.eat_words("GRANT") {
            let principal = if self.is_words("ON") { None } else { Some(self.ident("a principal or `ON`")?) };
            let named = self.eat_words("ON");
            if named && self.at_other_kind() {
                return Ok(self.opaque("SHOW GRANTS"));
            }
            let on = if named { Some(self.securable()?) } else { None };
            ShowKind::Grants { principal, on }
        } else {
            return Ok(self.opaque("SHOW"));
        };
        if self.is_words("LIKE") || self.peek().is_some_and(|token| token.kind.is_string()) {
            return Ok(self.opaque("SHOW"));
        }
        self.expect_end()?;
        Ok(StatementKind::Show { what })
    }

    /// After `DESCRIBE` or `DESC`.
    pub(super) fn describe_statement(&mut self) -> Parse<StatementKind> {
        let other =
            ["HISTORY", "DETAIL", "CATALOG", "SCHEMA", "DATABASE", "FUNCTION", "VOLUME", "QUERY", "POLICY", "SHARE"];
        let names_kind = matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord));
        if names_kind && other.iter().any(|word| self.is_words(word)) || self.is_words("SELECT") {
            return Ok(self.opaque("DESCRIBE"));
        }
        if names_kind {
            self.eat_words("TABLE");
        }
        let extended = self.eat_words("EXTENDED") || self.eat_words("FORMATTED");
        let name = self.name("the table")?;
        if self.is_words("AS JSON") {
            return Ok(self.opaque("DESCRIBE"));
        }
        self.expect_end()?;
        Ok(StatementKind::Describe { name, extended })
    }

    /// After `USE`.
    pub(super) fn use_statement(&mut self) -> Parse<StatementKind> {
        let named = matches!(self.kind(1), Some(TokenKind::Word | TokenKind::QuotedWord));
        let statement = if named && self.eat_words("CATALOG") {
            StatementKind::UseCatalog(self.ident("the catalog")?)
        } else {
            if named {
                let _ = self.eat_words("SCHEMA") || self.eat_words("DATABASE");
            }
            StatementKind::UseSchema(self.name("the schema")?)
        };
        self.expect_end()?;
        Ok(statement)
    }

    /// After `SET`: `key = raw text up to the end`.
    pub(super) fn set(&mut self) -> Parse<StatementKind> {
        if self.is_words("VAR") || self.is_words("VARIABLE") || self.is_words("RECIPIENT") {
            return Ok(self.opaque("SET"));
        }
        if self.is_words("CATALOG") && self.kind(1) != Some(TokenKind::Equal) {
            self.at += 1;
            let catalog = self.ident("the catalog")?;
            self.expect_end()?;
            return Ok(StatementKind::UseCatalog(catalog));
        }
        if self.is_words("TIME ZONE") || self.at_end() {
            return Ok(self.opaque("SET"));
        }
        let start = self.here();
        // A key is anything up to the equal sign: `spark.sql.shuffle.partitions`, `pipelines.trigger-interval`.
        while !self.at_end() && !self.is(TokenKind::Equal) {
            self.at += 1;
        }
        let span = self.since(start);
        let key = Spanned { value: self.text(span).trim_matches('`').to_string(), span };
        if self.at_end() {
            // `SET key` shows the value.
            return Ok(self.opaque("SET"));
        }
        self.at += 1;
        let start = self.here();
        self.at = self.tokens.len();
        let span = self.since(start);
        let value = Spanned { value: self.text(span).trim().to_string(), span };
        Ok(StatementKind::Set { key, value })
    }

    /// After `REFRESH`.
    pub(super) fn refresh(&mut self) -> Parse<StatementKind> {
        if !self.eat_words("STREAMING TABLE") && !self.eat_words("MATERIALIZED VIEW") {
            return Ok(self.opaque("REFRESH"));
        }
        let name = self.name("the dataset")?;
        let mut full = false;
        loop {
            if self.eat_words("FULL") {
                full = true;
            } else if !self.eat_words("SYNC") && !self.eat_words("ASYNC") {
                break;
            }
        }
        self.expect_end()?;
        Ok(StatementKind::Refresh { name, full })
    }

    /// After `DROP`.
    pub(super) fn drop_statement(&mut self) -> Parse<StatementKind> {
        self.eat_words("TEMPORARY");
        let Some(kind) = self.object_kind() else {
            return Ok(self.opaque("DROP"));
        };
        let if_exists = self.eat_words("IF EXISTS");
        let name = self.name("the name of the object")?;
        let cascade = self.eat_words("CASCADE");
        if !cascade {
            self.eat_words("RESTRICT");
        }
        self.eat_words("FORCE");
        self.expect_end()?;
        Ok(StatementKind::Drop { kind, if_exists, name, cascade })
    }
}
