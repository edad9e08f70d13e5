//! Dashboards and Genie spaces that were exported from a workspace: their catalogs become those of the target.
//!
//! Names are replaced as tokens of the SQL inside the documents, never as text: a word in a literal or a comment
//! stays what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diag::{Location, SourceFile, Span};
use crate::ident::Identifier;
use crate::resource::{Document, Uses};
use crate::syntax::{TokenKind, lex};

use super::facts::{Surroundings, chains, dotted, uses, word};

/// Catalog as any target calls it, lower case, to the catalog of this target.
pub(super) type Catalogs = BTreeMap<String, Identifier>;

/// The document for the target. A text that is not JSON passes unchanged: its reader reports it.
pub(super) fn document(file: &Arc<SourceFile>, catalogs: &Catalogs, around: &Surroundings<'_>) -> Document {
    let mut writer = Writer { catalogs, around, uses: Uses::default() };
    let text = match serde_json::from_str::<Value>(file.text()) {
        Ok(value) => {
            let rewritten = writer.value(&value);
            // Untouched documents keep their layout, so that their bytes are those of the repository.
            if rewritten == value { file.text().to_string() } else { format!("{rewritten:#}\n") }
        }
        Err(_) => file.text().to_string(),
    };
    let location = Some(Location::new(file, Span::new(0, 0)));
    Document { path: file.name().to_string(), text, location, uses: writer.uses }
}

struct Writer<'a> {
    catalogs: &'a Catalogs,
    around: &'a Surroundings<'a>,
    uses: Uses,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.object(fields)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            other => other.clone(),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>) -> Map<String, Value> {
        // Genie keeps prose in `content` too; only an answer says that its content is SQL.
        let is_sql_answer = fields.get("format").and_then(Value::as_str) == Some("SQL");
        let rewritten = fields.iter().map(|(name, value)| {
            let value = match (name.as_str(), value) {
                ("queryLines" | "query" | "sql", Value::String(_) | Value::Array(_)) => self.sql(value),
                ("content", Value::String(_) | Value::Array(_)) if is_sql_answer => self.sql(value),
                ("identifier" | "asset_name", Value::String(text)) => Value::String(self.name(text)),
                // The default catalog of a dashboard's dataset.
                ("catalog", Value::String(text)) => match self.catalogs.get(&text.to_lowercase()) {
                    Some(catalog) => Value::String(catalog.as_str().to_string()),
                    None => value.clone(),
                },
                // An API answer that was saved holds the document as text.
                ("serialized_space" | "serialized_dashboard", Value::String(text)) => {
                    match serde_json::from_str::<Value>(text) {
                        Ok(inner) => Value::String(self.value(&inner).to_string()),
                        Err(_) => value.clone(),
                    }
                }
                _ => self.value(value),
            };
            (name.clone(), value)
        });
        rewritten.collect()
    }

    fn name(&mut self, text: &str) -> String {
        let (first, rest) = text.split_once('.').unwrap_or((text, ""));
        let renamed = match self.catalogs.get(&first.to_lowercase()) {
            Some(catalog) if !rest.is_empty() => format!("{catalog}.{rest}"),
            _ => text.to_string(),
        };
        self.uses.tables.extend(dotted(&renamed));
        renamed
    }

    /// A text, or a list of texts that are one when they are laid end to end.
    fn sql(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.pieces(&[text.as_str()]).concat()),
            Value::Array(items) => match items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() {
                Some(texts) => Value::Array(self.pieces(&texts).into_iter().map(Value::String).collect()),
                None => self.value(value),
            },
            other => other.clone(),
        }
    }

    fn pieces(&mut self, texts: &[&str]) -> Vec<String> {
        let whole = texts.concat();
        let tokens: Vec<_> = lex(&whole).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
        // From the end, so that earlier places stay where they are.
        let mut pieces: Vec<String> = texts.iter().map(|text| (*text).to_string()).collect();
        for chain in chains(&tokens).into_iter().rev().filter(|chain| chain.len() > 3) {
            let Some(catalog) = self.catalogs.get(&word(&chain[0], &whole).to_lowercase()) else { continue };
            let quoted = chain[0].kind == TokenKind::QuotedWord || !is_plain(catalog.as_str());
            let new = if quoted { catalog.quoted() } else { catalog.as_str().to_string() };
            let span = chain[0].span.range();
            let mut start = 0;
            for (index, text) in texts.iter().enumerate() {
                let end = start + text.len();
                if span.start >= start && span.end <= end {
                    pieces[index].replace_range(span.start - start..span.end - start, &new);
                }
                start = end;
            }
        }
        let found = uses(&pieces.concat(), self.around);
        self.uses.tables.extend(found.tables);
        self.uses.paths.extend(found.paths);
        pieces
    }
}

/// May the name stand in SQL without backticks?
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
}
