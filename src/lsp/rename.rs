//! What a new name changes: the places that `lakesmith impact --rename` lists, and the definition itself.
//!
//! An edit is made only where the text says the name. What a rename leaves wrong is found by checking the project with
//! the edits in it, before they are given to anybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::diag::{Location, SourceFile, Span};
use crate::lineage::{Change, EdgeKind, NodeId, NodeKind};
use crate::project::Overlay;

use super::at::{Subject, is_word, run};
use super::diagnostics::Places;
use super::facts::Facts;
use super::macros;
use super::position::Lines;
use super::query::{ENDS_LIST, Query};

/// By file of the project.
#[derive(Default, Debug)]
pub(super) struct Edits {
    texts: BTreeMap<String, (Arc<SourceFile>, BTreeMap<Span, String>)>,
    /// A file that gets another name, because it names what it makes.
    moved: Option<(String, String)>,
}

/// The name that may be changed, or why it may not.
pub(super) fn prepare<'f>(facts: &'f Facts, subject: &Subject) -> Result<&'f str, String> {
    let id = match subject {
        Subject::Node(id) => id,
        Subject::Macro(index) => {
            let found = facts.macros.get(*index).map(|known| known.name.as_str());
            return found.ok_or("nothing that can be renamed stands here".to_string());
        }
        _ => return Err("only tables, views, their columns and macros can be renamed".to_string()),
    };
    let graph = &facts.graph;
    let relation = graph.relation(*id).filter(|relation| {
        let made = [
            NodeKind::Table,
            NodeKind::StreamingTable,
            NodeKind::MaterializedView,
            NodeKind::View,
            NodeKind::TemporaryView,
        ];
        made.contains(&graph.kind(*relation))
    });
    match relation {
        Some(_) => Ok(graph.name(*id).rsplit('.').next().unwrap_or_default()),
        None => Err(format!("`{}` is not made by this project", graph.brief(*id))),
    }
}

pub(super) fn edits(facts: &Facts, subject: &Subject, new: &str) -> Result<Edits, String> {
    let old = prepare(facts, subject)?;
    let regular = new.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !regular || !new.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err(format!("`{new}` is no name of letters, digits and underscores"));
    }
    if let Subject::Macro(index) = subject {
        let mut edits = Edits::default();
        macros::rename(facts, *index, new, &mut edits)?;
        return Ok(edits);
    }
    let Subject::Node(id) = subject else { return Err(String::new()) };
    let graph = &facts.graph;
    let (mut edits, column) = (Edits::default(), graph.kind(*id) == NodeKind::Column);
    let taken = match graph.relation(*id).filter(|_| column) {
        Some(relation) => graph.columns(relation).any(|other| graph.name(other).eq_ignore_ascii_case(new)),
        None => facts.relation(&renamed(graph.name(*id), new)).is_some(),
    };
    if taken && !old.eq_ignore_ascii_case(new) {
        return Err(format!("`{new}` is there already"));
    }
    if column {
        of_column(facts, *id, old, new, &mut edits)?
    } else {
        of_table(facts, *id, old, new, &mut edits)?
    }
    Ok(edits)
}

/// A complete name with another last part.
fn renamed(name: &str, new: &str) -> String {
    name.rsplit_once('.').map_or(new.to_string(), |(schema, _)| format!("{schema}.{new}"))
}

