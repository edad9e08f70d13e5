//! JSON with a place for every key and value, as the same tree that YAML is read into.
//!
//! What is wrong with a text is told by `serde_json`, which every writer of such files agrees with; this reader only
//! keeps the places that serde's data model loses.

use std::sync::Arc;

use super::yaml::{Entry, Node, Style, Value};
use crate::diag::{Code, Diagnostic, Location, SourceFile, Span};

/// Reads the text; a text that is not JSON gives a finding with `code` at the exact place.
pub fn parse(file: &Arc<SourceFile>, code: Code) -> Result<Node, Box<Diagnostic>> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(file.text()) {
        return Err(Box::new(invalid(file, code, &error)));
    }
    let mut reader = Reader { file, at: 0, depth: 0 };
    let node = reader.value();
    node.ok_or_else(|| {
        if reader.depth > DEPTH {
            let here = Location::new(file, Span::new(reader.at, reader.at + 1));
            let message = format!("the file is nested more than {DEPTH} levels deep");
            return Box::new(Diagnostic::error(code, message).at(here));
        }
        // IgnoredAny does not decode strings: a lone surrogate is found only here.
        let here = Location::new(file, Span::new(reader.at, reader.at));
        Box::new(Diagnostic::error(code, "the file is not valid JSON: invalid text").at(here))
    })
}

fn invalid(file: &Arc<SourceFile>, code: Code, error: &serde_json::Error) -> Diagnostic {
    let at = file.offset(error.line(), error.column()) as usize;
    // The place is shown anyway.
    let (whole, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
    let message = format!("the file is not valid JSON: {}", whole.strip_suffix(&place).unwrap_or(&whole));
    let diagnostic = Diagnostic::error(code, message).at(Location::new(file, Span::new(at, at)));
    let before = file.text().get(..at).unwrap_or_default().trim_end();
    let closes = file.text().get(at..).is_some_and(|rest| rest.trim_start().starts_with(['}', ']']));
    match closes && before.ends_with(',') {
        true => diagnostic.hint("remove the comma before it: JSON has none behind the last item"),
        false => diagnostic,
    }
}

/// As deep as `serde_json` reads values; what it only passes over it passes over at any depth.
const DEPTH: usize = 127;

/// Over a text whose grammar is proved already.
struct Reader<'f> {
    file: &'f Arc<SourceFile>,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn bytes(&self) -> &[u8] {
        self.file.text().as_bytes()
    }

    fn peek(&mut self) -> Option<u8> {
        while self.bytes().get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes().get(self.at).copied()
    }

    /// Passes over the byte if it comes next.
    fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self) -> Option<Node> {
        let first = self.peek()?;
        let start = self.at;
        let is_collection = matches!(first, b'{' | b'[');
        self.depth += usize::from(is_collection);
        if self.depth > DEPTH {
            return None;
        }
        let (value, style) = match first {
            b'{' => (Value::Map(self.map()?), Style::Collection),
            b'[' => (Value::List(self.list()?), Style::Collection),
            b'"' => (Value::String(self.string()?), Style::DoubleQuoted),
            _ => (self.scalar()?, Style::Plain),
        };
        self.depth -= usize::from(is_collection);
        Some(Node { value, location: self.location(start), style })
    }

    fn location(&self, start: usize) -> Location {
        Location::new(self.file, Span::new(start, self.at))
    }

    fn map(&mut self) -> Option<Vec<Entry>> {
        self.skip(b'{');
        let mut entries: Vec<Entry> = Vec::new();
        while !self.skip(b'}') {
            self.skip(b',');
            self.peek()?;
            let start = self.at;
            let key = self.string()?;
            let key_location = self.location(start);
            self.skip(b':');
            let node = self.value()?;
            // The last of equal keys counts, as in every reader of JSON.
            entries.retain(|entry| entry.key != key);
            entries.push(Entry { key, key_location, node });
        }
        Some(entries)
    }

    fn list(&mut self) -> Option<Vec<Node>> {
        self.skip(b'[');
        let mut items = Vec::new();
        while !self.skip(b']') {
            self.skip(b',');
            items.push(self.value()?);
        }
        Some(items)
    }

    /// The text between two quotes, decoded.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.bytes().get(self.at)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        let raw = self.file.text().get(start..self.at)?;
        if escaped { serde_json::from_str(raw).ok() } else { Some(raw.get(1..raw.len() - 1)?.to_string()) }
    }

    fn scalar(&mut self) -> Option<Value> {
        let start = self.at;
        while self
            .bytes()
            .get(self.at)
            .is_some_and(|byte| !matches!(byte, b',' | b']' | b'}') && !byte.is_ascii_whitespace())
        {
            self.at += 1;
        }
        let text = self.file.text().get(start..self.at)?;
        Some(match text {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match text.parse() {
                Ok(integer) => Value::Integer(integer),
                Err(_) => Value::Float { value: text.parse().ok()?, text: text.to_string() },
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Node {
        parse(&SourceFile::new("d.json", text), Code::DASHBOARD_FORMAT).unwrap()
    }

    /// serde_json is the reference: the same values, in the same order.
    #[test]
    fn values_are_those_of_serde() {
        for text in [
            r#"{"a": [1, -2.5e3, true, false, null, "x"], "b": {}, "c": []}"#,
            " [ { \"k\" : \"a\\n\\\"b\\\\ \\u00e9 \\ud83d\\ude00 é\" } , 18446744073709551616 ] ",
            r#""alone""#,
        ] {
            let wanted: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(text).to_json(), wanted, "{text}");
        }
    }

    /// What only passes over values reads them at any depth.
    #[test]
    fn depth_is_limited_as_it_is_for_values() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let file = |depth: usize| SourceFile::new("d.json", nested(depth));
        for depth in [127, 128, 200_000] {
            let wanted = serde_json::from_str::<serde_json::Value>(&nested(depth)).is_ok();
            assert_eq!(parse(&file(depth), Code::DASHBOARD_FORMAT).is_ok(), wanted, "{depth}");
        }
    }

    #[test]
    fn every_value_has_its_place() {
        let node = read("{\n  \"a\": [10,\n    \"é\\tx\"]\n}");
        let items = node.get("a").and_then(Node::as_list).unwrap();
        assert_eq!(items[0].location.display(), "d.json:2:9");
        assert_eq!(items[1].location.display(), "d.json:3:5");
        assert_eq!(node.entry("a").unwrap().key_location.display(), "d.json:2:3");
        // Behind an escape, the place is still exact.
        assert_eq!(items[1].locate(Span::new(3, 4)).display(), "d.json:3:9");
    }

    #[test]
    fn what_is_no_json_is_told_at_its_place() {
        let error = parse(&SourceFile::new("d.json", "{\"a\": 1,}"), Code::DASHBOARD_FORMAT).unwrap_err();
        assert_eq!(error.location.unwrap().display(), "d.json:1:9");
        assert!(error.hint.unwrap().starts_with("remove the comma"));
        let error = parse(&SourceFile::new("d.json", "[\"\\ud83d\"]"), Code::DASHBOARD_FORMAT).unwrap_err();
        assert!(error.message.starts_with("the file is not valid JSON"), "{}", error.message);
    }
}
