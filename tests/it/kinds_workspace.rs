//! The workspace's own kinds through the whole life of a deployment: made, unchanged by a second plan, changed, edited
//! outside, taken away, and taken up from a run that died.

use serde_json::{Value, json};

use crate::support::shop::{board, deploy};
use crate::support::{Run, Served, TestProject};

const FILE: &str = "jobs/kinds.yml";
const DEPLOY: [&str; 4] = ["deploy", "-t", "local", "--yes"];

/// A catalog, a schema and a table, and a file with `kinds`.
pub fn project(kinds: &str) -> TestProject {
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
        (FILE, kinds),
    ])
}

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

#[track_caller]
fn unchanged(project: &TestProject) {
    let planned = plan(project);
    assert_eq!(planned.code, Some(0), "{planned}");
}

/// Kills a deployment while a request of this method and path waits, after it took effect, and runs it again.
#[track_caller]
fn killed_and_run_again(project: &TestProject, workspace: &Served, method: &str, path: &str) {
    workspace.fault(&json!({"method": method, "path": path, "hold": "after"}));
    assert!(workspace.kill_held(&mut project.spawn_live(&DEPLOY)), "{method} {path} never came");
    workspace.clear_faults();
    deploy(project);
    unchanged(project);
}

const OPENED: &str = "\
pipelines:
  totals:
    name: totals
    catalog: shop
    schema: bronze
    serverless: true
    sql: [sql/totals]
    permissions:
      - { group_name: analysts, level: CAN_VIEW }
