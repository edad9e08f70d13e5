//! Every place that names something.

use crate::diag::Location;
use crate::lineage::{EdgeKind, NodeKind};

use super::at::Subject;
use super::definition::definition;
use super::facts::Facts;
use super::macros;

/// Sorted by file and place.
pub(super) fn references(facts: &Facts, subject: &Subject, declared: bool) -> Vec<Location> {
    let mut found: Vec<Location> = match subject {
        Subject::Node(id) => {
            let column = facts.graph.kind(*id) == NodeKind::Column;
            let names = |kind: EdgeKind| match kind {
                EdgeKind::Named { explicit, .. } => explicit && column,
                EdgeKind::Reads => !column,
                EdgeKind::Value(_) | EdgeKind::Rows(_) | EdgeKind::Runs => false,
            };
            // What is attached to a table stands at a name of its own.
            let attached = [NodeKind::Mask, NodeKind::RowFilter, NodeKind::Expectation];
            let relation = facts.graph.kind(*id).is_relation();
            let edges = facts.graph.outgoing(*id).filter(|edge| names(edge.kind));
            let edges = edges.filter(|edge| !relation || !attached.contains(&facts.graph.kind(edge.to)));
            edges.filter_map(|edge| edge.location()).collect()
        }
        Subject::Variable(index) => {
            let name = facts.variables.get(*index).map(|variable| variable.name.as_str());
            let calls = facts.calls.iter();
            let calls = calls.filter(|(function, argument, _)| function == "var" && Some(argument.as_str()) == name);
            calls.map(|(_, _, location)| location.clone()).collect()
        }
        Subject::Macro(index) => macros::references(facts, *index),
        Subject::Local(local) => local.uses.clone(),
        Subject::Builtin(_) | Subject::Definition(_) | Subject::File(_) | Subject::Code(_) => Vec::new(),
    };
    if declared {
        found.extend(definition(facts, subject));
    }
    found.sort_by(|a, b| (a.file.name(), a.span).cmp(&(b.file.name(), b.span)));
    found.dedup();
    found
}
