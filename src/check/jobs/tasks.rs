//! What a task runs, on what, and after what.

use std::collections::BTreeMap;

use crate::check::entries::{error, list, open, text, warning};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::{Entry, Node};

/// "The type of the task": exactly one of these (Jobs API 2.2, `Task`).
const KINDS: &[&str] = &[
    "notebook_task",
    "spark_jar_task",
    "spark_python_task",
    "python_wheel_task",
    "pipeline_task",
    "sql_task",
    "dbt_task",
    "run_job_task",
    "condition_task",
    "for_each_task",
    "dashboard_task",
    "alert_task",
    "clean_rooms_notebook_task",
    "power_bi_task",
];

pub(super) fn check(job: &Node, out: &mut Diagnostics) {
    let tasks: Vec<&Node> = list(job, "tasks").iter().collect();
    let by_key: BTreeMap<&str, &Node> =
        tasks.iter().filter_map(|task| Some((text(task, "task_key")?, *task))).collect();
    for task in &tasks {
        one_kind(task, out);
        compute(job, task, out);
        outcomes(task, &by_key, out);
        run_if(task, out);
        alert(task, out);
        full_refresh(job, task, out);
        if let Some(inner) = task.at(&["for_each_task", "task"]) {
            one_kind(inner, out);
            alert(inner, out);
            compute(job, inner, out);
            if inner.get("for_each_task").is_some() {
                let message = "a loop cannot stand inside a loop";
                out.push(
                    error(Code::FOR_EACH, &inner.location, message).hint("run a job of its own as the inner loop"),
                );
            }
            if let Some(entry) = inner.entry("depends_on").filter(|entry| !entry.node.is_null()) {
                let message = "the task inside a loop waits for nothing; the loop does";
                out.push(error(Code::FOR_EACH, &entry.key_location, message).hint("move it to the loop's own task"));
            }
        }
    }
}

fn kinds(task: &Node) -> Vec<&Entry> {
    let entries = task.as_map().unwrap_or_default();
    entries.iter().filter(|entry| KINDS.contains(&entry.key.as_str()) && !entry.node.is_null()).collect()
}

fn one_kind(task: &Node, out: &mut Diagnostics) {
    match kinds(task).as_slice() {
        [] => {
            let at = task.get("task_key").unwrap_or(task);
            let message = "the task runs nothing";
            let hint = "say what it runs, for example with `sql_task` or `pipeline_task`";
            out.push(error(Code::TASK_KIND, &at.location, message).hint(hint));
        }
        [_] => {}
        [first, second, ..] => {
            let message = format!("the task has both `{}` and `{}`", first.key, second.key);
            let diagnostic = error(Code::TASK_KIND, &second.key_location, message);
            out.push(diagnostic.related(first.key_location.clone(), "the other").hint("make two tasks of it"));
        }
    }
}

/// Jobs API 2.2, `AlertTask`: "User has to select only one of alert_id or workspace_path to identify the alert."
fn alert(task: &Node, out: &mut Diagnostics) {
    let Some(entry) = task.entry("alert_task").filter(|entry| entry.node.as_map().is_some()) else { return };
    let given = |key: &str| entry.node.entry(key).filter(|entry| !entry.node.is_null());
    match (given("alert_id"), given("workspace_path")) {
        (None, None) => {
            let message = "the task does not say which alert it runs";
            let hint = "add `alert_id`, for example `${alert.name.id}`";
            out.push(error(Code::MISSING_KEY, &entry.key_location, message).hint(hint));
        }
        (Some(first), Some(second)) => {
            let message = "the task has both `alert_id` and `workspace_path`";
            let diagnostic = error(Code::TASK_KIND, &second.key_location, message);
            out.push(diagnostic.related(first.key_location.clone(), "the other").hint("keep one of them"));
        }
        _ => {}
    }
}

