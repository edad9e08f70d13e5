//! SQL names. Databricks keeps a name's case and matches it without regard to case.

use std::fmt;
use std::hash::{Hash, Hasher};

use smol_str::SmolStr;

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
pub struct Identifier(SmolStr);

impl Identifier {
    /// Any non-empty text, as column names may be.
    pub fn new(text: impl AsRef<str>) -> Result<Self, NameError> {
        let text = text.as_ref();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        // No text has more characters than bytes.
        if text.len() > 255 && text.chars().count() > 255 {
            return Err(NameError::TooLong(text.to_string()));
        }
        Ok(Self(SmolStr::new(text)))
    }

    /// A name that lakesmith's own code writes; never empty.
    pub(crate) fn fixed(text: &'static str) -> Self {
        debug_assert!(!text.is_empty());
        Self(SmolStr::new_static(text))
    }

    /// The name of a Unity Catalog object: no period, space, slash or control character
    /// (Databricks documentation, "Names", § Unity Catalog).
    pub fn object(text: impl AsRef<str>) -> Result<Self, NameError> {
        let name = Self::new(text)?;
        match name.0.chars().find(|c| matches!(c, '.' | ' ' | '/') || c.is_control()) {
            Some(found) => Err(NameError::Forbidden { name: name.0.to_string(), found }),
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
        let (own, others) = (self.0.as_bytes(), other.0.as_bytes());
        // Names are compared more often than anything else is done with them, and most of them differ at an end.
        let differ = |ends: (Option<&u8>, Option<&u8>)| match ends {
            (Some(a), Some(b)) => a.is_ascii() && b.is_ascii() && !a.eq_ignore_ascii_case(b),
            _ => false,
        };
        if differ((own.last(), others.last())) || differ((own.first(), others.first())) {
            return false;
        }
        if own.len() == others.len() && own.eq_ignore_ascii_case(others) {
            return true;
        }
        !(own.is_ascii() && others.is_ascii()) && self.folded() == other.folded()
    }
}

impl Eq for Identifier {}

impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Both ways write the same bytes in the same pieces for names that are equal.
        if self.0.is_ascii() {
            for part in self.0.as_bytes().chunks(64) {
                let mut folded = [0; 64];
                for (to, from) in folded.iter_mut().zip(part) {
                    *to = from.to_ascii_lowercase();
                }
                state.write(&folded[..part.len()]);
            }
        } else {
            self.folded().as_bytes().chunks(64).for_each(|part| state.write(part));
        }
        state.write_u8(0xff);
    }
}

impl PartialOrd for Identifier {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identifier {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (mut own, mut others) = (self.0.bytes(), other.0.bytes());
        loop {
            match (own.next(), others.next()) {
                (Some(a), Some(b)) if a.is_ascii() && b.is_ascii() => {
                    match a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()) {
                        std::cmp::Ordering::Equal => {}
                        decided => return decided,
                    }
                }
                // Folding may change a letter's length, or turn one into an ASCII letter (the Kelvin sign).
                (Some(_), Some(_)) => return self.folded().cmp(&other.folded()),
                (Some(rest), None) | (None, Some(rest)) if !rest.is_ascii() => {
                    return self.folded().cmp(&other.folded());
                }
                (None, None) => return std::cmp::Ordering::Equal,
                (None, Some(_)) => return std::cmp::Ordering::Less,
                (Some(_), None) => return std::cmp::Ordering::Greater,
            }
        }
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
    fn names_compare_as_their_folded_forms() {
        let texts =
            ["a", "A", "ab", "aB", "b", "é", "É", "aé", "aÉ", "\u{212a}", "k", "K", "kz", "\u{212a}Z", "σ", "Σ", "z"];
        let hash = |name: &Identifier| {
            let mut hasher = std::collections::hash_map::DefaultHasher::new();
            name.hash(&mut hasher);
            hasher.finish()
        };
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            let (a, b) = (Identifier::new(a).unwrap(), Identifier::new(b).unwrap());
            assert_eq!(a.cmp(&b), a.folded().cmp(&b.folded()), "{a} {b}");
            assert_eq!(a == b, a.folded() == b.folded(), "{a} {b}");
            assert!(a != b || hash(&a) == hash(&b), "{a} {b}");
        }
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
