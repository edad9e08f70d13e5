//! What is known of a run that died: the old or the new state is there, and whatever is as one of them is nobody's edit.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Served, TestProject};

const DEPLOY: [&str; 6] = ["deploy", "-t", "local", "--yes", "--allow", "security"];
const FILE: &str = "jobs/where.yml";
const GRANTS: (&str, &str) = ("PATCH", "/api/2.1/unity-catalog/permissions/schema/shop.bronze");
const PERMISSIONS: (&str, &str) = ("PUT", "/api/2.0/permissions/pipelines/*");

/// A schema and a pipeline, and who may use them.
fn opened() -> TestProject {
    TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n",
        ),
        (
            FILE,
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
             pipelines:\n  main:\n    name: main\n    catalog: shop\n    schema: bronze\n    serverless: true\n    \
             sql: [sql]\n    permissions: [{ group_name: analysts, level: CAN_VIEW }]\n\
             grants:\n  bronze:\n    securable_type: schema\n    securable: shop.bronze\n    privileges:\n      \
             analysts: [USE_SCHEMA]\n      auditors: [USE_SCHEMA]\n",
        ),
        ("sql/ones.sql", "CREATE MATERIALIZED VIEW ones AS SELECT 1 AS one\n"),
    ])
}

/// Kills a deployment while the request waits, `before` or `after` its effect.
#[track_caller]
fn kill(project: &TestProject, served: &Served, (method, path): (&str, &str), side: &str) {
    served.fault(&json!({"method": method, "path": path, "hold": side}));
    assert!(served.kill_held(&mut project.spawn_live(&DEPLOY)), "{method} {path} never came");
    served.clear_faults();
}

/// What the plan does with the resource, the changes that it says somebody made in the workspace, and all changes.
fn step(project: &TestProject, key: &str) -> (String, Vec<Value>, Vec<Value>) {
    let plan = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    let steps = plan["plans"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["key"] == key).unwrap_or_else(|| panic!("{key}: {plan}"));
    let changes = step["changes"].as_array().cloned().unwrap_or_default();
    let said = changes.iter().filter(|change| change["outside"] == true || change["edited"] == true);
    (step["action"].as_str().unwrap().to_string(), said.cloned().collect(), changes)
}

const KEYS: [((&str, &str), &str); 2] =
    [(GRANTS, "grants.schema.shop.bronze"), (PERMISSIONS, "permissions.pipeline.main")];

#[test]
fn who_was_not_given_anything_yet_lost_nothing_in_the_workspace() {
    for (call, key) in KEYS {
        for side in ["before", "after"] {
            let project = opened();
            let served = Served::of(&project);
            kill(&project, &served, call, side);
            let (action, said, changes) = step(&project, key);
            assert_eq!(said, Vec::<Value>::new(), "{key}, {side}");
            let wanted = if side == "before" { "create" } else { "none" };
            assert_eq!((action.as_str(), changes.is_empty()), (wanted, side == "after"), "{key}, {side}: {changes:?}");
            let again = project.run_live(&DEPLOY);
            assert_eq!(again.code, Some(0), "{key}, {side}: {again}");
            let drift = project.run_live(&["drift", "-t", "local"]);
            assert_eq!(drift.code, Some(0), "{key}, {side}: {drift}");
        }
    }
}

fn grant(served: &Served, change: &Value) {
    served.call("PATCH", GRANTS.1, Some(&json!({ "changes": [change] })));
}

/// Somebody else's edit is said, whatever became of the dead run's call.
#[test]
fn what_somebody_else_gave_or_took_meanwhile_is_said() {
    for side in ["before", "after"] {
        let project = opened();
        let served = Served::of(&project);
        kill(&project, &served, GRANTS, side);
        grant(&served, &json!({"principal": "analysts", "add": ["MODIFY"]}));
        let (_, said, _) = step(&project, "grants.schema.shop.bronze");
        let [change] = said.as_slice() else { panic!("{side}: {said:?}") };
        assert_eq!(change["path"], "privileges[analysts]", "{side}: {change}");
        assert_eq!((&change["outside"], &change["edited"]), (&json!(true), &json!(true)), "{side}: {change}");
    }
}

