//! What must hold of sensitive columns, wherever they came.

use std::collections::{BTreeMap, BTreeSet};

use super::derive::{Origin, Seed, derive};
use crate::check::sensitive;
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::lineage::{Graph, NodeId, NodeKind, NotFound, Selection};
use crate::project::Policies;

/// A target whose sensitive columns must be protected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Protection {
    pub target: String,
    /// Is it the target that is looked at? For another one the same is said as a warning.
    pub here: bool,
}

pub struct Facts<'f> {
    pub policies: &'f Policies,
    /// Groups and users, as they are called in the target, that may see sensitive values as they are.
    pub cleared: &'f BTreeSet<String>,
    pub protection: &'f Protection,
    /// Holds the graph all of the project's tables?
    pub is_whole: bool,
}

pub fn check(graph: &Graph, facts: &Facts<'_>) -> Diagnostics {
    let mut out = Diagnostics::default();
    let seeds = seeds(graph, facts, &mut out);
    let sensitive = derive(graph, &seeds);
    let rules = Rules { graph, facts, seeds, sensitive };
    let answered = rules.genie(&mut out);
    for (column, origin) in &rules.sensitive {
        rules.column(*column, origin, answered.get(column), &mut out);
    }
    out
}

fn is_sensitive(tag: &str, words: &[String]) -> bool {
    let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
    sensitive::is_sensitive(key, value, words)
}

fn seeds(graph: &Graph, facts: &Facts<'_>, out: &mut Diagnostics) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for tag in graph.tags.iter().filter(|tag| is_sensitive(&tag.name, &facts.policies.sensitive_tags)) {
        let (column, location) = (tag.column, Some(tag.location.clone()));
        seeds.push(Seed { column, tag: Some(tag.name.clone()), location, by_statement: true });
    }
    for tagged in &facts.policies.tagged {
        let location = tagged.column.location.clone();
        match graph.find(&tagged.column.value) {
            Ok(Selection::Column(column)) => {
                if is_sensitive(&tagged.tag, &facts.policies.sensitive_tags) {
                    let tag = Some(tagged.tag.clone());
                    seeds.push(Seed { column, tag, location: Some(location), by_statement: false });
                }
            }
            Ok(Selection::Relation(_)) => {
                let message = format!("`{}` is a table, not a column", tagged.column.value);
                out.push(Diagnostic::error(Code::POLICY_COLUMN, message).at(location));
            }
            // A table that is not here may be another solution's.
            Err(NotFound::Unknown { .. }) if !facts.is_whole => {}
            Err(error) => {
                let diagnostic = Diagnostic::error(Code::POLICY_COLUMN, error.to_string()).at(location);
                let near = error.near().map(|near| format!("did you mean `{near}`?"));
                out.push(match near {
                    Some(near) => diagnostic.hint(near),
                    None => diagnostic,
                });
            }
        }
    }
    for id in graph.ids().filter(|id| graph.kind(*id) == NodeKind::Mask) {
        let Some(column) = graph.parent(id) else { continue };
        seeds.push(Seed { column, tag: None, location: graph.location(id), by_statement: false });
    }
    seeds
}

/// A Genie space that answers from a column, and where it says so.
struct Answer {
    space: String,
    place: Location,
}

struct Rules<'r> {
    graph: &'r Graph,
    facts: &'r Facts<'r>,
    seeds: Vec<Seed>,
    sensitive: BTreeMap<NodeId, Origin>,
}

