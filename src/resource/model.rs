//! What is wanted and what was found, as values.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::diag::Location;
use crate::ident::ContentHash;

use super::{Kind, ResourceKey};

/// REST fields by name.
pub type Spec = Map<String, Value>;

/// Where the bytes of a content are.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    Memory(Bytes),
    /// A file of this machine that may be too large for memory. Read piece by piece, when it is sent.
    File {
        path: PathBuf,
        size: u64,
    },
}

/// Bytes that belong to a resource: a file, a dashboard's document, a SQL statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Content {
    pub body: Body,
    /// Of the meaning, not always of the bytes: documents that a service rewrites in known ways have the fingerprint
    /// of their normal form (`resource::kinds`).
    pub fingerprint: ContentHash,
}

impl Content {
    /// Content that every byte of counts.
    pub fn plain(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let fingerprint = ContentHash::of(&bytes);
        Self { body: Body::Memory(bytes), fingerprint }
    }

    /// Where they are in memory.
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.body {
            Body::Memory(bytes) => Some(bytes),
            Body::File { .. } => None,
        }
    }
}

/// A resource as the project wants it. Names only what the project declares: anything else is the service's business.
#[derive(Clone, PartialEq, Debug)]
pub struct Desired {
    pub key: ResourceKey,
    pub spec: Spec,
    pub content: Option<Content>,
    /// All of them are desired too.
    pub depends_on: BTreeSet<ResourceKey>,
    /// Where the project says so.
    pub location: Option<Location>,
    pub prevent_destroy: bool,
    /// Not of the project's own files: a demo delivered it, and takes it away again.
    pub delivered: bool,
}

impl Desired {
    pub fn new(key: ResourceKey, spec: Spec) -> Self {
        let depends_on = BTreeSet::new();
        Self { key, spec, content: None, depends_on, location: None, prevent_destroy: false, delivered: false }
    }

    /// What grants call it, of what has a place in Unity Catalog and an entry of its own: the type in the REST path and the
    /// full name in lower case. Models are granted as functions.
    pub fn securable(&self) -> Option<(&'static str, String)> {
        let (securable_type, parts): (_, &[&str]) = match self.key.kind {
            Kind::Catalog => ("catalog", &["name"]),
            Kind::Schema => ("schema", &["catalog_name", "name"]),
            Kind::Volume => ("volume", &["catalog_name", "schema_name", "name"]),
            Kind::RegisteredModel => ("function", &["catalog_name", "schema_name", "name"]),
            _ => return None,
        };
        let parts: Option<Vec<String>> = parts.iter().map(|part| Some(self.text(part)?.to_lowercase())).collect();
        Some((securable_type, parts?.join(".")))
    }

    /// A text field of the specification.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.spec.get(field).and_then(Value::as_str)
    }

    /// What the workspace calls it, where it has a name beside its key.
    pub fn name_there(&self) -> Option<&str> {
        ["name", "display_name", "title"].iter().find_map(|field| self.text(field))
    }
}

/// A resource as the workspace has it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Observed {
    pub id: String,
    /// In the form of [`Desired::spec`]; may hold more fields.
    pub spec: Spec,
    /// Changes whenever the content changes; only compared.
    pub etag: Option<String>,
    /// Where the content was read.
    pub fingerprint: Option<ContentHash>,
    /// It was found without a record, and bears the mark of an earlier deployment of this project, or lies in its folder.
    pub made_before: bool,
    /// The content, where it was read; a document as the service tells it.
    pub text: Option<String>,
    /// The ids of others that bear the same mark: one too many.
    pub twins: Vec<String>,
}
