//! Answers to requests about a place of a text.

use serde_json::{Value, json};

use super::at::{self, Subject};
use super::completion::complete;
use super::definition::definition;
use super::diagnostics::Places;
use super::facts::Facts;
use super::hover;
use super::position::{Encoding, Lines, Position};
use super::references::references;
use super::rename;

/// A place of a text that the editor holds.
pub(super) struct Place<'p> {
    pub(super) file: &'p str,
    pub(super) text: &'p str,
    pub(super) offset: usize,
    pub(super) encoding: Encoding,
    /// What is known now, and what was known when all could be read.
    pub(super) facts: &'p Facts,
    pub(super) sound: Option<&'p Facts>,
    pub(super) uri: &'p dyn Fn(&str) -> String,
}

/// Requests that this module answers, and those of them that wait for a check of the text as it is.
pub(super) const WITH_PLACE: [&str; 6] = [
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/completion",
];

pub(super) fn waits(method: &str) -> bool {
    method != "textDocument/completion"
}

pub(super) fn offset(text: &str, params: &Value, encoding: Encoding) -> Option<usize> {
    let position = Position::read(params.get("position")?)?;
    Some(Lines::new(text).offset(position, encoding))
}

impl<'p> Place<'p> {
    /// What stands here, by what is known now or was known before.
    pub(super) fn subject(&self) -> Option<(&'p Facts, Subject, crate::diag::Span)> {
        let of = |facts: &'p Facts| {
            at::subject(facts, self.file, self.text, self.offset).map(|(subject, span)| (facts, subject, span))
        };
        of(self.facts).or_else(|| of(self.sound?))
    }

    /// The answer, or why there is none. `rename` is answered elsewhere: it needs a check.
    pub(super) fn answer(&self, method: &str, params: &Value) -> Result<Value, String> {
        if method == "textDocument/completion" {
            // The text may be broken: what was known before knows the table that stands in it, too.
            let facts = self.sound.unwrap_or(self.facts);
            return Ok(complete(facts, self.file, self.text, self.offset, self.encoding));
        }
        let Some((facts, subject, span)) = self.subject() else {
            return match method {
                "textDocument/references" => Ok(json!([])),
                _ => Ok(Value::Null),
            };
        };
        let range = || Lines::new(self.text).range(span, self.encoding);
        let places = Places { encoding: self.encoding, uri: self.uri };
        Ok(match method {
            "textDocument/hover" => match hover::markdown(facts, &subject) {
                Some(value) => json!({ "contents": { "kind": "markdown", "value": value }, "range": range() }),
                None => Value::Null,
            },
            "textDocument/definition" => {
                definition(facts, &subject).map_or(Value::Null, |location| places.location(&location))
            }
            "textDocument/references" => {
                let declared = params.pointer("/context/includeDeclaration").and_then(Value::as_bool) == Some(true);
                let found = references(facts, &subject, declared);
                Value::Array(found.iter().map(|location| places.location(location)).collect())
            }
            "textDocument/prepareRename" => {
                let name = rename::prepare(facts, &subject)?;
                json!({ "range": range(), "placeholder": name })
            }
            _ => Value::Null,
        })
    }
}
