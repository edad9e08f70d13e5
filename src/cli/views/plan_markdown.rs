//! Plans as Markdown, for a pull request.

use std::fmt::Write;

use super::count::counted_as;
use super::markdown::{code, escaped};
use super::plan::{OVERWRITE, counted, difference, drifted, instead, left, nothing, short};
use crate::pipeline::{Action, FieldChange, Plan, PlanStep, Risk};

/// More changes than this are counted, not listed: a comment of a pull request has its limits.
const MOST: usize = 200;

pub(in crate::cli) fn plans(plans: &[Plan]) -> String {
    let mut out = String::from("## What deploying would change\n");
    for plan in plans {
        let told = if plan.is_empty() { nothing(plan) } else { counted(plan) };
        let left = left(plan).map(|left| format!(" ({left})")).unwrap_or_default();
        heading(&mut out, plan, &format!("{told}{left}"));
        table(&mut out, plan, &|step| {
            let risk = if step.risk == Risk::Safe { "" } else { step.risk.as_str() };
            [step.action.as_str().to_string(), code(&step.key.to_string()), risk.to_string(), escaped(&step.reason)]
        });
        details(&mut out, plan, &|change| (&change.old, &change.new));
        for step in plan.changes() {
            let blocked = step.blocked.iter().map(|why| format!("**blocked**: {}", escaped(why)));
            for note in blocked.chain(step.notes.iter().map(|note| escaped(note))) {
                let _ = writeln!(out, "\n- {}: {note}", code(&step.key.to_string()));
            }
        }
        for step in plan.kept() {
            let _ =
                writeln!(out, "\n- {} was edited in the workspace; these edits are kept:", code(&step.key.to_string()));
            for change in &step.kept {
                let told = format!("{}{}", short(&change.old), instead(change));
                let _ = writeln!(out, "  - {}: {}", code(&change.path), code(&told));
            }
        }
        if plan.kept().next().is_some() {
            let _ = writeln!(out, "\n{}", upper_first(OVERWRITE));
        }
        for stranger in &plan.unmanaged {
            let _ = writeln!(
                out,
                "\n- {} has {} on the {} {}, which the project does not manage",
                code(&stranger.principal),
                escaped(&stranger.privileges.join(", ")),
                stranger.securable_type,
                code(&stranger.securable)
            );
        }
    }
    out
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// What is not as it was deployed.
pub(in crate::cli) fn drift(plans: &[Plan]) -> String {
    let mut out = String::from("## What was changed behind the deployment\n");
    for plan in plans {
        let count = plan.changes().count();
        let told = if count == 0 { "as it was deployed".to_string() } else { counted_as(count, "resource") };
        heading(&mut out, plan, &told);
        table(&mut out, plan, &|step| {
            [drifted(step).to_string(), code(&step.key.to_string()), String::new(), String::new()]
        });
        details(&mut out, plan, &|change| (&change.new, &change.old));
    }
    out
}

fn heading(out: &mut String, plan: &Plan, told: &str) {
    let _ = writeln!(out, "\n### {} on {}: {told}\n", code(&plan.project), code(&plan.target));
}

fn table(out: &mut String, plan: &Plan, row: &dyn Fn(&PlanStep) -> [String; 4]) {
    if plan.is_empty() {
        return;
    }
    out.push_str("| what | resource | risk | why |\n|---|---|---|---|\n");
    for step in plan.changes().take(MOST) {
        let _ = writeln!(out, "| {} |", row(step).join(" | "));
    }
    let more = plan.changes().count().saturating_sub(MOST);
    if more > 0 {
        let _ = writeln!(out, "\nand {more} more");
    }
}

/// The fields of what is there already. `sides`: how a field was, and how it is to be.
fn details(out: &mut String, plan: &Plan, sides: &dyn Fn(&FieldChange) -> (&serde_json::Value, &serde_json::Value)) {
    let changed =
        |step: &&PlanStep| matches!(step.action, Action::Update | Action::Recreate) && !step.changes.is_empty();
    let steps: Vec<&PlanStep> = plan.changes().filter(changed).take(MOST).collect();
    if steps.is_empty() {
        return;
    }
    out.push_str("\n<details><summary>Fields</summary>\n\n");
    for step in steps {
        let _ = writeln!(out, "- {}", code(&step.key.to_string()));
        for change in &step.changes {
            let (old, new) = sides(change);
            let outside = if change.outside { " (changed in the workspace)" } else { "" };
            let _ = writeln!(out, "  - {}: {}{outside}", code(&change.path), code(&difference(old, new)));
        }
    }
    out.push_str("\n</details>\n");
}
