//! Where something is defined.

use crate::diag::{Location, Span};
use crate::lineage::NodeKind;

use super::at::Subject;
use super::facts::Facts;

pub(super) fn definition(facts: &Facts, subject: &Subject) -> Option<Location> {
    match subject {
        Subject::Node(id) => {
            let graph = &facts.graph;
            let own = graph.location(*id);
            let declared = || {
                let relation = graph.relation(*id)?;
                let name = graph.name(relation);
                let source = facts.sources.iter().find(|source| source.name.to_string().eq_ignore_ascii_case(name))?;
                Some(source.location.clone())
            };
            let relation = || graph.location(graph.relation(*id)?);
            let model = || {
                let name = graph.name(*id);
                let model = facts.models.iter().find(|model| model.table.eq_ignore_ascii_case(name))?;
                start(facts, &model.file)
            };
            let column = graph.kind(*id) == NodeKind::Column;
            own.or_else(declared).or_else(|| column.then(relation).flatten()).or_else(model)
        }
        Subject::Variable(index) => facts.variables.get(*index).map(|variable| variable.location.clone()),
        Subject::Macro(index) => facts.macros.get(*index).map(|known| known.location.clone()),
        Subject::Local(local) => local.place.clone(),
        Subject::Definition(location) => Some(location.clone()),
        Subject::File(path) => start(facts, path),
        Subject::Builtin(_) | Subject::Code(_) => None,
    }
}

fn start(facts: &Facts, file: &str) -> Option<Location> {
    facts.files.get(file).map(|source| Location::new(source, Span::new(0, 0)))
}
