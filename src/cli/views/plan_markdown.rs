//! Plans as Markdown, for a pull request.

use std::fmt::Write;

use super::count::counted_as;
use super::markdown::{code, code_cell, escaped, sentence};
use super::plan::{OVERWRITE, UNTOLD, by_whom, drifted, instead, summary};
use super::plan_fields::{
    content_diff, drift_diff, drifted as drifted_field, is_whole, short, shown as shown_fields, told,
};
use crate::pipeline::{FieldChange, Plan, PlanStep, Risk};

/// More changes than this are counted, not listed: a comment of a pull request has its limits.
const MOST: usize = 200;

pub(in crate::cli) fn plans(plans: &[Plan]) -> String {
    let mut out = String::from("## What deploying would change\n");
    for plan in plans {
        heading(&mut out, plan, &summary(plan));
        table(&mut out, plan, &|step| {
            let risk = if step.risk == Risk::Safe { "" } else { step.risk.as_str() };
            let reason = sentence(&step.reason);
            [step.action.as_str().to_string(), code_cell(&step.key.to_string()), risk.to_string(), reason]
        });
        notes(&mut out, plan);
        let field = |step: &PlanStep, change: &FieldChange| Shown {
            diff: content_diff(step, change, MOST_LINES),
            told: code(&told(step, change)),
            by: by_whom(step, change),
        };
        access(&mut out, plan, &field);
        details(&mut out, plan, &field);
        kept(&mut out, plan);
        strangers(&mut out, plan);
    }
    out
}

/// What the reader should know beside the changes, what keeps the plan from being applied first.
fn notes(out: &mut String, plan: &Plan) {
    let blocked = plan.changes().flat_map(|step| step.blocked.iter().map(move |why| (step, "**blocked**: ", why)));
    let notes = plan.changes().flat_map(|step| step.notes.iter().map(move |note| (step, "", note)));
    list(out, "Notes", blocked.chain(notes), |(step, what, note)| {
        format!("- {}: {what}{}\n", code(&step.key.to_string()), sentence(note))
    });
}

/// What stays as somebody edited it.
fn kept(out: &mut String, plan: &Plan) {
    list(out, "Edits in the workspace that are kept", plan.kept(), |step| {
        let mut item = format!("- {}\n", code(&step.key.to_string()));
        for change in &step.kept {
            match content_diff(step, change, MOST_LINES) {
                Some(diff) => {
                    let _ = writeln!(item, "  - {}; the project says what is marked `+`:\n", code(&change.path));
                    fenced(&mut item, &diff);
                }
                None => {
                    let told = format!("{}{}", short(&change.old), instead(change));
                    let _ = writeln!(item, "  - {}: {}", code(&change.path), code(&told));
                }
            }
        }
        item
    });
    if plan.kept().next().is_some() {
        let _ = writeln!(out, "\n{}", upper_first(OVERWRITE));
    }
}

/// What others were given, and what stays with them.
fn strangers(out: &mut String, plan: &Plan) {
    list(out, "Given by others, and left as it is", plan.unmanaged.iter(), |stranger| {
        let (who, what) = (code(&stranger.principal), escaped(&stranger.privileges.join(", ")));
        let name = stranger.name.iter().map(|name| format!(" ({} in the workspace)", code(name)));
        let name: String = name.collect();
        format!("- {who} has {what} on the {} {}{name}\n", escaped(&stranger.securable_type), code(&stranger.securable))
    });
}

/// A list with a line above it; nothing where it has no items.
fn list<T>(out: &mut String, title: &str, items: impl Iterator<Item = T>, item: impl Fn(T) -> String) {
    let items: Vec<String> = items.map(item).collect();
    if items.is_empty() {
        return;
    }
    let _ = write!(out, "\n**{title}**\n\n{}", items[..items.len().min(MOST)].concat());
    if items.len() > MOST {
        let _ = writeln!(out, "\nand {} more", items.len() - MOST);
    }
}

/// More lines than this of one content are counted, not shown.
const MOST_LINES: usize = 100;

/// Inside of a list. The fence is longer than any in the text.
fn fenced(out: &mut String, diff: &str) {
    let longest = diff.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    let _ = writeln!(out, "    {fence}diff");
    for line in diff.lines() {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "    {fence}\n");
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
            [drifted(step).to_string(), code_cell(&step.key.to_string()), String::new(), String::new()]
        });
        let field = |step: &PlanStep, change: &FieldChange| {
            let told = match change.path.as_str() {
                "content" => UNTOLD.to_string(),
                _ => code(&drifted_field(step, change)),
            };
            Shown { diff: drift_diff(step, change, MOST_LINES), told, by: "" }
        };
        access(&mut out, plan, &field);
        details(&mut out, plan, &field);
        strangers(&mut out, plan);
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
    let mut more = 0;
    for (place, step) in plan.changes().enumerate() {
        // What needs somebody's consent is never only counted.
        if place < MOST || step.risk != Risk::Safe {
            let _ = writeln!(out, "| {} |", row(step).join(" | "));
        } else {
            more += 1;
        }
    }
    if more > 0 {
        let _ = writeln!(out, "\nand {more} more");
    }
}

/// A field as it was, and as it is then; of a content the lines that differ, where its texts are at hand.
struct Shown {
    diff: Option<String>,
    told: String,
    by: &'static str,
}

/// Who gets and loses what, and what no longer hides something: all of it, and nothing folded away.
fn access(out: &mut String, plan: &Plan, shown: &dyn Fn(&PlanStep, &FieldChange) -> Shown) {
    let steps = plan.changes().filter(|step| is_whole(step) && !shown_fields(step).is_empty());
    let items: Vec<String> = steps.map(|step| fields(step, shown)).collect();
    if !items.is_empty() {
        let _ = write!(out, "\n**Access**\n\n{}", items.concat());
    }
}

/// The fields of the other steps.
fn details(out: &mut String, plan: &Plan, shown: &dyn Fn(&PlanStep, &FieldChange) -> Shown) {
    let steps = plan.changes().filter(|step| !is_whole(step) && !shown_fields(step).is_empty());
    let items: Vec<String> = steps.take(MOST).map(|step| fields(step, shown)).collect();
    if !items.is_empty() {
        let _ = write!(out, "\n<details><summary>Fields</summary>\n\n{}\n</details>\n", items.concat());
    }
}

fn fields(step: &PlanStep, shown: &dyn Fn(&PlanStep, &FieldChange) -> Shown) -> String {
    let mut out = format!("- {}\n", code(&step.key.to_string()));
    for change in shown_fields(step) {
        let Shown { diff, told, by } = shown(step, change);
        match diff {
            Some(diff) => {
                let _ = writeln!(out, "  - {}:{by}\n", code(&change.path));
                fenced(&mut out, &diff);
            }
            None => drop(writeln!(out, "  - {}: {told}{by}", code(&change.path))),
        }
    }
    out
}
