//! Settings and edits that people make in the workspace: what the project does not declare is left alone, what it
//! declares is kept as it was edited unless whoever deploys says otherwise, and nothing of it is lost silently.

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, board, deploy, shop};
use crate::support::{Run, Served, TestProject};

const JOBS: &str = "jobs/nightly.yml";

/// The shop with a job that has two tasks.
fn nightly() -> TestProject {
    let project = shop();
    project.write(
        JOBS,
        "jobs:\n  nightly:\n    name: nightly\n    description: of ours\n    timeout_seconds: 600\n    tasks:\n      \
         - task_key: load\n        pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n      \
         - task_key: again\n        depends_on: [{ task_key: load }]\n        \
         pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n",
    );
    project
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// The one job, with all of its settings.
fn job(served: &Served) -> (Value, Value) {
    let listed = served.call("GET", "/api/2.2/jobs/list", None);
    let id = listed["jobs"][0]["job_id"].clone();
    let settings = served.call("GET", &format!("/api/2.2/jobs/get?job_id={id}"), None)["settings"].clone();
    (id, settings)
}

fn edit_job(served: &Served, settings: &Value) {
    let (id, _) = job(served);
    served.call("POST", "/api/2.2/jobs/update", Some(&json!({ "job_id": id, "new_settings": settings })));
}

fn pipeline(served: &Served) -> (String, Value) {
    let listed = served.call("GET", "/api/2.0/pipelines", None);
    let id = listed["statuses"][0]["pipeline_id"].as_str().unwrap().to_string();
    let spec = served.call("GET", &format!("/api/2.0/pipelines/{id}"), None)["spec"].clone();
    (id, spec)
}

/// Issue 4, pain point 17, and gap "UI settings that the project does not declare are lost".
#[test]
fn what_the_project_does_not_declare_survives_its_changes() {
    let project = nightly();
    let served = Served::of(&project);
    deploy(&project);
    let email = json!({ "on_failure": ["ann@shop.test"] });
    edit_job(&served, &json!({ "max_concurrent_runs": 5, "tags": { "theirs": "yes" }, "email_notifications": email }));
    let (_, before) = job(&served);
    let mut tasks = before["tasks"].clone();
    tasks[0]["max_retries"] = json!(3);
    edit_job(&served, &json!({ "tasks": tasks }));
    let (id, mut spec) = pipeline(&served);
    spec["notifications"] = json!([{ "email_recipients": ["ann@shop.test"], "alerts": ["on-update-failure"] }]);
    served.call("PUT", &format!("/api/2.0/pipelines/{id}"), Some(&spec));
    assert_eq!(plan(&project).code, Some(0), "nothing of it is declared");
    project.edit(JOBS, "name: nightly\n", "name: daily\n");
    project.edit(JOBS, "    description: of ours\n", "");
    let last = project.read(JOBS);
    project.write(JOBS, last.split("      - task_key: again").next().unwrap());
    project.edit("jobs/where.yml", "serverless: true", "serverless: true\n    tags: { team: shop }");
    deploy(&project);
    let (_, after) = job(&served);
    assert_eq!(after["name"], "daily");
    assert_eq!(after.get("description"), None, "it was declared, and is no longer: {after:#}");
    assert_eq!((&after["max_concurrent_runs"], &after["tags"]), (&json!(5), &json!({ "theirs": "yes" })));
    assert_eq!(after["email_notifications"], email);
    let keys: Vec<&Value> = after["tasks"].as_array().unwrap().iter().map(|task| &task["task_key"]).collect();
    assert_eq!((keys, &after["tasks"][0]["max_retries"]), (vec![&json!("load")], &json!(3)));
    let (_, after) = pipeline(&served);
    assert_eq!((&after["notifications"], &after["tags"]["team"]), (&spec["notifications"], &json!("shop")));
    let again = plan(&project);
    assert_eq!(again.code, Some(0), "{again}");
}

/// "remote edits detected and kept unless `--overwrite-remote`".
#[test]
fn what_was_edited_in_the_workspace_is_kept_until_it_is_to_be_overwritten() {
    let project = nightly();
    let served = Served::of(&project);
    deploy(&project);
    edit_job(&served, &json!({ "description": "of theirs" }));
    let (id, mut spec) = pipeline(&served);
    spec["name"] = json!("shop, renamed");
    served.call("PUT", &format!("/api/2.0/pipelines/{id}"), Some(&spec));
    let kept = plan(&project);
    assert_eq!(kept.code, Some(3), "{kept}");
    insta::assert_snapshot!(kept.stdout, @r#"
      = keep pipeline.main: it was edited in the workspace
          name: "shop, renamed" stays (the project says "shop")
      = keep job.nightly: it was edited in the workspace
          description: "of theirs" stays (the project says "of ours")
      hint: to replace what was edited in the workspace: `--overwrite-remote`, or `--overwrite-remote=KIND:NAME`
    shop/shop on local: nothing to change, 2 edited resources kept
    "#);
    // No `--allow` means it, and the rest goes on beside it.
    project.edit(JOBS, "timeout_seconds: 600", "timeout_seconds: 900");
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "destructive,rebuild,security"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("timeout_seconds: 600 → 900\n      description: \"of theirs\" stays"), "{run}");
    let (_, settings) = job(&served);
    assert_eq!((&settings["description"], &settings["timeout_seconds"]), (&json!("of theirs"), &json!(900)));
    assert_eq!(pipeline(&served).1["name"], "shop, renamed");
    // It is told as long as it is so.
    let planned = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    let steps = planned["plans"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["key"] == "job.nightly").unwrap();
    let expected = json!([{ "path": "description", "old": "of theirs", "new": "of ours", "outside": true }]);
    assert_eq!((&step["action"], &step["kept"]), (&json!("none"), &expected));
    let drift = project.run_live(&["drift", "-t", "local"]);
    assert_eq!(drift.code, Some(3), "{drift}");
    assert!(drift.stdout.contains("changed job.nightly\n      description: \"of ours\" → \"of theirs\""), "{drift}");
    let markdown = project.run_live(&["plan", "-t", "local", "--format", "markdown"]).success();
    assert!(markdown.contains("nothing to change, 2 edited resources kept"), "{markdown}");
    let list = "\n**Edits in the workspace that are kept**\n\n- `pipeline.main`\n  - `name`: `\"shop, renamed\" (the project says \
                \"shop\")`\n- `job.nightly`\n  - `description`: `\"of theirs\" (the project says \"of ours\")`\n";
    assert!(markdown.contains(list), "{markdown}");
    // One of them, by a written plan; then all.
    let none = project.run_live(&["plan", "-t", "local", "--overwrite-remote=job:nigthly"]);
    assert_eq!(none.code, Some(2), "{none}");
    assert!(none.stderr.contains("did you mean `job:nightly`?"), "{none}");
    let options = ["plan", "-t", "local", "--overwrite-remote=job:nightly", "--out", "plan.json"];
    assert_eq!(project.run_live(&options).code, Some(0));
    let applied = project.run_live(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied}");
    assert_eq!(job(&served).1["description"], "of ours");
    assert_eq!(pipeline(&served).1["name"], "shop, renamed");
    let all = project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote"]);
    assert_eq!(all.code, Some(0), "{all}");
    assert_eq!(pipeline(&served).1["name"], "shop");
    assert_eq!(plan(&project).code, Some(0));
}

/// A field that both have changed: the plan says whose edit gives way.
#[test]
fn an_edit_that_is_overwritten_is_named_as_one() {
    let project = nightly();
    let served = Served::of(&project);
    deploy(&project);
    edit_job(&served, &json!({ "description": "of theirs", "timeout_seconds": 700 }));
    project.edit(JOBS, "of ours", "of ours now");
    project.edit(JOBS, "    name: nightly\n", "    name: nights\n");
    let overwriting =
        |format: &str| project.run_live(&["plan", "-t", "local", "--overwrite-remote", "--format", format]);
    insta::assert_snapshot!(overwriting("human").success(), @r#"
      ~ update job.nightly: it changes in the project
          name: "nightly" → "nights"
          description: "of theirs" → "of ours now" (changed in the workspace, too; that edit is overwritten)
          timeout_seconds: 700 → 600 (changed in the workspace; that edit is overwritten)
    shop/shop on local: 1 to update, 5 unchanged
    "#);
    let markdown = overwriting("markdown").success();
    let told = "  - `description`: `\"of theirs\" → \"of ours now\"` (changed in the workspace, too; that edit is overwritten)\n";
    assert!(markdown.contains(told), "{markdown}");
    let json = overwriting("json").json(0);
    let steps = json["plans"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["key"] == "job.nightly").unwrap();
    let changes = step["changes"].as_array().unwrap().iter();
    let changes: Vec<_> = changes.map(|change| (&change["path"], &change["outside"], &change["edited"])).collect();
    let (name, description, timeout) = (json!("name"), json!("description"), json!("timeout_seconds"));
    let (yes, absent) = (json!(true), Value::Null);
    assert_eq!(changes, [(&name, &absent, &absent), (&description, &absent, &yes), (&timeout, &yes, &yes)], "{json:#}");
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote"]);
    assert!(run.code == Some(0) && run.stdout.contains("that edit is overwritten"), "{run}");
    assert_eq!(job(&served).1["description"], "of ours now");
}

/// An edit that the project takes over is what is deployed from then on.
#[test]
fn an_edit_that_the_project_takes_over_is_no_edit_any_more() {
    let project = nightly();
    let served = Served::of(&project);
    deploy(&project);
    edit_job(&served, &json!({ "description": "of theirs" }));
    project.edit(JOBS, "of ours", "of theirs");
    deploy(&project);
    project.edit(JOBS, "of theirs", "of both");
    deploy(&project);
    assert_eq!(job(&served).1["description"], "of both");
    assert_eq!(plan(&project).code, Some(0));
}

/// A run that was killed while it changed a job made no edit of anybody's, whether the change took effect or not.
#[test]
fn what_a_killed_run_has_changed_is_nobodys_edit() {
    for side in ["before", "after"] {
        let project = nightly();
        let served = Served::of(&project);
        deploy(&project);
        project.edit(JOBS, "of ours", "of the first");
        served.fault(&json!({ "path": "/api/2.2/jobs/update", "hold": side }));
        let mut client = project.spawn_live(&["deploy", "-t", "local", "--yes"]);
        assert!(served.kill_held(&mut client));
        served.clear_faults();
        project.edit(JOBS, "of the first", "of the second");
        deploy(&project);
        assert_eq!(job(&served).1["description"], "of the second", "{side}");
        assert_eq!(plan(&project).code, Some(0), "{side}");
    }
}

/// A PUT of the whole specification is tried again with what is there, if somebody was quicker or its answer was lost.
#[test]
fn a_pipeline_is_written_over_what_is_there_at_that_moment() {
    let project = shop();
    let served = Served::of(&project);
    deploy(&project);
    project.edit("jobs/where.yml", "serverless: true", "serverless: true\n    tags: { team: shop }");
    served.fault(&json!({ "method": "PUT", "path": "/api/2.0/pipelines/*", "after_effect": true, "status": 504 }));
    deploy(&project);
    assert!(served.faults().is_empty());
    assert_eq!(pipeline(&served).1["tags"]["team"], "shop");
    assert_eq!(plan(&project).code, Some(0));
}

/// docs/plan.md: what the project changed and was not deployed is told, and the exit code says so.
#[test]
fn a_change_that_meets_an_edit_of_the_same_is_withheld_and_told() {
    let project = nightly();
    let served = Served::of(&project);
    deploy(&project);
    edit_job(&served, &json!({ "timeout_seconds": 1200 }));
    // An edit alone is kept, and nothing of the project is missing.
    let kept = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(kept.code, Some(0), "{kept}");
    project.edit(JOBS, "timeout_seconds: 600", "timeout_seconds: 700");
    let withheld = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(withheld.code, Some(3), "{withheld}");
    let told = "not deployed: `timeout_seconds` of `job.nightly`, edited in the workspace, too; \
                `--overwrite-remote=job:nightly` lets the edit give way";
    assert!(withheld.stderr.contains(told), "{withheld}");
    assert_eq!(job(&served).1["timeout_seconds"], json!(1200));
    let given_way = project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote=job:nightly"]);
    assert_eq!(given_way.code, Some(0), "{given_way}");
    assert_eq!(job(&served).1["timeout_seconds"], json!(700));
}

/// Issue 4: an edit in the workspace is never lost silently, neither with what the project drops.
#[test]
fn what_is_deleted_tells_what_was_edited_of_it() {
    let project = nightly();
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    let file = "dashboards/shop/board.lvdash.json";
    project.write(file, &board("SELECT 1 AS n", "n"));
    project.write("jobs/board.yml", &format!("dashboards:\n  board: {{ display_name: Board, file: {file} }}\n"));
    let served = Served::of(&project);
    deploy(&project);
    let (jobs, boards) = (project.read(JOBS), project.read("jobs/board.yml"));
    for path in [JOBS, "jobs/board.yml", file] {
        std::fs::remove_file(project.root().join(path)).unwrap();
    }
    // Nobody has edited anything.
    let quiet = plan(&project);
    assert!(!quiet.stdout.contains("edited"), "{quiet}");
    assert_eq!(project.run_live(&["plan", "-t", "local", "--out", "before.json"]).code, Some(0));
    edit_job(&served, &json!({ "description": "of theirs", "timeout_seconds": 60 }));
    let listed = served.call("GET", "/api/2.0/lakeview/dashboards", None);
    let id = listed["dashboards"][0]["dashboard_id"].as_str().unwrap();
    let body = json!({ "serialized_dashboard": board("SELECT 2 AS n", "n") });
    served.call("PATCH", &format!("/api/2.0/lakeview/dashboards/{id}"), Some(&body));
    let planned = plan(&project);
    insta::assert_snapshot!(planned.stdout, @r#"
      - delete dashboard.board [destructive]: the project does not name it any more
          content: edited in the workspace; the edit goes with it
      - delete job.nightly [destructive]: the project does not name it any more
          description: "of theirs", edited in the workspace; the edit goes with it
          timeout_seconds: 60, edited in the workspace; the edit goes with it
    shop/shop on local: 2 to delete, 5 unchanged
    "#);
    let markdown = project.run_live(&["plan", "-t", "local", "--format", "markdown"]).success();
    assert!(
        markdown.contains("  - `description`: `\"of theirs\", edited in the workspace; the edit goes with it`\n"),
        "{markdown}"
    );
    // What was planned before does not know of it.
    let apply = ["apply", "before.json", "--yes", "--allow", "destructive"];
    let refused = project.run_live(&apply);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("the workspace is not as it was when the plan was made"), "{refused}");
    // Also where everything goes.
    for (path, text) in [(JOBS, jobs), ("jobs/board.yml", boards), (file, board("SELECT 1 AS n", "n"))] {
        project.write(path, &text);
    }
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    let told = "      description: \"of theirs\", edited in the workspace; the edit goes with it\n";
    assert!(destroyed.stdout.contains(told), "{destroyed}");
}