jobs:
  nightly:
    name: nightly
    permissions:
      - { group_name: analysts, level: CAN_VIEW }
      - { user_name: Ann@shop.test, level: CAN_MANAGE_RUN }
    tasks:
      - { task_key: run, pipeline_task: { pipeline_id: \"${pipeline.totals.id}\" } }
      - { task_key: count, sql_task: { file: { path: sql/checks/count.sql } } }
dashboards:
  board:
    file: dashboards/board.lvdash.json
    permissions: [{ group_name: analysts, level: CAN_READ }]
genie_spaces:
  ask:
    file: genie/ask.geniespace.json
    permissions: [{ group_name: analysts, level: CAN_RUN }]
alerts:
  unpaid:
    display_name: Unpaid orders
    query_text: SELECT amount FROM shop.bronze.orders
    evaluation:
      source: { name: amount, aggregation: SUM }
      comparison_operator: GREATER_THAN
      threshold: { value: { double_value: 100 } }
    schedule: { quartz_cron_schedule: \"0 0 8 * * ?\", timezone_id: UTC }
    permissions: [{ service_principal_name: 5f0f2c9e-0000-4a5b-9d6e-2f7c1b8a0001, level: CAN_RUN }]
";

pub fn opened() -> TestProject {
    let project = project(OPENED);
    project.write(
        "sql/totals/totals.sql",
        "CREATE MATERIALIZED VIEW totals AS SELECT SUM(amount) AS total FROM shop.bronze.orders\n",
    );
    project.write("sql/checks/count.sql", "SELECT COUNT(*) FROM shop.bronze.orders\n");
    project.write("dashboards/board.lvdash.json", &board("SELECT what FROM shop.bronze.orders", "what"));
    project.write(
        "genie/ask.geniespace.json",
        r#"{"version": 2, "data_sources": {"tables": [{"identifier": "shop.bronze.orders"}]}}"#,
    );
    project
}

/// The path of the permissions of the only object of a kind.
fn lists(workspace: &Served) -> Vec<(&'static str, String)> {
    let first = |path: &str, pointer: &str| {
        let listed = workspace.call("GET", path, None);
        let id = listed.pointer(pointer).unwrap_or_else(|| panic!("{listed}"));
        id.as_str().map_or_else(|| id.to_string(), str::to_string)
    };
    vec![
        ("jobs", first("/api/2.2/jobs/list", "/jobs/0/job_id")),
        ("pipelines", first("/api/2.0/pipelines", "/statuses/0/pipeline_id")),
        ("dashboards", first("/api/2.0/lakeview/dashboards", "/dashboards/0/dashboard_id")),
        ("genie", first("/api/2.0/genie/spaces", "/spaces/0/space_id")),
        ("alertsv2", first("/api/2.0/alerts", "/alerts/0/id")),
    ]
}

fn path_of(workspace: &Served, object_type: &str) -> String {
    let all = lists(workspace);
    let (_, id) = all.iter().find(|(known, _)| *known == object_type).unwrap();
    format!("/api/2.0/permissions/{object_type}/{id}")
}

/// `analysts CAN_VIEW`, sorted; what is inherited left out.
fn given(workspace: &Served, object_type: &str) -> Vec<String> {
    let answer = workspace.call("GET", &path_of(workspace, object_type), None);
    let mut found = Vec::new();
    for control in answer["access_control_list"].as_array().unwrap() {
        let name =
            ["user_name", "group_name", "service_principal_name"].iter().find_map(|field| control[field].as_str());
        for level in control["all_permissions"].as_array().unwrap() {
            if level["inherited"] != true {
                found.push(format!("{} {}", name.unwrap(), level["permission_level"].as_str().unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// "Sets permissions on an object, replacing existing permissions if they exist … Objects can inherit permissions from
/// their root object" (REST API, "Permissions"): the whole list is sent, and what is inherited or an owner stays.
#[test]
fn permissions_of_every_kind_are_set_and_settle() {
    let project = opened();
    let workspace = Served::of(&project);
    deploy(&project);
    unchanged(&project);
    let owner = workspace.call("GET", "/api/2.0/preview/scim/v2/Me", None)["userName"].as_str().unwrap().to_string();
    let mut jobs = vec!["Ann@shop.test CAN_MANAGE_RUN".into(), "analysts CAN_VIEW".into(), format!("{owner} IS_OWNER")];
    jobs.sort();
    assert_eq!(given(&workspace, "jobs"), jobs);
    let with = |level: &str, own: &str| {
        let mut all = vec![level.to_string(), format!("{owner} {own}")];
        all.sort();
        all
    };
    assert_eq!(given(&workspace, "pipelines"), with("analysts CAN_VIEW", "IS_OWNER"));
    assert_eq!(given(&workspace, "dashboards"), with("analysts CAN_READ", "CAN_MANAGE"));
    assert_eq!(given(&workspace, "genie"), with("analysts CAN_RUN", "CAN_MANAGE"));
    let principal = "5f0f2c9e-0000-4a5b-9d6e-2f7c1b8a0001 CAN_RUN";
    assert_eq!(given(&workspace, "alertsv2"), with(principal, "CAN_MANAGE"));

    // The order of a list is nobody's change, and neither is the case of an address.
    let reordered = json!({"access_control_list": [
        {"user_name": "ann@shop.test", "permission_level": "CAN_MANAGE_RUN"},
        {"user_name": owner, "permission_level": "IS_OWNER"},
        {"group_name": "analysts", "permission_level": "CAN_VIEW"},
    ]});
    workspace.call("PUT", &path_of(&workspace, "jobs"), Some(&reordered));
    unchanged(&project);
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
}

/// workspace-api.md §5, 23: permissions that were added, taken away or changed in the workspace.
#[test]
fn permissions_that_were_changed_outside_are_seen_and_others_are_reported() {
    let project = opened();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = given(&workspace, "jobs");
    let path = path_of(&workspace, "jobs");
    let others = json!({"access_control_list": [
        {"group_name": "analysts", "permission_level": "CAN_MANAGE"},
        {"user_name": "bob@shop.test", "permission_level": "CAN_VIEW"},
    ]});
    workspace.call("PATCH", &path, Some(&others));
    let planned = plan(&project);
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update permissions.job.nightly: they were changed in the workspace
          privileges[group analysts]: ["CAN_MANAGE"] → ["CAN_VIEW"] (changed in the workspace)
      note: `user bob@shop.test` has CAN_VIEW on the job `nightly`, which the project does not manage
    shop/shop on local: 1 to update, 14 unchanged
    "#);
    // Narrowing needs no allow.
    assert_eq!(planned.code, Some(2), "{planned}");
    deploy(&project);
    let mut after = before.clone();
    after.push("bob@shop.test CAN_VIEW".to_string());
    after.sort();
    assert_eq!(given(&workspace, "jobs"), after);
    unchanged(&project);

    // Only a list that says so takes away what others gave.
    project.edit(
        FILE,
        "    permissions:\n      - { group_name: analysts, level: CAN_VIEW }\n      - { user_name: Ann@shop.test, level: \
         CAN_MANAGE_RUN }\n",
        "    permissions:\n      authoritative: true\n      access:\n        - { group_name: analysts, level: CAN_VIEW }\n        \
         - { user_name: Ann@shop.test, level: CAN_MANAGE_RUN }\n",
    );
    deploy(&project);
    assert_eq!(given(&workspace, "jobs"), before);
    unchanged(&project);
}

/// workspace-api.md §5, 23, deleted_remotely.
#[test]
fn permissions_that_somebody_took_away_are_given_again() {
    let project = opened();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = given(&workspace, "jobs");
    let owner = before.iter().find_map(|given| given.strip_suffix(" IS_OWNER")).unwrap();
    let alone = json!({"access_control_list": [{"user_name": owner, "permission_level": "IS_OWNER"}]});
    workspace.call("PUT", &path_of(&workspace, "jobs"), Some(&alone));
    let planned = plan(&project);
    assert!(planned.stdout.contains("permissions.job.nightly"), "{planned}");
    assert!(planned.stdout.contains("privileges[group analysts]: absent → [\"CAN_VIEW\"]"), "{planned}");
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(given(&workspace, "jobs"), before);
    unchanged(&project);
}

/// Design 5: "`security` (widens access …)"; what opens what exists already needs an allow.
#[test]
fn opening_what_exists_is_a_change_of_security_and_removed_permissions_are_revoked() {
    let project = opened();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = given(&workspace, "dashboards");
    project.edit(FILE, "level: CAN_READ }", "level: CAN_EDIT }");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    let refused = project.run_live(&DEPLOY);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert_eq!(given(&workspace, "dashboards"), before);
    let allowed = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(allowed.code, Some(0), "{allowed}");
    assert!(given(&workspace, "dashboards").contains(&"analysts CAN_EDIT".to_string()));
    unchanged(&project);

    project.edit(FILE, "    permissions: [{ group_name: analysts, level: CAN_EDIT }]\n", "");
    deploy(&project);
    assert_eq!(given(&workspace, "dashboards").len(), 1);
    unchanged(&project);
}

/// workspace-api.md §5, 23: "one 504 on PUT is retried"; and a run that died while it set them.
#[test]
fn permissions_outlive_a_gateway_that_fails_and_a_run_that_dies() {
    let project = opened();
    let workspace = Served::of(&project);
    workspace.fault(&json!({"method": "PUT", "path": "/api/2.0/permissions/*", "status": 504}));
    killed_and_run_again(&project, &workspace, "PUT", "/api/2.0/permissions/jobs/*");
    assert_eq!(given(&workspace, "jobs").len(), 3);
    for (kind, names) in workspace.inventory() {
        let mut once = names.clone();
        once.dedup();
        assert_eq!(once, names, "{kind}");
    }
}

/// A resource whose state was lost is found again, and so is who may use it: nothing is opened, so no allow is needed.
#[test]
fn permissions_of_what_is_found_again_are_compared() {
    let project = opened();
    let workspace = Served::of(&project);
    deploy(&project);
    let before = given(&workspace, "jobs");
    let me = workspace.call("GET", "/api/2.0/preview/scim/v2/Me", None)["userName"].as_str().unwrap().to_string();
    let folder = format!("/Users/{me}/.lakesmith/shop/shop/local");
    for file in
        names(&workspace.call("GET", &format!("/api/2.0/workspace/list?path={folder}"), None)["objects"], "/path")
    {
        if file.rsplit('/').next().is_some_and(|name| name.starts_with("state")) {
            workspace.call("POST", "/api/2.0/workspace/delete", Some(&json!({ "path": file })));
        }
    }
    let others = json!({"access_control_list": [{"group_name": "analysts", "permission_level": "CAN_MANAGE"}]});
    workspace.call("PATCH", &path_of(&workspace, "jobs"), Some(&others));
    deploy(&project);
    assert_eq!(given(&workspace, "jobs"), before);
    unchanged(&project);
}

/// The levels of a job: "CAN_VIEW, CAN_MANAGE_RUN, IS_OWNER, CAN_MANAGE" (REST API, "Get job permission levels").
#[test]
fn levels_and_principals_that_do_not_fit_are_errors() {
    let project = opened();
    project.edit(
        FILE,
        "{ user_name: Ann@shop.test, level: CAN_MANAGE_RUN }",
        "{ group_name: analysts, level: CAN_RUNN }",
    );
    project.edit(FILE, "level: CAN_READ }", "level: CAN_READ, user_name: x@y.test }");
    let checked = project.run(&["check"]);
    assert_eq!(checked.code, Some(1), "{checked}");
    let said = checked.to_string();
    for expected in [
        "error[LS950]: `CAN_RUNN` is no permission level of a job",
        "one of CAN_VIEW, CAN_MANAGE_RUN, CAN_MANAGE, IS_OWNER",
        "error[LS951]: exactly one of `user_name`, `group_name`, `service_principal_name` is needed here",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

fn names(list: &Value, pointer: &str) -> Vec<String> {
    let text = |item: &Value| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_string();
    list.as_array().into_iter().flatten().map(text).collect()
}

const WAREHOUSE: &str = "\
sql_warehouses:
  reports:
    name: Reports
    cluster_size: Small
    max_num_clusters: 2
    auto_stop_mins: 15
    tags: { custom_tags: [{ key: team, value: bi }, { key: cost, value: \"7\" }] }
    permissions: [{ group_name: analysts, level: CAN_USE }]
jobs:
  count:
    name: count
    tasks:
      - task_key: count
        sql_task: { file: { path: sql/checks/count.sql }, warehouse_id: \"${sql_warehouse.reports.id}\" }
";

pub fn reports() -> TestProject {
    let project = project(WAREHOUSE);
    project.write("sql/checks/count.sql", "SELECT COUNT(*) FROM shop.bronze.orders\n");
    project
}

/// The warehouse of a name.
fn warehouse(workspace: &Served, name: &str) -> Value {
    let listed = workspace.call("GET", "/api/2.0/sql/warehouses", None);
    let all = listed["warehouses"].as_array().unwrap();
    let mut named = all.iter().filter(|warehouse| warehouse["name"] == name);
    let found = named.next().unwrap_or_else(|| panic!("{listed}")).clone();
    assert_eq!(named.next(), None, "{listed}");
    found
}

/// "Configuring a warehouse" and `GET /api/2.0/sql/warehouses/{id}` (REST API): what the service fills in (channel, type,
/// clusters, creator, state) is no difference; "edit" takes all settings at once.
#[test]
fn a_warehouse_is_made_changed_and_restored_and_its_state_is_its_own() {
    let project = reports();
    let workspace = Served::of(&project);
    deploy(&project);
    unchanged(&project);
    let made = warehouse(&workspace, "Reports");
    assert_eq!((&made["max_num_clusters"], &made["auto_stop_mins"]), (&json!(2), &json!(15)));
    let id = made["id"].as_str().unwrap().to_string();
    let job = workspace.call("GET", "/api/2.2/jobs/list?expand_tasks=true", None);
    assert_eq!(job["jobs"][0]["settings"]["tasks"][0]["sql_task"]["warehouse_id"], id.as_str(), "{job}");
    let access = workspace.call("GET", &format!("/api/2.0/permissions/warehouses/{id}"), None);
    assert!(access.to_string().contains("CAN_USE"), "{access}");

    // Whether it runs is nobody's setting, and neither is what the project does not name.
    workspace.call("POST", &format!("/api/2.0/sql/warehouses/{id}/stop"), Some(&json!({})));
    let mut edited: Value = made.clone();
    for told in ["id", "state", "num_clusters", "num_active_sessions", "odbc_params", "creator_name"] {
        edited.as_object_mut().unwrap().remove(told);
    }
    edited["spot_instance_policy"] = json!("RELIABILITY_OPTIMIZED");
    edited["tags"] = json!({"custom_tags": [{"key": "cost", "value": "7"}, {"key": "team", "value": "bi"}]});
    workspace.call("POST", &format!("/api/2.0/sql/warehouses/{id}/edit"), Some(&edited));
    unchanged(&project);

    edited["auto_stop_mins"] = json!(60);
    workspace.call("POST", &format!("/api/2.0/sql/warehouses/{id}/edit"), Some(&edited));
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    assert!(planned.stdout.contains("auto_stop_mins: 60 → 15 (changed in the workspace)"), "{planned}");
    project.edit(FILE, "    max_num_clusters: 2\n", "");
    project.edit(FILE, "cluster_size: Small", "cluster_size: Medium");
    deploy(&project);
    unchanged(&project);
    let after = warehouse(&workspace, "Reports");
    assert_eq!((&after["id"], &after["auto_stop_mins"]), (&made["id"], &json!(15)));
    assert_eq!((&after["cluster_size"], &after["max_num_clusters"]), (&json!("Medium"), &json!(1)));
    // What the UI set and the project does not name outlives the change.
    assert_eq!(after["spot_instance_policy"], "RELIABILITY_OPTIMIZED");

    // One that is gone is made anew, and whatever names it gets the new id.
    workspace.call("DELETE", &format!("/api/2.0/sql/warehouses/{id}"), None);
    deploy(&project);
    unchanged(&project);
    let anew = warehouse(&workspace, "Reports")["id"].clone();
    assert_ne!(anew, made["id"]);
    let job = workspace.call("GET", "/api/2.2/jobs/list?expand_tasks=true", None);
    assert_eq!(job["jobs"][0]["settings"]["tasks"][0]["sql_task"]["warehouse_id"], anew, "{job}");

    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert!(!workspace.inventory()["warehouses"].contains(&"Reports".to_string()));
}

/// "name … must be unique within an org" (REST API, "Create a warehouse"): one of the name becomes managed, and stays
/// when the project goes; one that a run made before it died is the project's.
#[test]
fn a_warehouse_is_known_by_its_name() {
    let project = reports();
    let workspace = Served::of(&project);
    let theirs = json!({"name": "Reports", "cluster_size": "Large"});
    let id = workspace.call("POST", "/api/2.0/sql/warehouses", Some(&theirs))["id"].clone();
    // Opening what somebody else has made is told first.
    let refused = project.run_live(&DEPLOY);
    assert!(refused.stderr.contains("permissions.sql_warehouse.reports (security)"), "{refused}");
    let allowed = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(allowed.code, Some(0), "{allowed}");
    unchanged(&project);
    assert_eq!(warehouse(&workspace, "Reports")["id"], id);
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(warehouse(&workspace, "Reports")["id"], id);
    workspace.call("DELETE", &format!("/api/2.0/sql/warehouses/{}", id.as_str().unwrap()), None);

    killed_and_run_again(&project, &workspace, "POST", "/api/2.0/sql/warehouses");
    warehouse(&workspace, "Reports");
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert!(!workspace.inventory()["warehouses"].contains(&"Reports".to_string()));
}

pub const SCOPE: &str = "\
secret_scopes:
  mail:
    name: shop-mail
    permissions:
      - { group_name: analysts, level: READ }
      - { user_name: Ann@shop.test, level: WRITE }
";

/// `READ` of the principals of a scope, sorted.
fn acls(workspace: &Served) -> Vec<String> {
    let listed = workspace.call("GET", "/api/2.0/secrets/acls/list?scope=shop-mail", None);
    let text = |acl: &Value| format!("{} {}", acl["principal"].as_str().unwrap(), acl["permission"].as_str().unwrap());
    let mut found: Vec<String> = listed["items"].as_array().unwrap().iter().map(text).collect();
    found.sort();
    found
}

/// "Secret scopes … list scopes" (REST API, "Secret"): there is no call for one scope, so that one that is not listed is
/// made. What is in it is nobody's business here.
#[test]
fn a_scope_and_who_may_use_it_are_kept_and_its_secrets_are_not_looked_at() {
    let project = project(SCOPE);
    let workspace = Served::of(&project);
    deploy(&project);
    unchanged(&project);
    let owner = workspace.call("GET", "/api/2.0/preview/scim/v2/Me", None)["userName"].as_str().unwrap().to_string();
    let mut wanted = vec!["Ann@shop.test WRITE".to_string(), "analysts READ".into(), format!("{owner} MANAGE")];
    wanted.sort();
    assert_eq!(acls(&workspace), wanted);
    let secret = json!({"scope": "shop-mail", "key": "password", "string_value": "hunter2-canary"});
    workspace.call("POST", "/api/2.0/secrets/put", Some(&secret));
    unchanged(&project);

    // Changed outside, and somebody else let in.
    for (principal, permission) in [("analysts", "MANAGE"), ("bob@shop.test", "READ")] {
        let acl = json!({"scope": "shop-mail", "principal": principal, "permission": permission});
        workspace.call("POST", "/api/2.0/secrets/acls/put", Some(&acl));
    }
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    assert!(planned.stdout.contains(r#"privileges[group analysts]: ["MANAGE"] → ["READ"]"#), "{planned}");
    let note = "note: `user bob@shop.test` has READ on the secret_scope `mail` (`shop-mail` in the workspace), which";
    assert!(planned.stdout.contains(note), "{planned}");
    let json = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    let stranger = &json["plans"][0]["unmanaged"][0];
    assert_eq!((&stranger["securable"], &stranger["name"]), (&json!("mail"), &json!("shop-mail")));
    deploy(&project);
    unchanged(&project);
    assert!(acls(&workspace).contains(&"analysts READ".to_string()));
    assert!(acls(&workspace).contains(&"bob@shop.test READ".to_string()));
    let kept = workspace.call("GET", "/api/2.0/secrets/list?scope=shop-mail", None);
    assert_eq!(kept["secrets"][0]["key"], "password");

    // Losing the secrets needs an allow.
    project.edit(FILE, SCOPE, "");
    let refused = project.run_live(&DEPLOY);
    assert_ne!(refused.code, Some(0), "{refused}");
    let allowed = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "destructive"]);
    assert_eq!(allowed.code, Some(0), "{allowed}");
    assert_eq!(workspace.inventory()["secret scopes"], Vec::<String>::new());
    let stored = project.files(".lakesmith/local/workspace");
    for file in stored {
        let text = std::fs::read(project.root().join(".lakesmith/local/workspace").join(&file)).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("hunter2-canary"), "{file}");
    }
}

/// workspace-api.md §2, `secret_scope`: one that was deleted outside is made again, where others fail to plan.
#[test]
fn a_scope_that_is_gone_is_made_again_and_one_of_a_dead_run_is_taken_up() {
    let project = project(SCOPE);
    let workspace = Served::of(&project);
    killed_and_run_again(&project, &workspace, "POST", "/api/2.0/secrets/scopes/create");
    killed_and_run_again_after_loss(&project, &workspace);
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(workspace.inventory()["secret scopes"], Vec::<String>::new());
}

#[track_caller]
fn killed_and_run_again_after_loss(project: &TestProject, workspace: &Served) {
    workspace.call("POST", "/api/2.0/secrets/scopes/delete", Some(&json!({"scope": "shop-mail"})));
    let planned = plan(project);
    assert!(planned.stdout.contains("+ create secret_scope.mail: it was deleted in the workspace"), "{planned}");
    killed_and_run_again(project, workspace, "POST", "/api/2.0/secrets/acls/put");
    assert_eq!(acls(workspace).len(), 3);
}

pub const MODEL: &str = "\
registered_models:
  churn: { name: churn, catalog_name: shop, schema_name: bronze, comment: Who leaves }
experiments:
  churn:
    name: churn
    permissions: [{ group_name: analysts, level: CAN_READ }]
grants:
  churn: { securable_type: function, securable: shop.bronze.churn, privileges: { analysts: [EXECUTE] } }
";

/// "Registered models … EXECUTE" (REST API, "Registered Models"; "Grants": models are granted as functions).
#[test]
fn a_model_is_made_in_its_schema_with_its_grants() {
    let project = project(MODEL);
    let workspace = Served::of(&project);
    killed_and_run_again(&project, &workspace, "POST", "/api/2.1/unity-catalog/models");
    let path = "/api/2.1/unity-catalog/models/shop.bronze.churn";
    assert_eq!(workspace.call("GET", path, None)["comment"], "Who leaves");
    let granted = workspace.call("GET", "/api/2.1/unity-catalog/permissions/function/shop.bronze.churn", None);
    assert_eq!(granted["privilege_assignments"][0]["privileges"], json!(["EXECUTE"]), "{granted}");
    workspace.call("PATCH", path, Some(&json!({"comment": "theirs", "owner": "ann@shop.test"})));
    let planned = plan(&project);
    assert!(planned.stdout.contains(r#"comment: "theirs" → "Who leaves" (changed in the workspace)"#), "{planned}");
    deploy(&project);
    unchanged(&project);
    let after = workspace.call("GET", path, None);
    assert_eq!((&after["comment"], &after["owner"]), (&json!("Who leaves"), &json!("ann@shop.test")));

    // Another schema cannot be had in place, and versions would be lost.
    project.edit(FILE, "{ name: churn, catalog_name: shop", "{ name: churn2, catalog_name: shop");
    project.edit(FILE, "shop.bronze.churn,", "shop.bronze.churn2,");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("`name` cannot be changed in place"), "{planned}");
    let allowed = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "destructive"]);
    assert_eq!(allowed.code, Some(0), "{allowed}");
    unchanged(&project);
    assert_eq!(workspace.inventory()["models"], ["shop.bronze.churn2"]);
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(workspace.inventory().get("models").cloned().unwrap_or_default(), Vec::<String>::new());
}

/// "name: Experiment name"; "new_name: If provided, the experiment's name is changed to the new name" (REST API,
/// "Experiments"). A name that is not a path lies in the project's folder.
#[test]
fn an_experiment_lies_in_the_projects_folder_and_is_renamed_in_place() {
    let project = project(MODEL);
    let workspace = Served::of(&project);
    killed_and_run_again(&project, &workspace, "POST", "/api/2.0/mlflow/experiments/create");
    let listed = || workspace.call("GET", "/api/2.0/mlflow/experiments/list", None)["experiments"].clone();
    let made = listed();
    let name = made[0]["name"].as_str().unwrap();
    assert!(name.ends_with("/.lakesmith/shop/shop/local/experiments/churn"), "{made}");
    let id = made[0]["experiment_id"].as_str().unwrap().to_string();
    let access = workspace.call("GET", &format!("/api/2.0/permissions/experiments/{id}"), None);
    assert!(access.to_string().contains("CAN_READ"), "{access}");

    let elsewhere = json!({"experiment_id": id, "new_name": format!("{name}-theirs")});
    workspace.call("POST", "/api/2.0/mlflow/experiments/update", Some(&elsewhere));
    let planned = plan(&project);
    assert!(planned.stdout.contains("~ update experiment.churn: it was changed in the workspace"), "{planned}");
    deploy(&project);
    unchanged(&project);
    project.edit(FILE, "    name: churn\n", "    name: leaving/churn\n");
    deploy(&project);
    unchanged(&project);
    let after = listed();
    assert_eq!(after[0]["experiment_id"], id.as_str());
    assert!(after[0]["name"].as_str().unwrap().ends_with("/experiments/leaving/churn"), "{after}");

    workspace.call("POST", "/api/2.0/mlflow/experiments/delete", Some(&json!({ "experiment_id": id })));
    let planned = plan(&project);
    assert!(planned.stdout.contains("+ create experiment.churn: it was deleted in the workspace"), "{planned}");
    deploy(&project);
    unchanged(&project);
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
    assert_eq!(workspace.inventory()["experiments"], Vec::<String>::new());
}

const SCHEDULE: &str = "\
dashboards:
  board:
    file: dashboards/board.lvdash.json
    schedules:
      mornings:
        cron_schedule: { quartz_cron_expression: \"0 0 7 * * ?\", timezone_id: Europe/Berlin }
        subscriptions: [{ user_id: 7 }, { destination_id: d-1 }]
";

/// lakeview-genie-alerts.md B: schedules have an etag that an update must give, and subscriptions of their own.
#[test]
fn a_schedule_and_its_subscriptions_follow_the_project_and_others_stay() {
    let project = project(SCHEDULE);
    project.write("dashboards/board.lvdash.json", &board("SELECT what FROM shop.bronze.orders", "what"));
    let workspace = Served::of(&project);
    // A run that died between the schedule and its subscriptions is taken up.
    killed_and_run_again(&project, &workspace, "POST", "/api/2.0/lakeview/dashboards/*/schedules");
    let id = workspace.call("GET", "/api/2.0/lakeview/dashboards", None)["dashboards"][0]["dashboard_id"].clone();
    let path = format!("/api/2.0/lakeview/dashboards/{}/schedules", id.as_str().unwrap());
    let schedules = || workspace.call("GET", &path, None)["schedules"].as_array().unwrap().clone();
    let made = schedules();
    assert_eq!(made.len(), 1, "{made:?}");
    let own = format!("{path}/{}", made[0]["schedule_id"].as_str().unwrap());
    let subscribers = || workspace.call("GET", &format!("{own}/subscriptions"), None)["subscriptions"].clone();
    assert_eq!(subscribers().as_array().unwrap().len(), 2);

    // Somebody else's schedule is theirs; one of ours that was edited is restored.
    let theirs = json!({"cron_schedule": {"quartz_cron_expression": "0 0 9 * * ?", "timezone_id": "UTC"}});
    workspace.call("POST", &path, Some(&theirs));
    unchanged(&project);
    let edited = json!({"cron_schedule": {"quartz_cron_expression": "0 0 9 * * ?", "timezone_id": "Europe/Berlin"},
        "display_name": "mornings", "pause_status": "PAUSED", "etag": schedules()[0]["etag"]});
    workspace.call("PUT", &own, Some(&edited));
    let other = json!({"subscriber": {"user_subscriber": {"user_id": 8}}});
    workspace.call("POST", &format!("{own}/subscriptions"), Some(&other));
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    for change in ["cron_schedule.quartz_cron_expression: \"0 0 9 * * ?\" → \"0 0 7 * * ?\"", "subscriptions: "] {
        assert!(planned.stdout.contains(change), "{planned}");
    }
    deploy(&project);
    unchanged(&project);
    assert_eq!(subscribers().as_array().unwrap().len(), 2);
    // What the project does not name stays.
    assert_eq!(schedules()[0]["pause_status"], "PAUSED");

    project.edit(FILE, "[{ user_id: 7 }, { destination_id: d-1 }]", "[{ destination_id: d-1 }]");
    project.edit(FILE, "timezone_id: Europe/Berlin }", "timezone_id: UTC }");
    deploy(&project);
    unchanged(&project);
    assert_eq!(subscribers()[0]["subscriber"]["destination_subscriber"]["destination_id"], "d-1");

    project.edit(FILE, &project.read(FILE)[project.read(FILE).find("    schedules:").unwrap()..], "");
    deploy(&project);
    unchanged(&project);
    let left = schedules();
    assert_eq!((left.len(), &left[0]["cron_schedule"]), (1, &theirs["cron_schedule"]), "{left:?}");
}
