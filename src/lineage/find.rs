//! Names as people write them: `silver.members.member_id`, with or without the catalog.

use crate::diag::did_you_mean;

use super::graph::{Graph, NodeId, NodeKind};

/// What a name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selection {
    Relation(NodeId),
    Column(NodeId),
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotFound {
    #[error("no table, view or column is called `{name}`")]
    Unknown { name: String, near: Option<String> },
    #[error("`{table}` has no column `{column}`")]
    Column { table: String, column: String, near: Option<String> },
    #[error("`{name}` may be {}", candidates.join(" or "))]
    Ambiguous { name: String, candidates: Vec<String> },
}

impl NotFound {
    /// What was probably meant.
    pub fn near(&self) -> Option<&str> {
        match self {
            Self::Unknown { near, .. } | Self::Column { near, .. } => near.as_deref(),
            Self::Ambiguous { .. } => None,
        }
    }
}

impl Selection {
    pub fn id(self) -> NodeId {
        match self {
            Self::Relation(id) | Self::Column(id) => id,
        }
    }
}

impl Graph {
    /// Finds a relation or a column; names match without regard to case, backticks are dropped.
    pub fn find(&self, name: &str) -> Result<Selection, NotFound> {
        let wanted = name.replace('`', "").to_lowercase();
        let tables = self.relations_named(&wanted);
        match tables.as_slice() {
            [table] => return Ok(Selection::Relation(*table)),
            [] => {}
            several => return Err(self.ambiguous(name, several)),
        }
        let Some((table, column)) = wanted.rsplit_once('.') else { return Err(self.unknown(name, &wanted)) };
        let tables = self.relations_named(table);
        match tables.as_slice() {
            [] => Err(self.unknown(name, &wanted)),
            [table] => match self.columns(*table).find(|id| self.name(*id).to_lowercase() == column) {
                Some(column) => Ok(Selection::Column(column)),
                None => {
                    let near = did_you_mean(column, self.columns(*table).map(|id| self.name(id)));
                    let (table, near) = (self.name(*table).to_string(), near.map(str::to_string));
                    Err(NotFound::Column { table, column: column.to_string(), near })
                }
            },
            several => Err(self.ambiguous(name, several)),
        }
    }

    /// Relations whose name ends with these parts.
    fn relations_named(&self, wanted: &str) -> Vec<NodeId> {
        let fits = |id: &NodeId| {
            let name = self.name(*id).to_lowercase();
            let is_end = name.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            is_end && self.kind(*id).is_relation() && self.kind(*id) != NodeKind::Dataset
        };
        let mut found: Vec<NodeId> = self.ids().filter(fits).collect();
        // What is made here goes before what is only named.
        if found.iter().any(|id| self.kind(*id) != NodeKind::External) {
            found.retain(|id| self.kind(*id) != NodeKind::External);
        }
        found
    }

    fn ambiguous(&self, name: &str, several: &[NodeId]) -> NotFound {
        let candidates = several.iter().map(|id| format!("`{}`", self.name(*id))).collect();
        NotFound::Ambiguous { name: name.to_string(), candidates }
    }

    fn unknown(&self, name: &str, wanted: &str) -> NotFound {
        let parts = wanted.split('.').count();
        let relations = self.ids().filter(|id| self.kind(*id).is_relation() && self.kind(*id) != NodeKind::Dataset);
        let mut known: Vec<String> = Vec::new();
        for id in relations {
            let all: Vec<&str> = self.name(id).split('.').collect();
            known.push(all[all.len().saturating_sub(parts)..].join("."));
            // `schema.table.column`: the slip may be in the table's part.
            if let Some((table, _)) = wanted.rsplit_once('.') {
                let short = all[all.len().saturating_sub(parts - 1)..].join(".");
                if did_you_mean(table, [short.as_str()]).is_some() {
                    let column = wanted.rsplit('.').next().unwrap_or_default();
                    known.push(format!("{short}.{column}"));
                }
            }
        }
        let near = did_you_mean(wanted, known.iter().map(String::as_str)).map(str::to_string);
        NotFound::Unknown { name: name.to_string(), near }
    }
}
