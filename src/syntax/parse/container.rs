//! `CREATE CATALOG`, `SCHEMA`, `VOLUME`.

use crate::syntax::ast::{CreateContainer, StatementKind};
use crate::syntax::error::{Parse, SyntaxError};

use super::clauses::Seen;
use super::cursor::Cursor;

impl Cursor<'_> {
    pub(super) fn create_catalog(&mut self, external: bool) -> Parse<StatementKind> {
        self.container(external, "the catalog's name").map(StatementKind::CreateCatalog)
    }

    pub(super) fn create_schema(&mut self) -> Parse<StatementKind> {
        self.container(false, "the schema's name").map(StatementKind::CreateSchema)
    }

    /// An external volume needs a location, a managed one must not have any.
    pub(super) fn create_volume(&mut self, external: bool) -> Parse<StatementKind> {
        let container = self.container(external, "the volume's name")?;
        match (&container.location, external) {
            (None, true) => {
                return Err(SyntaxError::new(container.name.span, "an external volume needs a `LOCATION`"));
            }
            (Some(location), false) => {
                return Err(SyntaxError::new(location.span, "a managed volume has no `LOCATION`")
                    .hint("write `CREATE EXTERNAL VOLUME`, or leave the location out"));
            }
            _ => {}
        }
        Ok(StatementKind::CreateVolume(container))
    }

    fn container(&mut self, external: bool, what: &str) -> Parse<CreateContainer> {
        let if_not_exists = self.if_not_exists();
        let name = self.name(what)?;
        let mut container = CreateContainer {
            if_not_exists,
            external,
            name,
            comment: None,
            location: None,
            properties: Vec::new(),
            default_collation: None,
            using: None,
        };
        let mut seen = Seen::default();
        loop {
            let span = self.here();
            let Some(clause) = self.container_clause(&mut container)? else {
                break;
            };
            self.note_clause(&mut seen, clause, span);
        }
        if self.at_end() { Ok(container) } else { Err(self.unexpected_clause("a clause or the end of the statement")) }
    }

    fn container_clause(&mut self, to: &mut CreateContainer) -> Parse<Option<&'static str>> {
        Ok(Some(if self.eat_words("COMMENT") {
            to.comment = Some(self.string("the comment as a string")?);
            "COMMENT"
        } else if self.eat_words("MANAGED LOCATION") || self.eat_words("LOCATION") {
            to.location = Some(self.string("the location as a string")?);
            "LOCATION"
        } else if self.eat_words("DEFAULT COLLATION") {
            to.default_collation = Some(self.ident("a collation")?);
            "DEFAULT COLLATION"
        } else if self.eat_words("WITH DBPROPERTIES") {
            to.properties.extend(self.properties()?);
            "WITH DBPROPERTIES"
        } else if self.eat_words("OPTIONS") {
            to.properties.extend(self.properties()?);
            "OPTIONS"
        } else if self.eat_words("USING SHARE") || self.eat_words("USING CONNECTION") {
            to.using = Some(self.name("the share or the connection")?);
            "USING"
        } else {
            return Ok(None);
        }))
    }
}
