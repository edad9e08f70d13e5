//! What was deployed to a target.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::pipeline::{Entry, Git, How, Verification};

/// Of one solution, from the last.
pub(in crate::cli) struct Deployments {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) entries: Vec<(Entry, Option<Verification>)>,
}

pub(in crate::cli) fn text(target: &str, all: &[Deployments]) -> String {
    let mut out = String::new();
    for Deployments { solution, entries } in all {
        if entries.is_empty() {
            let _ = writeln!(out, "{solution} on {target}: no deployments");
            continue;
        }
        let _ = writeln!(out, "{solution} on {target}:");
        for (entry, verification) in entries {
            let (serial, release, by) = (entry.serial, entry.release.short(), &entry.by);
            let at = entry.at.format("%Y-%m-%d %H:%M:%S UTC");
            let _ = writeln!(out, "  {serial:>4}  {release}  {at}  {by}{}", how(entry));
            let mut told = vec![changes(entry)];
            told.extend(entry.git.as_ref().map(checkout));
            told.push(proved(verification.as_ref()));
            let _ = writeln!(out, "        {}", told.join("; "));
        }
    }
    out
}

fn how(entry: &Entry) -> String {
    match (entry.how, entry.restores, &entry.from) {
        (How::Rollback, Some(serial), _) => format!("  rollback to {serial}"),
        (How::Promote, _, Some(from)) => format!("  promoted from {} ({})", from.target, from.serial),
        (How::Deploy, ..) => String::new(),
        (how, ..) => format!("  {}", how.as_str()),
    }
}

fn changes(entry: &Entry) -> String {
    let counts = entry.changes;
    let parts = [
        (counts.create, "created"),
        (counts.update, "updated"),
        (counts.recreate, "made anew"),
        (counts.delete, "deleted"),
        (counts.forget, "forgotten"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let told = if parts.is_empty() { "nothing changed".to_string() } else { parts.join(", ") };
    match counts.made_before {
        0 => told,
        made => format!("{told}, {made} made before by runs that are no deployment here"),
    }
}

fn checkout(git: &Git) -> String {
    let Some(commit) = git.commit.as_deref() else { return "git: nothing committed yet".to_string() };
    let commit = commit.get(..10).unwrap_or(commit);
    format!("git {commit}{}", if git.dirty { " with changes" } else { "" })
}

fn proved(verification: Option<&Verification>) -> String {
    match verification {
        None => "not verified".to_string(),
        Some(found) if found.passed() => format!("verified {}", found.at.format("%Y-%m-%d %H:%M:%S UTC")),
        Some(found) => format!("verification failed ({})", found.failed().count()),
    }
}

/// `{"target", "solutions": [{"solution", "deployments": [{…, "verification"}]}]}`, each deployment as docs/releases.md
/// has it.
pub(in crate::cli) fn json(target: &str, all: &[Deployments]) -> anyhow::Result<Value> {
    let mut solutions = Vec::new();
    for Deployments { solution, entries } in all {
        let mut deployments = Vec::new();
        for (entry, verification) in entries {
            let mut body = serde_json::to_value(entry)?;
            body["verification"] = serde_json::to_value(verification)?;
            deployments.push(body);
        }
        solutions.push(json!({ "solution": solution, "deployments": deployments }));
    }
    Ok(json!({ "target": target, "solutions": solutions }))
}
