//! Keys that may stand at a place of a YAML file.
//!
//! Which keys a reader takes, only the reader knows. So it is asked: the project is checked with a key at the place that
//! nobody knows, and the finding about it tells what might stand there instead.

use serde_json::{Value, json};

use crate::diag::{Diagnostics, Span};

use super::at::in_tag;
use super::position::{Encoding, Lines};

/// No reader knows it.
const PROBE: &str = "__lakesmith_any_key__";

/// A place where a key may be written.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) file: String,
    /// The text with a key that nobody knows at the place.
    pub(super) probed: String,
    /// What a key takes the place of, for the protocol.
    range: Value,
    /// A value stands behind it already.
    valued: bool,
}

fn is_key(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

impl Slot {
    pub(super) fn at(file: &str, text: &str, offset: usize, encoding: Encoding) -> Option<Self> {
        let yaml = file.ends_with(".yml") || file.ends_with(".yaml");
        if !yaml || in_tag(text, offset) {
            return None;
        }
        let (before, behind) = (text.get(..offset)?, text.get(offset..)?);
        let start = before.trim_end_matches(is_key).len();
        let end = offset + behind.len() - behind.trim_start_matches(is_key).len();
        let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..start)?;
        let rest = text.get(end..)?.lines().next().unwrap_or_default().trim_start();
        let valued = rest.starts_with(':');
        let flows = in_braces(line);
        let alone = rest.is_empty() || rest.starts_with('#') || (flows && rest.starts_with([',', '}']));
        let first = flows && line.trim_end().ends_with(['{', ',']);
        let block = line.trim_start_matches([' ', '-']).is_empty() && (line.is_empty() || line.ends_with(' '));
        if !(first || block) || !(valued || alone) || text.get(start..end)?.starts_with('-') {
            return None;
        }
        // An empty list is a value that every reader gets past, as rows of a table, too.
        let value = if valued { "" } else { ": []" };
        let probed = format!("{}{PROBE}{value}{}", text.get(..start)?, text.get(end..)?);
        let range = Lines::new(text).range(Span::new(start, end), encoding);
        Some(Self { file: file.to_string(), probed, range, valued })
    }

    /// A `CompletionList`, of what the check of the probed text found.
    pub(super) fn list(&self, findings: &Diagnostics) -> Value {
        let about = |finding: &&crate::diag::Diagnostic| {
            finding.location.as_ref().is_some_and(|location| {
                location.file.name() == self.file && location.file.text().get(location.span.range()) == Some(PROBE)
            })
        };
        let found = findings.iter().filter(about).find(|finding| !finding.instead.is_empty());
        let names = found.map(|finding| finding.instead.as_slice()).unwrap_or_default();
        let item = |(at, name): (usize, &std::borrow::Cow<'static, str>)| {
            let text = if self.valued { name.to_string() } else { format!("{name}: ") };
            json!({
                "label": name,
                // `CompletionItemKind.Property`
                "kind": 10,
                "sortText": format!("{at:04}"),
                "filterText": name,
                "textEdit": { "range": self.range, "newText": text },
            })
        };
        let items: Vec<Value> = names.iter().enumerate().map(item).collect();
        json!({ "isIncomplete": false, "items": items })
    }
}

/// Is the end of the line's part inside braces?
fn in_braces(line: &str) -> bool {
    let mut open = Vec::new();
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(closing), c) if c == closing => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{' | '[') => open.push(c),
            (None, '}' | ']') => drop(open.pop()),
            (None, _) => {}
        }
    }
    quote.is_none() && open.last() == Some(&'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probed text for the place at `|`.
    fn probed(marked: &str) -> Option<String> {
        let at = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        Slot::at("a.yml", &text, at, Encoding::Utf16).map(|slot| slot.probed.replace(PROBE, "?"))
    }

    #[test]
    fn keys_stand_at_the_beginning_of_a_line_an_item_or_a_flow_map() {
        for (marked, expected) in [
            ("|", "?: []"),
            ("a:\n  na|me\nb: 1", "a:\n  ?: []\nb: 1"),
            ("a:\n  na|me: x", "a:\n  ?: x"),
            ("- |", "- ?: []"),
            ("- - x|", "- - ?: []"),
            ("a: {x: 1, |}", "a: {x: 1, ?: []}"),
            ("a: [{|", "a: [{?: []"),
            ("- {silver.ord|: []}", "- {?: []}"),
        ] {
            assert_eq!(probed(marked).as_deref(), Some(expected), "{marked}");
        }
        for marked in ["a: |", "a: x|", "a: [|]", "a: {x: |}", "a: '{|'", "-|", "x| y", "a: {{ var('|') }}", "# |"] {
            assert_eq!(probed(marked), None, "{marked}");
        }
    }
}
