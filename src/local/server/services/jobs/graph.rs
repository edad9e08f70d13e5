//! The task graph: order, and who may run (Databricks documentation, "Configure task dependencies").

use std::collections::BTreeMap;

use super::record::TaskResult;
use super::settings::{RunIf, Task};
use crate::local::server::error::{ApiError, ApiResult};

pub(super) fn check_acyclic(tasks: &[Task]) -> ApiResult<()> {
    let mut waiting: Vec<&Task> = tasks.iter().collect();
    let mut done: Vec<&str> = Vec::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|task| {
            let ready = task.depends_on.iter().all(|on| done.contains(&on.task_key.as_str()));
            if ready {
                done.push(&task.task_key);
            }
            !ready
        });
        if waiting.len() == before {
            let keys: Vec<&str> = waiting.iter().map(|task| task.task_key.as_str()).collect();
            return Err(ApiError::invalid(format!("The tasks depend on each other in a cycle: {}", keys.join(", "))));
        }
    }
    Ok(())
}

/// How a finished task looks to those that depend on it.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    pub(super) result: TaskResult,
    /// Of a condition task: `true` or `false`.
    pub(super) outcome: Option<String>,
}

/// What becomes of a task whose dependencies have all finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    Run,
    Skip(TaskResult),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Succeeded,
    Failed,
    Canceled,
    Excluded,
}

/// "If a task that handles failures does not meet its condition, it is marked Excluded; excluded tasks are skipped and
/// treated as successful. If all dependencies of a task are excluded, the task is excluded, too."
pub(super) fn judge(task: &Task, finished: &BTreeMap<String, Finished>) -> Verdict {
    let seen: Vec<Seen> = task
        .depends_on
        .iter()
        .filter_map(|on| Some((on, finished.get(&on.task_key)?)))
        .map(|(on, finished)| match finished.result {
            _ if on.outcome.is_some() && on.outcome != finished.outcome => Seen::Excluded,
            TaskResult::Success => Seen::Succeeded,
            TaskResult::Excluded | TaskResult::Disabled => Seen::Excluded,
            TaskResult::Canceled | TaskResult::UpstreamCanceled => Seen::Canceled,
            TaskResult::Failed | TaskResult::Timedout | TaskResult::UpstreamFailed => Seen::Failed,
        })
        .collect();
    if seen.is_empty() {
        return Verdict::Run;
    }
    if seen.iter().all(|seen| *seen == Seen::Excluded) {
        return Verdict::Skip(TaskResult::Excluded);
    }
    let failed = |seen: &Seen| *seen == Seen::Failed;
    let sound = |seen: &Seen| matches!(seen, Seen::Succeeded | Seen::Excluded);
    let upstream =
        if seen.contains(&Seen::Canceled) { TaskResult::UpstreamCanceled } else { TaskResult::UpstreamFailed };
    let (runs, otherwise) = match task.run_if {
        RunIf::AllSuccess => (seen.iter().all(sound), upstream),
        RunIf::AtLeastOneSuccess => (seen.contains(&Seen::Succeeded), upstream),
        RunIf::NoneFailed => (!seen.iter().any(failed) && !seen.contains(&Seen::Canceled), upstream),
        RunIf::AllDone => (true, upstream),
        RunIf::AtLeastOneFailed => (seen.iter().any(failed), TaskResult::Excluded),
        RunIf::AllFailed => (seen.iter().all(failed), TaskResult::Excluded),
    };
    if runs { Verdict::Run } else { Verdict::Skip(otherwise) }
}

