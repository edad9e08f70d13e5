//! What is remembered of a target.

use std::fmt::Write;

use serde_json::{Value, json};

use super::count::counted_as;
use crate::diag::chain;
use crate::pipeline::{Inspection, Lease, Record, Repair, ResourceKey};

/// Of one solution.
pub(in crate::cli) struct Kept {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) folder: String,
    pub(in crate::cli) found: Inspection,
}

/// A lock that was taken away, if there was one.
pub(in crate::cli) struct Unlocked {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) from: Option<Lease>,
}

pub(in crate::cli) fn text(target: &str, all: &[Kept]) -> String {
    let mut out = String::new();
    for Kept { solution, folder, found } in all {
        match &found.state {
            Some(state) => {
                let (serial, tool, lineage) = (state.serial, &state.tool_version, &state.lineage);
                let count = state.resources.len();
                let _ = writeln!(out, "{solution} on {target}: {count} resources, serial {serial}");
                let _ = writeln!(out, "  lineage {lineage}, written by lakesmith {tool}");
            }
            None if found.error.is_some() => drop(writeln!(out, "{solution} on {target}: the state cannot be read")),
            None => drop(writeln!(out, "{solution} on {target}: not deployed")),
        }
        let _ = writeln!(out, "  in {folder}");
        if let Some(lease) = &found.lease {
            let _ = writeln!(out, "  held by {}, until {}", lease.describe(), lease.free_at().format("%H:%M:%S UTC"));
        }
        for (folder, entries) in &found.journals {
            let _ = match goes_on(found, folder) {
                true => writeln!(out, "  its run goes on: `{folder}`, {entries} entries so far"),
                false => {
                    writeln!(out, "  a run that did not end: `{folder}`, {entries} entries; the next run takes it up")
                }
            };
        }
        for told in &found.mended {
            let _ = writeln!(out, "  warning: {told}");
        }
        if let Some(error) = &found.error {
            let _ = writeln!(out, "  error: {}", chain(error));
            if let Some(hint) = error.hint() {
                let _ = writeln!(out, "  hint: {hint}");
            }
        }
        for (key, record) in found.state.iter().flat_map(|state| &state.resources) {
            let ours = if record.owned { "" } else { "  (was there before)" };
            let _ = writeln!(out, "  {key}  {}{ours}", record.id);
        }
    }
    out
}

/// Is it the run of whoever holds the target? Journals are called by when their run began, and what a dead run left was
/// there before the target was taken.
fn goes_on(found: &Inspection, folder: &str) -> bool {
    let run = folder.rsplit('/').next().unwrap_or_default();
    found.lease.as_ref().is_some_and(|lease| run >= lease.acquired_at.format("%Y%m%dT%H%M%S%3f").to_string().as_str())
}

/// `{"target", "solutions": [{"solution", "folder", "deployed", "serial", "lineage", "format_version",
/// "tool_version", "copies": [serial], "journals": [{"folder", "entries", "goes_on"}], "lease", "warnings", "error", "hint",
/// "resources": {key: {"id", "owned"}}}]}`; `lease` as in `docs/state.md`, null if nobody holds the target.
pub(in crate::cli) fn json(target: &str, all: &[Kept]) -> Value {
    let solutions = all.iter().map(|Kept { solution, folder, found }| {
        let state = found.state.as_ref();
        let resources = state.into_iter().flat_map(|state| &state.resources);
        let resources: serde_json::Map<String, Value> = resources
            .map(|(key, record)| (key.to_string(), json!({ "id": record.id, "owned": record.owned })))
            .collect();
        let journals = found.journals.iter();
        let journals = journals.map(
            |(folder, entries)| json!({ "folder": folder, "entries": entries, "goes_on": goes_on(found, folder) }),
        );
        json!({
            "solution": solution,
            "folder": folder,
            "deployed": state.is_some(),
            "serial": state.map(|state| state.serial),
            "lineage": state.map(|state| &state.lineage),
            "format_version": state.map(|state| state.format_version),
            "tool_version": state.map(|state| &state.tool_version),
            "copies": found.copies,
            "journals": journals.collect::<Vec<_>>(),
            "lease": found.lease,
            "warnings": found.mended,
            "error": found.error.as_ref().map(|error| chain(error)),
            "hint": found.error.as_ref().and_then(crate::pipeline::ApplyError::hint),
            "resources": resources,
        })
    });
    json!({ "target": target, "solutions": solutions.collect::<Vec<_>>() })
}

pub(in crate::cli) fn record_text(key: &ResourceKey, record: &Record) -> serde_json::Result<String> {
    Ok(format!("{key}\n{}\n", serde_json::to_string_pretty(record)?))
}

/// `{"solution", "key", "record"}`; `record` as in `docs/state.md`.
pub(in crate::cli) fn record_json(solution: &str, key: &ResourceKey, record: &Record) -> serde_json::Result<Value> {
    let record = serde_json::to_value(record)?;
    Ok(json!({ "solution": solution, "key": key.to_string(), "record": record }))
}

pub(in crate::cli) fn unlocked_text(target: &str, all: &[Unlocked]) -> String {
    let mut out = String::new();
    for Unlocked { solution, from } in all {
        let _ = match from {
            Some(lease) => writeln!(out, "{solution} on {target}: the lock was taken from {}", lease.describe()),
            None => writeln!(out, "{solution} on {target}: nobody holds it"),
        };
    }
    out
}

/// `{"target", "solutions": [{"solution", "lease"}]}`; `lease` is null where nobody held the target.
pub(in crate::cli) fn unlocked_json(target: &str, all: &[Unlocked]) -> Value {
    let solutions = all.iter().map(|unlocked| json!({ "solution": unlocked.solution, "lease": unlocked.from }));
    json!({ "target": target, "solutions": solutions.collect::<Vec<_>>() })
}

pub(in crate::cli) fn repaired_text(target: &str, all: &[(String, Repair)]) -> String {
    let mut out = String::new();
    for (solution, Repair { state, kept }) in all {
        let count = state.resources.len();
        let _ = writeln!(out, "{solution} on {target}: whole, {count} resources, serial {}", state.serial);
        for path in kept {
            let _ = writeln!(out, "  what was there is kept as `{path}`");
        }
    }
    out
}

/// `{"target", "solutions": [{"solution", "serial", "resources", "kept"}]}`: how many resources, and the paths of
/// what was replaced.
pub(in crate::cli) fn repaired_json(target: &str, all: &[(String, Repair)]) -> Value {
    let solutions = all.iter().map(|(solution, Repair { state, kept })| {
        json!({ "solution": solution, "serial": state.serial, "resources": state.resources.len(), "kept": kept })
    });
    json!({ "target": target, "solutions": solutions.collect::<Vec<_>>() })
}

/// What was removed of each solution: deployments of the history, and releases.
pub(in crate::cli) fn pruned_text(target: &str, all: &[(String, (usize, usize))]) -> String {
    let line = |(solution, (entries, releases)): &(String, (usize, usize))| {
        let entries = counted_as(*entries, "deployment");
        format!("{solution} on {target}: {entries} and {} removed\n", counted_as(*releases, "release"))
    };
    all.iter().map(line).collect()
}

/// `{"target", "solutions": [{"solution", "deployments", "releases"}]}`.
pub(in crate::cli) fn pruned_json(target: &str, all: &[(String, (usize, usize))]) -> Value {
    let one = |(solution, (entries, releases)): &(String, (usize, usize))| json!({ "solution": solution, "deployments": entries, "releases": releases });
    json!({ "target": target, "solutions": all.iter().map(one).collect::<Vec<_>>() })
}
