//! Which columns hold sensitive values, and from where they came.

use std::collections::{BTreeMap, VecDeque};

use crate::analyze::How;
use crate::diag::Location;
use crate::lineage::{EdgeKind, Graph, NodeId};

/// Why a column is sensitive by itself.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Seed {
    pub(super) column: NodeId,
    /// `None`: it is masked, so that somebody holds it for sensitive.
    pub(super) tag: Option<String>,
    pub(super) location: Option<Location>,
    /// Said by a statement beside the column, whose protection another rule demands.
    pub(super) by_statement: bool,
}

/// How a column came to be sensitive.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) seed: usize,
    /// The column before it, and where it is taken from there; `None` for the seed itself.
    pub(super) before: Option<(NodeId, Option<Location>)>,
}

/// The shortest way from a seed to each column; earlier seeds go first.
pub(super) fn derive(graph: &Graph, seeds: &[Seed]) -> BTreeMap<NodeId, Origin> {
    let mut found: BTreeMap<NodeId, Origin> = BTreeMap::new();
    // Tags before masks: what a tag reaches is not told of a mask again.
    for tagged in [true, false] {
        let mut open = VecDeque::new();
        for (index, seed) in seeds.iter().enumerate().filter(|(_, seed)| seed.tag.is_some() == tagged) {
            found.entry(seed.column).or_insert_with(|| {
                open.push_back(seed.column);
                Origin { seed: index, before: None }
            });
        }
        while let Some(column) = open.pop_front() {
            let Some(seed) = found.get(&column).map(|origin| origin.seed) else { continue };
            for edge in graph.outgoing(column) {
                let EdgeKind::Value(How::Copy | How::Derived) = edge.kind else { continue };
                found.entry(edge.to).or_insert_with(|| {
                    open.push_back(edge.to);
                    Origin { seed, before: Some((column, edge.location())) }
                });
            }
        }
    }
    found
}
