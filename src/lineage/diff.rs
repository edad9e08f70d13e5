//! What is different between two graphs of one project: tables and columns that went away, have another name or
//! another type, and privileges.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyze::How;

use super::graph::{EdgeKind, Graph, NodeId, NodeKind};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Difference {
    DroppedTable(NodeId),
    DroppedColumn(NodeId),
    /// Only where it is certain: in the same table exactly one column went and one came that has the same type and
    /// whose values come from the same columns in the same ways.
    RenamedColumn {
        old: NodeId,
        new: String,
    },
    Retyped {
        old: NodeId,
        from: String,
        to: String,
    },
}

impl Difference {
    /// In the older graph.
    pub fn node(&self) -> NodeId {
        match self {
            Self::DroppedTable(node) | Self::DroppedColumn(node) => *node,
            Self::RenamedColumn { old, .. } | Self::Retyped { old, .. } => *old,
        }
    }
}

/// A privilege that is only in one of two graphs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Privilege {
    pub securable: String,
    pub principal: String,
    pub privilege: String,
}

impl Graph {
    /// What is different in `new`, by name.
    pub fn differences(&self, new: &Self) -> Vec<Difference> {
        let news: BTreeMap<String, NodeId> = new.made().map(|id| (new.name(id).to_lowercase(), id)).collect();
        let mut olds: Vec<NodeId> = self.made().collect();
        olds.sort_by_cached_key(|id| self.name(*id).to_lowercase());
        let mut found = Vec::new();
        for old in olds {
            match news.get(&self.name(old).to_lowercase()) {
                None => found.push(Difference::DroppedTable(old)),
                Some(now) => self.of_table(old, new, *now, &mut found),
            }
        }
        found
    }

    /// What the project itself makes or declares with its columns.
    fn made(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.ids().filter(|id| {
            let kind = self.kind(*id);
            kind.is_relation() && !matches!(kind, NodeKind::Files | NodeKind::Dataset)
        })
    }

    fn of_table(&self, old: NodeId, new: &Self, now: NodeId, found: &mut Vec<Difference>) {
        let by_name = |graph: &Self, table| -> BTreeMap<String, NodeId> {
            graph.columns(table).map(|id| (graph.name(id).to_lowercase(), id)).collect()
        };
        let (olds, news) = (by_name(self, old), by_name(new, now));
        // A table that is only named has the columns that somebody uses.
        if new.kind(now) == NodeKind::External && news.len() < olds.len() && new.location(now).is_none() {
            return;
        }
        let came: Vec<NodeId> = news.iter().filter(|(name, _)| !olds.contains_key(*name)).map(|(_, id)| *id).collect();
        let went: Vec<NodeId> = olds.iter().filter(|(name, _)| !news.contains_key(*name)).map(|(_, id)| *id).collect();
        for column in &went {
            let same = |id: &NodeId| {
                new.type_of(*id) == self.type_of(*column)
                    && !self.origins(*column).is_empty()
                    && new.origins(*id) == self.origins(*column)
            };
            let candidates: Vec<NodeId> = came.iter().copied().filter(same).collect();
            let rivals = went.iter().filter(|other| self.origins(**other) == self.origins(*column)).count();
            found.push(match candidates.as_slice() {
                [only] if rivals == 1 => Difference::RenamedColumn { old: *column, new: new.name(*only).to_string() },
                _ => Difference::DroppedColumn(*column),
            });
        }
        for (name, column) in &olds {
            let Some(now) = news.get(name) else { continue };
            if let (Some(from), Some(to)) = (self.type_of(*column), new.type_of(*now))
                && from != to
            {
                found.push(Difference::Retyped { old: *column, from: from.to_string(), to: to.to_string() });
            }
        }
    }

    /// From which columns a column's values come, and how.
    fn origins(&self, column: NodeId) -> BTreeSet<(String, How)> {
        let values = self.incoming(column).filter_map(|edge| match edge.kind {
            EdgeKind::Value(how) => Some((self.path(edge.from).to_lowercase(), how)),
            EdgeKind::Rows(_) | EdgeKind::Named { .. } | EdgeKind::Reads | EdgeKind::Runs => None,
        });
        values.collect()
    }

    /// The privileges that only this graph has.
    pub fn privileges_not_in(&self, other: &Self) -> BTreeSet<Privilege> {
        &self.each_privilege() - &other.each_privilege()
    }

    fn each_privilege(&self) -> BTreeSet<Privilege> {
        let each = self.privileges.iter().flat_map(|entry| {
            entry.privileges.iter().map(|privilege| Privilege {
                securable: entry.securable.clone(),
                principal: entry.principal.clone(),
                privilege: privilege.clone(),
            })
        });
        each.collect()
    }
}
