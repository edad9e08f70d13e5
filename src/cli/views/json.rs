//! The envelope of every JSON output.

use serde_json::{Value, json};

/// Raised when a documented field changes its meaning or goes away.
const VERSION: u64 = 1;

/// The document of a command that could not do its work: `{"version", "ok": false, …}`.
pub(in crate::cli) fn failure(body: Value) -> String {
    let mut failed = json!({ "ok": false });
    if let (Value::Object(failed), Value::Object(body)) = (&mut failed, body) {
        failed.extend(body);
    }
    document(failed)
}

/// One JSON document with a version, ending in a line break.
pub(in crate::cli) fn document(body: Value) -> String {
    let mut document = json!({ "version": VERSION });
    if let (Value::Object(document), Value::Object(body)) = (&mut document, body) {
        document.extend(body);
    }
    format!("{document:#}\n")
}
