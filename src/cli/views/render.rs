//! Rendered files.

use serde_json::{Value, json};

use crate::ident::ContentHash;

/// One rendered file.
pub(in crate::cli) struct File<'r> {
    pub(in crate::cli) solution: &'r str,
    /// Relative to the project.
    pub(in crate::cli) path: &'r str,
    pub(in crate::cli) text: &'r str,
}

/// One path a line.
pub(in crate::cli) fn list(files: &[File<'_>]) -> String {
    files.iter().map(|file| format!("{}\n", file.path)).collect()
}

/// `{"target", "files": [{"solution", "path", "sha256", "text"}]}`; the text only where it was asked for.
pub(in crate::cli) fn json(target: &str, files: &[File<'_>], with_text: bool) -> Value {
    let files = files.iter().map(|file| {
        let sha256 = ContentHash::of(file.text.as_bytes());
        let mut value = json!({ "solution": file.solution, "path": file.path, "sha256": sha256.as_str() });
        if with_text {
            value["text"] = json!(file.text);
        }
        value
    });
    json!({ "target": target, "files": files.collect::<Vec<_>>() })
}
