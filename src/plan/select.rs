//! A part of a plan that can be done on its own.

use std::collections::BTreeSet;

use crate::graph::Graph;
use crate::resource::ResourceKey;

use super::{Plan, Step};

/// Keeps the chosen steps and everything that they need; the rest is left for another plan.
pub fn restrict(plan: &Plan, keep: impl Fn(&Step) -> bool) -> Plan {
    let mut graph: Graph<ResourceKey> = Graph::default();
    for step in &plan.steps {
        graph.add_node(step.key.clone());
        for before in &step.after {
            graph.add_edge(step.key.clone(), before.clone(), None);
        }
    }
    let chosen = plan.steps.iter().filter(|step| keep(step)).map(|step| step.key.clone());
    let kept: BTreeSet<ResourceKey> = graph.closure(chosen);
    let steps = plan.steps.iter().filter(|step| kept.contains(&step.key)).cloned().collect();
    Plan { steps, ..plan.clone() }
}
