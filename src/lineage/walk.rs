//! Going up and down the graph.

use std::collections::{BTreeMap, VecDeque};

use super::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// To what it is made of.
    Up,
    /// To what is made of it.
    Down,
}

/// One step of lineage: to a node, and why.
#[derive(Clone, Copy, Debug)]
pub struct Flow<'g> {
    pub node: NodeId,
    pub edge: Edge<'g>,
    /// Is there more behind it? Rows that a column decides are shown, and not followed.
    pub follow: bool,
}

/// A node that a walk came to: from where, and in how many steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reached {
    pub node: NodeId,
    pub from: NodeId,
    pub depth: usize,
}

impl Graph {
    /// The next steps from a node, in a stable order, one for each neighbour.
    pub fn steps(&self, id: NodeId, direction: Direction) -> Vec<Flow<'_>> {
        let mut found: BTreeMap<NodeId, Flow<'_>> = BTreeMap::new();
        let is_column = self.kind(id) == NodeKind::Column;
        let edges: Vec<Edge<'_>> = match direction {
            Direction::Down => self.outgoing(id).collect(),
            Direction::Up => self.incoming(id).collect(),
        };
        for edge in edges {
            let node = if direction == Direction::Down { edge.to } else { edge.from };
            let follow = match edge.kind {
                EdgeKind::Value(_) => true,
                EdgeKind::Rows(_) => false,
                // A relation that names the column has a value edge or a row edge from it, if it matters there.
                EdgeKind::Named { .. } if self.kind(node).is_relation() => continue,
                EdgeKind::Named { .. } if direction == Direction::Up && is_column => continue,
                EdgeKind::Named { .. } => true,
                EdgeKind::Reads if is_column => continue,
                EdgeKind::Runs if self.kind(edge.from).is_relation() => continue,
                EdgeKind::Reads | EdgeKind::Runs => true,
            };
            let better = |known: &Flow<'_>| follow && !known.follow;
            if found.get(&node).is_none_or(better) {
                found.insert(node, Flow { node, edge, follow });
            }
        }
        let mut steps: Vec<Flow<'_>> = found.into_values().collect();
        steps.sort_by_cached_key(|flow| (!flow.follow, self.kind(flow.node), self.path(flow.node)));
        steps
    }

    /// Everything that a walk along [`Graph::steps`] comes to, nearest first; each node once.
    pub fn reach(&self, start: NodeId, direction: Direction, depth: Option<usize>) -> Vec<Reached> {
        let mut seen: BTreeMap<NodeId, ()> = BTreeMap::from([(start, ())]);
        let mut open = VecDeque::from([(start, 0)]);
        let mut reached = Vec::new();
        while let Some((from, at)) = open.pop_front() {
            if depth.is_some_and(|depth| at >= depth) {
                continue;
            }
            for step in self.steps(from, direction) {
                if seen.insert(step.node, ()).is_none() {
                    reached.push(Reached { node: step.node, from, depth: at + 1 });
                    if step.follow {
                        open.push_back((step.node, at + 1));
                    }
                }
            }
        }
        reached
    }
}
