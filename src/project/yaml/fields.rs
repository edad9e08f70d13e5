//! Decoding a map: the decoder takes the keys that it knows, and what is left over is an error.

use super::{Entry, Located, Node};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};

/// The entries of a map that is being decoded.
///
/// Every `take` makes its key known; [`Fields::finish`] reports the entries that were never taken, each with the
/// nearest known key. A decoder therefore names its keys once.
pub struct Fields<'n> {
    location: &'n Location,
    entries: &'n [Entry],
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// `None`, with a finding, if the node is not a map. A null node is an empty map: `local:` with nothing after it.
    pub fn of(node: &'n Node, out: &mut Diagnostics) -> Option<Self> {
        let entries = if node.is_null() { &[] } else { node.map(out)? };
        Some(Self { location: &node.location, entries, known: Vec::new() })
    }

    /// The place of the whole map.
    pub fn location(&self) -> &'n Location {
        self.location
    }

    /// An explicit null counts as absent.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.node).filter(|node| !node.is_null())
    }

    /// As [`Fields::take`], with the key's place, and an explicit null is kept.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A missing key is a finding.
    pub fn require(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<&'n Node> {
        let node = self.take(key);
        if node.is_none() {
            out.push(
                Diagnostic::error(Code::MISSING_KEY, format!("the key `{key}` is required here")).at(self.start()),
            );
        }
        node
    }

    pub fn string(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<Located<String>> {
        self.take(key)?.string(out)
    }

    pub fn require_string(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<Located<String>> {
        self.require(key, out)?.string(out)
    }

    pub fn bool(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<Located<bool>> {
        self.take(key)?.bool(out)
    }

    pub fn integer(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<Located<i64>> {
        self.take(key)?.integer(out)
    }

    /// The items of a list; empty if the key is absent.
    pub fn list(&mut self, key: &'static str, out: &mut Diagnostics) -> &'n [Node] {
        self.take(key).and_then(|node| node.list(out)).unwrap_or_default()
    }

    /// The entries of a map whose keys are free; empty if the key is absent.
    pub fn map(&mut self, key: &'static str, out: &mut Diagnostics) -> &'n [Entry] {
        self.take(key).and_then(|node| node.map(out)).unwrap_or_default()
    }

    /// A list of texts; empty if the key is absent.
    pub fn strings(&mut self, key: &'static str, out: &mut Diagnostics) -> Vec<Located<String>> {
        self.list(key, out).iter().filter_map(|item| item.string(out)).collect()
    }

    /// Reports every key that no `take` asked for.
    pub fn finish(self, out: &mut Diagnostics) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            out.push(unknown_key(entry, self.entries, &self.known));
        }
    }

    /// A missing key is shown at the first line of its map, not over the whole of it.
    fn start(&self) -> Location {
        first_line(self.location)
    }
}

/// The part of a place that is on its first line.
pub(crate) fn first_line(location: &Location) -> Location {
    let text = location.file.text().get(location.span.range()).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim_end();
    let start = location.span.range().start;
    Location::new(&location.file, crate::diag::Span::new(start, start + line.len()))
}

fn unknown_key(entry: &Entry, entries: &[Entry], known: &[&'static str]) -> Diagnostic {
    let free = known.iter().copied().filter(|key| entries.iter().all(|entry| entry.key != *key));
    let diagnostic = Diagnostic::error(Code::UNKNOWN_KEY, format!("the key `{}` is not known here", entry.key))
        .at(entry.key_location.clone());
    let diagnostic = diagnostic.hint(format!("known keys: {}", known.join(", "))).instead(free);
    diagnostic.suggest(&entry.key, known.iter().copied())
}
