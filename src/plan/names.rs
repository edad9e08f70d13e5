//! Names that are there only once and pass from one resource to another.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::graph::Graph;
use crate::resource::{Kind, Observed, ResourceKey, Spec};

use super::{Action, Step};

fn name(spec: &Spec) -> Option<&str> {
    spec.get("name").and_then(Value::as_str)
}

/// Has who gets a name wait for who has it until then. Where each waits for the other, neither can begin: that is told.
pub(super) fn pass_on(steps: &mut [Step], observed: &BTreeMap<ResourceKey, Observed>) {
    let is_named = |kind: Kind| matches!(kind, Kind::Pipeline | Kind::SqlWarehouse | Kind::Experiment);
    let gets = |step: &Step| {
        let name = step.spec.as_ref().and_then(name).map(str::to_string);
        name.filter(|_| matches!(step.action, Action::Create | Action::Recreate | Action::Update))
    };
    let mut holders: BTreeMap<(Kind, String), ResourceKey> = BTreeMap::new();
    for step in steps.iter().filter(|step| is_named(step.key.kind)) {
        let Some(held) = observed.get(&step.key).and_then(|found| name(&found.spec)) else { continue };
        let lets_go = step.action == Action::Delete || gets(step).is_some_and(|wanted| wanted != held);
        if lets_go {
            holders.insert((step.key.kind, held.to_string()), step.key.clone());
        }
    }
    if holders.is_empty() {
        return;
    }
    let mut graph: Graph<ResourceKey> = Graph::default();
    for step in steps.iter() {
        step.after.iter().for_each(|before| graph.add_edge(step.key.clone(), before.clone(), None));
    }
    for step in steps.iter_mut().filter(|step| is_named(step.key.kind)) {
        let Some(wanted) = gets(step) else { continue };
        let Some(holder) = holders.get(&(step.key.kind, wanted.clone())).filter(|holder| **holder != step.key) else {
            continue;
        };
        if graph.closure([holder.clone()]).contains(&step.key) {
            let told = format!(
                "`{}` is to have the name `{wanted}`, which `{holder}` has until it gets another one, and that waits for \
                 this: give one of them a name of its own first, deploy, and then the one that it is to have",
                step.key
            );
            step.blocked = step.blocked.take().or(Some(told));
            continue;
        }
        graph.add_edge(step.key.clone(), holder.clone(), None);
        step.after.insert(holder.clone());
    }
}
