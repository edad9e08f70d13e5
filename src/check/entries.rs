//! Entries of resource files, as rules read them.

use crate::diag::{Code, Diagnostic, Location};
use crate::project::yaml::{Entry, Node};

/// The entries of a kind (`jobs`, `grants`, …) that are meant for a target: without `targets`, all of them.
pub(crate) fn entries<'n>(files: &'n [Node], kind: &str, target: &str) -> Vec<&'n Entry> {
    let all = files.iter().filter_map(|file| file.get(kind)?.as_map()).flatten();
    let meant = |entry: &&Entry| match entry.node.get("targets").and_then(Node::as_list) {
        Some(targets) => targets.iter().any(|name| name.as_str() == Some(target)),
        None => true,
    };
    all.filter(meant).collect()
}

/// The items of a list; none if the key is absent or something else.
pub(super) fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_list).unwrap_or_default()
}

pub(super) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_str)
}

/// Is the value known only once something else is deployed?
pub(super) fn open(text: &str) -> bool {
    text.contains("${")
}

pub(super) fn error(code: Code, at: &Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).at(at.clone())
}

pub(super) fn warning(code: Code, at: &Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(code, message).at(at.clone())
}

pub(super) fn note(code: Code, at: &Location, message: impl Into<String>) -> Diagnostic {
    Diagnostic::note(code, message).at(at.clone())
}

/// Every text below a node, with its node.
pub(super) fn texts<'n>(node: &'n Node, f: &mut dyn FnMut(&'n Node, &'n str)) {
    use crate::project::yaml::Value;
    match &node.value {
        Value::String(text) => f(node, text),
        Value::List(items) => items.iter().for_each(|item| texts(item, f)),
        Value::Map(entries) => entries.iter().for_each(|entry| texts(&entry.node, f)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float { .. } => {}
    }
}
