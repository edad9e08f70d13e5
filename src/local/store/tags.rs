//! Tags of securables and of columns.

use super::securable::SecurableKind;
use super::{DocumentKind, Expect, Filter, Order, PageRequest, Reader, StoreError, Writer};

const KIND: DocumentKind = DocumentKind("entity_tag");

/// What has tags: a word for its kind, as the API has it, and its folded full name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tagged {
    kind: &'static str,
    key: String,
}

impl Tagged {
    /// `None` for what has no tags of its own here.
    pub fn securable(kind: SecurableKind, key: String) -> Option<Self> {
        let kind = match kind {
            SecurableKind::Catalog => "catalogs",
            SecurableKind::Schema => "schemas",
            SecurableKind::Table => "tables",
            SecurableKind::Volume => "volumes",
            SecurableKind::Metastore | SecurableKind::Function => return None,
        };
        Some(Self { kind, key })
    }

    /// `table`: the key of its table.
    pub fn column(table: &str, column: &str) -> Self {
        Self { kind: "columns", key: format!("{table}.{column}") }
    }

    fn parent(&self) -> String {
        format!("{}/{}", self.kind, self.key)
    }
}

impl Reader<'_> {
    /// Keys with their values, by key.
    pub fn tags_of(&self, tagged: &Tagged) -> Result<Vec<(String, String)>, StoreError> {
        let parent = tagged.parent();
        let filter = Filter { parent: Some(&parent), name: None };
        let found = self.documents::<String>(KIND, filter, Order::Name, PageRequest::ALL)?;
        Ok(found.items.into_iter().map(|document| (document.name, document.body)).collect())
    }
}

impl Writer<'_> {
    /// `expect`: whether the tag has to be there.
    pub fn set_tag(&self, tagged: &Tagged, key: &str, value: &str, expect: Expect) -> Result<(), StoreError> {
        let parent = tagged.parent();
        self.put_document(KIND, &format!("{parent}/{key}"), &parent, key, &value.to_string(), expect)?;
        Ok(())
    }

    pub fn delete_tag(&self, tagged: &Tagged, key: &str) -> Result<(), StoreError> {
        self.delete_document(KIND, &format!("{}/{key}", tagged.parent()))
    }

    /// Of what has another name now; it has no columns.
    pub(super) fn move_tags(&self, kind: SecurableKind, old: &str, new: &str) -> Result<(), StoreError> {
        let tagged = |key: &str| Tagged::securable(kind, key.to_string());
        let (Some(from), Some(to)) = (tagged(old), tagged(new)) else { return Ok(()) };
        for (key, value) in self.tags_of(&from)? {
            self.delete_tag(&from, &key)?;
            self.set_tag(&to, &key, &value, Expect::Absent)?;
        }
        Ok(())
    }

    /// Of something that goes away, and of its columns.
    pub(super) fn forget_tags(&self, kind: SecurableKind, key: &str) -> Result<(), StoreError> {
        let Some(tagged) = Tagged::securable(kind, key.to_string()) else { return Ok(()) };
        self.delete_documents_of(KIND, &tagged.parent())?;
        if kind == SecurableKind::Table {
            let sql = "DELETE FROM _lakesmith.documents WHERE kind = ? AND starts_with(parent, ?)";
            self.execute(sql, duckdb::params![KIND.0, &format!("columns/{key}.")])?;
        }
        Ok(())
    }
}
