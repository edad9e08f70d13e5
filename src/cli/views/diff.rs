//! Where two targets differ; what promoting would change is a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use super::plan_fields::{difference, text_diff};
use crate::cli::commands::diff::Compared;
use crate::pipeline::{Difference, Plan};
use crate::project::{Resolved, RunAs};

/// The resource and what of it.
pub(in crate::cli) fn place(difference: &Difference) -> String {
    match difference.path.as_str() {
        "" => difference.key.to_string(),
        path => format!("{} {path}", difference.key),
    }
}

/// What the targets declare differently: `(what, there, here)`.
fn declared(from: &Resolved<'_>, to: &Resolved<'_>, solution: &str) -> Vec<(String, Value, Value)> {
    let settings = |resolved: &Resolved<'_>| {
        let target = resolved.target;
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        all.insert("mode".to_string(), target.mode.as_str().into());
        let text =
            |value: &Option<crate::project::Located<String>>| value.as_ref().map(|value| value.value.clone()).into();
        all.insert("host".to_string(), text(&target.host));
        all.insert("profile".to_string(), text(&target.profile));
        all.insert("root".to_string(), text(&target.root));
        all.insert("catalog_prefix".to_string(), text(&target.catalog_prefix));
        all.insert("protect".to_string(), target.protect.into());
        let run_as = target.run_as.as_ref().map(|run_as| match &run_as.value {
            RunAs::ServicePrincipal(name) | RunAs::User(name) => name.clone(),
        });
        all.insert("run_as".to_string(), run_as.into());
        for (role, name) in &resolved.principals {
            all.insert(format!("principals.{role}"), name.clone().into());
        }
        let variables = resolved.solutions.get(solution).into_iter().flat_map(|solution| &solution.variables);
        for (name, value) in variables {
            let value = value.as_ref().map(ToString::to_string);
            all.insert(format!("variables.{name}"), value.into());
        }
        all
    };
    let (one, other) = (settings(from), settings(to));
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let of = |all: &BTreeMap<String, Value>, name: &String| all.get(name).cloned().unwrap_or_default();
    let pairs = names.into_iter().map(|name| (name.clone(), of(&one, name), of(&other, name)));
    pairs.filter(|(_, one, other)| one != other).collect()
}

pub(in crate::cli) fn text(compared: &Compared, from: &Resolved<'_>, to: &Resolved<'_>) -> String {
    let (one, other) = (&from.target.name, &to.target.name);
    let mut out = String::new();
    let release = compared.release.get(..12).unwrap_or(&compared.release);
    let _ = writeln!(out, "{}: release {release}, from {one} to {other}", compared.solution);
    for (what, there, here) in declared(from, to, &compared.solution) {
        let _ = writeln!(out, "  declared: {what}: {}", difference(&there, &here));
    }
    for differing in &compared.undeclared {
        let texts = differing.texts.as_ref();
        match texts.and_then(|texts| text_diff(&texts.left, &texts.right, super::plan::MOST_LINES)) {
            Some(diff) => {
                let _ = writeln!(out, "  not declared: {}:", place(differing));
                super::plan::indented(&mut out, &diff);
            }
            None => {
                let told = difference(&differing.left, &differing.right);
                let _ = writeln!(out, "  not declared: {}: {told}", place(differing));
            }
        }
    }
    match &compared.there {
        None => drop(writeln!(out, "  no deployment to {other} has come to its end")),
        Some(entry) if entry.release.as_str() == compared.release => {
            let _ = writeln!(out, "  {other} runs this release (deployment {})", entry.serial);
        }
        Some(entry) => drop(writeln!(out, "  {other} runs {} (deployment {})", entry.release.short(), entry.serial)),
    }
    out
}

/// `{"solution", "release", "runs", "declared": [{"setting", "from", "to"}], "undeclared": [{"key", "path", "from",
/// "to"}], "plan"}`; `runs` is the release that the second target runs, and the plan is as `plan --format json` has it.
pub(in crate::cli) fn json(
    compared: &Compared,
    from: &Resolved<'_>,
    to: &Resolved<'_>,
    plan: &Plan,
) -> anyhow::Result<Value> {
    let declared = declared(from, to, &compared.solution).into_iter();
    let declared: Vec<Value> =
        declared.map(|(setting, from, to)| json!({ "setting": setting, "from": from, "to": to })).collect();
    let undeclared = compared.undeclared.iter();
    let undeclared: Vec<Value> = undeclared
        .map(|d| json!({ "key": d.key.to_string(), "path": d.path, "from": d.left, "to": d.right }))
        .collect();
    Ok(json!({
        "solution": compared.solution,
        "release": compared.release,
        "runs": compared.there.as_ref().map(|entry| entry.release.as_str()),
        "declared": declared,
        "undeclared": undeclared,
        "plan": serde_json::to_value(plan)?,
    }))
}
