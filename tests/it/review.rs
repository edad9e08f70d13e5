//! What a reviewer is shown of a plan, and what a protected target asks of whoever takes something away.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::shop::{VOLUME, board, deploy, shop};
use crate::support::{Run, Served, TestProject, repository};

const FILE: &str = "dashboards/shop/board.lvdash.json";
const ORDERS: &str = "sql/bronze/orders.sql";

fn boards() -> TestProject {
    let project = shop();
    project.write(FILE, &board("SELECT 1 AS n", "n"));
    let dashboards = format!("dashboards:\n  board: {{ display_name: Board, file: {FILE} }}\n");
    project.write("jobs/board.yml", &dashboards);
    // What others delivered would stay.
    std::fs::remove_dir_all(project.root().join(VOLUME)).unwrap();
    project
}

fn plan(project: &TestProject, options: &[&str]) -> Run {
    project.run_live(&[&["plan", "-t", "local"], options].concat())
}

/// "text with field diffs a reviewer can read": contents line by line, not as two digests.
#[test]
fn contents_are_shown_as_what_changes_in_them() {
    let project = boards();
    deploy(&project);
    project.write(FILE, &board("SELECT 2 AS n", "n"));
    project.edit(ORDERS, "header => true", "header => false");
    let text = plan(&project, &[]).success();
    insta::assert_snapshot!(text, @r#"
      ~ update workspace_file.sql/bronze/orders.sql: it changes in the project
          content:
            @@ -1,1 +1,1 @@
            -CREATE OR REFRESH STREAMING TABLE orders AS SELECT * FROM STREAM read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => true, schema => 'id BIGINT, what STRING')
            +CREATE OR REFRESH STREAMING TABLE orders AS SELECT * FROM STREAM read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => false, schema => 'id BIGINT, what STRING')
      ~ update dashboard.board: it changes in the project
          content:
            @@ -4,7 +4,7 @@
                   "displayName": "D",
                   "name": "d",
                   "queryLines": [
            -        "SELECT 1 AS n"
            +        "SELECT 2 AS n"
                   ]
                 }
               ],
    shop/shop on local: 2 to update, 4 unchanged
    "#);
    let markdown = plan(&project, &["--format", "markdown"]).success();
    assert!(markdown.contains("    ```diff\n    @@ -4,7 +4,7 @@\n"), "{markdown}");
    assert!(markdown.contains("\n    -        \"SELECT 1 AS n\"\n    +        \"SELECT 2 AS n\"\n"), "{markdown}");
    // A written plan has no texts, and is applied all the same.
    assert_eq!(plan(&project, &["--out", "plan.json"]).code, Some(0));
    assert!(!project.read("plan.json").contains("SELECT 2"));
    let applied = project.run_live(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied}");
    assert!(applied.stdout.contains("+        \"SELECT 2 AS n\""), "{applied}");
}

