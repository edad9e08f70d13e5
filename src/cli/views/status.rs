//! What is deployed.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::pipeline::State;

/// A solution and what the workspace has of it.
pub(in crate::cli) struct Deployed {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) state: Option<State>,
    pub(in crate::cli) runs: Vec<PipelineRun>,
}

pub(in crate::cli) struct PipelineRun {
    pub(in crate::cli) pipeline: String,
    /// Id and state of the latest update.
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
            let _ = writeln!(out, "  pipeline {}: {}", run.pipeline, last.to_lowercase());
        }
    }
    out
}

/// `{"target", "solutions": [{"solution", "deployed", "serial", "resources": {kind: count}, "pipelines": [...]}]}`.
pub(in crate::cli) fn json(target: &str, all: &[Deployed]) -> Value {
    let solutions = all.iter().map(|deployed| {
        let pipelines = deployed.runs.iter().map(|run| {
            let (update_id, state) = run.last.clone().unzip();
            json!({ "pipeline": run.pipeline, "last_update_id": update_id, "last_state": state })
        });
        json!({
            "solution": deployed.solution,
            "deployed": deployed.state.is_some(),
            "serial": deployed.state.as_ref().map(|state| state.serial),
            "resources": deployed.state.as_ref().map(kinds),
            "pipelines": pipelines.collect::<Vec<_>>(),
        })
    });
    json!({ "target": target, "solutions": solutions.collect::<Vec<_>>() })
}
