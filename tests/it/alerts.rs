//! Alerts through the whole life of a deployment, and what the workspace has of them.

use serde_json::{Value, json};

use crate::support::shop::deploy;
use crate::support::{Run, Served, TestProject};

const ALERTS: &str = "/api/2.0/alerts";
const FILE: &str = "jobs/watch.yml";

const WATCH: &str = "\
alerts:
  unpaid:
    display_name: Unpaid orders
    query_text: |-
      SELECT what, amount
      FROM shop.bronze.orders
    evaluation:
      source: { name: amount, aggregation: SUM }
      comparison_operator: GREATER_THAN
      threshold: { value: { double_value: 100 } }
      empty_result_state: OK
      notification:
        subscriptions: [{ user_email: ann@shop.test }, { destination_id: d-1 }]
    schedule: { quartz_cron_schedule: \"0 0 8 * * ?\", timezone_id: Europe/Berlin }
    custom_summary: Somebody owes us
jobs:
  nightly:
    name: nightly
    tasks:
      - task_key: watch
        alert_task: { alert_id: \"${alert.unpaid.id}\", warehouse_id: \"${warehouse.default.id}\" }
";

fn shop() -> TestProject {
    TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n",
        ),
        (
            "jobs/where.yml",
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n",
        ),
        ("sql/bronze/orders.sql", "CREATE TABLE shop.bronze.orders (what STRING, amount DECIMAL(9,2));\n"),
        (FILE, WATCH),
    ])
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// The one alert.
fn alert(workspace: &Served) -> Value {
    let listed = workspace.call("GET", ALERTS, None);
    let alerts = listed["alerts"].as_array().unwrap_or_else(|| panic!("{listed}"));
    assert_eq!(alerts.len(), 1, "{listed}");
    alerts[0].clone()
}

fn change(workspace: &Served, mask: &str, body: &Value) {
    let id = alert(workspace)["id"].as_str().unwrap().to_string();
    workspace.call("PATCH", &format!("{ALERTS}/{id}?update_mask={mask}"), Some(body));
}

#[test]
fn an_alert_is_deployed_after_what_it_reads_and_before_what_runs_it() {
    let project = shop();
    let workspace = Served::of(&project);
    let planned = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    let steps = planned["plans"][0]["steps"].as_array().unwrap();
    let needs = |key: &str| {
        let step = steps.iter().find(|step| step["key"] == key).unwrap_or_else(|| panic!("{planned:#}"));
        step["depends_on"].as_array().unwrap().iter().map(|on| on.as_str().unwrap()).collect::<Vec<_>>()
    };
    assert!(needs("alert.unpaid").contains(&"table.shop.bronze.orders"), "{planned:#}");
    assert!(needs("job.nightly").contains(&"alert.unpaid"), "{planned:#}");
    deploy(&project);
    let again = plan(&project);
    assert_eq!(again.code, Some(0), "{again}");
    let alert = alert(&workspace);
    assert_eq!(alert["query_text"], "SELECT what, amount\nFROM shop.bronze.orders");
    assert_eq!(alert["evaluation"]["threshold"]["value"]["double_value"], 100);
    assert_eq!(alert["evaluation"]["state"], "UNKNOWN");
    let folder = alert["effective_parent_path"].as_str().unwrap();
    assert!(folder.ends_with("/.lakesmith/shop/shop/local/resources"), "{alert}");
    let jobs = workspace.call("GET", "/api/2.2/jobs/list?expand_tasks=true", None);
    let task = &jobs["jobs"][0]["settings"]["tasks"][0]["alert_task"];
    assert_eq!(task["alert_id"], alert["id"], "{jobs}");
}

#[test]
fn what_was_changed_in_the_workspace_is_seen_and_kept_or_replaced() {
    let project = shop();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = alert(&workspace);
    let evaluation = json!({"evaluation": {"threshold": {"value": {"double_value": 1000}}}});
    change(&workspace, "evaluation.threshold", &evaluation);
    // The order of subscribers is nobody's change, and what the project does not name is not its business.
    let reordered = json!([{"destination_id": "d-1"}, {"user_email": "ann@shop.test"}]);
    change(
        &workspace,
        "evaluation.notification.subscriptions,custom_description,schedule.pause_status",
        &json!({"evaluation": {"notification": {"subscriptions": reordered}}, "custom_description": "theirs",
            "schedule": {"pause_status": "PAUSED"}}),
    );
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r"
      = keep alert.unpaid: it was edited in the workspace
          evaluation.threshold.value.double_value: 1000 stays (the project says 100)
      hint: to replace what was edited in the workspace: `--overwrite-remote`, or `--overwrite-remote=KIND:NAME`
    shop/shop on local: nothing to change, 1 edited resource kept
    ");
    // The project goes on beside it, also inside of the same field.
    project.edit(FILE, "comparison_operator: GREATER_THAN", "comparison_operator: LESS_THAN");
    deploy(&project);
    let beside = &alert(&workspace)["evaluation"];
    assert_eq!(beside["comparison_operator"], "LESS_THAN");
    assert_eq!(beside["threshold"]["value"]["double_value"], 1000);
    project.edit(FILE, "comparison_operator: LESS_THAN", "comparison_operator: GREATER_THAN");
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--overwrite-remote"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(plan(&project).code, Some(0));
    let after = alert(&workspace);
    assert_eq!(after["evaluation"]["threshold"], before["evaluation"]["threshold"]);
    assert_eq!(after["schedule"]["pause_status"], "PAUSED");
    assert_eq!((&after["id"], &after["custom_description"]), (&before["id"], &json!("theirs")));
    // One that is gone is made anew.
    workspace.call("DELETE", &format!("{ALERTS}/{}", before["id"].as_str().unwrap()), None);
    let planned = plan(&project);
    assert!(planned.stdout.contains("+ create alert.unpaid: it was deleted in the workspace"), "{planned}");
    deploy(&project);
    assert_ne!(alert(&workspace)["id"], before["id"]);
    assert_eq!(plan(&project).code, Some(0));
}