/// What somebody did to a text is shown as what changes in it, from what was deployed to what is there.
#[test]
fn drift_of_contents_is_shown_as_what_changed_in_them() {
    let project = boards();
    let served = Served::of(&project);
    deploy(&project);
    // The checkout is of no interest.
    project.write(FILE, &board("SELECT 7 AS n", "n"));
    let id = |served: &Served| {
        let listed = served.call("GET", "/api/2.0/lakeview/dashboards", None);
        listed["dashboards"][0]["dashboard_id"].as_str().unwrap().to_string()
    };
    let edit = |sql: &str| {
        let body = json!({ "serialized_dashboard": board(sql, "n") });
        served.call("PATCH", &format!("/api/2.0/lakeview/dashboards/{}", id(&served)), Some(&body));
    };
    edit("SELECT 2 AS n");
    let path = "/Workspace/Users/me@localhost/.lakesmith/shop/shop/local/files/sql/bronze/orders.sql";
    let exported = served.call("GET", &format!("/api/2.0/workspace/export?path={path}&format=AUTO"), None);
    let engine = &base64::engine::general_purpose::STANDARD;
    let bytes = base64::Engine::decode(engine, exported["content"].as_str().unwrap()).unwrap();
    let there = String::from_utf8(bytes).unwrap().replace("header => true", "header => false");
    let content = base64::Engine::encode(engine, there);
    let body = json!({ "path": path, "format": "AUTO", "overwrite": true, "content": content });
    served.call("POST", "/api/2.0/workspace/import", Some(&body));
    let drift = |options: &[&str]| project.run_live(&[&["drift", "-t", "local"], options].concat());
    let told = drift(&[]);
    assert_eq!(told.code, Some(3), "{told}");
    insta::assert_snapshot!(told.stdout, @r#"
      changed workspace_file.sql/bronze/orders.sql
          content:
            @@ -1,1 +1,1 @@
            -CREATE OR REFRESH STREAMING TABLE orders AS SELECT * FROM STREAM read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => true, schema => 'id BIGINT, what STRING')
            +CREATE OR REFRESH STREAMING TABLE orders AS SELECT * FROM STREAM read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => false, schema => 'id BIGINT, what STRING')
      changed dashboard.board
          published: true → "stale"
          content:
            @@ -4,7 +4,7 @@
                   "displayName": "D",
                   "name": "d",
                   "queryLines": [
            -        "SELECT 1 AS n"
            +        "SELECT 2 AS n"
                   ]
                 }
               ],
    shop/shop on local: 2 resources drifted
    "#);
    let markdown = drift(&["--format", "markdown"]);
    assert!(
        markdown.stdout.contains("\n    -        \"SELECT 1 AS n\"\n    +        \"SELECT 2 AS n\"\n"),
        "{markdown}"
    );
    // A part is no release: what it deployed is known by its fingerprint alone.
    let part = ["deploy", "-t", "local", "--yes", "--overwrite-remote", "--select", "dashboard:*"];
    assert_eq!(project.run_live(&part).code, Some(0));
    edit("SELECT 8 AS n");
    let untold = drift(&[]);
    assert_eq!(untold.code, Some(3), "{untold}");
    let told = "\n      content: another one than was deployed; its lines cannot be shown\n";
    assert!(untold.stdout.contains(told) && !untold.stdout.contains("SELECT 8"), "{untold}");
}

