//! What is deployed.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::pipeline::{Kind, ResourceKey, State};

/// A solution and what the workspace has of it.
pub(in crate::cli) struct Deployed {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) state: Option<State>,
    pub(in crate::cli) runs: Vec<LastRun>,
}

/// Of a pipeline or a job.
pub(in crate::cli) struct LastRun {
    pub(in crate::cli) key: ResourceKey,
    /// Id and outcome of the latest update or run.
    pub(in crate::cli) last: Option<(String, String)>,
}

fn kinds(state: &State) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for key in state.resources.keys() {
        *kinds.entry(key.kind.as_str()).or_default() += 1;
    }
    kinds
}

pub(in crate::cli) fn text(target: &str, all: &[Deployed]) -> String {
    let mut out = String::new();
    for deployed in all {
        let Some(state) = &deployed.state else {
            let _ = writeln!(out, "{} on {target}: not deployed", deployed.solution);
            continue;
        };
        let _ = writeln!(
            out,
            "{} on {target}: {} resources (serial {})",
            deployed.solution,
            state.resources.len(),
            state.serial
        );
        for (kind, count) in kinds(state) {
            let _ = writeln!(out, "  {kind:<16}{count:>5}");
        }
        for run in &deployed.runs {
            let last = run.last.as_ref().map_or("never ran", |(_, state)| state.as_str());
            let _ = writeln!(out, "  {}: {}", run.key, last.to_lowercase().replace('_', " "));
        }
    }
    out
}

/// `{"target", "solutions": [{"solution", "deployed", "serial", "resources": {kind: count},
/// "pipelines": [{"pipeline", "last_update_id", "last_state"}], "jobs": [{"job", "last_run_id", "last_state"}]}]}`.
pub(in crate::cli) fn json(target: &str, all: &[Deployed]) -> Value {
    let solutions = all.iter().map(|deployed| {
        let of = |kind: Kind, name: &str, id_name: &str| {
            let runs = deployed.runs.iter().filter(|run| run.key.kind == kind).map(|run| {
                let (id, state) = run.last.clone().unzip();
                json!({ name: run.key.name(), id_name: id, "last_state": state })
            });
            runs.collect::<Vec<Value>>()
        };
        json!({
            "solution": deployed.solution,
            "deployed": deployed.state.is_some(),
            "serial": deployed.state.as_ref().map(|state| state.serial),
            "resources": deployed.state.as_ref().map(kinds),
            "pipelines": of(Kind::Pipeline, "pipeline", "last_update_id"),
            "jobs": of(Kind::Job, "job", "last_run_id"),
        })
    });
    json!({ "target": target, "solutions": solutions.collect::<Vec<_>>() })
}
