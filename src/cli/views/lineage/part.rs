//! The part of the graph that somebody asked for.

use std::collections::BTreeSet;

use crate::lineage::{Direction, Edge, EdgeKind, Graph, NodeId, NodeKind, Selection};

pub(in crate::cli) struct Part<'g> {
    pub(in crate::cli) graph: &'g Graph,
    /// `None`: all of it.
    pub(in crate::cli) selection: Option<Selection>,
    pub(in crate::cli) directions: &'g [Direction],
    pub(in crate::cli) depth: Option<usize>,
}

impl Part<'_> {
    /// The nodes, in the graph's order. What holds a node is there, too.
    pub(super) fn nodes(&self) -> BTreeSet<NodeId> {
        let graph = self.graph;
        let Some(selection) = self.selection else { return graph.ids().collect() };
        let mut found = BTreeSet::from([selection.id()]);
        for direction in self.directions {
            found.extend(graph.reach(selection.id(), *direction, self.depth).iter().map(|reached| reached.node));
        }
        for node in found.clone() {
            let mut at = node;
            while let Some(parent) = graph.parent(at) {
                found.insert(parent);
                at = parent;
            }
        }
        found
    }

    /// The edges between nodes, each said once for two nodes and a kind.
    pub(super) fn edges<'a>(&'a self, nodes: &'a BTreeSet<NodeId>) -> impl Iterator<Item = Edge<'a>> + 'a {
        let between = |edge: &Edge<'_>| nodes.contains(&edge.from) && nodes.contains(&edge.to);
        self.graph.edges().filter(between)
    }
}

/// What a node is called where its kind must be said with it.
pub(in crate::cli) fn label(graph: &Graph, id: NodeId) -> String {
    let path = graph.brief(id);
    let of = |what: &str, id: NodeId| format!("{what} of {}", graph.brief(id));
    match (graph.kind(id), graph.parent(id)) {
        (NodeKind::Mask, Some(column)) => of("mask", column),
        (NodeKind::RowFilter, Some(table)) => of("row filter", table),
        (NodeKind::Tag, Some(column)) => format!("tag {} of {}", graph.name(id), graph.brief(column)),
        (NodeKind::Constraint, Some(table)) => format!("{} of {}", graph.name(id), graph.brief(table)),
        (NodeKind::Expectation, Some(table)) => format!("expectation {} of {}", graph.name(id), graph.brief(table)),
        (kind, Some(parent)) if kind.as_str().starts_with("genie_") => {
            let what = match kind {
                NodeKind::GenieTable => "table",
                NodeKind::GenieColumn => "column configuration",
                NodeKind::GenieExample => "example",
                NodeKind::GenieJoin => "join",
                NodeKind::GenieSnippet => "snippet",
                _ => "benchmark",
            };
            format!("Genie {} / {what} {}", graph.brief(parent), graph.name(id))
        }
        (NodeKind::GenieSpace, _) => format!("Genie {path}"),
        (NodeKind::Dashboard, _) => format!("dashboard {path}"),
        (NodeKind::Dataset, _) => format!("dataset {path}"),
        (NodeKind::Widget, _) => format!("widget {path}"),
        (NodeKind::Grant, _) => format!("grant {path}"),
        (NodeKind::Alert, _) => format!("alert {path}"),
        (NodeKind::Function, _) => format!("function {path}"),
        (NodeKind::Pipeline, _) => format!("pipeline {path}"),
        (NodeKind::Job, _) => format!("job {path}"),
        (NodeKind::Task, _) => format!("task {path}"),
        (NodeKind::Story, _) => format!("story {path}"),
        (NodeKind::Test, _) => format!("test {path}"),
        (NodeKind::Files, _) => format!("files {path}"),
        _ => path,
    }
}

/// Why an edge is there, in a word or two; nothing for what is plain.
pub(super) fn reason(edge: &Edge<'_>) -> Option<&'static str> {
    use crate::analyze::{How, Role};
    match edge.kind {
        EdgeKind::Value(how) => match how {
            How::Copy => None,
            How::Derived => Some("computed"),
            How::Unknown => Some("not understood"),
            How::Digest => Some("summarized"),
            How::Decides => Some("decides"),
        },
        EdgeKind::Rows(role) => Some(match role {
            Role::Join => "rows: join",
            Role::Filter => "rows: filter",
            Role::Group => "rows: group",
            Role::Window => "rows: window",
            Role::Order => "rows: order",
            Role::Value => "rows",
        }),
        EdgeKind::Named { .. } | EdgeKind::Reads | EdgeKind::Runs => None,
    }
}
