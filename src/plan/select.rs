//! A part of a plan that can be done on its own.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::diag::did_you_mean;
use crate::graph::Graph;
use crate::ident::glob;
use crate::resource::{Kind, ResourceKey};

use super::attached::{is_on, objects};
use super::document::{Action, Plan, Selected, Step};

/// Resources that are asked for: `kind:name`, where `*` in the name stands for any text, or a key as plans show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    kind: Kind,
    name: String,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SelectError {
    #[error("`{0}` is neither `kind:name` nor a resource's key")]
    Form(String),
    #[error("`{kind}` is no kind of resource{hint}")]
    Kind { kind: String, hint: String },
    #[error("`{pattern}` selects nothing{hint}")]
    Nothing { pattern: String, hint: String },
}

fn hint(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

impl FromStr for Pattern {
    type Err = SelectError;

    fn from_str(text: &str) -> Result<Self, SelectError> {
        let parts = text.split_once([':', '.']).filter(|(_, name)| !name.is_empty());
        let (kind, name) = parts.ok_or_else(|| SelectError::Form(text.to_string()))?;
        let found = Kind::parse(kind).ok_or_else(|| {
            let near = did_you_mean(kind, Kind::ALL.iter().map(|kind| kind.as_str()));
            SelectError::Kind { kind: kind.to_string(), hint: hint(near) }
        })?;
        Ok(Self { kind: found, name: name.to_string() })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

impl Pattern {
    pub(super) fn matches(&self, key: &ResourceKey) -> bool {
        self.kind == key.kind && glob(&self.name, key.name())
    }
}

/// Keeps what the patterns select, what is on it, and everything that it needs; of what has to be made for that, also what
/// is on it; of what is made anew, also what goes with it or refers to it. The rest is left for another plan. All, if there
/// is no pattern.
pub fn select(plan: Plan, patterns: &[Pattern]) -> Result<Plan, SelectError> {
    if patterns.is_empty() {
        return Ok(plan);
    }
    find_all(&plan, patterns)?;
    let changes = plan.changes().count();
    let part = restrict(&plan, |step| patterns.iter().any(|pattern| pattern.matches(&step.key)));
    let left = changes - part.changes().count();
    let patterns = patterns.iter().map(ToString::to_string).collect();
    Ok(Plan { selected: Some(Selected { patterns, left }), ..part })
}

/// Each of the patterns is of something in the plan.
pub(super) fn find_all<'p>(plan: &Plan, patterns: impl IntoIterator<Item = &'p Pattern>) -> Result<(), SelectError> {
    for pattern in patterns {
        if !plan.steps.iter().any(|step| pattern.matches(&step.key)) {
            let (text, keys) = (pattern.to_string(), plan.steps.iter().map(|step| &step.key));
            let known: Vec<String> = keys.map(|key| format!("{}:{}", key.kind, key.name())).collect();
            let near = did_you_mean(&text, known.iter().map(String::as_str));
            let all = "; `lakesmith plan --format json` has all keys in its `steps`";
            let hint = if near.is_some() { hint(near) } else { all.to_string() };
            return Err(SelectError::Nothing { hint, pattern: text });
        }
    }
    Ok(())
}

fn restrict(plan: &Plan, keep: impl Fn(&Step) -> bool) -> Plan {
    let mut graph: Graph<ResourceKey> = Graph::default();
    for step in &plan.steps {
        graph.add_node(step.key.clone());
        for before in &step.after {
            graph.add_edge(step.key.clone(), before.clone(), None);
        }
    }
    let chosen = plan.steps.iter().filter(|step| keep(step)).map(|step| step.key.clone());
    let mut kept: BTreeSet<ResourceKey> = graph.closure(chosen);
    loop {
        let inside = || plan.steps.iter().filter(|step| kept.contains(&step.key));
        let is_made = |step: &Step| matches!(step.action, Action::Create | Action::Recreate);
        // A table without its mask, or what lies in a schema that is made anew: a part that leaves them out is none.
        let around = objects(inside().filter(|step| keep(step) || is_made(step)));
        let mut anew: BTreeSet<&ResourceKey> = BTreeSet::new();
        for step in inside() {
            let with_it = step.action == Action::Create && step.depends_on.iter().any(|on| anew.contains(on));
            if step.action == Action::Recreate || with_it {
                anew.insert(&step.key);
            }
        }
        let joins = |step: &&Step| {
            step.action != Action::None
                && !kept.contains(&step.key)
                && (is_on(step, &around) || step.depends_on.iter().any(|on| anew.contains(on)))
        };
        let more: Vec<ResourceKey> = plan.steps.iter().filter(joins).map(|step| step.key.clone()).collect();
        if more.is_empty() {
            break;
        }
        kept.extend(graph.closure(more));
    }
    let steps = plan.steps.iter().filter(|step| kept.contains(&step.key)).cloned().collect();
    Plan { steps, ..plan.clone() }
}