fn of_column(facts: &Facts, id: NodeId, old: &str, new: &str, edits: &mut Edits) -> Result<(), String> {
    let graph = &facts.graph;
    for place in graph.impact(id, Change::Rename).direct.iter().flat_map(|breakage| &breakage.places) {
        let Some(name) = ending(place, old) else { return Err(generated(place, old)) };
        if !graph.keeps_name(id, place) || aliased(place.file.text(), name.range().end) {
            edits.put(&place.file, name, new.to_string());
            continue;
        }
        // With the backticks around it, behind which the alias stands.
        let quoted = place.file.text().as_bytes().get(name.range().end) == Some(&b'`');
        let whole = if quoted { Span { start: name.start - 1, end: name.end + 1 } } else { name };
        edits.put(&place.file, whole, format!("{new} AS {old}"));
    }
    let mut defined = false;
    if let Some(place) = graph.location(id)
        && let Some(name) = ending(&place, old)
        && name.range().len() + 2 >= place.span.range().len()
        && !graph.incoming(id).any(|edge| edge.location().as_ref() == Some(&place))
    {
        edits.put(&place.file, name, new.to_string());
        defined = true;
    }
    if let Some(place) = graph.location(graph.relation(id).unwrap_or(id)) {
        let text = place.file.text();
        let query = Query::around(text, place.span.range().end);
        let items = query.items(&query.all());
        for item in items.iter().filter(|item| item.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(old)))
        {
            let written = text.get(item.span.range()).unwrap_or_default();
            let text = if item.bare { format!("{written} AS {new}") } else { new.to_string() };
            edits.put(&place.file, item.span, text);
            defined = true;
        }
    }
    if defined { Ok(()) } else { Err(format!("`{old}` is not named where it is made: it comes there through `*`")) }
}

fn of_table(facts: &Facts, id: NodeId, old: &str, new: &str, edits: &mut Edits) -> Result<(), String> {
    let graph = &facts.graph;
    let place = graph.location(id).ok_or_else(|| format!("nobody knows where `{old}` is made"))?;
    let table = graph.name(id).to_lowercase();
    let model = facts.models.iter().find(|model| model.table == table);
    match (ending(&place, old), model) {
        (Some(name), None) => edits.put(&place.file, name, new.to_string()),
        (None, Some(model)) if model.file == place.file.name() => {
            let folder = model.file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            edits.moved = Some((model.file.clone(), format!("{folder}{new}.sql")));
        }
        // The file's own name and the statement's are one: `ref()` needs both.
        (Some(name), Some(model)) if model.file == place.file.name() => {
            edits.put(&place.file, name, new.to_string());
            let folder = model.file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            edits.moved = Some((model.file.clone(), format!("{folder}{new}.sql")));
        }
        _ => return Err(generated(&place, old)),
    }
    let mut calls: Vec<&Location> = Vec::new();
    for (function, argument, location) in &facts.calls {
        let model = facts.referred(location.file.name(), argument).filter(|_| function == "ref");
        if model.is_some_and(|model| model.table == table) {
            let text = location.file.text().get(location.span.range()).unwrap_or_default();
            let at = text.rfind(old).ok_or_else(|| generated(location, old))?;
            let start = location.span.range().start + at;
            edits.put(&location.file, Span::new(start, start + old.len()), new.to_string());
            calls.push(location);
        }
    }
    let written = |place: &Location| {
        calls.iter().any(|call| {
            let (call, range) = (call, place.span.range());
            call.file.name() == place.file.name()
                && range.start <= call.span.range().start
                && call.span.range().end <= range.end
        })
    };
    for edge in graph.outgoing(id).filter(|edge| edge.kind == EdgeKind::Reads) {
        // What is attached to the table is placed at its own name.
        let attached = matches!(graph.kind(edge.to), NodeKind::Mask | NodeKind::RowFilter | NodeKind::Expectation);
        let Some(place) = edge.location().filter(|place| !attached && !written(place)) else { continue };
        let name = ending(&place, old).ok_or_else(|| generated(&place, old))?;
        edits.put(&place.file, name, new.to_string());
    }
    let columns = graph.columns(id).flat_map(|column| graph.outgoing(column));
    for place in columns.filter(|edge| matches!(edge.kind, EdgeKind::Named { explicit: true, .. })) {
        if let Some((file, span)) = place.location().and_then(|place| qualifier(&place, old)) {
            edits.put(&file, span, new.to_string());
        }
    }
    Ok(())
}

/// The table's own name before a column's.
fn qualifier(place: &Location, old: &str) -> Option<(Arc<SourceFile>, Span)> {
    let range = place.span.range();
    let text = place.file.text();
    let (before, _) = text.get(range.clone())?.rsplit_once('.')?;
    let name = run(text, range.start + before.len(), is_word);
    if !text.get(name.range())?.eq_ignore_ascii_case(old) || name.range().start < range.start {
        return None;
    }
    let query = Query::around(text, range.start);
    let relations = query.relations(&query.innermost(range.start));
    let own = relations.iter().find(|relation| relation.alias.eq_ignore_ascii_case(old));
    own.filter(|relation| relation.plain).map(|_| (Arc::clone(&place.file), name))
}

