//! `lakesmith doctor` against a served workspace in which one thing at a time is wrong: that one is told with its fix, and
//! what does not hang on it is looked at all the same.

use serde_json::{Value, json};

use crate::support::shop::{deploy, governed, shop};
use crate::support::{Machine, Run, Served, TestProject};

const DOCTOR: [&str; 5] = ["doctor", "-t", "far", "--format", "json"];

/// The checks in the order of issue 4, "doctor".
const ALL: [&str; 10] = [
    "project",
    "connectivity",
    "clock",
    "authentication",
    "entitlements",
    "unity_catalog",
    "warehouse",
    "serverless",
    "privileges",
    "state_folder",
];

fn far(project: &TestProject) {
    let manifest = project.read("lakesmith.yml");
    project.write(
        "lakesmith.yml",
        &format!("{manifest}targets:\n  far: {{ mode: production, run_as: {{ user: runner@x.test }} }}\n"),
    );
}

fn served(project: &TestProject) -> (Served, Machine) {
    far(project);
    let served = Served::of(project);
    let machine = served.machine(project, "laptop");
    (served, machine)
}

fn with(machine: &Machine, environment: &[(&str, &str)]) -> Run {
    let mut command = machine.command(&DOCTOR);
    command.envs(environment.iter().copied());
    machine.ran(&mut command)
}

/// Every check is there; the result is the worst outcome of each.
#[track_caller]
fn outcomes(found: &Value) -> Vec<(&str, &str)> {
    assert_eq!(found["version"], 1, "{found}");
    let checks = found["checks"].as_array().unwrap();
    let worst = |name: &str| {
        let of: Vec<&str> = checks
            .iter()
            .filter(|check| check["check"] == name)
            .map(|check| check["outcome"].as_str().unwrap())
            .collect();
        assert!(!of.is_empty(), "{name}: {found}");
        let order = ["failed", "warning", "skipped", "ok"];
        order.into_iter().find(|outcome| of.contains(outcome)).unwrap()
    };
    let names: Vec<&str> = checks.iter().map(|check| check["check"].as_str().unwrap()).collect();
    assert!(
        names.windows(2).all(|pair| ALL.iter().position(|n| *n == pair[0]) <= ALL.iter().position(|n| *n == pair[1]))
    );
    ALL.into_iter().map(|name| (name, worst(name))).filter(|(_, outcome)| *outcome != "ok").collect()
}

/// What is said of a check that did not come out well; each says what to do.
#[track_caller]
fn told(found: &Value, check: &str) -> String {
    let checks = found["checks"].as_array().unwrap();
    let of = checks.iter().filter(|one| one["check"] == check && one["outcome"] != "ok");
    let text = |one: &Value| format!("{}\n  {}\n", one["message"].as_str().unwrap(), one["fix"].as_str().unwrap());
    of.map(text).collect()
}

#[test]
fn where_nothing_is_wrong_nothing_is_failed_and_nothing_is_left_behind() {
    let project = shop();
    let (served, machine) = served(&project);
    let folder = "/api/2.0/workspace/list?path=/Shared";
    let before = served.ask("GET", folder, None);
    let found = machine.run(&DOCTOR).json(0);
    assert_eq!((&found["ok"], &found["target"], &found["host"]), (&json!(true), &json!("far"), &json!(served.host)));
    // The one warehouse of the embedded workspace is serverless; nobody has told it what `runner` may.
    assert_eq!(outcomes(&found), [], "{found:#}");
    assert_eq!(served.ask("GET", folder, None), before);
    let text = machine.run(&["doctor", "-t", "far"]).success();
    assert!(text.contains("ok       connectivity    http://127.0.0.1:"), "{text}");
    assert!(text.ends_with("nothing stands in the way\n"), "{text}");
    // The project's own workspace, found where it is served.
    assert_eq!(project.run_live(&["doctor", "-t", "local"]).code, Some(0));
}

#[test]
fn a_wrong_token_hides_neither_the_clock_nor_the_project() {
    let project = shop();
    let (_served, machine) = served(&project);
    project
        .write("sql/bronze/more.sql", "CREATE OR REFRESH STREAMING TABLE more AS SELECT nothing FROM STREAM orders\n");
    machine.project.write("sql/bronze/more.sql", &project.read("sql/bronze/more.sql"));
    let found = with(&machine, &[("DATABRICKS_TOKEN", "dapi-wrong")]).json(1);
    let skipped = ALL[4..].iter().map(|name| (*name, "skipped"));
    let expected: Vec<_> = [("project", "failed"), ("authentication", "failed")].into_iter().chain(skipped).collect();
    assert_eq!(outcomes(&found), expected, "{found:#}");
    assert!(told(&found, "authentication").contains("`lakesmith auth describe`"), "{found:#}");
    assert!(told(&found, "project").contains("`shop` cannot be deployed: 1 error\n"), "{found:#}");
    assert!(!found.to_string().contains("dapi-wrong"));
}

