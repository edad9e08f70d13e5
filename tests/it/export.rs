//! `lakesmith export bundle`: what is written parses, has documented field names only, and loses nothing in silence.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::kinds_workspace;
use crate::support::shop::{board, far, governed, shop};
use crate::support::{TestProject, everything, repository};

/// From the documentation, not from the program: <https://databricks.github.io/cli/python/> (`databricks.bundles.*`), and
/// the REST API's create requests, as "the REST API object's supported create request fields, expressed as YAML, are the
/// resource's supported keys" (<https://docs.databricks.com/dev-tools/bundles/resources>, "Supported resources").
const DOCUMENTED: [(&str, &str); 12] = [
    (
        "alerts",
        "display_name evaluation query_text schedule warehouse_id custom_description custom_summary file_path lifecycle \
         parent_path permissions run_as run_as_user_name",
    ),
    (
        "catalogs",
        "name comment connection_name custom_max_retention_hours grants lifecycle managed_encryption_settings options \
         properties provider_name share_name storage_root",
    ),
    (
        "dashboards",
        "create_time dashboard_id dataset_catalog dataset_schema display_name embed_credentials etag file_path lifecycle \
         lifecycle_state parent_path path permissions serialized_dashboard update_time warehouse_id",
    ),
    ("experiments", "name artifact_location lifecycle permissions tags"),
    (
        "genie_spaces",
        "description etag file_path lifecycle parent_path permissions serialized_space title warehouse_id",
    ),
    (
        "jobs",
        "access_control_list budget_policy_id continuous deployment description edit_mode email_notifications environments \
         format git_source health job_clusters lifecycle max_concurrent_runs name notification_settings parameters \
         performance_target permissions queue run_as schedule tags tasks timeout_seconds trigger usage_policy_id \
         webhook_notifications",
    ),
    (
        "pipelines",
        "allow_duplicate_names budget_policy_id catalog channel clusters configuration continuous development edition \
         environment event_log filters gateway_definition id ingestion_definition libraries lifecycle name notifications \
         permissions photon restart_window root_path run_as schema serverless storage tags target",
    ),
    ("registered_models", "name catalog_name schema_name comment storage_location grants lifecycle"),
    ("schemas", "catalog_name comment custom_max_retention_hours grants lifecycle name properties storage_root"),
    ("secret_scopes", "name backend_type keyvault_metadata lifecycle permissions"),
    (
        "sql_warehouses",
        "auto_stop_mins channel cluster_size creator_name enable_photon enable_serverless_compute instance_profile_arn \
         lifecycle max_num_clusters min_num_clusters name permissions spot_instance_policy tags warehouse_type",
    ),
    ("volumes", "catalog_name comment grants lifecycle name schema_name storage_location volume_type"),
];

/// Fields without which the classes cannot be made (`name: str`, and not `str | None`), and a document's warehouse, which
/// the pages' examples have.
const NEEDED: [(&str, &str); 9] = [
    ("alerts", "display_name evaluation query_text schedule warehouse_id"),
    ("catalogs", "name"),
    ("dashboards", "display_name file_path warehouse_id"),
    ("experiments", "name"),
    ("genie_spaces", "title file_path warehouse_id"),
    ("registered_models", "name catalog_name schema_name"),
    ("schemas", "catalog_name name"),
    ("secret_scopes", "name"),
    ("volumes", "catalog_name schema_name name"),
];

fn read(project: &TestProject, path: &str) -> Value {
    let text = project.read(path);
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"))
}

/// Every text of a document.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn words(table: &[(&str, &'static str)], section: &str) -> Option<BTreeSet<&'static str>> {
    Some(table.iter().find(|(name, _)| *name == section)?.1.split_whitespace().collect())
}

