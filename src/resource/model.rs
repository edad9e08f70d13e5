//! What is wanted and what was found, as values.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::diag::Location;
use crate::ident::ContentHash;

use super::ResourceKey;

/// REST fields by name.
pub type Spec = Map<String, Value>;

/// Bytes that belong to a resource: a file, a dashboard's document, a SQL statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Content {
    pub bytes: Bytes,
    /// Of the meaning, not always of the bytes: documents that a service rewrites in known ways have the fingerprint
    /// of their normal form (`resource::kinds`).
    pub fingerprint: ContentHash,
}

impl Content {
    /// Content that every byte of counts.
    pub fn plain(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let fingerprint = ContentHash::of(&bytes);
        Self { bytes, fingerprint }
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
}

impl Desired {
    pub fn new(key: ResourceKey, spec: Spec) -> Self {
        Self { key, spec, content: None, depends_on: BTreeSet::new(), location: None, prevent_destroy: false }
    }

    /// A text field of the specification.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.spec.get(field).and_then(Value::as_str)
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
}