#[test]
fn an_update_that_died_is_nobodys_edit() {
    for (call, key, from, to) in [
        (GRANTS, KEYS[0].1, "analysts: [USE_SCHEMA]", "analysts: [USE_SCHEMA, SELECT]"),
        (PERMISSIONS, KEYS[1].1, "level: CAN_VIEW", "level: CAN_RUN"),
    ] {
        let project = opened();
        let served = Served::of(&project);
        let first = project.run_live(&DEPLOY);
        assert_eq!(first.code, Some(0), "{first}");
        for side in ["before", "after"] {
            project.edit(FILE, from, to);
            kill(&project, &served, call, side);
            let (action, said, _) = step(&project, key);
            assert_eq!(said, Vec::<Value>::new(), "{key}, {side}");
            assert_eq!(action, if side == "before" { "update" } else { "none" }, "{key}, {side}");
            // Nor is it when the project goes back to what it was.
            project.edit(FILE, to, from);
            let (action, said, _) = step(&project, key);
            assert_eq!(said, Vec::<Value>::new(), "{key}, {side}");
            assert_eq!(action, if side == "before" { "none" } else { "update" }, "{key}, {side}");
            let drift = project.run_live(&["drift", "-t", "local"]);
            assert_eq!(drift.code, Some(0), "{key}, {side}: {drift}");
            let back = project.run_live(&DEPLOY);
            assert_eq!(back.code, Some(0), "{key}, {side}: {back}");
        }
    }
}

#[test]
fn an_edit_beside_an_update_that_died_is_said() {
    for side in ["before", "after"] {
        let project = opened();
        let served = Served::of(&project);
        let first = project.run_live(&DEPLOY);
        assert_eq!(first.code, Some(0), "{first}");
        project.edit(FILE, "analysts: [USE_SCHEMA]", "analysts: [USE_SCHEMA, SELECT]");
        kill(&project, &served, GRANTS, side);
        grant(&served, &json!({"principal": "analysts", "add": ["MODIFY"]}));
        grant(&served, &json!({"principal": "auditors", "remove": ["USE_SCHEMA"]}));
        let (_, said, _) = step(&project, "grants.schema.shop.bronze");
        let told: Vec<(&Value, &Value)> = said.iter().map(|change| (&change["path"], &change["edited"])).collect();
        let wanted = [json!("privileges[analysts]"), json!("privileges[auditors]")];
        assert_eq!(told, wanted.iter().map(|path| (path, &Value::Bool(true))).collect::<Vec<_>>(), "{side}: {said:?}");
    }
}

/// A grant that is taken away and wanted again was not taken by somebody else.
#[test]
fn a_revocation_that_died_is_nobodys_edit() {
    for side in ["before", "after"] {
        let project = opened();
        let served = Served::of(&project);
        let first = project.run_live(&DEPLOY);
        assert_eq!(first.code, Some(0), "{first}");
        let with = project.read(FILE);
        let (without, _) = with.split_once("grants:\n").unwrap();
        project.write(FILE, without);
        kill(&project, &served, GRANTS, side);
        project.write(FILE, &with);
        let (action, said, _) = step(&project, "grants.schema.shop.bronze");
        assert_eq!(said, Vec::<Value>::new(), "{side}");
        assert_eq!(action, if side == "before" { "none" } else { "create" }, "{side}");
    }
}

fn other_pipeline(served: &Served) -> String {
    let theirs = json!({"name": "main", "catalog": "shop", "schema": "bronze", "serverless": true,
        "libraries": [{"file": {"path": "/Workspace/Shared/theirs.sql"}}]});
    let made = served.call("POST", "/api/2.0/pipelines", Some(&theirs));
    made["pipeline_id"].as_str().unwrap().to_string()
}

fn told(id: &str) -> String {
    format!(
        "the pipeline `{id}`, which is not this project's, has the name of `pipeline.main`: take it over with \
         `lakesmith bind pipeline.main {id}`"
    )
}

