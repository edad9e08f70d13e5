//! Findings.

use std::io;

use serde_json::{Value, json};

use crate::cli::terminal::Terminal;
use crate::diag::{self, Diagnostics, Severity};

/// Excerpts and a line that counts them, on standard error; nothing if there is nothing.
pub(in crate::cli) fn human(terminal: Terminal, diagnostics: &Diagnostics) -> io::Result<()> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    let sorted = diagnostics.clone().sorted();
    let shown = match terminal.width() {
        Some(width) => diag::human_within(&sorted, terminal.color(), width.max(60)),
        None => diag::human(&sorted, terminal.color()),
    };
    terminal.styled(&shown)?;
    terminal.problem(&format!("{}\n", summary(&sorted)))
}

/// `{"diagnostics": […]}`, sorted by place.
pub(in crate::cli) fn json(diagnostics: &Diagnostics) -> Value {
    let sorted = diagnostics.clone().sorted();
    json!({ "diagnostics": sorted.iter().map(diag::to_json).collect::<Vec<_>>() })
}

fn summary(diagnostics: &Diagnostics) -> String {
    let counted = |severity, one: &str| match diagnostics.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {one}s")),
    };
    let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let parts: Vec<String> = parts.into_iter().filter_map(|(severity, one)| counted(severity, one)).collect();
    parts.join(", ")
}