/// What an entry has in common with those of other sections.
fn fits(section: &str, name: &str, entry: &Value) {
    let known = words(&DOCUMENTED, section).unwrap_or_else(|| panic!("{section}"));
    let found = keys(entry);
    assert!(found.is_subset(&known), "{section}.{name}: {found:?}");
    let needed = words(&NEEDED, section).unwrap_or_default();
    assert!(needed.is_subset(&found), "{section}.{name} lacks {:?}", needed.difference(&found));
    for access in entry["permissions"].as_array().into_iter().flatten() {
        let mut named = keys(access);
        assert!(named.remove("level") && named.len() == 1, "{section}.{name}: {access}");
        let principals = BTreeSet::from(["user_name", "group_name", "service_principal_name"]);
        assert!(named.is_subset(&principals), "{section}.{name}: {access}");
    }
    for grant in entry["grants"].as_array().into_iter().flatten() {
        assert_eq!(keys(grant), BTreeSet::from(["principal", "privileges"]), "{section}.{name}");
    }
    assert!(keys(&entry["lifecycle"]).is_subset(&BTreeSet::from(["prevent_destroy"])), "{section}.{name}");
}

/// The resources of a bundle, section by section, after everything about them was looked at that holds for all bundles.
#[track_caller]
fn resources(project: &TestProject, folder: &str) -> BTreeMap<String, Value> {
    let files: BTreeSet<String> = project.files(folder).into_iter().collect();
    let mut sections = BTreeMap::new();
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for path in &files {
        let bytes = std::fs::read(project.root().join(folder).join(path)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("lakesmith-export"), "{path}");
        if !path.starts_with("resources/") {
            continue;
        }
        let document = read(project, &format!("{folder}/{path}"));
        for (section, entries) in document["resources"].as_object().unwrap() {
            for (name, entry) in entries.as_object().unwrap() {
                fits(section, name, entry);
                names.insert(format!("{section}.{name}"));
                texts(entry, &mut all);
            }
            sections.insert(section.clone(), entries.clone());
        }
    }
    for text in &all {
        // What is referred to is there.
        for (at, _) in text.match_indices("${") {
            let inside = text[at + 2..].split('}').next().unwrap();
            let resource = inside.strip_prefix("resources.").and_then(|rest| rest.strip_suffix(".id"));
            let is_given =
                ["var.warehouse_id", "workspace.root_path", "workspace.current_user.short_name"].contains(&inside);
            assert!(is_given || names.contains(resource.unwrap_or_default()), "{text}");
        }
        if let Some(path) = text.strip_prefix("../") {
            assert!(files.contains(path), "{path}");
        }
    }
    let settings = read(project, &format!("{folder}/databricks.yml"));
    // docs.databricks.com/dev-tools/bundles/settings: the top-level mappings of databricks.yml.
    assert!(keys(&settings).is_subset(&BTreeSet::from(["bundle", "include", "sync", "variables", "targets"])));
    let mentions = all.iter().any(|text| text.contains("${var.warehouse_id}"));
    assert_eq!(settings["variables"]["warehouse_id"].is_object(), mentions);
    sections
}

/// What it says.
fn export(project: &TestProject, folder: &str, target: &str) -> String {
    let run = project.run(&["export", "bundle", "--out", folder, "-t", target]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!run.stderr.contains("LS802"), "{run}");
    run.stdout
}

/// The whole of a solution of this repository.
#[test]
fn a_bundle_is_whole_documented_and_tells_what_it_lacks() {
    let project = TestProject::repository();
    let run = project.run(&["export", "bundle", "insurance", "--out", "bundle", "-t", "local", "--format", "json"]);
    let told = run.json(0);
    let files: BTreeSet<String> = project.files("bundle").into_iter().collect();
    let listed: BTreeSet<String> =
        told["files"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_string()).collect();
    assert_eq!(files, listed);
    let settings = read(&project, "bundle/databricks.yml");
    assert_eq!(settings["bundle"]["name"], "insurance");
    let resources = resources(&project, "bundle");
    // Every kind of this solution that a bundle has.
    let expected = ["alerts", "catalogs", "dashboards", "genie_spaces", "jobs", "pipelines", "schemas", "volumes"]
        .map(String::from);
    assert_eq!(resources.keys().cloned().collect::<Vec<_>>(), expected);
    // What a bundle has no words for is told: every function, and the privileges on a table.
    let left: Vec<(&str, &str)> = told["left"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| (left["key"].as_str().unwrap(), left["why"].as_str().unwrap()))
        .collect();
    assert!(
        left.iter().any(|(key, why)| key.starts_with("function.") && why.contains("runs no statements")),
        "{left:?}"
    );
    assert!(left.iter().any(|(key, _)| key.starts_with("grants.table.")), "{left:?}");
    assert!(left.iter().all(|(key, _)| !key.starts_with("grants.schema.")), "{left:?}");
    // Nothing is overwritten.
    let again = project.run(&["export", "bundle", "insurance", "--out", "bundle", "-t", "local"]);
    assert_eq!(again.code, Some(2), "{again}");
    assert!(again.stderr.contains("`bundle` is not empty"), "{again}");
    // The same project is the same bundle.
    export(&project, "second", "local");
    for path in &files {
        let bytes = |folder: &str| std::fs::read(project.root().join(folder).join(path)).unwrap();
        assert_eq!(bytes("bundle"), bytes("second"), "{path}");
    }
    assert_eq!(files.len(), project.files("second").len());
}

