//! Lineage as a tree of lines.

use std::collections::BTreeSet;

use crate::lineage::{Direction, EdgeKind, Graph, NodeId};

use super::part::{Part, label, reason};

/// A tree up and a tree down; of the whole project the trees down from what it reads. What was shown above is marked
/// and not shown again.
pub(in crate::cli) fn tree(part: &Part<'_>) -> String {
    let graph = part.graph;
    let mut out = String::new();
    let Some(selection) = part.selection else {
        let mut writer = Writer { graph, depth: part.depth, seen: BTreeSet::new(), out: &mut out };
        let read = |id: &NodeId| graph.incoming(*id).any(|edge| edge.kind == EdgeKind::Reads);
        let roots = graph.ids().filter(|id| graph.kind(*id).is_relation() && !read(id));
        for root in roots.collect::<Vec<_>>() {
            writer.root(root, Direction::Down);
        }
        return out;
    };
    for (index, direction) in part.directions.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        if part.directions.len() > 1 {
            out.push_str(match direction {
                Direction::Up => "made of:\n",
                Direction::Down => "used by:\n",
            });
        }
        let mut writer = Writer { graph, depth: part.depth, seen: BTreeSet::new(), out: &mut out };
        writer.root(selection.id(), *direction);
    }
    out
}

struct Writer<'a> {
    graph: &'a Graph,
    depth: Option<usize>,
    seen: BTreeSet<NodeId>,
    out: &'a mut String,
}

impl Writer<'_> {
    fn root(&mut self, id: NodeId, direction: Direction) {
        let ty = self.graph.type_of(id).map(|ty| format!("  {ty}")).unwrap_or_default();
        self.out.push_str(&format!("{}{ty}{}\n", label(self.graph, id), self.place(id)));
        self.seen.insert(id);
        self.below(id, direction, "", 0);
    }

    fn below(&mut self, id: NodeId, direction: Direction, indent: &str, depth: usize) {
        if self.depth.is_some_and(|limit| depth >= limit) {
            return;
        }
        let graph = self.graph;
        let steps = graph.steps(id, direction);
        let count = steps.len();
        for (index, step) in steps.into_iter().enumerate() {
            let is_last = index + 1 == count;
            let (branch, rest) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let why = reason(&step.edge).map(|why| format!("  [{why}]")).unwrap_or_default();
            let is_new = self.seen.insert(step.node);
            let more = step.follow && !graph.steps(step.node, direction).is_empty();
            let mark = if !is_new && more { "  (above)" } else { "" };
            let place = match step.edge.location() {
                Some(location) => format!("  {}", location.display()),
                None => self.place(step.node),
            };
            self.out.push_str(&format!("{indent}{branch}{}{why}{place}{mark}\n", label(graph, step.node)));
            if is_new && step.follow {
                self.below(step.node, direction, &format!("{indent}{rest}"), depth + 1);
            }
        }
    }

    fn place(&self, id: NodeId) -> String {
        self.graph.location(id).map(|location| format!("  {}", location.display())).unwrap_or_default()
    }
}
