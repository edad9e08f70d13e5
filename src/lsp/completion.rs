//! What may stand at the cursor, also in a statement that is not complete: from the tokens around it and the last check.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::analyze;
use crate::diag::Span;
use crate::syntax::{TokenKind, lex};

use super::at::{self, is_word};
use super::facts::Facts;
use super::position::{Encoding, Lines};
use super::query::Query;
use super::scope::Scope;

/// `CompletionItemKind` of the protocol.
#[derive(Clone, Copy)]
enum Kind {
    Function = 3,
    Field = 5,
    Variable = 6,
    Table = 7,
}

struct Found<'t> {
    items: Vec<Value>,
    seen: BTreeSet<String>,
    lines: Lines<'t>,
    encoding: Encoding,
    /// What is replaced.
    span: Span,
}

impl Found<'_> {
    fn add(&mut self, kind: Kind, label: &str, detail: Option<&str>, insert: &str, order: u8) {
        if !self.seen.insert(label.to_lowercase()) {
            return;
        }
        let mut item = json!({
            "label": label,
            "kind": kind as u8,
            "sortText": format!("{order}{}", label.to_lowercase()),
            "filterText": label,
            "textEdit": { "range": self.lines.range(self.span, self.encoding), "newText": insert },
        });
        if let Some(detail) = detail {
            item["detail"] = json!(detail);
        }
        self.items.push(item);
    }
}

/// A `CompletionList` for a byte offset of the text of a file.
pub(super) fn complete(facts: &Facts, file: &str, text: &str, offset: usize, encoding: Encoding) -> Value {
    let before = text.get(..offset).unwrap_or_default();
    let start = before.trim_end_matches(is_word).len();
    let span = Span::new(start, offset);
    let mut found = Found { items: Vec::new(), seen: BTreeSet::new(), lines: Lines::new(text), encoding, span };
    if at::in_tag(text, offset) {
        in_tag(facts, before, &mut found);
    } else if file.ends_with(".sql") && in_code(text, offset) {
        in_sql(facts, file, text, offset, &mut found);
    }
    json!({ "isIncomplete": false, "items": found.items })
}

/// Neither in a text nor in a comment.
fn in_code(text: &str, offset: usize) -> bool {
    let tokens = lex(text).tokens;
    let around = tokens.iter().find(|token| {
        let range = token.span.range();
        range.start < offset && (offset < range.end || (offset == range.end && token.kind == TokenKind::LineComment))
    });
    around.is_none_or(|token| {
        !token.kind.is_string() && !matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment)
    })
}

fn in_tag(facts: &Facts, before: &str, found: &mut Found<'_>) {
    let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or_default();
    let tag = line.get(line.rfind("{{").max(line.rfind("{%")).unwrap_or(0)..).unwrap_or_default();
    // Inside the quotes of a call: an odd number of them is open.
    let open = tag.rfind(['\'', '"']).filter(|at| {
        let quote = tag.get(*at..).and_then(|rest| rest.chars().next()).unwrap_or('\'');
        tag.matches(quote).count() % 2 == 1
    });
    if let Some(at) = open {
        let written = tag.get(at + 1..).unwrap_or_default();
        let call = tag.get(..at).unwrap_or_default().trim_end().trim_end_matches('(').trim_end();
        let function = call.get(call.trim_end_matches(is_word).len()..).unwrap_or_default();
        found.span = Span::new(before.len() - written.len(), before.len());
        of_call(facts, function, found);
        return;
    }
    for (name, detail) in [
        ("ref", "the object of a SQL file"),
        ("source", "a table of sources.yml"),
        ("var", "a variable of lakesmith.yml"),
        ("schema", "the schema of a layer"),
        ("volume_path", "the path of a volume"),
        ("principal", "a role of lakesmith.yml"),
    ] {
        found.add(Kind::Function, name, Some(detail), &format!("{name}("), 0);
    }
    for name in ["this", "target", "catalog", "solution"] {
        found.add(Kind::Variable, name, None, name, 0);
    }
    for known in &facts.macros {
        found.add(Kind::Function, &known.name, Some(known.location.file.name()), &known.name, 1);
    }
}

