//! What is there although nothing is recorded of it.

use super::count::counted_as;
use crate::pipeline::{Action, Orphans, Plan, ResourceKey, own_state};
use crate::project::Target;

/// So many are named.
const MOST: usize = 5;

fn list<'k>(keys: impl Iterator<Item = &'k ResourceKey>) -> String {
    let keys: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
    match keys.get(MOST..) {
        None | Some([]) => keys.join(", "),
        Some(more) => format!("{} and {} more", keys[..MOST].join(", "), more.len()),
    }
}

/// That the state was lost, and what to do about it.
pub(in crate::cli) fn lost(unit: &str, target: &str, orphans: &Orphans) -> (String, String) {
    let all = orphans.known.iter().chain(&orphans.named);
    let message = format!("the state of {unit} on {target} is lost, and what was deployed is there: {}", list(all));
    let mut hint = format!("`lakesmith deploy -t {target}` finds it and records it anew; then run this command again");
    if !orphans.named.is_empty() {
        hint.push_str(&format!(
            "; what is known by its name alone counts as there before and is never deleted, so remove it yourself: {}",
            list(orphans.named.iter())
        ));
    }
    (message, hint)
}

/// That nothing is recorded, and what is there by the names of the project: it stays.
pub(in crate::cli) fn not_ours(unit: &str, target: &Target, orphans: &Orphans) -> String {
    let personal = if target.is_personal() { format!("; {}", own_state(&target.name)) } else { String::new() };
    format!(
        "{unit} on {}: nothing is recorded, so that what bears the project's names stays: {}{personal}",
        target.name,
        list(orphans.named.iter())
    )
}

/// Of a plan that meets what nothing is recorded of, where it may be somebody else's copy; none otherwise.
pub(in crate::cli) fn elsewhere(plan: &Plan, target: &Target) -> Option<String> {
    if plan.lineage.is_some() || !target.is_personal() {
        return None;
    }
    let there = plan.steps.iter().filter(|step| step.id.is_some() && step.action != Action::Create).count();
    (there > 0).then(|| {
        let verb = if there == 1 { "exists" } else { "exist" };
        format!(
            "nothing that you deployed to `{}` is recorded, and {} {verb} already: {}",
            target.name,
            counted_as(there, "resource"),
            own_state(&target.name)
        )
    })
}
