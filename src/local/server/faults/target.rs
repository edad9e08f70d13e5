//! What a request is about, as far as faults ask: who sends it, and where in the workspace it writes.

use axum::http::{Method, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, seen by faults.
pub(crate) struct Target<'a> {
    pub(crate) method: &'a Method,
    /// Without its query.
    pub(crate) path: &'a str,
    /// The bearer token that it brings.
    pub(crate) token: Option<&'a str>,
    /// Paths of the workspace and of volumes that it writes or removes.
    pub(crate) written: Vec<String>,
}

impl<'a> Target<'a> {
    pub(crate) fn new(method: &'a Method, uri: &'a Uri, token: Option<&'a str>, body: &[u8]) -> Self {
        Self { method, path: uri.path(), token, written: written(method, uri.path(), body) }
    }

    pub(super) fn writes_below(&self, folder: &str) -> bool {
        let folder = plain(folder);
        self.written
            .iter()
            .any(|path| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// `/Workspace/Users/x` and `/Users/x` are one folder.
pub(super) fn plain(path: &str) -> String {
    let path = path.strip_prefix("/Workspace").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    path.trim_end_matches('/').to_string()
}

/// The decoded path of a file or folder below `/api/2.0/fs`.
pub(super) fn below_fs(path: &str) -> Option<String> {
    let start = ["/api/2.0/fs/files", "/api/2.0/fs/directories"];
    let rest = start.iter().find_map(|start| path.strip_prefix(start))?;
    Some(plain(&percent_decode_str(rest).decode_utf8_lossy()))
}

fn written(method: &Method, path: &str, body: &[u8]) -> Vec<String> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Vec::new();
    }
    if let Some(file) = below_fs(path) {
        return vec![file];
    }
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let field = if path.starts_with("/api/2.0/workspace/") { "path" } else { "parent_path" };
    let named = json.get(field).and_then(Value::as_str).map(plain);
    named.or_else(|| form_path(path, body)).into_iter().collect()
}

/// The field `path` of the multipart form that `workspace/import` takes.
fn form_path(path: &str, body: &[u8]) -> Option<String> {
    if path != "/api/2.0/workspace/import" {
        return None;
    }
    let after = |from: &[u8], what: &[u8]| {
        let at = from.windows(what.len()).position(|window| window == what)?;
        Some(at + what.len())
    };
    let rest = &body[after(body, b"name=\"path\"")?..];
    let rest = &rest[after(rest, b"\r\n\r\n")?..];
    let end = after(rest, b"\r\n")? - 2;
    Some(plain(std::str::from_utf8(&rest[..end]).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_request_writes() {
        let of = |method: Method, path: &str, body: &str| written(&method, path, body.as_bytes());
        assert_eq!(of(Method::POST, "/api/2.0/workspace/mkdirs", r#"{"path": "/Workspace/Users/a/"}"#), ["/Users/a"]);
        assert_eq!(of(Method::PUT, "/api/2.0/fs/files/Volumes/a/b/c/d%20e", "x"), ["/Volumes/a/b/c/d e"]);
        assert_eq!(of(Method::POST, "/api/2.0/lakeview/dashboards", r#"{"parent_path": "/Users/a"}"#), ["/Users/a"]);
        let form = "--b\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\n/Users/a/b\r\n--b--\r\n";
        assert_eq!(of(Method::POST, "/api/2.0/workspace/import", form), ["/Users/a/b"]);
        assert!(of(Method::GET, "/api/2.0/workspace/get-status", "").is_empty());
    }

    #[test]
    fn below_is_by_folder_not_by_letter() {
        let target = Target { written: vec!["/Users/ab".to_string()], ..Target::plain("/x") };
        assert!(target.writes_below("/Workspace/Users/ab") && target.writes_below("/Users"));
        assert!(!target.writes_below("/Users/a"));
    }
}
