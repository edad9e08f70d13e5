//! All bytes of a release, packed: sources, renderings and the contents that these deploy, each once.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use base64::Engine as _;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::ident::ContentHash;

use super::ReleaseError;

/// A piece of a packed archive has at most so many bytes: `workspace/import` takes files of up to 10 MB
/// (workspace-api.md §3).
pub const CHUNK: usize = 8 * 1024 * 1024;

/// Bytes by their hash.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Archive(BTreeMap<ContentHash, Bytes>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Packed {
    Text(String),
    Base64(String),
}

impl Archive {
    /// The hash of what was put in.
    pub fn put(&mut self, bytes: Bytes) -> ContentHash {
        let hash = ContentHash::of(&bytes);
        self.0.insert(hash.clone(), bytes);
        hash
    }

    pub fn get(&self, hash: &ContentHash) -> Option<&Bytes> {
        self.0.get(hash)
    }

    /// Gzipped JSON, `{hash: {"text": …} | {"base64": …}}`: equal archives give equal bytes.
    pub fn pack(&self) -> Result<Vec<u8>, ReleaseError> {
        let engine = base64::engine::general_purpose::STANDARD;
        let packed = self.0.iter().map(|(hash, bytes)| match std::str::from_utf8(bytes) {
            Ok(text) => (hash, Packed::Text(text.to_string())),
            Err(_) => (hash, Packed::Base64(engine.encode(bytes))),
        });
        let packed: BTreeMap<&ContentHash, Packed> = packed.collect();
        pack(&serde_json::to_vec(&packed).map_err(malformed)?)
    }

    /// Reads what [`Archive::pack`] wrote; anything in it that is not what its hash says is refused.
    pub fn unpack(bytes: &[u8]) -> Result<Self, ReleaseError> {
        let mut json = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut json).map_err(ReleaseError::Packed)?;
        let packed: BTreeMap<ContentHash, Packed> = serde_json::from_slice(&json).map_err(malformed)?;
        let engine = base64::engine::general_purpose::STANDARD;
        let mut all = BTreeMap::new();
        for (hash, packed) in packed {
            let bytes = match packed {
                Packed::Text(text) => Some(Bytes::from(text)),
                Packed::Base64(text) => engine.decode(text).ok().map(Bytes::from),
            };
            match bytes.filter(|bytes| ContentHash::of(bytes) == hash) {
                Some(bytes) => drop(all.insert(hash, bytes)),
                None => return Err(ReleaseError::Damaged(hash)),
            }
        }
        Ok(Self(all))
    }
}

/// Gzips bytes; equal bytes give equal ones.
pub fn pack(bytes: &[u8]) -> Result<Vec<u8>, ReleaseError> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).map_err(ReleaseError::Packed)?;
    out.finish().map_err(ReleaseError::Packed)
}

fn malformed(source: serde_json::Error) -> ReleaseError {
    ReleaseError::Malformed { what: "the archive of the release", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_reads_back_and_refuses_what_was_changed() {
        let mut archive = Archive::default();
        let text = archive.put(Bytes::from_static("SELECT 'é'".as_bytes()));
        let binary = archive.put(Bytes::from_static(&[0xff, 0x00, 0xfe]));
        let packed = archive.pack().unwrap();
        assert_eq!(packed, archive.clone().pack().unwrap());
        let read = Archive::unpack(&packed).unwrap();
        assert_eq!(read, archive);
        assert_eq!(read.get(&text).unwrap().as_ref(), "SELECT 'é'".as_bytes());
        assert_eq!(read.get(&binary).unwrap().as_ref(), [0xff, 0x00, 0xfe]);
        // Another text under the same hash.
        let json = format!("{{\"{text}\": {{\"text\": \"SELECT 'e'\"}}}}");
        let forged = Archive::unpack(&pack(json.as_bytes()).unwrap());
        assert!(matches!(forged, Err(ReleaseError::Damaged(hash)) if hash == text));
        assert!(matches!(Archive::unpack(&packed[..packed.len() / 2]), Err(ReleaseError::Packed(_))));
    }
}
