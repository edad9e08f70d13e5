//! Lineage for Graphviz: tables and what uses them, or columns where a column was asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::lineage::{EdgeKind, NodeId, NodeKind, Selection};

use super::part::{Part, label};

pub(in crate::cli) fn dot(part: &Part<'_>) -> String {
    let graph = part.graph;
    let of_columns = matches!(part.selection, Some(Selection::Column(_)));
    let nodes = part.nodes();
    let shown = |id: NodeId| match graph.kind(id) {
        NodeKind::Expectation | NodeKind::Constraint | NodeKind::Tag if !of_columns => None,
        NodeKind::Column if !of_columns => graph.parent(id),
        _ => Some(id),
    };
    let mut pairs: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    let mut dashed: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    for edge in part.edges(&nodes) {
        let wanted = match edge.kind {
            EdgeKind::Value(_) => true,
            EdgeKind::Reads => !of_columns,
            EdgeKind::Runs => !graph.kind(edge.from).is_relation(),
            EdgeKind::Rows(_) => of_columns,
            EdgeKind::Named { .. } => !graph.kind(edge.to).is_relation(),
        };
        let (Some(from), Some(to)) = (shown(edge.from), shown(edge.to)) else { continue };
        if wanted && from != to {
            pairs.insert((from, to));
            if matches!(edge.kind, EdgeKind::Rows(_)) {
                dashed.insert((from, to));
            }
        }
    }
    let used: BTreeSet<NodeId> = pairs.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let selected = part.selection.map(Selection::id);
    let used: BTreeSet<NodeId> = used.into_iter().chain(selected).collect();
    let index: BTreeMap<NodeId, usize> = used.iter().copied().zip(0..).collect();
    let mut out =
        String::from("digraph lineage {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    for (id, number) in &index {
        let style = if Some(*id) == selected { ", penwidth=2" } else { "" };
        out.push_str(&format!("  n{number} [label={}{style}];\n", quoted(&label(graph, *id))));
    }
    for pair in &pairs {
        let (Some(from), Some(to)) = (index.get(&pair.0), index.get(&pair.1)) else { continue };
        let style = if dashed.contains(pair) { " [style=dashed]" } else { "" };
        out.push_str(&format!("  n{from} -> n{to}{style};\n"));
    }
    out.push_str("}\n");
    out
}

/// A string of the DOT language: only quotes are escaped, and a backslash must not reach Graphviz's own escapes
/// (Graphviz documentation, "The DOT Language", § ID and "escString").
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a\"]; x"), r#""a\"]; x""#);
        assert_eq!(quoted(r"a\"), r#""a\\""#);
    }
}
