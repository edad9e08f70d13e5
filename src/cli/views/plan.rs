//! Plans, and what became of them.

use std::fmt::Write;

use serde_json::{Value, json};

use super::count::counted_as;
use super::plan_fields::{content_diff, drift_diff, drifted as drifted_field, short, shown, told};
use crate::diag::chain;
use crate::pipeline::{Action, ApplyReport, FieldChange, Places, Plan, PlanStep, Risk, Unmanaged};

/// Every change with its fields and its reason, then a line that counts.
pub(in crate::cli) fn text(plan: &Plan) -> String {
    changes(plan, true)
}

/// As [`text`], of a plan to take everything away: the reason is that the user says so, except of what stays.
pub(in crate::cli) fn removal(plan: &Plan) -> String {
    changes(plan, false)
}

fn changes(plan: &Plan, reasons: bool) -> String {
    let mut out = String::new();
    for step in plan.steps.iter().filter(|step| step.action != Action::None || !step.kept.is_empty()) {
        if step.action == Action::None {
            let _ = writeln!(out, "  = keep {}: {}", step.key, step.reason);
            kept(&mut out, step);
            continue;
        }
        let why = reasons || step.action == Action::Forget;
        let reason = if why && !step.reason.is_empty() { format!(": {}", step.reason) } else { String::new() };
        let _ = writeln!(out, "{}{reason}", line(step));
        for change in shown(step) {
            let diff = content_diff(step, change, MOST_LINES);
            field(&mut out, change, diff, &told(step, change), by_whom(step, change));
        }
        kept(&mut out, step);
        for note in &step.notes {
            let _ = writeln!(out, "      note: {note}");
        }
        if let Some(blocked) = &step.blocked {
            let _ = writeln!(out, "      blocked: {blocked}");
        }
    }
    strangers(&mut out, plan);
    if plan.kept().next().is_some() {
        let _ = writeln!(out, "  hint: {OVERWRITE}");
    }
    let _ = writeln!(out, "{} on {}: {}", plan.project, plan.target, summary(plan));
    out
}

/// How one field was, and how it is then; a content as the lines that differ, where its texts are at hand.
fn field(out: &mut String, change: &FieldChange, diff: Option<String>, told: &str, by: &str) {
    match diff {
        Some(diff) => {
            let _ = writeln!(out, "      {}:{by}", change.path);
            indented(out, &diff);
        }
        None => drop(writeln!(out, "      {}: {told}{by}", change.path)),
    }
}

/// Who changed a field, where it was not the project alone, and whose edit gives way.
pub(super) fn by_whom(step: &PlanStep, change: &FieldChange) -> &'static str {
    match (change.outside, change.edited) {
        // The field says so itself.
        _ if step.action == Action::Delete => "",
        (true, true) if step.overwrites => " (changed in the workspace; that edit is overwritten)",
        (true, _) => " (changed in the workspace)",
        (false, true) => " (changed in the workspace, too; that edit is overwritten)",
        (false, false) => "",
    }
}

/// What others were given, and what stays with them.
fn strangers(out: &mut String, plan: &Plan) {
    for stranger in &plan.unmanaged {
        let Unmanaged { securable_type, securable, name, principal, privileges } = stranger;
        let name = name.as_ref().map(|name| format!(" (`{name}` in the workspace)")).unwrap_or_default();
        let _ = writeln!(
            out,
            "  note: `{principal}` has {} on the {securable_type} `{securable}`{name}, which the project does not manage",
            privileges.join(", ")
        );
    }
}

/// What stays as somebody edited it.
fn kept(out: &mut String, step: &PlanStep) {
    for change in &step.kept {
        match content_diff(step, change, MOST_LINES) {
            Some(diff) => {
                let too = if change.outside { "" } else { "; it changed, too" };
                let _ = writeln!(out, "      {} stays (the project says what is marked +{too}):", change.path);
                indented(out, &diff);
            }
            None => drop(writeln!(out, "      {}: {} stays{}", change.path, short(&change.old), instead(change))),
        }
    }
}

pub(super) fn indented(out: &mut String, diff: &str) {
    for line in diff.lines() {
        let _ = writeln!(out, "        {line}");
    }
}

/// More lines than this of one content are counted, not shown.
pub(super) const MOST_LINES: usize = 60;

/// Of a content that drifted and whose texts are not at hand.
pub(super) const UNTOLD: &str = "another one than was deployed; its lines cannot be shown";

/// What the project says of a field that stays.
pub(super) fn instead(change: &FieldChange) -> String {
    let too = if change.outside { "" } else { ", which changed, too" };
    format!(" (the project says {}{too})", short(&change.new))
}

/// What to do about what is kept.
pub(super) const OVERWRITE: &str =
    "to replace what was edited in the workspace: `--overwrite-remote`, or `--overwrite-remote=KIND:NAME`";

/// What is not in the plan because only a part was asked for.
fn left(plan: &Plan) -> Option<String> {
    let selected = plan.selected.as_ref().filter(|selected| selected.left > 0)?;
    Some(format!("{} not selected", counted_as(selected.left, "other change")))
}

/// What becomes of the steps, and whether they may be done at all.
pub(super) fn summary(plan: &Plan) -> String {
    let told = if plan.is_empty() { nothing(plan) } else { counted(plan) };
    let left = left(plan).map(|left| format!(" ({left})")).unwrap_or_default();
    match plan.counts().blocked {
        0 => format!("{told}{left}"),
        blocked => format!("blocked by {}; {told}{left}", counted_as(blocked, "step")),
    }
}

