//! The envelope of every JSON output.

use serde_json::{Value, json};

/// Raised when a documented field changes its meaning or goes away.
const VERSION: u64 = 1;

/// One JSON document with a version, ending in a line break.
pub(in crate::cli) fn document(body: Value) -> String {
    let mut document = json!({ "version": VERSION });
    if let (Value::Object(document), Value::Object(body)) = (&mut document, body) {
        document.extend(body);
    }
    format!("{document:#}\n")
}