/// Does an alias stand behind a name, so that the result is called as before?
fn aliased(text: &str, end: usize) -> bool {
    let behind = text.get(end..).unwrap_or_default().trim_start_matches('`').trim_start();
    let word = behind.get(..behind.len() - behind.trim_start_matches(is_word).len()).unwrap_or_default();
    !word.is_empty() && !ENDS_LIST.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// Where a place ends with a name, without backticks.
fn ending(place: &Location, name: &str) -> Option<Span> {
    let range = place.span.range();
    let text = place.file.text().get(range.clone())?.trim_end_matches('`');
    let start = text.len().checked_sub(name.len())?;
    let (before, found) = (text.get(..start)?, text.get(start..)?);
    let whole = found.eq_ignore_ascii_case(name) && !before.ends_with(is_word);
    whole.then(|| Span::new(range.start + start, range.start + text.len()))
}

fn generated(place: &Location, name: &str) -> String {
    format!("`{name}` is not written at {}, but made there by a template: change it by hand", place.display())
}

impl Edits {
    pub(super) fn put(&mut self, file: &Arc<SourceFile>, span: Span, text: String) {
        let entry = self.texts.entry(file.name().to_string());
        entry.or_insert_with(|| (Arc::clone(file), BTreeMap::new())).1.insert(span, text);
    }

    fn applied(source: &SourceFile, edits: &BTreeMap<Span, String>) -> String {
        let mut text = source.text().to_string();
        for (span, new) in edits.iter().rev() {
            if text.get(span.range()).is_some() {
                text.replace_range(span.range(), new);
            }
        }
        text
    }

    /// Puts the project as it will be over the texts that are there.
    pub(super) fn apply(&self, facts: &Facts, overlay: &mut Overlay) {
        for (name, (source, edits)) in &self.texts {
            overlay.put(name, Self::applied(source, edits));
        }
        if let Some((from, to)) = &self.moved {
            let source = facts.files.get(from).map(|source| source.text().to_string()).unwrap_or_default();
            let text = self.texts.get(from).map_or(source, |(source, edits)| Self::applied(source, edits));
            overlay.remove(from);
            overlay.put(to, text);
        }
    }

    /// A `WorkspaceEdit`; `None` where a file must be renamed and the client cannot do so.
    pub(super) fn json(&self, places: &Places<'_>, versions: &Versions<'_>) -> Option<Value> {
        let uri = |name: &str| (places.uri)(name);
        let list = |source: &Arc<SourceFile>, edits: &BTreeMap<Span, String>| -> Vec<Value> {
            let lines = Lines::new(source.text());
            let one = |(span, text): (&Span, &String)| json!({ "range": lines.range(*span, places.encoding), "newText": text });
            edits.iter().map(one).collect()
        };
        if !versions.document_changes {
            let mut changes = Map::new();
            for (name, (source, edits)) in &self.texts {
                changes.insert(uri(name), Value::Array(list(source, edits)));
            }
            return self.moved.is_none().then(|| json!({ "changes": changes }));
        }
        let mut changes: Vec<Value> = Vec::new();
        for (name, (source, edits)) in &self.texts {
            let document = json!({ "uri": uri(name), "version": (versions.of)(name) });
            changes.push(json!({ "textDocument": document, "edits": list(source, edits) }));
        }
        if let Some((from, to)) = &self.moved {
            if !versions.renames_files {
                return None;
            }
            changes.push(json!({ "kind": "rename", "oldUri": uri(from), "newUri": uri(to) }));
        }
        Some(json!({ "documentChanges": changes }))
    }
}

/// What the client can do, and the versions of its texts.
pub(super) struct Versions<'v> {
    pub(super) document_changes: bool,
    pub(super) renames_files: bool,
    pub(super) of: &'v dyn Fn(&str) -> Option<i64>,
}
