//! The request log: `<data>/requests.jsonl`, one JSON object a line, enough to send the same requests again.
//!
//! Never holds a header (so no credential), and no body of a request that carries secrets.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::ident::ContentHash;
use crate::sys::fs::{self, FsError};

/// Longer bodies are logged as their digest.
const MAX_BODY: usize = 16 * 1024;
/// At this size the log of earlier runs moves to `requests.1.jsonl`.
const MAX_LOG: u64 = 64 * 1024 * 1024;

#[derive(Serialize)]
pub(crate) struct LogLine<'a> {
    pub(crate) at: String,
    pub(crate) method: &'a str,
    /// With its query.
    pub(crate) path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<&'a str>,
    #[serde(flatten)]
    pub(crate) body: LoggedBody,
    pub(crate) status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_code: Option<&'static str>,
    /// The fault that the request met, by what it does; the status is that of what was or would have been sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<&'static str>,
    pub(crate) ms: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum LoggedBody {
    None {},
    Json {
        body: Value,
    },
    Digest {
        body_sha256: ContentHash,
        body_bytes: u64,
    },
    /// Its digest would let a guess be checked.
    Secret {
        body_bytes: u64,
    },
}

impl LoggedBody {
    pub(crate) fn of(path: &str, bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::None {};
        }
        let body_bytes = bytes.len() as u64;
        if path.contains("/secrets/") || path.contains("/oidc/") {
            return Self::Secret { body_bytes };
        }
        let small = std::str::from_utf8(bytes).ok().filter(|_| bytes.len() <= MAX_BODY);
        match small.and_then(|text| serde_json::from_str(text).ok()) {
            Some(body) => Self::Json { body },
            None => Self::Digest { body_sha256: ContentHash::of(bytes), body_bytes },
        }
    }
}

pub(crate) struct RequestLog(Mutex<File>);

impl RequestLog {
    pub(crate) fn open(data: &Path) -> Result<Self, FsError> {
        let path = data.join("requests.jsonl");
        if fs::stat(&path)?.is_some_and(|entry| entry.size > MAX_LOG) {
            fs::rename(&path, &data.join("requests.1.jsonl"))?;
        }
        Ok(Self(Mutex::new(fs::open_append_private(&path)?)))
    }

    /// A log that cannot be written (a full disk) must not fail the request that it describes.
    pub(crate) fn write(&self, line: &LogLine<'_>) {
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_kept_digested_or_withheld() {
        let text = |body: LoggedBody| serde_json::to_string(&body).unwrap();
        assert_eq!(text(LoggedBody::of("/api", b"")), "{}");
        assert_eq!(text(LoggedBody::of("/api", b"{ \"a\":\n1 }")), r#"{"body":{"a":1}}"#);
        assert_eq!(
            text(LoggedBody::of("/api", b"abc")),
            r#"{"body_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","body_bytes":3}"#
        );
        assert_eq!(text(LoggedBody::of("/api/2.0/secrets/put", b"{\"string_value\":\"x\"}")), r#"{"body_bytes":20}"#);
    }
}