/// The run died before its pipeline was made, and somebody else was quicker: a name is no proof.
#[test]
fn anothers_pipeline_of_the_name_is_not_taken_for_what_a_dead_run_made() {
    let project = opened();
    let served = Served::of(&project);
    served.fault(&json!({"method": "POST", "path": "/api/2.0/pipelines", "hold": "before"}));
    let mut child = project.spawn_live(&DEPLOY);
    while served.holding() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "ended before it");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = other_pipeline(&served);
    assert!(served.kill_held(&mut child));
    served.clear_faults();
    let (action, ..) = step(&project, "pipeline.main");
    assert_eq!(action, "create");
    let refused = project.run_live(&DEPLOY);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains(&told(&id)), "{refused}");
    let gone = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert_eq!(served.inventory()["pipelines"], ["main"], "it is theirs");
}

/// The same while the run goes on: the answer is lost, nothing was made, and somebody else has the name.
#[test]
fn anothers_pipeline_of_the_name_is_not_taken_for_what_a_lost_answer_made() {
    let project = opened();
    let served = Served::of(&project);
    let lost = json!({"method": "POST", "path": "/api/2.0/pipelines", "latency_ms": 4000, "status": 504});
    served.fault(&lost);
    let child = project.live(&DEPLOY).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !served.faults().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = other_pipeline(&served);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&told(&id)), "{said}");
    assert_eq!(served.inventory()["pipelines"], ["main"]);
}

/// One that names nothing of the project is known by what was sent, by whom, and when.
#[test]
fn a_pipeline_without_files_of_the_project_is_found_again() {
    let project = opened();
    std::fs::remove_dir_all(project.root().join("sql")).unwrap();
    project.edit(FILE, "sql: [sql]", "libraries: [{ notebook: { path: /Repos/team/ones } }]");
    let served = Served::of(&project);
    kill(&project, &served, ("POST", "/api/2.0/pipelines"), "after");
    let again = project.run_live(&DEPLOY);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(served.inventory()["pipelines"], ["main"]);
    let gone = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert_eq!(served.inventory()["pipelines"], Vec::<String>::new());
}

/// The record is of what was deployed, and an update that took effect in a run that died was not recorded.
#[test]
fn an_update_that_took_effect_is_no_drift_after_the_next_deployment() {
    for side in ["before", "after"] {
        let project = opened();
        let served = Served::of(&project);
        assert_eq!(project.run_live(&DEPLOY).code, Some(0));
        let text = project
            .read(FILE)
            .replace("catalog_name: shop, name: bronze }", "catalog_name: shop, name: bronze, comment: new }");
        project.write(FILE, &text);
        kill(&project, &served, ("PATCH", "/api/2.1/unity-catalog/schemas/shop.bronze"), side);
        let again = project.run_live(&DEPLOY);
        assert_eq!(again.code, Some(0), "{side}: {again}");
        let drift = project.run_live(&["drift", "-t", "local"]);
        assert_eq!(drift.code, Some(0), "{side}: {drift}");
        let plan = project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "{side}: {plan}");
        // Nobody else has changed it.
        project.write(FILE, &text.replace(", comment: new", ""));
        let (action, said, _) = step(&project, "schema.bronze");
        assert_eq!((action.as_str(), said), ("update", Vec::new()), "{side}");
    }
}

/// A function, a view and a volume beside the schema.
fn stated() -> TestProject {
    let project = opened();
    project.write(
        "sql/made/f.sql",
        "CREATE OR REPLACE FUNCTION shop.bronze.f(a INT, b DECIMAL(10, 2) DEFAULT 1.5) RETURNS STRING \
         COMMENT 'of f' RETURN concat(a, b);\n",
    );
    project.edit(FILE, "sql: [sql]", "sql: [sql/ones.sql]");
    project
}

const STATEMENT: (&str, &str) = ("POST", "/api/2.0/sql/statements");
const NOTE: &str = "note: an earlier run did not come to its end; this goes on from what it did";

