//! What a solution comes to for one target, wherever and by whomever it is deployed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diag::{Location, SourceFile, Span};
use crate::ident::ContentHash;
use crate::resource::{Body, Content, Desired, DesiredSet, ResourceKey, Spec};

use super::{Archive, ReleaseError};

/// Stands for the folder of the target, which a development target has one of for each developer.
pub const ROOT: &str = "/Workspace/{lakesmith:root}";

/// Stands for whose copy it is, in the names of development copies: the short name of whoever deploys, or of a target
/// that all who deploy it share.
pub const USER: &str = "{lakesmith:user}";

/// Every resource that is wanted, by key.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rendering {
    pub resources: BTreeMap<ResourceKey, Rendered>,
}

/// A resource as it is to be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rendered {
    pub spec: Spec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<RenderedContent>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<ResourceKey>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prevent_destroy: bool,
    /// Where the sources say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderedContent {
    /// Of the bytes.
    pub sha256: ContentHash,
    /// Of their meaning, as plans compare it.
    pub fingerprint: ContentHash,
}

/// Bytes of a source file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub file: String,
    pub start: u32,
    pub end: u32,
}

/// The bytes behind a rendering's contents.
pub type Contents = Vec<Bytes>;

impl Rendering {
    /// Of what is wanted with [`ROOT`] and [`USER`] for where and by whom. What is read piece by piece from this machine
    /// is not the project's and left out.
    pub fn of(desired: &DesiredSet) -> (Self, Contents) {
        let mut contents = Contents::new();
        let mut resources = BTreeMap::new();
        for wanted in desired.iter().filter(|wanted| !wanted.delivered) {
            let content = wanted.content.as_ref().and_then(|content| {
                let bytes = content.bytes()?;
                contents.push(bytes.clone());
                Some(RenderedContent { sha256: ContentHash::of(bytes), fingerprint: content.fingerprint.clone() })
            });
            let location = wanted.location.as_ref().map(|location| Place {
                file: location.file.name().to_string(),
                start: location.span.start,
                end: location.span.end,
            });
            let rendered = Rendered {
                spec: wanted.spec.clone(),
                content,
                depends_on: wanted.depends_on.clone(),
                prevent_destroy: wanted.prevent_destroy,
                location,
            };
            resources.insert(wanted.key.clone(), rendered);
        }
        (Self { resources }, contents)
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, ReleaseError> {
        serde_json::to_vec(self).map_err(malformed)
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, ReleaseError> {
        serde_json::from_slice(bytes).map_err(malformed)
    }

    /// What is wanted below a folder of a workspace, as this one's copy. `source` gives the digest of a
    /// source file.
    pub fn desired<'a>(
        &self,
        root: &str,
        user: &str,
        archive: &Archive,
        source: impl Fn(&str) -> Option<&'a ContentHash>,
    ) -> Result<DesiredSet, ReleaseError> {
        let mut files: BTreeMap<&str, Arc<SourceFile>> = BTreeMap::new();
        let mut all = Vec::new();
        for (key, rendered) in &self.resources {
            let mut desired = Desired::new(key.clone(), settled(&rendered.spec, root, user));
            if let Some(content) = &rendered.content {
                let bytes = archive.get(&content.sha256);
                let lacks = || ReleaseError::Lacks { key: key.clone(), hash: content.sha256.clone() };
                let body = Body::Memory(bytes.ok_or_else(lacks)?.clone());
                desired.content = Some(Content { body, fingerprint: content.fingerprint.clone() });
            }
            desired.depends_on.clone_from(&rendered.depends_on);
            desired.prevent_destroy = rendered.prevent_destroy;
            if let Some(place) = &rendered.location {
                let file = files.entry(&place.file).or_insert_with(|| {
                    let bytes = source(&place.file).and_then(|hash| archive.get(hash));
                    SourceFile::new(&place.file, bytes.map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default())
                });
                desired.location = Some(Location::new(file, Span { start: place.start, end: place.end }));
            }
            all.push(desired);
        }
        Ok(all.into_iter().collect())
    }
}

fn malformed(source: serde_json::Error) -> ReleaseError {
    ReleaseError::Malformed { what: "the rendering of the release", source }
}

fn settled(spec: &Spec, root: &str, user: &str) -> Spec {
    spec.iter().map(|(field, value)| (field.clone(), settle(value, root, user))).collect()
}

fn settle(value: &Value, root: &str, user: &str) -> Value {
    match value {
        Value::String(text) if text.contains("{lakesmith:") => {
            Value::String(text.replace(ROOT, root).replace(USER, user))
        }
        Value::Array(items) => items.iter().map(|item| settle(item, root, user)).collect(),
        Value::Object(fields) => Value::Object(settled(fields, root, user)),
        other => other.clone(),
    }
}
