//! The JSON of commands on what is deployed begins alike, and says what the exit code says (docs/plan.md, "`version` and
//! `ok`").

use serde_json::{Value, json};

use crate::support::{Machine, Served, TestProject, repository};

const JOB: &str = "jobs:\n  nightly:\n    name: nightly\n    description: one\n    tasks:\n      - task_key: count\n        \
                   sql_task: { file: { path: sql/checks/count.sql } }\n";

/// The document of a command with this exit code.
#[track_caller]
fn document(machine: &Machine, arguments: &[&str], code: i32) -> Value {
    let run = machine.run(&[arguments, &["--format", "json"]].concat());
    let told = format!("{run}");
    let document = run.json(code);
    let keys: Vec<&String> = document.as_object().unwrap().keys().take(2).collect();
    assert_eq!(keys, ["version", "ok"], "{arguments:?}: {told}");
    assert_eq!(document["version"], 1, "{arguments:?}: {told}");
    // What `--detailed-exitcode` says is no failure.
    let ok = code == 0 || arguments.contains(&"--detailed-exitcode");
    assert_eq!(document["ok"], ok, "{arguments:?}: {told}");
    document
}

#[test]
fn every_document_says_its_version_and_whether_all_is_well() {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n\
             targets:\n  a: { mode: development }\n  b: { root: /Workspace/Shared/b }\n",
        ),
        ("jobs/nightly.yml", JOB),
        ("sql/checks/count.sql", "SELECT 1 AS one\n"),
    ]);
    let served = Served::of(&project);
    let machine = served.machine(&project, "ci");
    let mut done = Vec::new();
    let mut run = |arguments: &[&str], code: i32| {
        done.push(arguments[0].to_string());
        document(&machine, arguments, code)
    };
    run(&["build"], 0);
    run(&["history", "-t", "nowhere"], 2);
    run(&["verify", "-t", "a"], 2);
    run(&["plan", "-t", "a"], 0);
    run(&["plan", "-t", "a", "--detailed-exitcode"], 2);
    run(&["deploy", "-t", "a", "--yes"], 0);
    run(&["status", "-t", "a"], 0);
    run(&["history", "-t", "a"], 0);
    run(&["state", "show", "-t", "a"], 0);
    run(&["state", "show", "job.nightly", "-t", "a"], 0);
    run(&["state", "unlock", "-t", "a"], 0);
    run(&["drift", "-t", "a"], 0);
    run(&["doctor", "-t", "a"], 0);
    run(&["verify", "-t", "a"], 0);
    run(&["diff", "--from", "a", "--to", "b"], 0);
    run(&["promote", "--from", "a", "--to", "b", "--yes"], 0);
    machine.project.edit("jobs/nightly.yml", "description: one", "description: two");
    run(&["plan", "-t", "a", "--out", "plan.json"], 0);
    run(&["apply", "plan.json", "--yes"], 0);
    run(&["apply", "plan.json", "--yes"], 2);
    run(&["rollback", "-t", "a", "--yes"], 0);
    let id = run(&["unbind", "job.nightly", "-t", "a"], 0)["id"].as_str().unwrap().to_string();
    run(&["bind", "job.nightly", &id, "-t", "a"], 0);
    let task = json!([{"task_key": "after", "run_job_task": {"job_id": id.parse::<i64>().unwrap()}}]);
    let by_hand =
        served.call("POST", "/api/2.2/jobs/create", Some(&json!({"name": "[dev me] by hand", "tasks": task})));
    let by_hand = by_hand["job_id"].to_string();
    run(&["import", "job", &by_hand, "-t", "a"], 0);
    run(&["export", "bundle", "--out", "bundle", "-t", "a"], 0);
    let settings = json!({"job_id": id.parse::<i64>().unwrap(), "new_settings": {"description": "theirs"}});
    served.call("POST", "/api/2.2/jobs/update", Some(&settings));
    run(&["drift", "-t", "a"], 3);
    run(&["state", "repair", "-t", "a"], 0);
    run(&["state", "prune", "-t", "a", "--keep", "1"], 0);
    // The job of the other target is held up by nothing but a call that fails.
    served
        .fault(&json!({"method": "POST", "path": "/api/2.2/jobs/delete", "status": 400, "error_code": "BAD_REQUEST"}));
    run(&["destroy", "-t", "b", "--yes"], 1);
    run(&["destroy", "-t", "b", "--yes"], 0);
    run(&["run", "nightly", "-t", "b"], 2);
    machine.project.edit("jobs/nightly.yml", "tasks:", "task:");
    run(&["deploy", "-t", "a", "--yes"], 1);
    // The rule names them all.
    let documented = std::fs::read_to_string(repository().join("docs/plan.md")).unwrap();
    let (_, rule) = documented.split_once("### `version` and `ok`").unwrap();
    done.iter().for_each(|name| assert!(rule.contains(&format!("`{name}")), "{name}"));
}