/// That there is nothing to do, and what is left alone.
fn nothing(plan: &Plan) -> String {
    let kept = plan.kept().count();
    let kept = if kept > 0 { format!(", {} kept", counted_as(kept, "edited resource")) } else { String::new() };
    format!("nothing to change{kept}")
}

/// `2 to create, 1 to update`.
fn counted(plan: &Plan) -> String {
    let counts = plan.counts();
    let parts = [
        (counts.create, "to create"),
        (counts.update, "to update"),
        (counts.recreate, "to make anew"),
        (counts.delete, "to delete"),
        (counts.forget, "to forget"),
        (counts.none, "unchanged"),
        (counts.kept, "with edits that are kept"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    parts.join(", ")
}

/// What is not as it was deployed: how each field was then, and how it is now.
pub(in crate::cli) fn drift(plan: &Plan) -> String {
    let mut out = String::new();
    for step in plan.changes() {
        let _ = writeln!(out, "  {} {}", drifted(step), step.key);
        if step.action == Action::Create {
            continue;
        }
        for change in &step.changes {
            let diff = drift_diff(step, change, MOST_LINES);
            let untold = (change.path == "content").then(|| UNTOLD.to_string());
            field(&mut out, change, diff, &untold.unwrap_or_else(|| drifted_field(step, change)), "");
        }
    }
    strangers(&mut out, plan);
    let count = plan.changes().count();
    let told = if count == 0 {
        "as it was deployed".to_string()
    } else {
        format!("{} drifted", counted_as(count, "resource"))
    };
    let _ = writeln!(out, "{} on {}: {told}", plan.project, plan.target);
    out
}

/// What was done to it in the workspace.
pub(super) fn drifted(step: &PlanStep) -> &'static str {
    if step.action == Action::Create { "deleted" } else { "changed" }
}

fn line(step: &PlanStep) -> String {
    let sign = match step.action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Recreate => "±",
        Action::Delete => "-",
        Action::Forget => "?",
        Action::None => " ",
    };
    let risk = if step.risk == Risk::Safe { String::new() } else { format!(" [{}]", step.risk.as_str()) };
    format!("  {sign} {} {}{risk}", step.action.as_str(), step.key)
}

/// `{"plans": […]}`, each as it is written to a file. What others have given on the project's securables is in
/// `unmanaged`: `[{"securable_type", "securable", "principal", "privileges"}]`.
pub(in crate::cli) fn json(plans: &[Plan]) -> serde_json::Result<Value> {
    let plans: Vec<Value> = plans.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
    Ok(json!({ "plans": plans }))
}

/// `{"project", "target", "counts", "changes": [{"key", "action", "risk"}], "kept": [key], "done", "failed": [{"key", "error"}],
/// "skipped": [{"key", "needs"}], "left", "stopped"}`.
pub(in crate::cli) fn outcome_json(plan: &Plan, report: Option<&ApplyReport>, places: &Places) -> Value {
    let changes = plan
        .changes()
        .map(|step| json!({ "key": step.key.to_string(), "action": step.action.as_str(), "risk": step.risk.as_str() }));
    let mut body = json!({
        "project": plan.project,
        "target": plan.target,
        "counts": plan.counts(),
        "changes": changes.collect::<Vec<_>>(),
        "kept": plan.kept().map(|step| step.key.to_string()).collect::<Vec<_>>(),
    });
    if let Some(report) = report {
        let failed = report
            .failed
            .iter()
            .map(|(key, error)| json!({ "key": key.to_string(), "error": places.translate(&chain(error)) }));
        let skipped = report.skipped.iter().map(|(key, on)| json!({ "key": key.to_string(), "needs": on.to_string() }));
        body["done"] = report.done.iter().map(|key| Value::from(key.to_string())).collect();
        body["failed"] = failed.collect();
        body["skipped"] = skipped.collect();
        body["left"] = report.left.iter().map(|key| Value::from(key.to_string())).collect();
        body["stopped"] = report.stopped.as_ref().map_or(Value::Null, |error| Value::from(chain(error)));
    }
    body
}

/// What was done, and exactly what is left.
pub(in crate::cli) fn outcome(report: &ApplyReport) -> String {
    let mut out = format!("{} done\n", report.done.len());
    for (key, error) in &report.failed {
        let _ = writeln!(out, "failed: {key}: {}", chain(error));
    }
    for (key, because) in &report.skipped {
        let _ = writeln!(out, "not done: {key}, because it needs {because}");
    }
    for key in &report.left {
        let _ = writeln!(out, "not begun: {key}");
    }
    if let Some(error) = &report.stopped {
        let _ = writeln!(out, "stopped: {}", chain(error));
    }
    match report.failed.iter().find_map(|(_, error)| error.hint()) {
        Some(hint) => drop(writeln!(out, "  hint: {hint}")),
        None if !report.is_complete() => drop(writeln!(out, "run the command again to go on from there")),
        None => {}
    }
    out
}

/// What the project changed and a deployment leaves out, because somebody edited the same in the workspace; empty if it
/// leaves out nothing.
pub(in crate::cli) fn withheld(plan: &Plan) -> String {
    let mut out = String::new();
    for step in plan.kept() {
        let both: Vec<String> =
            step.kept.iter().filter(|change| !change.outside).map(|change| format!("`{}`", change.path)).collect();
        if !both.is_empty() {
            let (key, fields) = (&step.key, both.join(", "));
            out.push_str(&format!(
                "not deployed: {fields} of `{key}`, edited in the workspace, too; `--overwrite-remote={}:{}` lets the edit \
                 give way\n",
                key.kind,
                key.name()
            ));
        }
    }
    out
}
