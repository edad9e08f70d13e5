//! Each rule on the smallest job that breaks it, and one job that breaks none.

use std::collections::BTreeMap;

use super::{JobFacts, check};
use crate::check::testing::{resources, target, told};
use crate::project::Mode;

fn found_in(mode: Mode, text: &str, sql: &[(&str, &str)]) -> Vec<String> {
    let (resources, target) = (resources(text), target("t", mode));
    let sql: BTreeMap<&str, &str> = sql.iter().copied().collect();
    told(check(&JobFacts { resources: &resources, target: &target, sql }))
}

fn found(text: &str) -> Vec<String> {
    found_in(Mode::Local, text, &[])
}

/// A finding that is expected and not there.
fn differs(found: Vec<String>, expected: &str) -> Option<String> {
    (!found.iter().any(|line| line == expected)).then(|| format!("not {expected}\n    but {found:?}"))
}

#[test]
fn a_job_with_everything_right() {
    let job = r#"
jobs:
  a:
    name: A
    schedule: { quartz_cron_expression: "0 0/10 2 29 FEB ?", timezone_id: America/Argentina/Buenos_Aires }
    max_concurrent_runs: 1000
    timeout_seconds: 0
    email_notifications: { on_failure: [team@example.test] }
    parameters: [{ name: day, default: today }]
    job_clusters: [{ job_cluster_key: c, new_cluster: {} }]
    environments: [{ environment_key: e, spec: {} }]
    tasks:
      - { task_key: ask, condition_task: { op: EQUAL_TO, left: "{{job.parameters.day}}", right: x } }
      - { task_key: yes, depends_on: [{ task_key: ask, outcome: "true" }], job_cluster_key: c, notebook_task: { notebook_path: /a } }
      - { task_key: no, depends_on: [{ task_key: ask, outcome: "false" }], environment_key: e, max_retries: -1, spark_python_task: { python_file: /a.py } }
      - { task_key: both, depends_on: [{ task_key: yes }, { task_key: no }], run_if: NONE_FAILED, sql_task: { file: { path: sql/a.sql }, parameters: { rows: "{{tasks.yes.values.rows}}" } } }
      - { task_key: each, for_each_task: { inputs: "[1, 2]", concurrency: 100, task: { task_key: one, run_job_task: { job_id: 1 } } } }
  b: { name: B, trigger: { file_arrival: { url: /Volumes/c/s/v/ } }, tasks: [{ task_key: p, pipeline_task: { pipeline_id: x, full_refresh: false } }] }
  c: { name: C, targets: [other], schedule: { quartz_cron_expression: "* * * * * ?" } }
"#;
    let sql = [("sql/a.sql", "SELECT :rows, :day, payload:field")];
    assert_eq!(found_in(Mode::Production, job, &sql), [""; 0]);
}

