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
#[derive(Clone)]
pub struct Identifier {
    text: SmolStr,
    /// Of the folded form. Names are compared and hashed more often than anything else is done with them.
    mark: u32,
}

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
        Ok(Self { text: SmolStr::new(text), mark: mark(text) })
    }

    /// A name that lakesmith's own code writes; never empty.
    pub(crate) fn fixed(text: &'static str) -> Self {
        debug_assert!(!text.is_empty());
        Self { text: SmolStr::new_static(text), mark: mark(text) }
    }

    /// The name of a Unity Catalog object: no period, space, slash or control character
    /// (Databricks documentation, "Names", § Unity Catalog).
    pub fn object(text: impl AsRef<str>) -> Result<Self, NameError> {
        let name = Self::new(text)?;
        match name.text.chars().find(|c| matches!(c, '.' | ' ' | '/') || c.is_control()) {
            Some(found) => Err(NameError::Forbidden { name: name.text.to_string(), found }),
            None => Ok(name),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form by which names are compared.
    pub fn folded(&self) -> String {
        self.text.to_lowercase()
    }

    /// The name in backticks, a backtick inside doubled: always safe inside Databricks SQL.
    pub fn quoted(&self) -> String {
        format!("`{}`", self.text.replace('`', "``"))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.text)
    }
}

/// The same for names that are equal: FNV-1a of the folded form. Who chooses names that collide makes only the check of
/// their own project slow.
fn mark(text: &str) -> u32 {
    let step = |mark: u32, byte: u8| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    if text.is_ascii() {
        text.bytes().fold(0x811c_9dc5, |mark, byte| step(mark, byte.to_ascii_lowercase()))
    } else {
        text.to_lowercase().bytes().fold(0x811c_9dc5, step)
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
            && (self.text.eq_ignore_ascii_case(&other.text)
                || !(self.text.is_ascii() && other.text.is_ascii()) && self.folded() == other.folded())
    }
}

impl Eq for Identifier {}

impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.mark);
    }
}

impl PartialOrd for Identifier {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Identifier {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (mut own, mut others) = (self.text.bytes(), other.text.bytes());
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

impl serde::Serialize for Identifier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
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
