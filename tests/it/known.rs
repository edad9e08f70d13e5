//! What counts as deployed where a run died, or where somebody made the workspace what the project says: as much as whatever
//! a deployment wrote itself. No later plan says anything untrue about it, and no edit of it is lost.

use serde_json::{Value, json};

use crate::support::shop::{board, deploy, shop};
use crate::support::{Run, Served, TestProject};

const DETAILED: [&str; 4] = ["plan", "-t", "local", "--detailed-exitcode"];
const DRIFT: [&str; 3] = ["drift", "-t", "local"];

#[track_caller]
fn done(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
}

/// Kills a deployment while the request waits, after its effect.
#[track_caller]
fn kill(project: &TestProject, served: &Served, method: &str, path: &str) {
    served.fault(&json!({ "method": method, "path": path, "hold": "after" }));
    let deploy = ["deploy", "-t", "local", "--yes", "--allow", "security"];
    assert!(served.kill_held(&mut project.spawn_live(&deploy)), "{method} {path} never came");
    served.clear_faults();
}

/// The project is as deployed, as far as a plan and `drift` can tell.
#[track_caller]
fn settled(project: &TestProject) {
    done(&project.run_live(&DETAILED));
    done(&project.run_live(&DRIFT));
}

const QUERY: &str = "sql/bronze/orders.sql";

/// Where the workspace has the project's file.
fn deployed_file(served: &Served) -> String {
    let mut folders = vec!["/Users".to_string()];
    while let Some(folder) = folders.pop() {
        let listed = served.call("GET", &format!("/api/2.0/workspace/list?path={folder}"), None);
        for object in listed["objects"].as_array().into_iter().flatten() {
            let path = object["path"].as_str().unwrap().to_string();
            if path.ends_with(QUERY) {
                return path;
            }
            if object["object_type"] == "DIRECTORY" {
                folders.push(path);
            }
        }
    }
    panic!("{QUERY} is not in the workspace");
}

fn content(served: &Served, path: &str) -> Value {
    served.call("GET", &format!("/api/2.0/workspace/export?path={path}"), None)["content"].clone()
}

/// The file of the deployed project that is to be fixed and taken back: its path in the workspace, and what it has there.
fn to_be_fixed(project: &TestProject, served: &Served) -> (String, Value) {
    deploy(project);
    let path = deployed_file(served);
    let first = content(served, &path);
    (path, first)
}

/// What the project says of it then.
fn fix(project: &TestProject, before: &str) {
    project.write(QUERY, &format!("-- fixed\n{before}"));
}

/// A hot fix in the workspace that the project takes over is what was deployed: going back from it is a change.
#[test]
fn a_file_that_somebody_wrote_as_the_project_says_can_be_taken_back() {
    let project = shop();
    let served = Served::of(&project);
    let (path, first) = to_be_fixed(&project, &served);
    let before = project.read(QUERY);
    fix(&project, &before);
    deploy(&project);
    let fixed = content(&served, &path);
    assert_ne!(first, fixed);
    project.write(QUERY, &before);
    deploy(&project);
    assert_eq!(content(&served, &path), first);
    for beside in [true, false] {
        let body = json!({ "path": path, "format": "AUTO", "overwrite": true, "content": fixed });
        served.call("POST", "/api/2.0/workspace/import", Some(&body));
        fix(&project, &before);
        if beside {
            project.edit("jobs/where.yml", "serverless: true", "serverless: true\n    continuous: false");
        }
        deploy(&project);
        assert_eq!(content(&served, &path), fixed);
        settled(&project);
        project.write(QUERY, &before);
        let back = project.run_live(&DETAILED);
        assert!(back.code == Some(2) && back.stdout.contains("workspace_file.sql/bronze/orders.sql"), "{back}");
        assert!(!back.stdout.contains("in the workspace"), "{back}");
        deploy(&project);
        assert_eq!(content(&served, &path), first);
        settled(&project);
    }
}

/// A file whose upload died, as the next deployment finds it.
#[test]
fn a_file_that_a_dead_run_wrote_can_be_taken_back() {
    let project = shop();
    let served = Served::of(&project);
    let (path, first) = to_be_fixed(&project, &served);
    let before = project.read(QUERY);
    fix(&project, &before);
    let mut at = 1;
    // The upload is one of the first files that are written; which one, the content tells.
    while content(&served, &path) == first {
        served.fault(&json!({ "method": "POST", "path": "/api/2.0/workspace/import", "skip": at, "hold": "after" }));
        let killed = served.kill_held(&mut project.spawn_live(&["deploy", "-t", "local", "--yes"]));
        served.clear_faults();
        assert!(killed && at < 12, "the upload never came");
        at += 1;
    }
    deploy(&project);
    settled(&project);
    project.write(QUERY, &before);
    deploy(&project);
    assert_eq!(content(&served, &path), first);
    settled(&project);
}

const BOARD: &str = "dashboards/shop/sales.lvdash.json";