#[test]
fn every_project_is_a_bundle_of_documented_fields() {
    let projects = [
        ("shop", shop()),
        ("governed", governed()),
        ("opened", kinds_workspace::opened()),
        ("reports", kinds_workspace::reports()),
        ("scope", kinds_workspace::project(kinds_workspace::SCOPE)),
        ("model", kinds_workspace::project(kinds_workspace::MODEL)),
        ("everything", everything("  far: { mode: development }\n")),
    ];
    let mut seen = BTreeSet::new();
    for (name, project) in projects {
        println!("{name}");
        export(&project, "bundle", "local");
        seen.extend(resources(&project, "bundle").into_keys());
    }
    let all: BTreeSet<String> = DOCUMENTED.iter().map(|(section, _)| section.to_string()).collect();
    assert_eq!(seen, all);
}

/// databricks/cli#3003, "Schemas also inherit the name_prefix": in that mode, SQL would name schemas that are not there.
#[test]
fn a_development_copy_is_named_as_lakesmith_names_it_and_schemas_are_called_what_the_sql_calls_them() {
    let project = all("dev: { mode: development }");
    project.edit(
        "jobs/all.yml",
        "    name: nightly\n",
        "    name: nightly\n    schedule: { quartz_cron_expression: \"0 0 2 * * ?\", timezone_id: UTC }\n",
    );
    export(&project, "bundle", "dev");
    let found = resources(&project, "bundle");
    let named = |name: &str| json!(format!("[dev ${{workspace.current_user.short_name}}] {name}"));
    for (section, key, field, name) in [
        ("jobs", "nightly", "name", "nightly"),
        ("pipelines", "totals", "name", "totals"),
        ("dashboards", "board", "display_name", "Board"),
        ("genie_spaces", "r2024_questions", "title", "Ask"),
        ("alerts", "many", "display_name", "Many"),
        ("sql_warehouses", "reports", "name", "Reports"),
    ] {
        assert_eq!(found[section][key][field], named(name), "{section}");
    }
    assert_eq!(found["schemas"]["bronze"]["name"], "bronze");
    assert_eq!(found["catalogs"]["main"]["name"], "shop");
    assert_eq!(found["experiments"]["theirs"]["name"], "/Shared/[dev ${workspace.current_user.short_name}] theirs");
    assert_eq!(found["pipelines"]["totals"]["development"], true);
    assert_eq!(found["jobs"]["nightly"]["schedule"]["pause_status"], "PAUSED");
    assert_eq!(found["alerts"]["many"]["schedule"]["pause_status"], "PAUSED");
    assert_eq!(read(&project, "bundle/databricks.yml")["targets"]["dev"], json!({"default": true}));
    let project = far();
    export(&project, "bundle", "far");
    resources(&project, "bundle");
}

const ALL: &str = "\
catalogs:
  main: { name: shop, comment: All, lifecycle: { prevent_destroy: true } }
schemas:
  bronze: { catalog_name: shop, name: bronze, custom_max_retention_hours: 72 }
volumes:
  landing: { catalog_name: shop, schema_name: bronze, name: landing }
registered_models:
  churn: { name: Churn, catalog_name: shop, schema_name: bronze, comment: Who leaves }
experiments:
  churn:
    name: churn
    permissions: [{ group_name: analysts, level: CAN_READ }]
  nested: { name: team/churn }
  theirs: { name: /Shared/theirs }