/// What a run that died has made is told, and is not made again where it is as the project says; a plan that saw it is
/// applied.
#[test]
fn a_plan_tells_of_a_run_that_died_and_is_applied_after_it() {
    for side in ["before", "after"] {
        let project = stated();
        let served = Served::of(&project);
        kill(&project, &served, STATEMENT, side);
        let planned = project.run_live(&["plan", "-t", "local", "--out", "plan.json"]);
        assert_eq!(planned.code, Some(0), "{side}: {planned}");
        assert!(planned.stderr.contains(NOTE), "{side}: {planned}");
        assert!(!planned.stdout.contains("it changes in the project"), "{side}: {planned}");
        let (action, _, changes) = step(&project, "function.shop.bronze.f");
        let paths: Vec<&Value> = changes.iter().map(|change| &change["path"]).collect();
        match side {
            "before" => assert_eq!(action, "create"),
            _ => assert_eq!((action.as_str(), paths), ("update", vec![&json!("lifecycle.taken_over")])),
        }
        let applied = project.run_live(&["apply", "plan.json", "--yes"]);
        assert_eq!(applied.code, Some(0), "{side}: {applied}");
        assert!(applied.stderr.contains(NOTE), "{side}: {applied}");
        let after = project.run_live(&["plan", "-t", "local", "--detailed-exitcode"]);
        assert_eq!(after.code, Some(0), "{side}: {after}");
        assert!(!after.stderr.contains(NOTE), "{side}: {after}");
        let drift = project.run_live(&["drift", "-t", "local"]);
        assert_eq!(drift.code, Some(0), "{side}: {drift}");
    }
}

/// A plan that was made before the run died knows nothing of what that left.
#[test]
fn a_plan_from_before_a_run_that_died_is_refused() {
    let project = opened();
    let served = Served::of(&project);
    assert_eq!(project.run_live(&DEPLOY).code, Some(0));
    let volume = "volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing }\n";
    project.write("jobs/volume.yml", volume);
    assert_eq!(project.run_live(&["plan", "-t", "local", "--out", "plan.json"]).code, Some(0));
    kill(&project, &served, ("POST", "/api/2.1/unity-catalog/volumes"), "after");
    let refused = project.run_live(&["apply", "plan.json", "--yes"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    let told = "the next run takes up what one that died has left, and that was not there, or was something else, when the \
                plan was made";
    assert!(refused.stderr.contains(told), "{refused}");
    assert_eq!(project.run_live(&["plan", "-t", "local", "--out", "plan.json"]).code, Some(0));
    let applied = project.run_live(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied}");
}

/// docs/plan.md: `drift` exits with 3 if something is not as it was deployed. What lakesmith itself took away is not
/// that.
#[test]
fn what_a_destroy_that_died_has_deleted_is_no_drift() {
    let project = stated();
    project.write("jobs/orders.csv", "id\n1\n");
    project.write(
        "jobs/volume.yml",
        "volumes:\n  landing:\n    catalog_name: shop\n    schema_name: bronze\n    name: landing\n    \
         files: [{ source: jobs/orders.csv, path: orders.csv }]\n",
    );
    let destroy = ["destroy", "-t", "local", "--yes"];
    let calls = [
        ("DELETE", "/api/2.1/unity-catalog/functions/*"),
        ("DELETE", "/api/2.1/unity-catalog/volumes/*"),
        ("DELETE", "/api/2.0/pipelines/*"),
        ("DELETE", "/api/2.1/unity-catalog/schemas/*"),
        ("DELETE", "/api/2.1/unity-catalog/catalogs/*"),
    ];
    for (method, path) in calls {
        let served = Served::of(&project);
        assert_eq!(project.run_live(&DEPLOY).code, Some(0));
        served.fault(&json!({"method": method, "path": path, "hold": "after"}));
        assert!(served.kill_held(&mut project.spawn_live(&destroy)), "{method} {path} never came");
        served.clear_faults();
        let drift = project.run_live(&["drift", "-t", "local"]);
        assert_eq!(drift.code, Some(0), "{path}: {drift}");
        assert!(drift.stderr.contains(NOTE), "{path}: {drift}");
        // What somebody else deletes is drift all the same.
        if path.contains("pipelines") {
            served.call("DELETE", "/api/2.1/unity-catalog/catalogs/shop?force=true", None);
            let drift = project.run_live(&["drift", "-t", "local"]);
            assert_eq!(drift.code, Some(3), "{drift}");
            assert!(drift.stdout.contains("  deleted catalog.main\n"), "{drift}");
        }
        let again = project.run_live(&destroy);
        assert_eq!(again.code, Some(0), "{path}: {again}");
    }
}
