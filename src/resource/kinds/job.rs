//! Jobs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::declared::Declared;
use super::super::inputs::{Context, Inputs};
use super::super::key::DEFAULT_WAREHOUSE;
use super::super::names;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::place;
use super::super::{Desired, Kind};
use super::{cron, file, job_fields, pipeline};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::graph::Graph;
use crate::project::yaml::Node;

/// A deleted job takes its run history with it.
pub(in super::super) const RULES: Rules = Rules {
    keyed_lists: &[
        ("tasks", "task_key"),
        ("tasks[].depends_on", "task_key"),
        ("job_clusters", "job_cluster_key"),
        ("environments", "environment_key"),
        ("parameters", "name"),
    ],
    normal_forms: &[
        ("tasks[].sql_task.file.path", NormalForm::WorkspacePath),
        ("tasks[].notebook_task.notebook_path", NormalForm::WorkspacePath),
        ("tasks[].spark_python_task.python_file", NormalForm::WorkspacePath),
    ],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

/// A job and the project files that its tasks run.
pub(in super::super) struct Built {
    pub(in super::super) desired: Desired,
    pub(in super::super) sources: BTreeSet<String>,
}

pub(in super::super) fn build(
    declared: &Declared<'_>,
    inputs: &Inputs,
    context: &Context,
    out: &mut Diagnostics,
) -> Built {
    let mut desired = declared.read(Kind::Job, job_fields::FIELDS, &["permissions"], out);
    declared.require(&desired, &["name"], out);
    check_tasks(declared, out);
    check_schedule(declared, out);
    let mut sources = BTreeSet::new();
    let tasks = desired.spec.get_mut("tasks").and_then(Value::as_array_mut);
    for (index, task) in tasks.into_iter().flatten().enumerate() {
        let node = declared.node().get("tasks").and_then(Node::as_list).and_then(|tasks| tasks.get(index));
        if let (Some(task), Some(node)) = (task.as_object_mut(), node) {
            adopt_files(task, node, inputs, context, &mut sources, out);
            // The API wants a warehouse; the project means "the usual one".
            if let Some(Value::Object(sql)) = task.get_mut("sql_task") {
                sql.entry("warehouse_id").or_insert_with(|| Value::String(DEFAULT_WAREHOUSE.to_string()));
            }
        }
    }
    desired.depends_on.extend(sources.iter().map(|path| file::key(path)));
    if let Some(user) = &context.development {
        pipeline::prefix_name(&mut desired, "name", user);
        for trigger in ["schedule", "trigger", "continuous"] {
            if let Some(Value::Object(trigger)) = desired.spec.get_mut(trigger) {
                trigger.insert("pause_status".to_string(), Value::String("PAUSED".to_string()));
            }
        }
    }
    names::check_copy(declared, &desired, context, out);
    if let Some(run_as) = &context.run_as {
        desired.spec.entry("run_as").or_insert_with(|| run_as.to_json());
    }
    Built { desired, sources }
}

/// Paths that are not absolute name files of the project: they are uploaded, and the task gets their place.
fn adopt_files(
    task: &mut Map<String, Value>,
    node: &Node,
    inputs: &Inputs,
    context: &Context,
    sources: &mut BTreeSet<String>,
    out: &mut Diagnostics,
) {
    const PLACES: [&[&str]; 3] =
        [&["sql_task", "file", "path"], &["notebook_task", "notebook_path"], &["spark_python_task", "python_file"]];
    for keys in PLACES {
        let Some((last, parents)) = keys.split_last() else { continue };
        let parent = parents.iter().try_fold(&mut *task, |object, key| object.get_mut(*key)?.as_object_mut());
        let Some(parent) = parent else { continue };
        let Some(path) = parent.get(*last).and_then(Value::as_str).map(str::to_string) else { continue };
        if path.starts_with('/') || path.contains("${") {
            continue;
        }
        if !inputs.sql.contains_key(&path) && !inputs.sources.contains_key(&path) {
            let message = format!("the file `{path}` does not exist in the project");
            out.push(Diagnostic::error(Code::MISSING_FILE, message).at(place(node, keys).location.clone()));
            continue;
        }
        parent.insert((*last).to_string(), Value::String(file::workspace_path(context, &path)));
        parent.entry("source").or_insert_with(|| json!("WORKSPACE"));
        sources.insert(path);
    }
}

fn check_tasks(declared: &Declared<'_>, out: &mut Diagnostics) {
    let tasks = declared.node().get("tasks").and_then(Node::as_list).unwrap_or_default();
    let key_of = |task: &Node| task.get("task_key").and_then(Node::as_str).map(str::to_string);
    let mut graph = Graph::default();
    let mut seen = BTreeSet::new();
    for task in tasks {
        match key_of(task) {
            Some(key) if !seen.insert(key.clone()) => {
                let message = format!("the task `{key}` is defined twice");
                let location = place(task, &["task_key"]).location.clone();
                out.push(Diagnostic::error(Code::DUPLICATE_RESOURCE, message).at(location));
            }
            Some(key) => graph.add_node(key),
            None => out.push(
                Diagnostic::error(Code::MISSING_KEY, "the key `task_key` is required here").at(task.location.clone()),
            ),
        }
    }
    for task in tasks {
        let Some(key) = key_of(task) else { continue };
        for dependency in task.get("depends_on").and_then(Node::as_list).unwrap_or_default() {
            let Some(node) = dependency.get("task_key") else { continue };
            let Some(on) = node.as_str() else { continue };
            if seen.contains(on) {
                graph.add_edge(key.clone(), on.to_string(), Some(node.location.clone()));
            } else {
                let message = format!("the job has no task `{on}`");
                out.push(Diagnostic::error(Code::RESOURCE_REFERENCE, message).at(node.location.clone()));
            }
        }
    }
    if let Err(cycle) = graph.order() {
        out.push(cycle.diagnostic(Code::JOB_CYCLE, "tasks wait for each other"));
    }
}

fn check_schedule(declared: &Declared<'_>, out: &mut Diagnostics) {
    let Some(node) = declared.node().at(&["schedule", "quartz_cron_expression"]) else { return };
    if let Some(problem) = node.as_str().and_then(|text| cron::check(text).err()) {
        out.push(Diagnostic::error(Code::SCHEDULE, problem).at(node.location.clone()));
    }
}