#[test]
fn two_ways_to_sign_in_are_told_while_the_host_is_looked_at() {
    let project = shop();
    let (_served, machine) = served(&project);
    let found = with(&machine, &[("DATABRICKS_CLIENT_ID", "id"), ("DATABRICKS_CLIENT_SECRET", "secret")]).json(1);
    assert_eq!(outcomes(&found)[0], ("authentication", "failed"), "{found:#}");
    assert!(told(&found, "authentication").contains("more than one authorization method"), "{found:#}");
}

#[test]
fn a_host_that_is_not_there_leaves_the_project() {
    let project = shop();
    let (_served, machine) = served(&project);
    // A port that nobody listens on: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("http://127.0.0.1:{port}");
    let found = with(&machine, &[("DATABRICKS_HOST", &host)]).json(1);
    let skipped = ALL[2..].iter().map(|name| (*name, "skipped"));
    let expected: Vec<_> = [("connectivity", "failed")].into_iter().chain(skipped).collect();
    assert_eq!(outcomes(&found), expected, "{found:#}");
    assert!(told(&found, "connectivity").contains("HTTPS_PROXY"), "{found:#}");
}

#[test]
fn a_clock_that_the_lock_cannot_rely_on_is_a_failure() {
    let project = shop();
    let (_served, machine) = served(&project);
    let found = machine.later().run(&DOCTOR).json(1);
    assert_eq!(outcomes(&found), [("clock", "failed")], "{found:#}");
    let clock = told(&found, "clock");
    // One hour, and what the test took.
    assert!(clock.starts_with("this machine's clock is 60 min ahead of the workspace's\n"), "{clock}");
    assert!(clock.contains("NTP"), "{clock}");
}

#[test]
fn without_a_warehouse_what_needs_one_is_named() {
    let project = governed();
    let (served, machine) = served(&project);
    let warehouses = served.call("GET", "/api/2.0/sql/warehouses", None);
    for warehouse in warehouses["warehouses"].as_array().unwrap() {
        served.call("DELETE", &format!("/api/2.0/sql/warehouses/{}", warehouse["id"].as_str().unwrap()), None);
    }
    let found = machine.run(&DOCTOR).json(1);
    assert_eq!(outcomes(&found), [("warehouse", "failed"), ("serverless", "warning")], "{found:#}");
    let warehouse = told(&found, "warehouse");
    assert!(warehouse.contains("`function.shop.bronze.mask_what` needs one"), "{warehouse}");
    assert!(warehouse.contains("CAN_USE"), "{warehouse}");
    let chosen = with(&machine, &[("DATABRICKS_WAREHOUSE_ID", "abc")]).json(1);
    assert!(told(&chosen, "warehouse").contains("the chosen warehouse `abc` is not there"), "{chosen:#}");
}

/// Databricks documentation, "Unity Catalog privileges and securable objects": a schema is made with USE CATALOG and
/// CREATE SCHEMA, and privileges are given with MANAGE or by the owner.
#[test]
fn a_missing_privilege_is_told_with_the_statement_that_gives_it() {
    let project = governed();
    deploy(&project);
    far(&project);
    let served = Served::with(&project, &["--service-principal", "deployer"]);
    let (id, secret) = served.machines(1).remove(0);
    let machine = served.machine(&project, "runner");
    let found = {
        let mut command = machine.command(&DOCTOR);
        command
            .env_remove("DATABRICKS_TOKEN")
            .env("DATABRICKS_CLIENT_ID", &id)
            .env("DATABRICKS_CLIENT_SECRET", &secret);
        machine.ran(&mut command).json(1)
    };
    let user = found["user"].as_str().unwrap();
    let privileges = told(&found, "privileges");
    let expected = format!(
        "`{user}` lacks MANAGE on the catalog `shop`\n  let its owner run: GRANT MANAGE ON CATALOG `shop` TO `{user}`\n"
    );
    assert!(privileges.contains(&expected), "{privileges}");
    // Groups of groups are not told: it may be held.
    let perhaps = format!("USE_CATALOG on the catalog `shop` is held by analysts; it is not known whether `{user}` is");
    assert!(privileges.contains(&perhaps), "{privileges}");
    // The function is there already: nobody needs to make it.
    assert!(!privileges.contains("CREATE_FUNCTION"), "{privileges}");
    // Whoever is given them is told so.
    let change = json!({"changes": [{"principal": user, "add": ["ALL_PRIVILEGES", "MANAGE"]}]});
    served.call("PATCH", "/api/2.1/unity-catalog/permissions/catalog/shop", Some(&change));
    let found = {
        let mut command = machine.command(&DOCTOR);
        command
            .env_remove("DATABRICKS_TOKEN")
            .env("DATABRICKS_CLIENT_ID", &id)
            .env("DATABRICKS_CLIENT_SECRET", &secret);
        machine.ran(&mut command).json(0)
    };
    assert!(!told(&found, "privileges").contains("lacks"), "{found:#}");
}