sql_warehouses:
  reports:
    name: Reports
    cluster_size: Small
    instance_profile_arn: arn
    tags: { custom_tags: [{ key: team, value: bi }] }
    permissions: [{ group_name: analysts, level: CAN_USE }]
secret_scopes:
  mail:
    name: shop-mail
    scope_backend_type: AZURE_KEYVAULT
    backend_azure_keyvault: { resource_id: vault, dns_name: \"https://vault.test/\" }
    permissions: [{ group_name: analysts, level: READ }, { user_name: ann@shop.test, level: WRITE }]
pipelines:
  totals:
    name: totals
    catalog: shop
    schema: bronze
    serverless: true
    development: true
    sql: [sql/totals]
    permissions: { authoritative: true, access: [{ group_name: analysts, level: CAN_VIEW }] }
grants:
  catalog: { securable_type: catalog, securable: SHOP, privileges: { analysts: [USE_CATALOG], engineers: [USE_CATALOG] } }
  bronze: { securable_type: schema, securable: shop.bronze, privileges: { analysts: [USE_SCHEMA], engineers: [USE_SCHEMA, SELECT] } }
  landing: { securable_type: volume, securable: shop.bronze.landing, privileges: { engineers: [READ_VOLUME] } }
  model: { securable_type: function, securable: shop.bronze.churn, privileges: { analysts: [EXECUTE] } }
dashboards:
  board:
    file: dashboards/board.lvdash.json
    display_name: Board
    embed_credentials: true
    permissions: [{ group_name: analysts, level: CAN_READ }]
  other:
    file: dashboards/other.lvdash.json
    display_name: Other
    warehouse_id: \"${sql_warehouse.reports.id}\"
    parent_path: /Workspace/Shared/boards
genie_spaces:
  2024 questions:
    title: Ask
    file: genie/ask.geniespace.json
    permissions: [{ group_name: analysts, level: CAN_RUN }]
alerts:
  many:
    display_name: Many
    query_text: SELECT COUNT(*) AS n FROM shop.bronze.orders
    evaluation:
      source: { name: n }
      comparison_operator: GREATER_THAN
      threshold: { value: { double_value: 100 } }
    schedule: { quartz_cron_schedule: \"0 0 8 * * ?\", timezone_id: UTC }
    permissions: [{ service_principal_name: 5f0f2c9e-0000-4a5b-9d6e-2f7c1b8a0001, level: CAN_RUN }]
jobs:
  nightly:
    name: nightly
    tasks:
      - { task_key: load, pipeline_task: { pipeline_id: \"${pipeline.totals.id}\" } }
      - { task_key: count, sql_task: { file: { path: sql/checks/count.sql } } }
    permissions: [{ group_name: analysts, level: CAN_VIEW }, { user_name: ann@shop.test, level: IS_OWNER }]
    lifecycle: { prevent_destroy: true }
";

fn all(target: &str) -> TestProject {
    let manifest =
        "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\ntargets:\n";
    TestProject::new(&[
        ("lakesmith.yml", &format!("{manifest}  {target}\n")),
        ("jobs/all.yml", ALL),
        ("sql/setup/orders.sql", "CREATE TABLE shop.bronze.orders (what STRING, amount INT);\n"),
        (
            "sql/totals/totals.sql",
            "CREATE MATERIALIZED VIEW totals AS SELECT SUM(amount) AS total FROM shop.bronze.orders\n",
        ),
        ("sql/checks/count.sql", "SELECT COUNT(*) FROM shop.bronze.orders\n"),
        ("dashboards/board.lvdash.json", &board("SELECT what FROM shop.bronze.orders", "what")),
        ("dashboards/other.lvdash.json", &board("SELECT what FROM shop.bronze.orders", "what")),
        (
            "genie/ask.geniespace.json",
            r#"{"version": 2, "data_sources": {"tables": [{"identifier": "shop.bronze.orders"}]}}"#,
        ),
    ])
}

/// Written by hand from the pages above.
#[test]
fn every_section_says_what_the_project_says() {
    let project = all("dev: { mode: development }");
    let told = export(&project, "bundle", "local");
    let found = resources(&project, "bundle");
    let analysts = |level: &str| json!({"level": level, "group_name": "analysts"});
    let expected = json!({
        "alerts": {"many": {
            "display_name": "Many",
            "query_text": "SELECT COUNT(*) AS n FROM shop.bronze.orders",
            "evaluation": {
                "source": {"name": "n"}, "comparison_operator": "GREATER_THAN", "threshold": {"value": {"double_value": 100}},
            },
            "schedule": {"quartz_cron_schedule": "0 0 8 * * ?", "timezone_id": "UTC"},
            "warehouse_id": "${var.warehouse_id}",
            "permissions": [{"level": "CAN_RUN", "service_principal_name": "5f0f2c9e-0000-4a5b-9d6e-2f7c1b8a0001"}],
        }},
        "catalogs": {"main": {
            "name": "shop", "comment": "All", "lifecycle": {"prevent_destroy": true},
            "grants": [
                {"principal": "analysts", "privileges": ["USE_CATALOG"]},
                {"principal": "engineers", "privileges": ["USE_CATALOG"]},
            ],
        }},
        "dashboards": {
            "board": {
                "display_name": "Board", "embed_credentials": true, "file_path": "../files/dashboards/board.lvdash.json",
                "warehouse_id": "${var.warehouse_id}", "permissions": [analysts("CAN_READ")],
            },
            "other": {
                "display_name": "Other", "embed_credentials": false, "file_path": "../files/dashboards/other.lvdash.json",
                "warehouse_id": "${resources.sql_warehouses.reports.id}", "parent_path": "/Workspace/Shared/boards",
            },
        },
        "experiments": {
            "churn": {"name": "${workspace.root_path}/churn", "permissions": [analysts("CAN_READ")]},
            "nested": {"name": "${workspace.root_path}/team/churn"},
            "theirs": {"name": "/Shared/theirs"},
        },
        "genie_spaces": {"r2024_questions": {
            "title": "Ask", "file_path": "../files/genie_spaces/r2024_questions.geniespace.json",
            "warehouse_id": "${var.warehouse_id}", "permissions": [analysts("CAN_RUN")],
        }},
        "jobs": {"nightly": {
            "name": "nightly",
            "tasks": [
                {"task_key": "load", "pipeline_task": {"pipeline_id": "${resources.pipelines.totals.id}"}},
                {"task_key": "count", "sql_task": {
                    "file": {"path": "../files/sql/checks/count.sql", "source": "WORKSPACE"},
                    "warehouse_id": "${var.warehouse_id}",
                }},
            ],
            "permissions": [analysts("CAN_VIEW"), {"level": "IS_OWNER", "user_name": "ann@shop.test"}],
            "lifecycle": {"prevent_destroy": true},
        }},
        "pipelines": {"totals": {
            "name": "totals", "catalog": "shop", "schema": "bronze", "serverless": true, "development": true,
            "libraries": [{"file": {"path": "../files/sql/totals/totals.sql"}}], "permissions": [analysts("CAN_VIEW")],
        }},
        "registered_models": {"churn": {
            "name": "Churn", "catalog_name": "shop", "schema_name": "bronze", "comment": "Who leaves",
            "grants": [{"principal": "analysts", "privileges": ["EXECUTE"]}],
        }},
        "schemas": {"bronze": {
            "catalog_name": "shop", "name": "bronze", "custom_max_retention_hours": 72,
            "grants": [
                {"principal": "analysts", "privileges": ["USE_SCHEMA"]},
                {"principal": "engineers", "privileges": ["SELECT", "USE_SCHEMA"]},
            ],
        }},
        "secret_scopes": {"mail": {
            "name": "shop-mail", "backend_type": "AZURE_KEYVAULT",
            "keyvault_metadata": {"resource_id": "vault", "dns_name": "https://vault.test/"},
            "permissions": [analysts("READ"), {"level": "WRITE", "user_name": "ann@shop.test"}],
        }},
        "sql_warehouses": {"reports": {
            "name": "Reports", "cluster_size": "Small", "instance_profile_arn": "arn",
            "tags": {"custom_tags": [{"key": "team", "value": "bi"}]}, "permissions": [analysts("CAN_USE")],
        }},
        "volumes": {"landing": {
            "catalog_name": "shop", "schema_name": "bronze", "name": "landing", "volume_type": "MANAGED",
            "grants": [{"principal": "engineers", "privileges": ["READ_VOLUME"]}],
        }},
    });
    for (section, entries) in &found {
        assert_eq!(entries, &expected[section], "{section}");
    }
    assert_eq!(found.len(), expected.as_object().unwrap().len());
    // databricks/cli#2910, "Duplicate dashboards deployed": one of the resource, and one of the file that was synced.
    assert_eq!(read(&project, "bundle/databricks.yml")["sync"]["exclude"], json!(["files/dashboards/*.lvdash.json"]));
    let left: Vec<&str> = told.lines().filter(|line| line.starts_with("  ")).collect();
    let expected = [
        "  table.shop.bronze.orders: a bundle runs no statements: run its CREATE when its schema is there, before what reads it",
        "  experiment.nested name: a bundle makes no folder for it: make the one that it names before the first deployment",
    ];
    for line in expected {
        assert!(left.contains(&line), "{told}");
    }
    assert_eq!(left.len(), expected.len(), "{told}");
}

#[test]
fn the_page_shows_what_is_written() {
    let project = TestProject::repository();
    export(&project, "bundle", "prod");
    resources(&project, "bundle");
    let page = std::fs::read_to_string(repository().join("docs/export.md")).unwrap();
    for path in ["databricks.yml", "resources/dashboards.yml"] {
        let text = project.read(&format!("bundle/{path}"));
        assert!(page.contains(&format!("```yaml\n{text}```\n")), "{text}");
    }
    assert!(page.contains(&format!("this comes to {} files", project.files("bundle").len())));
}

/// docs.databricks.com/dev-tools/bundles/settings: `targets`, with `mode`, `workspace` and `run_as`; and, in "Deployment
/// modes", that a bundle in production has a `root_path` that is not a user's.
#[test]
fn a_target_keeps_its_mode_its_place_and_whom_it_runs_as() {
    let project = governed();
    let manifest = project.read("lakesmith.yml");
    let targets = "targets:\n  prod: { mode: production, host: \"https://prod.test\", run_as: { service_principal: abc } }\n  \
                   own: { mode: development, profile: mine, root: /Workspace/Shared/lake }\n";
    project.write("lakesmith.yml", &format!("{manifest}{targets}"));
    let told = export(&project, "out", "prod");
    let expected = json!({
        "mode": "production", "default": true,
        "workspace": {
            "host": "https://prod.test", "root_path": "/Workspace/Shared/.bundle/${bundle.name}/${bundle.target}",
        },
        "run_as": {"service_principal_name": "abc"},
    });
    assert_eq!(read(&project, "out/databricks.yml")["targets"]["prod"], expected);
    let grants = &resources(&project, "out")["schemas"]["bronze"]["grants"];
    assert_eq!(grants, &json!([{"principal": "analysts", "privileges": ["EXECUTE", "USE_SCHEMA"]}]));
    assert!(told.contains("  function.shop.bronze.mask_what: a bundle runs no statements"), "{told}");
    assert!(told.contains("  grants.table.shop.bronze.orders: "), "{told}");
    export(&project, "own", "own");
    let expected = json!({
        "default": true,
        "workspace": {
            "profile": "mine", "root_path": "/Workspace/Shared/lake/.bundle/${bundle.name}/${bundle.target}",
        },
    });
    assert_eq!(read(&project, "own/databricks.yml")["targets"]["own"], expected);
}

/// workspace-api.md, "run_as": bundles refuse a target's `run_as` beside a dashboard with embedded credentials.
#[test]
fn what_bundles_refuse_together_is_said_otherwise() {
    let project = all("prod: { mode: production, run_as: { user: ann@shop.test } }");
    project.edit("jobs/all.yml", "    development: true\n", "");
    export(&project, "bundle", "prod");
    assert_eq!(read(&project, "bundle/databricks.yml")["targets"]["prod"]["run_as"], Value::Null);
    let found = resources(&project, "bundle");
    for (section, name) in [("jobs", "nightly"), ("pipelines", "totals"), ("alerts", "many")] {
        assert_eq!(found[section][name]["run_as"], json!({"user_name": "ann@shop.test"}), "{section}");
    }
}