#[test]
fn what_changes_in_the_project_changes_there() {
    let project = shop();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = alert(&workspace);
    project.edit(FILE, "    custom_summary: Somebody owes us\n", "");
    project.edit(FILE, ", timezone_id: Europe/Berlin }", ", timezone_id: UTC, pause_status: PAUSED }");
    project.edit(
        FILE,
        "\n      notification:\n        subscriptions: [{ user_email: ann@shop.test }, { destination_id: d-1 }]",
        "",
    );
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update alert.unpaid: it changes in the project
          evaluation.notification: {"subscriptions":[{"user_email":"ann@shop.test"},{"destinati… → absent
          schedule.timezone_id: "Europe/Berlin" → "UTC"
          schedule.pause_status: "UNPAUSED" → "PAUSED"
          custom_summary: "Somebody owes us" → absent
    shop/shop on local: 1 to update, 4 unchanged
    "#);
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    let after = alert(&workspace);
    assert_eq!(after["id"], before["id"]);
    assert_eq!((after.get("custom_summary"), &after["schedule"]["timezone_id"]), (None, &json!("UTC")));
    assert_eq!(after["evaluation"]["notification"], json!({}));
    // A new key is no new alert, and a new folder is one.
    project.edit(FILE, "\n  unpaid:", "\n  owed:");
    project.edit(FILE, "alert.unpaid", "alert.owed");
    deploy(&project);
    assert_eq!(alert(&workspace)["id"], before["id"]);
    project.edit(FILE, "\n    display_name", "\n    parent_path: /Workspace/Shared\n    display_name");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(
        planned.stdout.contains("± recreate alert.owed [destructive]: `parent_path` cannot be changed"),
        "{planned}"
    );
}

#[test]
fn a_lost_state_makes_no_second_alert_and_destroy_leaves_none() {
    let project = shop();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = alert(&workspace);
    let files = ".lakesmith/local/workspace";
    for path in project.files(files).into_iter().filter(|path| path.contains("/state")) {
        std::fs::remove_file(project.root().join(files).join(path)).unwrap();
    }
    deploy(&project);
    assert_eq!(alert(&workspace)["id"], before["id"]);
    assert_eq!(plan(&project).code, Some(0));
    let run = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(workspace.call("GET", ALERTS, None), json!({}));
    let planned = plan(&project);
    assert!(planned.stdout.contains("+ create alert.unpaid: it is new"), "{planned}");
}

/// Without a catalog the warehouse decides which table it is.
#[test]
fn a_table_that_may_be_elsewhere_is_no_error() {
    let project = shop();
    for name in ["orders_of_others", "theirs.orders"] {
        project.write(FILE, &WATCH.replace("shop.bronze.orders", name));
        let run = project.run(&["check", "--strict"]);
        assert_eq!(run.code, Some(0), "{run}");
    }
}

/// The API has a place for each, and one that says no alert or two is refused by it.
#[test]
fn a_task_names_one_alert() {
    let project = shop();
    let found = |to: &str| {
        project.write(FILE, &WATCH.replace("alert_id: \"${alert.unpaid.id}\", ", to));
        let report = project.run(&["check", "--format", "json"]).json(1);
        let found = report["diagnostics"].as_array().unwrap().clone();
        assert_eq!(found.len(), 1, "{report:#}");
        (found[0]["code"].as_str().unwrap().to_string(), found[0]["message"].as_str().unwrap().to_string())
    };
    let (code, message) = found("");
    assert_eq!((code.as_str(), message.as_str()), ("LS105", "the task does not say which alert it runs"));
    let (code, message) = found("alert_id: a, workspace_path: /Workspace/a.dbalert.json, ");
    assert_eq!((code.as_str(), message.as_str()), ("LS906", "the task has both `alert_id` and `workspace_path`"));
    let (code, message) = found("alert_id: \"${alert.unpayed.id}\", ");
    assert_eq!((code.as_str(), message.as_str()), ("LS901", "`alert.unpayed` does not exist"));
}
