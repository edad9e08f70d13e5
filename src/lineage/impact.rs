//! What a change breaks: what names the changed thing itself, and what needs something that is broken.

use std::collections::{BTreeMap, VecDeque};

use crate::analyze::How;
use crate::diag::Location;

use super::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind};

/// Of a table, view or column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Drop,
    Rename,
}

/// Something that does not work any more, or has to be changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Breakage {
    pub node: NodeId,
    /// Where it names what it needs, in the order of the sources.
    pub places: Vec<Location>,
    /// From what is changed to what this one needs, without both ends where it needs the changed thing itself.
    pub through: Vec<NodeId>,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Impact {
    pub direct: Vec<Breakage>,
    pub transitive: Vec<Breakage>,
}

impl Graph {
    /// What breaks. Nothing of what a rename breaks lies behind: whoever is changed to the new name gives the same as
    /// before, unless a `*` carries the new name on, which is direct, too.
    pub fn impact(&self, of: NodeId, change: Change) -> Impact {
        let mut direct: BTreeMap<NodeId, Breakage> = BTreeMap::new();
        // What carries the name on by `*`, and through what it came.
        let mut carried = VecDeque::from([(of, Vec::new())]);
        let mut seen = vec![of];
        while let Some((changed, through)) = carried.pop_front() {
            for edge in self.named_by(changed) {
                let Some(broken) = self.broken_by(&edge) else { continue };
                let entry = direct.entry(broken);
                let entry =
                    entry.or_insert_with(|| Breakage { node: broken, places: Vec::new(), through: through.clone() });
                entry.places.extend(edge.location());
            }
            for next in self.carriers(changed) {
                if !seen.contains(&next) {
                    seen.push(next);
                    carried.push_back((next, [through.as_slice(), &[next]].concat()));
                }
            }
        }
        for breakage in direct.values_mut() {
            tidy(&mut breakage.places);
        }
        let transitive = match change {
            Change::Rename => Vec::new(),
            Change::Drop => self.behind(&direct, &seen),
        };
        Impact { direct: self.sorted(direct.into_values().collect()), transitive: self.sorted(transitive) }
    }

    /// Must a renamed column get its old name there again, so that who reads the result needs no change? A bare column
    /// of a `SELECT` list gives the result its own name.
    pub fn keeps_name(&self, column: NodeId, place: &Location) -> bool {
        let bare = |edge: &Edge<'_>| {
            let same = self.name(edge.to).eq_ignore_ascii_case(self.name(column));
            edge.kind == EdgeKind::Value(How::Copy) && same && edge.location().as_ref() == Some(place)
        };
        self.outgoing(column).any(|edge| bare(&edge))
    }

    /// The edges of what names a column, or a relation or one of its columns.
    fn named_by(&self, changed: NodeId) -> Vec<Edge<'_>> {
        if self.kind(changed) == NodeKind::Column {
            let explicit = |edge: &Edge<'_>| matches!(edge.kind, EdgeKind::Named { explicit: true, .. });
            return self.outgoing(changed).filter(explicit).collect();
        }
        let own = self.outgoing(changed).filter(|edge| edge.kind == EdgeKind::Reads);
        let of_columns = self.columns(changed).flat_map(|column| self.outgoing(column));
        own.chain(of_columns.filter(|edge| matches!(edge.kind, EdgeKind::Named { .. }))).collect()
    }

    /// What an edge leads to, as something that can break; not itself by its own constraints.
    fn broken_by(&self, edge: &Edge<'_>) -> Option<NodeId> {
        let broken = self.relation(edge.to).unwrap_or(edge.to);
        (self.relation(edge.from) != Some(broken)).then_some(broken)
    }

    /// Columns of other relations that are the column itself, put there by `*` under the same name.
    fn carriers(&self, column: NodeId) -> Vec<NodeId> {
        if self.kind(column) != NodeKind::Column {
            return Vec::new();
        }
        let subject = |edge: &Edge<'_>, by_star: bool| match edge.kind {
            EdgeKind::Named { explicit, .. } if explicit != by_star => Some(edge.to),
            _ => None,
        };
        let named: Vec<NodeId> = self.outgoing(column).filter_map(|edge| subject(&edge, false)).collect();
        let by_star: Vec<NodeId> = self.outgoing(column).filter_map(|edge| subject(&edge, true)).collect();
        let values = self.outgoing(column).filter(|edge| matches!(edge.kind, EdgeKind::Value(_)));
        let same = |to: &NodeId| self.name(*to).eq_ignore_ascii_case(self.name(column));
        let carries = |to: &NodeId| {
            let relation = self.relation(*to);
            relation.is_some_and(|relation| by_star.contains(&relation) && !named.contains(&relation))
        };
        values.map(|edge| edge.to).filter(|to| same(to) && carries(to)).collect()
    }

    fn behind(&self, direct: &BTreeMap<NodeId, Breakage>, changed: &[NodeId]) -> Vec<Breakage> {
        let mut from: BTreeMap<NodeId, NodeId> = BTreeMap::new();
        let mut order: Vec<NodeId> = Vec::new();
        let mut open: VecDeque<NodeId> = direct.keys().copied().collect();
        while let Some(broken) = open.pop_front() {
            for next in self.needing(broken) {
                if direct.contains_key(&next) || changed.contains(&next) || from.contains_key(&next) {
                    continue;
                }
                from.insert(next, broken);
                order.push(next);
                open.push_back(next);
            }
        }
        let breakage = |node: NodeId| {
            let mut through = Vec::new();
            let mut at = node;
            while let Some(before) = from.get(&at) {
                through.push(*before);
                at = *before;
            }
            through.reverse();
            let mut places = Vec::new();
            if let Some(needed) = from.get(&node) {
                let leads_here = |edge: &Edge<'_>| self.relation(edge.to).unwrap_or(edge.to) == node;
                let edges: Vec<Edge<'_>> = self.edges_from(*needed).filter(leads_here).collect();
                // Where the whole is named, not each of its columns.
                let whole = edges.iter().filter(|edge| edge.kind == EdgeKind::Reads).filter_map(Edge::location);
                places.extend(whole);
                if places.is_empty() {
                    places.extend(edges.iter().find_map(Edge::location));
                }
            }
            tidy(&mut places);
            Breakage { node, places, through }
        };
        order.into_iter().map(breakage).collect()
    }

    fn edges_from(&self, node: NodeId) -> impl Iterator<Item = Edge<'_>> {
        let of_columns = self.columns(node).flat_map(|column| self.outgoing(column));
        self.outgoing(node).chain(of_columns)
    }

    /// What does not work where this does not. What is only attached to a table stays as it is.
    fn needing(&self, broken: NodeId) -> Vec<NodeId> {
        let mut found: Vec<NodeId> = Vec::new();
        for edge in self.edges_from(broken) {
            let node = self.relation(edge.to).unwrap_or(edge.to);
            let attached = matches!(
                self.kind(node),
                NodeKind::Mask
                    | NodeKind::RowFilter
                    | NodeKind::Expectation
                    | NodeKind::Constraint
                    | NodeKind::Tag
                    | NodeKind::Grant
            );
            if node != broken && !attached && !found.contains(&node) {
                found.push(node);
            }
        }
        found
    }

    fn sorted(&self, mut broken: Vec<Breakage>) -> Vec<Breakage> {
        broken.sort_by_cached_key(|breakage| (self.kind(breakage.node), self.path(breakage.node)));
        broken
    }
}

fn tidy(places: &mut Vec<Location>) {
    places.sort_by(|a, b| (a.file.name(), a.span).cmp(&(b.file.name(), b.span)));
    places.dedup();
}