/// Quartz: the first field is seconds, and of day and month only what exists comes due. Jobs API 2.2: `timezone_id` is
/// required; a schedule, a trigger and `continuous` exclude each other.
#[test]
fn schedules() {
    let job = |rest: &str| {
        found(&format!(
            "jobs:\n  a:\n    name: A\n    tasks: [{{ task_key: t, dashboard_task: {{ dashboard_id: x }} }}]\n{rest}"
        ))
    };
    let mut wrong = Vec::new();
    for (rest, expected) in [
        (
            "    schedule: { quartz_cron_expression: \"0 0 2 * * ?\", timezone_id: Europe/Berlim }",
            "r.yml:5:69 error LS905 `Europe/Berlim` is not a time zone",
        ),
        (
            "    schedule: { quartz_cron_expression: \"0 0 2 * * ?\" }",
            "r.yml:5:41 error LS105 the key `timezone_id` is required here",
        ),
        (
            "    schedule: { quartz_cron_expression: \"* * 2 * * ?\", timezone_id: GMT+2 }",
            "r.yml:5:41 warning LS924 the schedule comes due every second",
        ),
        (
            "    schedule: { quartz_cron_expression: \"0/5 0 2 * * ?\", timezone_id: PST }",
            "r.yml:5:41 warning LS924 the schedule comes due every 5 seconds",
        ),
        (
            "    schedule: { quartz_cron_expression: \"0 0 2 30 2 ?\", timezone_id: UTC }",
            "r.yml:5:41 error LS925 no `2` has a day `30`: the schedule never comes due",
        ),
        (
            "    schedule: { quartz_cron_expression: \"0 0 2 31 APR,JUN ?\", timezone_id: UTC }",
            "r.yml:5:41 error LS925 no `APR,JUN` has a day `31`: the schedule never comes due",
        ),
        (
            "    continuous: {}\n    schedule: { quartz_cron_expression: \"0 0 2 * * ?\", timezone_id: UTC }",
            "r.yml:5:5 error LS913 the job has both `schedule` and `continuous`",
        ),
        (
            "    continuous: {}\n    max_concurrent_runs: 2",
            "r.yml:6:26 warning LS913 a continuous job has one run at a time",
        ),
        (
            "    trigger: { file_arrival: { url: landing/new } }",
            "r.yml:5:37 error LS917 `landing/new` is neither a volume nor a place in cloud storage",
        ),
        (
            "    trigger: { periodic: { interval: 0, unit: MINUTES } }",
            "r.yml:5:38 error LS912 the interval is at least 1",
        ),
    ] {
        wrong.extend(differs(job(rest), expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tasks() {
    let job = |tasks: &str| found(&format!("jobs:\n  a:\n    name: A\n    tasks:\n{tasks}"));
    let run = "run_job_task: { job_id: 1 }";
    let mut wrong = Vec::new();
    for (tasks, expected) in [
        ("      - task_key: a\n".to_string(), "r.yml:5:19 error LS906 the task runs nothing"),
        (
            format!("      - {{ task_key: a, {run}, sql_task: {{}} }}"),
            "r.yml:5:53 error LS906 the task has both `run_job_task` and `sql_task`",
        ),
        (
            format!("      - {{ task_key: a b, {run} }}"),
            "r.yml:5:21 error LS912 `a b` is no key of a task: letters, digits, `_` and `-`",
        ),
        (
            format!("      - {{ task_key: a, {run}, max_retries: -2 }}"),
            "r.yml:5:66 error LS912 `max_retries` is -2, and -1 is the least",
        ),
        (
            format!("      - {{ task_key: a, {run}, job_cluster_key: c }}"),
            "r.yml:5:70 error LS901 the job has no cluster `c`",
        ),
        (
            format!("      - {{ task_key: a, {run}, environment_key: e }}"),
            "r.yml:5:70 error LS901 the job has no environment `e`",
        ),
        (
            format!("      - {{ task_key: a, {run}, depends_on: [{{ task_key: a }}] }}"),
            "r.yml:5:78 error LS902 the task `a` waits for itself",
        ),
        (
            format!("      - {{ task_key: a, {run}, run_if: ALL_FAILED }}"),
            "r.yml:5:61 warning LS915 `run_if: ALL_FAILED` of a task that waits for nothing decides nothing",
        ),
        (
            format!(
                "      - {{ task_key: a, {run} }}\n      - {{ task_key: b, {run}, depends_on: [{{ task_key: a, outcome: \"true\" }}] }}"
            ),
            "r.yml:6:90 error LS910 `a` is no condition, so it has no outcome",
        ),
        (
            format!(
                "      - {{ task_key: a, condition_task: {{}} }}\n      - {{ task_key: b, {run}, depends_on: [{{ task_key: a, outcome: done }}] }}"
            ),
            "r.yml:6:90 error LS910 a condition's outcome is \"true\" or \"false\", not \"done\"",
        ),
        (
            format!(
                "      - {{ task_key: a, condition_task: {{}} }}\n      - {{ task_key: b, {run}, depends_on: [{{ task_key: a, outcome: \"true\" }}, {{ task_key: a, outcome: \"false\" }}] }}"
            ),
            "r.yml:6:124 warning LS915 the task waits for both outcomes of `a`, and only one ever comes",
        ),
    ] {
        wrong.extend(differs(job(&tasks), expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let full = "jobs:\n  a:\n    name: A\n    continuous: {}\n    tasks: [{ task_key: a, pipeline_task: { pipeline_id: x, full_refresh: true } }]\n";
    assert_eq!(
        found(full),
        ["r.yml:5:75 warning LS923 every run empties the pipeline's streaming tables and reads their sources again"]
    );
}

/// Databricks documentation, "Dynamic value references" and "Use a For each task to run another task in a loop".
#[test]
fn values() {
    let run = "run_job_task: { job_id: 1 }";
    let job = |tasks: &str| {
        found(&format!("jobs:\n  a:\n    name: A\n    parameters: [{{ name: day }}]\n    tasks:\n{tasks}"))
    };
    let mut wrong = Vec::new();
    for (tasks, expected) in [
        (
            "      - { task_key: a, notebook_task: { notebook_path: /a, base_parameters: { d: \"{{job.parameters.dya}}\" } } }".to_string(),
            "r.yml:6:82 error LS907 the job has no parameter `dya`",
        ),
        (
            "      - { task_key: a, condition_task: { op: EQUAL_TO, left: \"{{tasks.b.values.x}}\", right: y } }".to_string(),
            "r.yml:6:62 error LS909 the job has no task `b`",
        ),
        (
            format!("      - {{ task_key: b, {run} }}\n      - {{ task_key: a, condition_task: {{ left: \"{{{{ tasks.b.values.x }}}}\", right: y }} }}"),
            "r.yml:7:48 warning LS909 `a` does not wait for `b`, whose value it takes",
        ),
        (
            format!("      - {{ task_key: a, for_each_task: {{ inputs: \"1, 2\", task: {{ task_key: i, {run} }} }} }}"),
            "r.yml:6:49 error LS911 the inputs of a loop are a JSON array, and this is no JSON: trailing characters at line 1 column 2",
        ),
        (
            format!("      - {{ task_key: a, for_each_task: {{ inputs: '{{}}', concurrency: 101, task: {{ task_key: i, {run} }} }} }}"),
            "r.yml:6:68 error LS911 `concurrency` is 101, and it is 1 to 100",
        ),
        (
            format!("      - {{ task_key: a, for_each_task: {{ inputs: '[]', task: {{ task_key: i, {run}, depends_on: [] }} }} }}"),
            "r.yml:6:49 warning LS911 the loop has no inputs, so it runs nothing",
        ),
    ] {
        wrong.extend(differs(job(&tasks), expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let sql = [("sql/a.sql", "SELECT :day, :region")];
    let job = "jobs:\n  a:\n    name: A\n    parameters: [{ name: day }]\n    tasks:\n      - task_key: a\n        sql_task: { file: { path: sql/a.sql }, parameters: { regoin: x } }\n";
    assert_eq!(
        found_in(Mode::Local, job, &sql),
        [
            "r.yml:7:35 error LS908 the file takes the parameter `:region`, which neither the task nor the job gives",
            "r.yml:7:62 warning LS908 the file does not take the parameter `regoin`",
        ]
    );
}

#[test]
fn identities_and_recipients() {
    let job = "jobs:\n  a:\n    name: A\n    run_as: { user_name: a@example.test }\n    email_notifications: { on_failure: [team, \"${x.y.id}\"] }\n    tasks: [{ task_key: a, sql_task: {} }]\n  b:\n    name: A\n    run_as: { user_name: a@example.test, service_principal_name: b }\n    tasks: [{ task_key: a, sql_task: {} }]\n";
    assert_eq!(
        found_in(Mode::Production, job, &[]),
        [
            "r.yml:4:26 warning LS914 in production this runs as a person, and stops when that person's access ends",
            "r.yml:5:41 warning LS916 `team` is not an e-mail address",
            "r.yml:8:11 warning LS926 two jobs are called `A`",
            "r.yml:9:66 error LS914 `run_as` names a user and a service principal",
        ]
    );
}