impl Rules<'_> {
    fn column(&self, column: NodeId, origin: &Origin, answered: Option<&Vec<Answer>>, out: &mut Diagnostics) {
        let graph = self.graph;
        let Some(relation) = graph.parent(column) else { return };
        match graph.kind(relation) {
            NodeKind::Table | NodeKind::StreamingTable | NodeKind::MaterializedView if self.is_told(column, origin) => {
                let mut diagnostic = self.unprotected(column, origin);
                for Answer { space, place } in answered.into_iter().flatten() {
                    let message = format!("the Genie space `{space}` answers from it");
                    diagnostic = diagnostic.related(place.clone(), message);
                }
                out.push(diagnostic);
            }
            NodeKind::Dataset => {
                let Some(dashboard) = graph.parent(relation).filter(|board| graph.embedded.contains(board)) else {
                    return;
                };
                let message = format!(
                    "the dashboard `{}` shows {} to everyone who may open it, with its publisher's rights",
                    graph.name(dashboard),
                    self.what(origin),
                );
                let hint =
                    "set `embed_credentials: false`, so that masks hold for each viewer, or leave the column out";
                out.push(self.finding(Code::SENSITIVE_DASHBOARD, message, column, origin).hint(hint));
            }
            // A view shows what its reader sees of its tables, which are judged themselves; files are no table.
            _ => {}
        }
    }

    /// Is a table's column itself reported, as one that lacks its protection? Another rule demands it of the column
    /// that a statement tags.
    fn is_told(&self, column: NodeId, origin: &Origin) -> bool {
        let graph = self.graph;
        let seed = &self.seeds[origin.seed];
        let own = origin.before.is_none() && (seed.by_statement || seed.tag.is_none());
        let made = |relation: &NodeId| {
            matches!(graph.kind(*relation), NodeKind::Table | NodeKind::StreamingTable | NodeKind::MaterializedView)
        };
        let relation = graph.parent(column).filter(made);
        !own && !self.is_protected(column) && relation.is_some_and(|relation| !self.is_cleared(relation))
    }

    fn unprotected(&self, column: NodeId, origin: &Origin) -> Diagnostic {
        let seed = &self.seeds[origin.seed];
        let code = if seed.tag.is_some() { Code::SENSITIVE_COLUMN } else { Code::MASK_LOST };
        let target = &self.facts.protection.target;
        let name = self.graph.brief(column);
        let message = match (&seed.tag, &origin.before) {
            (Some(tag), None) => {
                format!(
                    "`{name}` is sensitive (`{tag}`), and the target `{target}` shows it without a mask or a row filter"
                )
            }
            _ => format!(
                "`{name}` holds {}, and the target `{target}` shows it without a mask or a row filter",
                self.what(origin)
            ),
        };
        let hint = if self.facts.cleared.is_empty() {
            "mask the column, filter the rows, or keep only a hash or a figure of it"
        } else {
            "mask the column, filter the rows, keep only a hash or a figure of it, or grant the table to cleared principals only"
        };
        self.finding(code, message, column, origin).hint(hint)
    }

    /// "`silver.a.b`, which is tagged `phi`".
    fn what(&self, origin: &Origin) -> String {
        let seed = &self.seeds[origin.seed];
        let name = self.graph.brief(seed.column);
        match &seed.tag {
            Some(tag) => format!("`{name}`, which is sensitive (`{tag}`)"),
            None => format!("`{name}`, which is masked"),
        }
    }

    /// With the way of the derivation as related places, from the column back to what makes it sensitive.
    fn finding(&self, code: Code, message: String, column: NodeId, origin: &Origin) -> Diagnostic {
        let seed = &self.seeds[origin.seed];
        let proved = seed.tag.is_some() && self.facts.protection.here;
        let mut diagnostic = if proved { Diagnostic::error(code, message) } else { Diagnostic::warning(code, message) };
        diagnostic.location = self.graph.location(column).or_else(|| seed.location.clone());
        let mut at = Some(origin);
        while let Some((before, place)) = at.and_then(|origin| origin.before.as_ref()) {
            if let Some(place) = place {
                diagnostic = diagnostic.related(place.clone(), format!("taken from `{}`", self.graph.brief(*before)));
            }
            at = self.sensitive.get(before);
        }
        if let Some(location) = &seed.location {
            let why = match &seed.tag {
                Some(tag) => format!("`{}` is tagged `{tag}` here", self.graph.brief(seed.column)),
                None => format!("`{}` is masked here", self.graph.brief(seed.column)),
            };
            diagnostic = diagnostic.related(location.clone(), why);
        }
        diagnostic
    }

    fn is_protected(&self, column: NodeId) -> bool {
        let graph = self.graph;
        let has = |id: NodeId, kind: NodeKind| graph.children(id).any(|child| graph.kind(child) == kind);
        let filtered = graph.parent(column).is_some_and(|relation| has(relation, NodeKind::RowFilter));
        has(column, NodeKind::Mask) || filtered
    }

    /// May only those read the table who may see sensitive values? Where nobody is cleared, everybody counts.
    fn is_cleared(&self, relation: NodeId) -> bool {
        if self.facts.cleared.is_empty() {
            return false;
        }
        let name = self.graph.name(relation).to_lowercase();
        let holds =
            |securable: &str| name.strip_prefix(securable).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let reads = |privilege: &String| ["SELECT", "ALL_PRIVILEGES", "MANAGE"].contains(&privilege.as_str());
        let mut readers =
            self.graph.privileges.iter().filter(|entry| holds(&entry.securable) && entry.privileges.iter().any(reads));
        readers.all(|entry| self.facts.cleared.contains(&entry.principal))
    }

    /// A Genie space shows columns of its tables to its users with their own rights. What a space shows of columns that
    /// are reported themselves is given back: protecting them is enough.
    fn genie(&self, out: &mut Diagnostics) -> BTreeMap<NodeId, Vec<Answer>> {
        let graph = self.graph;
        let mut answered: BTreeMap<NodeId, Vec<Answer>> = BTreeMap::new();
        for item in graph.ids().filter(|id| graph.kind(*id) == NodeKind::GenieTable) {
            let Some(space) = graph.parent(item) else { continue };
            let tables: BTreeSet<NodeId> = graph.incoming(item).map(|edge| edge.from).collect();
            let tables = tables.into_iter().filter(|id| graph.kind(*id).is_relation() && !self.is_cleared(*id));
            for column in tables.flat_map(|table| graph.columns(table)) {
                let Some(origin) = self.sensitive.get(&column) else { continue };
                if !self.is_shown_clear(column) || graph.hidden.contains(&(space, column)) {
                    continue;
                }
                let stored = self.stored(column);
                if self.is_reported(stored) {
                    let place = graph.location(item);
                    let answer = place.map(|place| Answer { space: graph.name(space).to_string(), place });
                    answered.entry(stored).or_default().extend(answer);
                    continue;
                }
                let message = format!(
                    "the Genie space `{}` answers from `{}`, which holds {}, without a mask or a row filter",
                    graph.name(space),
                    graph.brief(column),
                    self.what(origin),
                );
                let mut diagnostic = self.finding(Code::SENSITIVE_GENIE, message, column, origin);
                diagnostic.location = graph.location(item);
                out.push(diagnostic.hint("mask the column, or exclude it in the table's `column_configs`"));
            }
        }
        answered
    }

    /// By this rule, or by the one that demands a protection of what a statement tags in a protected target?
    fn is_reported(&self, column: NodeId) -> bool {
        self.sensitive.get(&column).is_some_and(|origin| {
            let tagged = origin.before.is_none() && self.seeds[origin.seed].by_statement;
            self.is_told(column, origin) || (tagged && self.facts.protection.here)
        })
    }

    /// The column of the table that a view's column shows.
    fn stored(&self, column: NodeId) -> NodeId {
        let mut stored = column;
        while let Some((before, _)) = self.sensitive.get(&stored).and_then(|origin| origin.before.as_ref())
            && self.is_of_view(stored)
        {
            stored = *before;
        }
        stored
    }

    fn is_of_view(&self, column: NodeId) -> bool {
        self.graph.parent(column).is_some_and(|relation| self.graph.kind(relation) == NodeKind::View)
    }

    /// Through a view the protection of its tables holds for each reader.
    fn is_shown_clear(&self, column: NodeId) -> bool {
        if self.is_protected(column) {
            return false;
        }
        let is_view = self.is_of_view(column);
        let before = self.sensitive.get(&column).and_then(|origin| origin.before.as_ref());
        match before {
            Some((before, _)) if is_view => self.is_shown_clear(*before),
            _ => true,
        }
    }
}