fn of_call(facts: &Facts, function: &str, found: &mut Found<'_>) {
    match function {
        "var" => {
            for variable in &facts.variables {
                found.add(Kind::Variable, &variable.name, Some(&variable.kind.expects()), &variable.name, 0);
            }
        }
        "ref" => {
            for model in &facts.models {
                let name = format!("{}.{}", model.layer, model.name);
                found.add(Kind::Table, &name, Some(&model.file), &name, 0);
            }
        }
        "source" => {
            for source in &facts.sources {
                let name = format!("{}.{}", source.name.schema, source.name.name);
                found.add(Kind::Table, &name, source.comment.as_deref(), &name, 0);
            }
        }
        "principal" => {
            for principal in &facts.principals {
                found.add(Kind::Variable, principal, None, principal, 0);
            }
        }
        "schema" => {
            for model in &facts.models {
                found.add(Kind::Table, &model.layer, None, &model.layer, 0);
            }
        }
        _ => {}
    }
}

fn in_sql(facts: &Facts, file: &str, text: &str, offset: usize, found: &mut Found<'_>) {
    let query = Query::around(text, offset);
    let scope = Scope::new(facts, file, &query);
    let before = text.get(..found.span.range().start).unwrap_or_default();
    if let Some(qualified) = before.strip_suffix('.') {
        let name = qualified.trim_end_matches('`');
        let start = name.trim_end_matches(is_word).len();
        let alias = name.get(start..).unwrap_or_default();
        for (column, ty) in scope.columns_of(alias, offset) {
            found.add(Kind::Field, &column, ty.as_deref(), &column, 0);
        }
        if found.items.is_empty() {
            tables_in(facts, qualified, found);
        }
        return;
    }
    let trimmed = before.trim_end();
    let last = trimmed.get(trimmed.trim_end_matches(is_word).len()..).unwrap_or_default().to_uppercase();
    if matches!(last.as_str(), "FROM" | "JOIN" | "STREAM" | "INTO" | "UPDATE" | "TABLE") {
        for (name, _) in query.visible(offset) {
            found.add(Kind::Table, &name, Some("of WITH"), &name, 0);
        }
        for model in facts.models.iter().filter(|model| model.file != file) {
            let insert = format!("{{{{ ref('{}.{}') }}}}", model.layer, model.name);
            found.add(Kind::Table, &format!("{}.{}", model.layer, model.name), Some(&model.file), &insert, 1);
        }
        for source in &facts.sources {
            let name = format!("{}.{}", source.name.schema, source.name.name);
            let insert = format!("{{{{ source('{name}') }}}}");
            found.add(Kind::Table, &name, source.comment.as_deref(), &insert, 2);
        }
        return;
    }
    for relation in scope.relations(offset) {
        for (column, ty) in scope.columns(&relation.what, 0) {
            found.add(Kind::Field, &column, ty.as_deref(), &column, 0);
        }
        if !relation.alias.is_empty() {
            found.add(Kind::Variable, &relation.alias, Some("of FROM"), &relation.alias, 1);
        }
    }
    for info in facts.functions.values() {
        let name = info.name.to_string();
        found.add(Kind::Function, &name, None, &format!("{name}("), 2);
    }
    for name in analyze::builtin_names() {
        let signature = analyze::describe(name).and_then(|lines| lines.into_iter().next());
        found.add(Kind::Function, name, signature.as_deref(), &format!("{}(", name.to_uppercase()), 3);
    }
}

/// `schema.` or `catalog.schema.`: what is in it.
fn tables_in(facts: &Facts, qualified: &str, found: &mut Found<'_>) {
    let start = qualified.trim_end_matches(|c| is_word(c) || matches!(c, '.' | '`')).len();
    let prefix = qualified.get(start..).unwrap_or_default().replace('`', "").to_lowercase();
    for (name, info) in &facts.tables {
        let Some((schema, _)) = name.rsplit_once('.') else { continue };
        if !prefix.is_empty() && (schema == prefix || schema.ends_with(&format!(".{prefix}"))) {
            found.add(Kind::Table, info.name.name.as_str(), None, info.name.name.as_str(), 0);
        }
    }
}
