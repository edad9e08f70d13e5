//! Why a document of a release cannot be used.

use crate::ident::ContentHash;
use crate::resource::ResourceKey;

#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("{what} is not readable JSON")]
    Malformed {
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("{what} has format version {found}; this program knows version {known}: use a newer lakesmith")]
    Future { what: &'static str, found: u32, known: u32 },
    #[error("the release {} is not as it was written: its content comes to {}", .named.short(), .found.short())]
    Changed { named: ContentHash, found: ContentHash },
    #[error("a part of the release, {}, is not as it was written", .0.short())]
    Damaged(ContentHash),
    #[error("the release lacks the content {} of `{key}`", .hash.short())]
    Lacks { key: ResourceKey, hash: ContentHash },
    #[error("the release has no rendering for the target `{0}`")]
    NoTarget(String),
    #[error("the archive of a release cannot be unpacked")]
    Packed(#[source] std::io::Error),
}
