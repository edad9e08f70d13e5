//! Lineage as one page that needs nothing else: the graph as data inside it, a layout and a viewer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::lineage::{EdgeKind, Graph, NodeId, NodeKind};

use super::json::how_name;
use super::part::{Part, label};

const PAGE: &str = include_str!("page.html");
const DATA: &str = "/*DATA*/null";

pub(in crate::cli) fn html(part: &Part<'_>, target: &str) -> String {
    PAGE.replacen(DATA, &embedded(&data(part, target)), 1)
}

/// JSON inside a script element: no text can end the element or open a comment in it.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Boxes with rows, and lines between rows: `{"boxes": [{"k", "t", "s", "p", "rows": [{"n", "y", "p", "g"}]}],
/// "lines": [[from box, from row, to box, to row, how]]}`; row -1 is the box itself.
fn data(part: &Part<'_>, target: &str) -> Value {
    let graph = part.graph;
    let nodes = part.nodes();
    let mut boxes = Boxes { graph, list: Vec::new(), of: BTreeMap::new() };
    for id in &nodes {
        boxes.place(*id);
    }
    let mut lines: BTreeSet<(usize, i64, usize, i64, &'static str)> = BTreeSet::new();
    for edge in part.edges(&nodes) {
        let how = match edge.kind {
            EdgeKind::Value(how) => how_name(how),
            EdgeKind::Rows(_) => "rows",
            EdgeKind::Named { .. } if graph.kind(edge.to).is_relation() => continue,
            EdgeKind::Runs if graph.kind(edge.from).is_relation() => continue,
            EdgeKind::Named { .. } => "use",
            EdgeKind::Reads => "reads",
            EdgeKind::Runs => "runs",
        };
        let (Some(from), Some(to)) = (boxes.of.get(&edge.from), boxes.of.get(&edge.to)) else { continue };
        if from.0 != to.0 {
            lines.insert((from.0, from.1, to.0, to.1, how));
        }
    }
    let selected = part.selection.and_then(|selection| boxes.of.get(&selection.id())).copied();
    json!({ "target": target, "boxes": boxes.list, "lines": lines, "selected": selected })
}

struct Boxes<'g> {
    graph: &'g Graph,
    list: Vec<Value>,
    /// The box of a node, and its row there.
    of: BTreeMap<NodeId, (usize, i64)>,
}

impl Boxes<'_> {
    fn place(&mut self, id: NodeId) {
        let graph = self.graph;
        let kind = graph.kind(id);
        match kind {
            // What is attached to a column or a table is told with it.
            NodeKind::Mask | NodeKind::Tag | NodeKind::RowFilter | NodeKind::Expectation | NodeKind::Constraint => {
                let Some(parent) = graph.parent(id) else { return };
                let Some((index, row)) = self.of.get(&parent).copied() else { return };
                let name = if kind == NodeKind::Mask { "mask" } else { kind.as_str() };
                let note = json!([name, graph.name(id)]);
                let holder = match usize::try_from(row) {
                    Ok(row) => &mut self.list[index]["rows"][row],
                    Err(_) => &mut self.list[index],
                };
                if let Some(notes) = holder["g"].as_array_mut() {
                    notes.push(note);
                }
            }
            _ => match self.holder(id) {
                Some(index) => {
                    let title = if kind == NodeKind::Column { graph.name(id).to_string() } else { inner(graph, id) };
                    let row = json!({ "n": title, "y": graph.type_of(id), "p": self.source(id), "g": [] });
                    let Some(rows) = self.list[index]["rows"].as_array_mut() else { return };
                    rows.push(row);
                    let number = i64::try_from(rows.len()).unwrap_or(i64::MAX) - 1;
                    self.of.insert(id, (index, number));
                }
                None => {
                    let (title, subtitle) = titles(graph, id);
                    self.add(id, kind.as_str(), &title, &subtitle);
                }
            },
        }
    }

    fn add(&mut self, id: NodeId, kind: &str, title: &str, subtitle: &str) {
        let place = self.source(id);
        let full = label(self.graph, id);
        self.list.push(json!({ "k": kind, "t": title, "s": subtitle, "f": full, "p": place, "g": [], "rows": [] }));
        self.of.insert(id, (self.list.len() - 1, -1));
    }

    /// The box that a node is a row of.
    fn holder(&mut self, id: NodeId) -> Option<usize> {
        let kind = self.graph.kind(id);
        if kind == NodeKind::Dataset {
            return None;
        }
        if let Some(parent) = self.graph.parent(id) {
            return self.of.get(&parent).map(|(index, _)| *index);
        }
        let together = match kind {
            NodeKind::Story => "Story",
            NodeKind::Grant => "Grants",
            _ => return None,
        };
        let found = self.list.iter().position(|known| known["t"] == together && known["k"] == kind.as_str());
        if found.is_none() {
            self.list.push(
                json!({ "k": kind.as_str(), "t": together, "s": "", "f": together, "p": null, "g": [], "rows": [] }),
            );
        }
        found.or(Some(self.list.len() - 1))
    }

    fn source(&self, id: NodeId) -> Option<String> {
        self.graph.location(id).map(|location| location.display())
    }
}

/// The name of a row within its box.
fn inner(graph: &Graph, id: NodeId) -> String {
    match graph.kind(id) {
        NodeKind::GenieColumn => {
            let table = graph.parent(id).map(|table| graph.name(table)).unwrap_or_default();
            format!("{}.{}", table.rsplit('.').next().unwrap_or_default(), graph.name(id))
        }
        NodeKind::GenieTable => graph.name(id).rsplit('.').next().unwrap_or_default().to_string(),
        _ => graph.name(id).to_string(),
    }
}

/// The title of a box, and what stands above it.
fn titles(graph: &Graph, id: NodeId) -> (String, String) {
    let name = graph.name(id);
    match graph.kind(id) {
        NodeKind::Files => {
            let short = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
            (short.to_string(), "files".to_string())
        }
        NodeKind::Script => (name.rsplit('/').next().unwrap_or(name).to_string(), "script".to_string()),
        NodeKind::Dataset => {
            let dashboard = graph.parent(id).map(|parent| graph.name(parent).to_string());
            (name.to_string(), dashboard.unwrap_or_default())
        }
        kind if kind.is_relation() || kind == NodeKind::Function => {
            let mut parts: Vec<&str> = name.split('.').collect();
            let title = parts.pop().unwrap_or(name);
            (title.to_string(), parts.pop().unwrap_or_default().to_string())
        }
        kind => (name.to_string(), kind.as_str().replace('_', " ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_script() {
        let text = embedded(&json!({ "t": "</script><script>alert(1)</script><!--" }));
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["t"], "</script><script>alert(1)</script><!--");
    }
}