/// Issue 4: "UI edits never lost silently", neither of what a dead run has made or changed.
#[test]
fn an_edit_of_a_dashboard_is_kept_also_after_a_run_that_died_with_it() {
    let project = shop();
    project.write(BOARD, &board("SELECT 1 AS n", "n"));
    project.write("jobs/board.yml", &format!("dashboards:\n  sales: {{ display_name: Sales, file: {BOARD} }}\n"));
    let served = Served::of(&project);
    let list = "/api/2.0/lakeview/dashboards";
    for (method, path, text) in
        [("POST", format!("{list}/*/published"), "SELECT 1 AS n"), ("PATCH", format!("{list}/*"), "SELECT 2 AS n")]
    {
        project.write(BOARD, &board(text, "n"));
        kill(&project, &served, method, &path);
        deploy(&project);
        settled(&project);
        let id = served.call("GET", list, None)["dashboards"][0]["dashboard_id"].as_str().unwrap().to_string();
        let theirs = json!({ "serialized_dashboard": board("SELECT 9 AS n", "n") });
        served.call("PATCH", &format!("{list}/{id}"), Some(&theirs));
        let drift = project.run_live(&DRIFT);
        assert!(drift.code == Some(3) && drift.stdout.contains("SELECT 9 AS n"), "{drift}");
        let kept = project.run_live(&["deploy", "-t", "local", "--yes"]);
        assert!(kept.code == Some(0) && kept.stdout.contains("= keep dashboard.sales"), "{kept}");
        let there = served.call("GET", &format!("{list}/{id}"), None);
        assert!(there["serialized_dashboard"].as_str().unwrap().contains("SELECT 9 AS n"), "{there}");
        done(&project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote"]));
        settled(&project);
    }
}

/// What a dead run has altered of a table is no drift once it is deployed.
#[test]
fn a_table_that_a_dead_run_has_altered_is_no_drift() {
    let project = shop();
    let file = "sql/setup/prices.sql";
    project.write(file, "CREATE TABLE IF NOT EXISTS shop.bronze.prices (n INT COMMENT 'one') COMMENT 'first';\n");
    project.edit("lakesmith.yml", "bronze: bronze", "bronze: bronze, setup: bronze");
    project.edit("jobs/where.yml", "sql: [sql]", "sql: [sql/bronze]");
    let served = Served::of(&project);
    deploy(&project);
    project.edit(file, "COMMENT 'first'", "COMMENT 'second'");
    kill(&project, &served, "POST", "/api/2.0/sql/statements");
    deploy(&project);
    settled(&project);
    // The next change of the same is nobody's edit.
    project.edit(file, "COMMENT 'second'", "COMMENT 'third'");
    let plan = project.run_live(&DETAILED);
    assert!(plan.code == Some(2) && plan.stdout.contains("third"), "{plan}");
    assert!(!plan.stdout.contains("in the workspace"), "{plan}");
    deploy(&project);
    settled(&project);
}

/// A file where the folder of the target is to be is told, and nobody waits for it to go.
#[test]
fn what_lies_in_the_way_of_the_targets_folder_is_told() {
    let project = shop();
    let served = Served::of(&project);
    let body = json!({ "path": "/Shared/lakehouse", "format": "AUTO", "content": "SGVsbG8=" });
    served.call("POST", "/api/2.0/workspace/import", Some(&body));
    project.edit("lakesmith.yml", "solutions:", "targets:\n  local: { root: /Workspace/Shared/lakehouse }\nsolutions:");
    let refused = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert!(refused.stderr.contains("/Shared/lakehouse"), "{refused}");
}

/// What a container's grants open before a mask is there is said by the plan.
#[test]
fn whoever_reads_a_table_before_its_mask_is_named() {
    let project = shop();
    project.edit("lakesmith.yml", "bronze: bronze", "bronze: bronze, governance: bronze");
    project.edit("jobs/where.yml", "sql: [sql]", "sql: [sql/bronze]");
    project.write(
        "sql/governance/guards.sql",
        "CREATE OR REPLACE FUNCTION shop.bronze.hide(x STRING) RETURNS STRING RETURN '***';\n\
         ALTER TABLE shop.bronze.orders ALTER COLUMN what SET MASK shop.bronze.hide;\n",
    );
    let grants = |what: &str| {
        format!(
            "grants:\n  bronze:\n    securable_type: schema\n    securable: shop.bronze\n    privileges:\n      \
             analysts: [{what}]\n"
        )
    };
    let told = "`analysts` may read `shop.bronze.orders` before its mask or row filter is set";
    project.write("jobs/grants.yml", &grants("USE_SCHEMA"));
    let quiet = project.run_live(&["plan", "-t", "local"]).success();
    assert!(!quiet.contains("before its mask"), "{quiet}");
    project.write("jobs/grants.yml", &grants("SELECT, USE_SCHEMA"));
    let plan = project.run_live(&["plan", "-t", "local"]).success();
    assert!(plan.contains(told), "{plan}");
    // Once the mask is there, nobody sees more for it.
    project.write("jobs/grants.yml", &grants("USE_SCHEMA"));
    deploy(&project);
    project.write("jobs/grants.yml", &grants("SELECT, USE_SCHEMA"));
    let later = project.run_live(&["plan", "-t", "local"]).success();
    assert!(later.contains("SELECT") && !later.contains("before its mask"), "{later}");
}

/// A job of the same name that another target has is that target's, and nothing to take over.
#[test]
fn a_job_of_another_target_is_not_taken_for_a_lost_one() {
    let project = shop();
    project.edit("lakesmith.yml", "solutions:", "targets:\n  stage: { mode: production, run_as: { user: me@localhost } }\n  prod: { mode: production, run_as: { user: me@localhost } }\nsolutions:");
    project.write(
        "jobs/daily.yml",
        "jobs:\n  daily:\n    name: daily\n    tasks:\n      - task_key: t\n        notebook_task: { notebook_path: /Shared/daily }\n",
    );
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    done(&machine.run(&["deploy", "-t", "stage", "--yes", "--select", "job:daily"]));
    let plan = machine.run(&["plan", "-t", "prod", "--select", "job:daily"]).success();
    assert!(plan.contains("job.daily") && !plan.contains("of this name"), "{plan}");
    served.call("POST", "/api/2.2/jobs/create", Some(&json!({ "name": "daily", "tasks": [] })));
    let plan = machine.run(&["plan", "-t", "prod", "--select", "job:daily"]).success();
    assert_eq!(plan.matches("of this name").count(), 1, "only the one that nobody has: {plan}");
}
