//! SQL names. Databricks keeps a name's case and matches it without regard to case.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name must not be empty")]
    Empty,
    #[error("`{0}` is longer than 255 characters")]
    TooLong(String),
    #[error("`{name}` contains {found:?}, which Unity Catalog object names must not contain")]
    Forbidden { name: String, found: char },
    #[error("`{0}` has {1} parts; a table name has three: catalog.schema.name")]
    Parts(String, usize),
}

/// One part of a name: the case is kept, comparison ignores it.
#[derive(Clone, serde::Serialize)]
#[serde(transparent)]
pub struct Identifier(String);

impl Identifier {
    /// Any non-empty text, as column names may be.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.chars().count() > 255 {
            return Err(NameError::TooLong(text));
        }
        Ok(Self(text))
    }

    /// A name that lakesmith's own code writes; never empty.
    pub(crate) fn fixed(text: &'static str) -> Self {
        debug_assert!(!text.is_empty());
        Self(text.to_string())
    }

    /// The name of a Unity Catalog object: no period, space, slash or control character
    /// (Databricks documentation, "Names", § Unity Catalog).
    pub fn object(text: impl Into<String>) -> Result<Self, NameError> {
        let name = Self::new(text)?;
        match name.0.chars().find(|c| matches!(c, '.' | ' ' | '/') || c.is_control()) {
            Some(found) => Err(NameError::Forbidden { name: name.0, found }),
            None => Ok(name),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which names are compared.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// The name in backticks, a backtick inside doubled: always safe inside Databricks SQL.
    pub fn quoted(&self) -> String {
        format!("`{}`", self.0.replace('`', "``"))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        if self.0.is_ascii() && other.0.is_ascii() {
            self.0.eq_ignore_ascii_case(&other.0)
        } else {
            self.folded() == other.folded()
        }
    }
}

impl Eq for Identifier {}

impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl PartialOrd for Identifier {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identifier {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded().cmp(&other.folded())
    }
}

impl<'de> serde::Deserialize<'de> for Identifier {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text).map_err(serde::de::Error::custom)
    }
}

/// A name as written in SQL: one to three parts (more are kept, so that the caller can report them).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct QualifiedName(Vec<Identifier>);

impl QualifiedName {
    pub fn new(parts: Vec<Identifier>) -> Result<Self, NameError> {
        if parts.is_empty() { Err(NameError::Empty) } else { Ok(Self(parts)) }
    }

    pub fn parts(&self) -> &[Identifier] {
        &self.0
    }

    /// The last part.
    pub fn name(&self) -> &Identifier {
        &self.0[self.0.len() - 1]
    }

    /// Completes the name with the current catalog and schema.
    pub fn resolve(&self, catalog: &Identifier, schema: &Identifier) -> Result<TableName, NameError> {
        let (catalog, schema, name) = match self.0.as_slice() {
            [name] => (catalog, schema, name),
            [schema, name] => (catalog, schema, name),
            [catalog, schema, name] => (catalog, schema, name),
            parts => return Err(NameError::Parts(self.to_string(), parts.len())),
        };
        Ok(TableName { catalog: catalog.clone(), schema: schema.clone(), name: name.clone() })
    }

    pub fn quoted(&self) -> String {
        self.0.iter().map(Identifier::quoted).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

/// A complete three-part name of a table, view, function or volume.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct TableName {
    pub catalog: Identifier,
    pub schema: Identifier,
    pub name: Identifier,
}

impl TableName {
    /// Parses `catalog.schema.name`; the parts must be object names and are not quoted.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let parts: Vec<&str> = text.split('.').collect();
        let [catalog, schema, name] = parts.as_slice() else {
            return Err(NameError::Parts(text.to_string(), parts.len()));
        };
        Ok(Self {
            catalog: Identifier::object(*catalog)?,
            schema: Identifier::object(*schema)?,
            name: Identifier::object(*name)?,
        })
    }

    pub fn quoted(&self) -> String {
        format!("{}.{}.{}", self.catalog.quoted(), self.schema.quoted(), self.name.quoted())
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.catalog, self.schema, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_without_case_and_keep_it() {
        let name = Identifier::new("CallID").unwrap();
        assert_eq!(name, Identifier::new("callid").unwrap());
        assert_eq!(name.to_string(), "CallID");
    }

    #[test]
    fn quoting_doubles_backticks() {
        assert_eq!(Identifier::new("a`b").unwrap().quoted(), "`a``b`");
    }

    #[test]
    fn object_names_refuse_what_unity_catalog_refuses() {
        assert!(matches!(Identifier::object("a b"), Err(NameError::Forbidden { found: ' ', .. })));
        assert!(matches!(TableName::parse("a.b"), Err(NameError::Parts(_, 2))));
    }
}