/// What lacks, as `privileges on securable`, of somebody who has nothing; what may come from a group is left out.
fn lacking(found: &Value) -> Vec<String> {
    let user = found["user"].as_str().unwrap();
    let checks = found["checks"].as_array().unwrap().iter();
    let messages = checks.filter(|one| one["check"] == "privileges").map(|one| one["message"].as_str().unwrap());
    let lacks = format!("`{user}` lacks ");
    messages.filter_map(|message| message.strip_prefix(&lacks)).map(str::to_string).collect()
}

/// What each kind needs, by the documentation of Databricks: "Unity Catalog privileges reference" (CREATE MODEL), "Privileges
/// for Unity Catalog volumes" (files), "Apply tags to Unity Catalog securable objects", "Manually apply row filters and
/// column masks" and "Set up and manage an AI/BI Genie space".
#[test]
fn every_kind_says_what_it_needs() {
    let project = governed();
    deploy(&project);
    far(&project);
    // Neither groups nor grants: what is told is what the deployer itself lacks.
    let where_ = project.read("jobs/where.yml");
    let (objects, _) = where_.split_once("grants:").unwrap();
    project.write(
        "jobs/where.yml",
        &objects.replace(
            "volume_type: MANAGED",
            "volume_type: MANAGED, files: [{ source: jobs/data/first.csv, path: first.csv }]",
        ),
    );
    project.write("jobs/data/first.csv", "id\n1\n");
    project.write(
        "jobs/more.yml",
        "registered_models:\n  churn: { catalog_name: shop, schema_name: bronze, name: churn }\n\
         genie_spaces:\n  ask: { title: Ask, file: genie/ask.geniespace.json }\n\
         secret_scopes:\n  mail: { name: shop-mail }\n\
         experiments:\n  trials: { name: trials }\n\
         sql_warehouses:\n  small: { name: small, cluster_size: 2X-Small }\n\
         pipelines:\n  classic: { name: classic, catalog: shop, schema: bronze, sql: [sql/classic] }\n  \
         ruled: { name: ruled, catalog: shop, schema: bronze, sql: [sql/ruled], clusters: [{ label: default, policy_id: p }] }\n",
    );
    for name in ["classic", "ruled"] {
        let view = format!("CREATE OR REFRESH MATERIALIZED VIEW {name} AS SELECT id FROM shop.bronze.orders\n");
        project.write(&format!("sql/{name}/{name}.sql"), &view);
    }
    project.write(
        "genie/ask.geniespace.json",
        r#"{"version": 2, "data_sources": {"tables": [{"identifier": "shop.bronze.classic"}, {"identifier": "shop.bronze.orders"}]}}"#,
    );
    project.write(
        "sql/governance/orders.sql",
        "ALTER STREAMING TABLE shop.bronze.orders SET TAGS ('team' = 'sales');\n\
         ALTER STREAMING TABLE shop.bronze.orders ALTER COLUMN what SET MASK shop.bronze.mask_what;\n\
         ALTER SCHEMA shop.bronze SET TAGS ('team' = 'sales');\n",
    );
    let served = Served::with(&project, &["--service-principal", "deployer"]);
    // The grants of the first deployment are groups'.
    for (kind, name, privileges) in [
        ("catalog", "shop", json!(["USE_CATALOG"])),
        ("schema", "shop.bronze", json!(["USE_SCHEMA", "EXECUTE"])),
        ("table", "shop.bronze.orders", json!(["SELECT"])),
    ] {
        let change = json!({"changes": [{"principal": "analysts", "remove": privileges}]});
        served.call("PATCH", &format!("/api/2.1/unity-catalog/permissions/{kind}/{name}"), Some(&change));
    }
    let (id, secret) = served.machines(1).remove(0);
    let machine = served.machine(&project, "runner");
    let mut command = machine.command(&DOCTOR);
    command.env_remove("DATABRICKS_TOKEN").env("DATABRICKS_CLIENT_ID", &id).env("DATABRICKS_CLIENT_SECRET", &secret);
    let found = machine.ran(&mut command).json(1);
    let expected = [
        "USE_CATALOG on the catalog `shop`",
        "APPLY_TAG, CREATE_MODEL, USE_SCHEMA on the schema `shop.bronze`",
        "READ_VOLUME, WRITE_VOLUME on the volume `shop.bronze.landing`",
        "EXECUTE on the function `shop.bronze.mask_what`",
        // Nobody can read the other table yet: the deployment makes it.
        "APPLY_TAG, MANAGE, SELECT on the table `shop.bronze.orders`",
    ];
    assert_eq!(lacking(&found), expected, "{found:#}");
    let fix = "let its owner run: GRANT READ VOLUME, WRITE VOLUME ON VOLUME `shop`.`bronze`.`landing` TO ";
    assert!(told(&found, "privileges").contains(fix), "{found:#}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_with_the_way_out() {
    let project = shop();
    let (served, machine) = served(&project);
    served.fault(&json!({ "path": "*", "readonly": "/Shared/.lakesmith" }));
    let found = machine.run(&DOCTOR).json(1);
    assert_eq!(outcomes(&found), [("state_folder", "failed")], "{found:#}");
    let folder = told(&found, "state_folder");
    assert!(folder.starts_with("/Workspace/Shared/.lakesmith cannot be written: "), "{folder}");
    assert!(folder.contains("the target's `root`"), "{folder}");
}

/// Every failure says what to do, and what nobody answered is not taken for an answer.
#[test]
fn a_call_that_fails_is_told_with_who_can_mend_it() {
    let project = governed();
    let (served, machine) = served(&project);
    let unity = "/api/2.1/unity-catalog/current-metastore-assignment";
    for (path, status, code, check, fix) in [
        ("/api/2.0/preview/scim/v2/Me", 403, "PERMISSION_DENIED", "authentication", "IP access lists"),
        ("/api/2.0/sql/warehouses", 403, "PERMISSION_DENIED", "warehouse", "the entitlement for what was refused"),
        ("/api/2.0/sql/warehouses", 404, "ENDPOINT_NOT_FOUND", "warehouse", "the account console's"),
        (unity, 500, "INTERNAL_ERROR", "unity_catalog", "https://status.databricks.com"),
    ] {
        let fault = json!({ "path": path, "status": status, "error_code": code, "message": "No.", "times": 1_000 });
        served.fault(&fault);
        let found = machine.run(&DOCTOR).json(1);
        served.clear_faults();
        let checks = found["checks"].as_array().unwrap();
        let failed: Vec<&Value> = checks.iter().filter(|one| one["outcome"] == "failed").collect();
        assert_eq!(failed.len(), 1, "{found:#}");
        assert_eq!(failed[0]["check"], check, "{found:#}");
        assert!(failed[0]["fix"].as_str().unwrap().contains(fix), "{fix}: {found:#}");
        if path == unity {
            let privileges = checks.iter().find(|one| one["check"] == "privileges").unwrap();
            assert_eq!(privileges["outcome"], "skipped", "{found:#}");
            assert_eq!(privileges["message"], "it is not known whether there is a Unity Catalog", "{found:#}");
        }
    }
}

/// Outside of a project the workspace alone is looked at.
#[test]
fn without_a_project_the_workspace_is_looked_at() {
    let project = shop();
    let (served, _machine) = served(&project);
    let outside = TestProject::new(&[]);
    let environment = [("DATABRICKS_HOST", served.host.as_str()), ("DATABRICKS_TOKEN", served.token.as_str())];
    let mut command = outside.live(&["doctor", "--format", "json"]);
    command.envs(environment);
    let output = command.output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{found:#}");
    let skipped = [("project", "skipped"), ("serverless", "skipped"), ("privileges", "skipped")];
    assert_eq!(outcomes(&found), skipped, "{found:#}");
}
