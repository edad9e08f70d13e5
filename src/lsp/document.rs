//! A text that the editor holds.

use std::path::PathBuf;

use serde_json::Value;

use super::position::{Encoding, Lines, Position};

#[derive(Debug)]
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) version: Option<i64>,
    pub(super) text: String,
}

impl Document {
    /// Applies `contentChanges`, each to what the one before it left. `None`: they cannot be read.
    pub(super) fn change(&mut self, changes: &Value, encoding: Encoding) -> Option<()> {
        for change in changes.as_array()? {
            let text = change.get("text")?.as_str()?;
            match change.get("range").filter(|range| !range.is_null()) {
                None => self.text = text.to_string(),
                Some(range) => {
                    let lines = Lines::new(&self.text);
                    let at = |key: &str| Some(lines.offset(Position::read(range.get(key)?)?, encoding));
                    let (start, end) = (at("start")?, at("end")?);
                    self.text.replace_range(start..end.max(start), text);
                }
            }
        }
        Some(())
    }
}
