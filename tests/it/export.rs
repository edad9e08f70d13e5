//! `lakesmith export bundle`: what is written parses, has documented field names only, and loses nothing in silence.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestProject;

/// From the documentation, not from the program: <https://databricks.github.io/cli/python/> (`databricks.bundles.*`) for all
/// but jobs and pipelines, whose fields are those of the REST API's create requests
/// (<https://docs.databricks.com/dev-tools/bundles/resources>, "Supported resources").
const DOCUMENTED: [(&str, &str); 8] = [
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
    ("schemas", "catalog_name comment grants lifecycle name properties storage_root"),
    ("volumes", "catalog_name comment grants lifecycle name schema_name storage_location volume_type"),
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

/// The whole of a solution of this repository, in every mode.
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
    // docs.databricks.com/dev-tools/bundles/settings: the top-level mappings of databricks.yml.
    let top: Vec<&String> = settings.as_object().unwrap().keys().collect();
    assert_eq!(top, ["bundle", "include", "variables", "targets"]);
    assert_eq!(settings["bundle"]["name"], "insurance");
    let mut resources = BTreeSet::new();
    let mut all = Vec::new();
    for path in files.iter().filter(|path| path.starts_with("resources/")) {
        let document = read(&project, &format!("bundle/{path}"));
        for (section, entries) in document["resources"].as_object().unwrap() {
            let known = DOCUMENTED.iter().find(|(name, _)| name == section).unwrap_or_else(|| panic!("{section}")).1;
            let known: BTreeSet<&str> = known.split_whitespace().collect();
            for (key, entry) in entries.as_object().unwrap() {
                resources.insert(format!("{section}.{key}"));
                for field in entry.as_object().unwrap().keys() {
                    assert!(known.contains(field.as_str()), "{section}.{key}: {field}");
                }
                texts(entry, &mut all);
            }
        }
    }
    // Every kind of this solution that a bundle has.
    let sections: BTreeSet<&str> = resources.iter().map(|name| name.split('.').next().unwrap()).collect();
    let expected = DOCUMENTED.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>();
    assert_eq!(sections, expected);
    for text in &all {
        // What is referred to is there.
        for (at, _) in text.match_indices("${") {
            let inside = text[at + 2..].split('}').next().unwrap();
            let resource = inside.strip_prefix("resources.").and_then(|rest| rest.strip_suffix(".id"));
            assert!(inside == "var.warehouse_id" || resources.contains(resource.unwrap_or_default()), "{text}");
        }
        if let Some(path) = text.strip_prefix("../") {
            assert!(files.contains(path), "{path}");
        }
        assert!(!text.contains("lakesmith-export"), "{text}");
    }
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
}

/// docs.databricks.com/dev-tools/bundles/settings: `targets`, with `mode`, `workspace.host` and `run_as`.
#[test]
fn a_target_keeps_its_mode_its_host_and_whom_it_runs_as() {
    let project = crate::support::shop::governed();
    let manifest = project.read("lakesmith.yml");
    let target =
        "targets:\n  prod: { mode: production, host: \"https://prod.test\", run_as: { service_principal: abc } }\n";
    project.write("lakesmith.yml", &format!("{manifest}{target}"));
    let run = project.run(&["export", "bundle", "--out", "out", "-t", "prod"]);
    assert_eq!(run.code, Some(0), "{run}");
    let settings = read(&project, "out/databricks.yml");
    let expected = serde_json::json!({
        "mode": "production", "default": true, "workspace": {"host": "https://prod.test"},
        "run_as": {"service_principal_name": "abc"},
    });
    assert_eq!(settings["targets"]["prod"], expected);
    let schemas = read(&project, "out/resources/schemas.yml");
    let grants = &schemas["resources"]["schemas"]["bronze"]["grants"];
    assert_eq!(grants, &serde_json::json!([{"principal": "analysts", "privileges": ["EXECUTE", "USE_SCHEMA"]}]));
    assert!(run.stdout.contains("  function.shop.bronze.mask_what: a bundle runs no statements"), "{run}");
    assert!(run.stdout.contains("  grants.table.shop.bronze.orders: "), "{run}");
}