/// A plan file that cannot be used is refused for what it is, before anything is asked of a workspace.
#[test]
fn a_file_that_is_no_plan_to_be_applied_is_refused_for_what_it_is() {
    let project = boards();
    assert_eq!(plan(&project, &["--out", "plan.json"]).code, Some(0));
    let whole = project.read("plan.json");
    let other =
        TestProject::new(&[("lakesmith.yml", &project.read("lakesmith.yml").replace("name: shop\n", "name: store\n"))]);
    other.write("jobs/where.yml", &project.read("jobs/where.yml"));
    let apply = |project: &TestProject, text: &str| {
        project.write("bad.json", text);
        let run = project.run_live(&["apply", "bad.json", "--yes"]);
        assert_eq!(run.code, Some(2), "{run}");
        run.stderr
    };
    insta::assert_snapshot!(apply(&project, "{}"), @"
    error: cannot use bad.json
      caused by: this is no plan of lakesmith: it has no `plan_version`
      hint: `lakesmith plan SOLUTION -t TARGET --out FILE` writes a plan that can be applied
    ");
    // What `plan --format json` prints is not what it writes.
    let printed = plan(&project, &["--format", "json"]).success();
    assert!(apply(&project, &printed).contains("it has no `plan_version`"));
    insta::assert_snapshot!(apply(&project, "plan: no"), @"
    error: cannot use bad.json
      caused by: the plan is not readable JSON
      caused by: expected value at line 1 column 1
      hint: `lakesmith plan SOLUTION -t TARGET --out FILE` writes a plan that can be applied
    ");
    for length in [0, 1, whole.len() / 2, whole.trim_end().len() - 1] {
        let told = apply(&project, &whole[..length]);
        assert!(told.contains("caused by: the plan file ends in the middle"), "{length}: {told}");
        assert!(told.contains("hint: copy it once more, or plan again"), "{length}: {told}");
    }
    let newer = whole.replacen("\"plan_version\": 4", "\"plan_version\": 5, \"unknown\": []", 1);
    assert_ne!(newer, whole);
    insta::assert_snapshot!(apply(&project, &newer), @"
    error: cannot use bad.json
      caused by: the plan has version 5, and this program knows version 4
      hint: apply it with the lakesmith that wrote it, or plan again with this one
    ");
    let unknown = whole.replacen("\"plan_version\": 4", "\"plan_version\": 4, \"unknown\": []", 1);
    assert!(apply(&project, &unknown).contains("the plan does not have the form of version 4"));
    insta::assert_snapshot!(apply(&other, &whole), @"
    error: the plan is of the project `shop`, and this is `store`
      hint: apply it in the checkout that it was made in, or plan again here
    ");
    // Nothing was wrong with it.
    let applied = project.run_live(&["apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied}");
}

/// Issue: "risk classes (… rebuild: full refresh or table rewrite)".
#[test]
fn what_makes_tables_be_computed_anew_needs_an_allow() {
    let project = shop();
    let orders = |columns: &str| {
        format!(
            "CREATE OR REFRESH STREAMING TABLE orders {columns} AS SELECT * FROM STREAM \
             read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => true, \
             schema => 'id BIGINT, what STRING')\n"
        )
    };
    project.write(ORDERS, &orders("CLUSTER BY (id)"));
    deploy(&project);
    project.write(ORDERS, &orders("CLUSTER BY (what)"));
    let planned = plan(&project, &["--detailed-exitcode"]);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("orders.sql [rebuild]: it changes in the project"), "{planned}");
    let note = "note: CLUSTER BY of the streaming table `orders` changes: it has to be refreshed fully";
    assert!(planned.stdout.contains(note), "{planned}");
    let markdown = plan(&project, &["--format", "markdown"]).success();
    let notes = "|\n\n**Notes**\n\n- `workspace_file.sql/bronze/orders.sql`: CLUSTER BY of the streaming table `orders` changes: \
                 it has to be refreshed fully\n\n<details><summary>Fields</summary>\n\n- `workspace_file.sql/bronze/orders.sql`\n  \
                 - `content`:\n\n    ```diff\n";
    assert!(markdown.contains(notes), "{markdown}");
    let refused = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    let allowed = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "rebuild"]);
    assert_eq!(allowed.code, Some(0), "{allowed}");
    // Another comment is no such change.
    project.write(ORDERS, &orders("COMMENT 'of the shop' CLUSTER BY (what)"));
    assert_eq!(plan(&project, &["--detailed-exitcode"]).code, Some(2));
    // Another schema of the pipeline is one.
    project.edit("jobs/where.yml", "schemas:\n", "schemas:\n  silver: { catalog_name: shop, name: silver }\n");
    project.edit("jobs/where.yml", "    schema: bronze\n", "    schema: silver\n");
    let moved = plan(&project, &["--detailed-exitcode"]);
    assert!(moved.stdout.contains("~ update pipeline.main [rebuild]"), "{moved}");
}

/// Decision C18: "on `protect` targets `destroy` needs `--allow destructive --yes`".
#[test]
fn a_protected_target_is_not_destroyed_by_the_way() {
    let project = boards();
    let served = Served::of(&project);
    project.edit("lakesmith.yml", "solutions:", "targets:\n  safe: { mode: development, protect: true }\nsolutions:");
    let machine = served.machine(&project, "ci");
    let deployed = machine.run(&["deploy", "-t", "safe", "--yes"]);
    assert_eq!(deployed.code, Some(0), "{deployed}");
    let refused = machine.run(&["destroy", "-t", "safe", "--yes"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("--allow destructive"), "{refused}");
    let unasked = machine.run(&["destroy", "-t", "safe", "--allow", "destructive"]);
    assert_eq!(unasked.code, Some(2), "{unasked}");
    assert!(unasked.stderr.contains("add `--yes`"), "{unasked}");
    assert_eq!(served.inventory()["dashboards"].len(), 1);
    let meant = machine.run(&["destroy", "-t", "safe", "--allow", "destructive", "--yes"]);
    assert_eq!(meant.code, Some(0), "{meant}");
    assert_eq!(served.inventory()["dashboards"].len(), 0);
}

/// A part is taken away with what needs it; the rest stays, and stays known.
#[test]
fn a_part_is_destroyed_with_what_needs_it() {
    let project = boards();
    project.write(
        "jobs/nightly.yml",
        "jobs:\n  nightly:\n    name: nightly\n    tasks:\n      - task_key: load\n        \
         pipeline_task: { pipeline_id: \"${pipeline.main.id}\" }\n",
    );
    let served = Served::of(&project);
    let before = served.inventory();
    deploy(&project);
    let part = project.run_live(&["destroy", "-t", "local", "--yes", "--select", "pipeline:main"]);
    assert_eq!(part.code, Some(0), "{part}");
    let left = served.inventory();
    assert_eq!((left["jobs"].len(), left["pipelines"].len(), left["dashboards"].len()), (0, 0, 1), "{left:?}");
    // Only what is no riskier than this.
    let mild = project.run_live(&["destroy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(mild.code, Some(2), "{mild}");
    let none = project.run_live(&["destroy", "-t", "local", "--yes", "--select", "job:nightly"]);
    assert_eq!(none.code, Some(2), "{none}");
    assert!(none.stderr.contains("selects nothing"), "{none}");
    let rest = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(rest.code, Some(0), "{rest}");
    assert_eq!(served.inventory(), before);
}

/// The names of all fields of an object and of what is inside of its lists.
fn fields(value: &Value, into: &mut BTreeSet<String>) {
    for (name, _) in value.as_object().into_iter().flatten() {
        into.insert(name.clone());
    }
}

/// Every field that is written is in `docs/plan.md`, and that knows the version.
#[test]
fn the_json_of_plans_is_documented() {
    let documented = std::fs::read_to_string(repository().join("docs/plan.md")).unwrap();
    let project = boards();
    let mut seen = BTreeSet::new();
    let read = |seen: &mut BTreeSet<String>, options: &[&str]| {
        let printed = plan(&project, &[&["--format", "json"], options].concat()).json(0);
        for plan in printed["plans"].as_array().unwrap() {
            fields(plan, seen);
            fields(&plan["selected"], seen);
            for step in plan["steps"].as_array().unwrap() {
                fields(step, seen);
                let changes = ["changes", "kept"].iter().filter_map(|list| step[*list].as_array());
                changes.flatten().for_each(|change| fields(change, seen));
            }
        }
        printed["plans"][0]["plan_version"].clone()
    };
    let version = read(&mut seen, &["--select", "schema:*"]);
    assert!(documented.contains(&format!("| `plan_version` | {version} |")), "{version}");
    deploy(&project);
    project.write(FILE, &board("SELECT 2 AS n", "n"));
    read(&mut seen, &["--overwrite-remote"]);
    assert_eq!(plan(&project, &["--out", "plan.json"]).code, Some(0));
    fields(&serde_json::from_str(&project.read("plan.json")).unwrap(), &mut seen);
    let missing: Vec<&String> = seen.iter().filter(|name| !documented.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/plan.md says nothing of {missing:?}");
    assert!(seen.contains("digest") && seen.contains("outside") | seen.contains("path"), "{seen:?}");
}
