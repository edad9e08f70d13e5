//! Numbers that have a range, and settings that exclude each other.

use crate::check::entries::{error, list, open, text};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::Node;

/// (key, least, greatest): Jobs API 2.2, "Create a new job": `max_concurrent_runs` "cannot exceed 1000" and 0 skips all
/// runs; `max_retries` -1 means "retry indefinitely"; 0 seconds mean "no timeout".
const OF_JOB: &[(&str, i64, i64)] = &[("max_concurrent_runs", 0, 1_000), ("timeout_seconds", 0, i64::MAX)];
const OF_TASK: &[(&str, i64, i64)] =
    &[("max_retries", -1, i64::MAX), ("min_retry_interval_millis", 0, i64::MAX), ("timeout_seconds", 0, i64::MAX)];

/// "The maximum number of tasks a job can have is 1000" (Databricks documentation, "Resource limits").
const TASKS: usize = 1_000;
/// Jobs API 2.2: a task's key has at most 100 characters, a job at most 25 tags.
const KEY: usize = 100;
const TAGS: usize = 25;

pub(super) fn job(job: &Node, out: &mut Diagnostics) {
    ranges(job, OF_JOB, out);
    let tasks = list(job, "tasks");
    if let Some(node) = tasks.get(TASKS) {
        let message = format!("the job has {} tasks, and {TASKS} is the most", tasks.len());
        out.push(error(Code::JOB_LIMIT, &node.location, message));
    }
    if let Some(tags) = job.get("tags").and_then(Node::as_map)
        && let Some(entry) = tags.get(TAGS)
    {
        let message = format!("the job has {} tags, and {TAGS} is the most", tags.len());
        out.push(error(Code::JOB_LIMIT, &entry.key_location, message));
    }
    for task in tasks {
        self::task(task, out);
        if let Some(inner) = task.at(&["for_each_task", "task"]) {
            self::task(inner, out);
        }
    }
}

fn task(task: &Node, out: &mut Diagnostics) {
    ranges(task, OF_TASK, out);
    let Some(node) = task.get("task_key") else { return };
    let Some(key) = text(task, "task_key").filter(|key| !open(key)) else { return };
    if key.chars().count() > KEY {
        let message = format!("the task's key has {} characters, and {KEY} is the most", key.chars().count());
        out.push(error(Code::JOB_LIMIT, &node.location, message));
    } else if !key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        let message = format!("`{key}` is no key of a task: letters, digits, `_` and `-`");
        out.push(error(Code::JOB_LIMIT, &node.location, message));
    }
}

fn ranges(node: &Node, ranges: &[(&str, i64, i64)], out: &mut Diagnostics) {
    for (key, least, greatest) in ranges {
        let Some(setting) = node.get(key) else { continue };
        let Some(value) = setting.as_i64() else { continue };
        if value < *least {
            let message = format!("`{key}` is {value}, and {least} is the least");
            out.push(error(Code::JOB_LIMIT, &setting.location, message));
        } else if value > *greatest {
            let message = format!("`{key}` is {value}, and {greatest} is the most");
            out.push(error(Code::JOB_LIMIT, &setting.location, message));
        }
    }
}