/// Clusters and environments that the job must declare.
fn compute(job: &Node, task: &Node, out: &mut Diagnostics) {
    for (key, section, what) in
        [("job_cluster_key", "job_clusters", "cluster"), ("environment_key", "environments", "environment")]
    {
        let Some(node) = task.get(key) else { continue };
        let Some(name) = node.as_str().filter(|name| !open(name)) else { continue };
        let known: Vec<&str> = list(job, section).iter().filter_map(|item| text(item, key)).collect();
        if !known.contains(&name) {
            let message = format!("the job has no {what} `{name}`");
            let diagnostic = error(Code::RESOURCE_REFERENCE, &node.location, message);
            out.push(diagnostic.hint(format!("declare it under `{section}` of the job")).suggest(name, known));
        }
    }
    let cluster = ["new_cluster", "existing_cluster_id", "job_cluster_key"];
    let given = cluster.into_iter().filter_map(|key| task.entry(key).filter(|entry| !entry.node.is_null()));
    let given: Vec<&Entry> = given.collect();
    if let (Some(environment), Some(cluster)) = (task.entry("environment_key"), given.first()) {
        let message = format!("`environment_key` is of serverless compute, and `{}` names a cluster", cluster.key);
        let diagnostic = error(Code::SERVERLESS_CLUSTER, &environment.key_location, message);
        out.push(diagnostic.related(cluster.key_location.clone(), "the cluster").hint("keep one of them"));
    } else if let [first, second, ..] = given.as_slice() {
        let message = format!("the task has both `{}` and `{}`", first.key, second.key);
        let diagnostic = error(Code::TASK_KIND, &second.key_location, message);
        out.push(diagnostic.related(first.key_location.clone(), "the other").hint("keep one of them"));
    }
}

/// Jobs API 2.2, `TaskDependency.outcome`: "Can only be specified on condition task dependencies."
fn outcomes(task: &Node, by_key: &BTreeMap<&str, &Node>, out: &mut Diagnostics) {
    let mut waited: Vec<(&str, &Node)> = Vec::new();
    for dependency in list(task, "depends_on") {
        let Some(key) = text(dependency, "task_key") else { continue };
        let on = dependency.get("task_key").unwrap_or(dependency);
        if text(task, "task_key") == Some(key) {
            let message = format!("the task `{key}` waits for itself");
            out.push(error(Code::JOB_CYCLE, &on.location, message));
        }
        let Some(outcome) = dependency.get("outcome").filter(|node| !node.is_null()) else {
            if waited.iter().any(|(known, _)| *known == key) {
                let message = format!("the task waits for `{key}` twice");
                out.push(warning(Code::DUPLICATE_RESOURCE, &on.location, message).hint("remove one"));
            }
            waited.push((key, on));
            continue;
        };
        let condition = by_key.get(key).is_none_or(|on| on.get("condition_task").is_some());
        let written = match (outcome.as_str(), outcome.as_bool()) {
            (Some(text), _) => text.to_string(),
            (None, Some(value)) => value.to_string(),
            (None, None) => continue,
        };
        if !condition {
            let message = format!("`{key}` is no condition, so it has no outcome");
            out.push(error(Code::TASK_OUTCOME, &outcome.location, message).hint("remove `outcome`, or use `run_if`"));
        } else if !["true", "false"].contains(&written.as_str()) && !open(&written) {
            let message = format!("a condition's outcome is \"true\" or \"false\", not \"{written}\"");
            out.push(error(Code::TASK_OUTCOME, &outcome.location, message));
        }
        if let Some((_, first)) = waited.iter().find(|(known, _)| *known == key) {
            let any = ["AT_LEAST_ONE_SUCCESS", "ALL_DONE", "NONE_FAILED", "AT_LEAST_ONE_FAILED"];
            if text(task, "run_if").is_none_or(|run_if| !any.contains(&run_if)) {
                let message = format!("the task waits for both outcomes of `{key}`, and only one ever comes");
                let diagnostic = warning(Code::RUN_IF, &outcome.location, message);
                out.push(diagnostic.related(first.location.clone(), "the other").hint("add `run_if: NONE_FAILED`"));
            }
        }
        waited.push((key, outcome));
    }
}

fn run_if(task: &Node, out: &mut Diagnostics) {
    let Some(node) = task.get("run_if") else { return };
    let Some(rule) = node.as_str().filter(|rule| *rule != "ALL_SUCCESS") else { return };
    if list(task, "depends_on").is_empty() {
        let message = format!("`run_if: {rule}` of a task that waits for nothing decides nothing");
        out.push(warning(Code::RUN_IF, &node.location, message).hint("add `depends_on`, or remove it"));
    }
}

/// A full refresh empties the streaming tables, and what is no longer in their sources is gone (lakeflow-sql.md §4.1).
fn full_refresh(job: &Node, task: &Node, out: &mut Diagnostics) {
    let Some(node) = task.at(&["pipeline_task", "full_refresh"]) else { return };
    let repeats = ["schedule", "trigger", "continuous"].iter().any(|key| job.get(key).is_some_and(|n| !n.is_null()));
    if node.as_bool() == Some(true) && repeats {
        let message = "every run empties the pipeline's streaming tables and reads their sources again";
        let hint = "write `full_refresh: false`, and run a full refresh by hand when one is needed";
        out.push(warning(Code::SCHEDULED_FULL_REFRESH, &node.location, message).hint(hint));
    }
}
