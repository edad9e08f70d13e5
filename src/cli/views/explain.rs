//! Codes and their pages.

use serde_json::{Value, json};

use crate::diag::CodeInfo;

/// A line a code.
pub(in crate::cli) fn list(codes: &[&CodeInfo]) -> String {
    let line = |info: &&CodeInfo| format!("{}  {:<8}{}\n", info.code, word(info), info.title);
    let lines: String = codes.iter().map(line).collect();
    format!("{lines}\n`lakesmith explain CODE` says what a code means and how it is mended.\n")
}

/// The pages, a rule between two.
pub(in crate::cli) fn pages(codes: &[&CodeInfo]) -> String {
    codes.iter().map(|info| info.page).collect::<Vec<_>>().join("\n---\n\n")
}

/// `{"codes": [{"code", "title", "severity", "page"}]}`; the page is Markdown.
pub(in crate::cli) fn json(codes: &[&CodeInfo]) -> Value {
    let one = |info: &&CodeInfo| {
        json!({
            "code": info.code.to_string(),
            "title": info.title,
            "severity": info.severity(),
            "page": info.page,
        })
    };
    json!({ "codes": codes.iter().map(one).collect::<Vec<_>>() })
}

fn word(info: &CodeInfo) -> &'static str {
    info.severity().word()
}