/// A run's result is that of its leaf tasks; failures elsewhere only show.
pub(super) fn run_result(tasks: &[Task], finished: &BTreeMap<String, Finished>) -> TaskResultOfRun {
    let bad = |task: &Task| {
        finished.get(&task.task_key).is_none_or(|finished| match finished.result {
            TaskResult::Success | TaskResult::Excluded | TaskResult::Disabled => false,
            TaskResult::Failed
            | TaskResult::Timedout
            | TaskResult::Canceled
            | TaskResult::UpstreamFailed
            | TaskResult::UpstreamCanceled => true,
        })
    };
    let is_leaf =
        |task: &&Task| !tasks.iter().any(|other| other.depends_on.iter().any(|on| on.task_key == task.task_key));
    if tasks.iter().filter(is_leaf).any(bad) {
        TaskResultOfRun::Failed
    } else if tasks.iter().any(bad) {
        TaskResultOfRun::SuccessWithFailures
    } else {
        TaskResultOfRun::Success
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TaskResultOfRun {
    Success,
    SuccessWithFailures,
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn task(key: &str, run_if: &str, on: &[&str]) -> Task {
        let on: Vec<_> = on
            .iter()
            .map(|on| match on.split_once('=') {
                Some((key, outcome)) => json!({"task_key": key, "outcome": outcome}),
                None => json!({ "task_key": on }),
            })
            .collect();
        serde_json::from_value(json!({"task_key": key, "run_if": run_if, "depends_on": on})).unwrap()
    }

    fn finished(results: &[(&str, TaskResult)]) -> BTreeMap<String, Finished> {
        let finished = |(key, result): &(&str, TaskResult)| {
            ((*key).to_string(), Finished { result: *result, outcome: Some("true".to_string()) })
        };
        results.iter().map(finished).collect()
    }

    /// The table of <https://docs.databricks.com/jobs/run-if.html>.
    #[test]
    fn run_if() {
        use TaskResult::{Excluded, Failed, Success, UpstreamFailed};
        let run = |run_if: &str, results: [TaskResult; 2]| {
            let finished = finished(&[("a", results[0]), ("b", results[1])]);
            judge(&task("c", run_if, &["a", "b"]), &finished)
        };
        assert_eq!(run("ALL_SUCCESS", [Success, Success]), Verdict::Run);
        assert_eq!(run("ALL_SUCCESS", [Success, Failed]), Verdict::Skip(UpstreamFailed));
        assert_eq!(run("ALL_SUCCESS", [Success, Excluded]), Verdict::Run);
        assert_eq!(run("AT_LEAST_ONE_SUCCESS", [Success, Failed]), Verdict::Run);
        assert_eq!(run("AT_LEAST_ONE_SUCCESS", [Failed, Failed]), Verdict::Skip(UpstreamFailed));
        assert_eq!(run("NONE_FAILED", [Success, Excluded]), Verdict::Run);
        assert_eq!(run("NONE_FAILED", [Success, UpstreamFailed]), Verdict::Skip(UpstreamFailed));
        assert_eq!(run("ALL_DONE", [Failed, Failed]), Verdict::Run);
        assert_eq!(run("AT_LEAST_ONE_FAILED", [Success, Failed]), Verdict::Run);
        assert_eq!(run("AT_LEAST_ONE_FAILED", [Success, Success]), Verdict::Skip(Excluded));
        assert_eq!(run("ALL_FAILED", [Success, Failed]), Verdict::Skip(Excluded));
        assert_eq!(run("ALL_DONE", [Excluded, Excluded]), Verdict::Skip(Excluded));
    }

    #[test]
    fn a_branch_that_was_not_taken_is_excluded() {
        let finished = finished(&[("if", TaskResult::Success)]);
        assert_eq!(judge(&task("then", "ALL_SUCCESS", &["if=true"]), &finished), Verdict::Run);
        let otherwise = judge(&task("else", "ALL_SUCCESS", &["if=false"]), &finished);
        assert_eq!(otherwise, Verdict::Skip(TaskResult::Excluded));
    }

    #[test]
    fn leaves_decide_the_run() {
        let tasks = [task("a", "ALL_SUCCESS", &[]), task("b", "ALL_DONE", &["a"])];
        let run = |a, b| run_result(&tasks, &finished(&[("a", a), ("b", b)]));
        assert_eq!(run(TaskResult::Success, TaskResult::Success), TaskResultOfRun::Success);
        assert_eq!(run(TaskResult::Failed, TaskResult::Success), TaskResultOfRun::SuccessWithFailures);
        assert_eq!(run(TaskResult::Success, TaskResult::Failed), TaskResultOfRun::Failed);
    }
}
