//! Securables: what a grant, a comment or `DROP` is about.

use crate::syntax::ast::{ObjectKind, Securable};
use crate::syntax::error::Parse;
use crate::syntax::lexer::TokenKind;

use super::cursor::Cursor;

/// Kinds by their words, longer ones first.
const KINDS: [(&str, ObjectKind); 24] = [
    ("EXTERNAL LOCATION", ObjectKind::ExternalLocation),
    ("STORAGE CREDENTIAL", ObjectKind::StorageCredential),
    ("SERVICE CREDENTIAL", ObjectKind::ServiceCredential),
    ("CREDENTIAL", ObjectKind::StorageCredential),
    ("MATERIALIZED VIEW", ObjectKind::MaterializedView),
    ("STREAMING TABLE", ObjectKind::StreamingTable),
    ("METASTORE", ObjectKind::Metastore),
    ("CATALOG", ObjectKind::Catalog),
    ("SCHEMA", ObjectKind::Schema),
    ("DATABASE", ObjectKind::Schema),
    ("TABLE", ObjectKind::Table),
    ("VIEW", ObjectKind::View),
    ("VOLUME", ObjectKind::Volume),
    ("FUNCTION", ObjectKind::Function),
    ("PROCEDURE", ObjectKind::Procedure),
    ("MODEL", ObjectKind::Function),
    ("COLUMN", ObjectKind::Column),
    ("CONNECTION", ObjectKind::Connection),
    ("SERVER", ObjectKind::Connection),
    ("SHARE", ObjectKind::Share),
    ("CLEAN ROOM", ObjectKind::CleanRoom),
    ("EXTERNAL METADATA", ObjectKind::ExternalMetadata),
    ("PROVIDER", ObjectKind::Provider),
    ("RECIPIENT", ObjectKind::Recipient),
];

impl Cursor<'_> {
    pub(super) fn object_kind(&mut self) -> Option<ObjectKind> {
        KINDS.iter().find(|(words, _)| self.eat_words(words)).map(|(_, kind)| *kind)
    }

    /// A kind and a name. The kind may be left out for a table.
    pub(super) fn securable(&mut self) -> Parse<Securable> {
        // `table` and `schema` are also names; a kind is followed by a name.
        let before = self.at;
        let kind = match self.object_kind() {
            Some(ObjectKind::Metastore) => {
                return Ok(Securable { kind: ObjectKind::Metastore, name: None });
            }
            Some(kind) if self.at_name() => kind,
            // `CATALOG` alone is the current catalog.
            Some(ObjectKind::Catalog) if before + 1 == self.at => {
                return Ok(Securable { kind: ObjectKind::Catalog, name: None });
            }
            Some(_) | None => {
                self.at = before;
                ObjectKind::Table
            }
        };
        let name = self.name("the name of the object")?;
        Ok(Securable { kind, name: Some(name) })
    }

    fn at_name(&self) -> bool {
        match self.kind(0) {
            Some(TokenKind::QuotedWord) => true,
            Some(TokenKind::Word) => !["TO", "FROM", "IS", "ON"].iter().any(|word| self.is_words(word)),
            _ => false,
        }
    }
}
