//! The documentation page of a code, as data: docs/diagnostics/LSnnn.md.

use super::{CodeInfo, Severity};

impl CodeInfo {
    /// What its page says, which is the severity of the findings that matter; some findings of a code may be less.
    pub fn severity(&self) -> Severity {
        let line = self.page.lines().find_map(|line| line.strip_prefix("Severity: ")).unwrap_or_default();
        match line {
            "note" => Severity::Note,
            "warning" => Severity::Warning,
            // The pages' test lets nothing else through.
            _ => Severity::Error,
        }
    }

    /// The text below `## name`; empty if the page has no such section.
    pub fn section(&self, name: &str) -> &'static str {
        let heading = format!("## {name}\n");
        let Some((_, rest)) = self.page.split_once(&heading) else { return "" };
        rest.split_once("\n## ").map_or(rest, |(section, _)| section).trim()
    }
}
