//! The envelope of every JSON output.

use serde_json::{Value, json};

/// Raised when a documented field changes its meaning or goes away.
const VERSION: u64 = 1;

/// The document of a command that could not do its work: `{"version", "ok": false, …}`.
pub(in crate::cli) fn failure(body: Value) -> String {
    result(false, body)
}

/// The document of a command on what is deployed: `{"version", "ok", …}`, as docs/plan.md says. `ok` is what the exit code
/// says, too: whether it did what was asked and found all as it should be.
pub(in crate::cli) fn result(ok: bool, body: Value) -> String {
    let mut told = json!({ "ok": ok });
    if let (Value::Object(told), Value::Object(body)) = (&mut told, body) {
        told.extend(body);
    }
    document(told)
}

/// One JSON document with a version, ending in a line break.
pub(in crate::cli) fn document(body: Value) -> String {
    let mut document = json!({ "version": VERSION });
    if let (Value::Object(document), Value::Object(body)) = (&mut document, body) {
        document.extend(body);
    }
    format!("{document:#}\n")
}
