//! The whole way from resource files to desired resources, on a small lakehouse.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::diag::{Diagnostics, SourceFile};
use crate::ident::TableName;
use crate::project::yaml;

const FILE: &str = r#"
catalogs:
  main: { name: ins, comment: Insurance }
schemas:
  bronze: { catalog_name: ins, name: bronze }
  gold: { catalog_name: ins, name: gold }
volumes:
  landing: { catalog_name: ins, schema_name: bronze, name: landing }
pipelines:
  ins: { name: Insurance, catalog: ins, schema: gold, serverless: true, sql: [sql/ins/bronze, sql/ins/gold] }
jobs:
  daily:
    name: Daily
    schedule: { quartz_cron_expression: "0 0 2 * * ?", timezone_id: UTC }
    tasks:
      - { task_key: run, pipeline_task: { pipeline_id: "${pipeline.ins.id}" } }
      - { task_key: check, depends_on: [{ task_key: run }], sql_task: { file: { path: sql/ins/checks/a.sql } } }
      - { task_key: watch, depends_on: [{ task_key: check }], alert_task: { alert_id: "${alert.late.id}" } }
alerts:
  late:
    display_name: Late
    query_text: SELECT n FROM ins.gold.kpis
    schedule: { quartz_cron_schedule: "0 0 6 * * ?", timezone_id: UTC }
grants:
  gold: { securable_type: schema, securable: ins.gold, privileges: { analysts: [SELECT, use schema] } }
  kpis: { securable_type: table, securable: ins.gold.kpis, privileges: { execs: [SELECT] } }
"#;

fn table(name: &str) -> TableName {
    TableName::parse(name).unwrap()
}

fn sql(text: &str, datasets: &[&str], tables: &[&str], functions: &[&str], paths: &[&str]) -> SqlFile {
    let names = |list: &[&str]| list.iter().map(|name| table(name)).collect::<BTreeSet<_>>();
    let uses = Uses {
        tables: names(tables),
        functions: names(functions),
        paths: paths.iter().map(|path| path.to_string()).collect(),
    };
    SqlFile { text: text.to_string(), datasets: names(datasets), uses, ..SqlFile::default() }
}

fn inputs(file: &str) -> (Inputs, Diagnostics) {
    let (node, diagnostics) = yaml::parse(&SourceFile::new("jobs/ins/main.yml", file));
    let mut inputs = Inputs { files: node.into_iter().collect(), ..Inputs::default() };
    let mut add = |path: &str, file| inputs.sql.insert(path.to_string(), file);
    add("sql/ins/bronze/raw.sql", sql("A", &["ins.bronze.raw"], &[], &[], &["/Volumes/ins/bronze/landing/x"]));
    add("sql/ins/gold/kpis.sql", sql("B", &["ins.gold.kpis"], &["ins.bronze.raw"], &["ins.gold.mask"], &[]));
    add("sql/ins/checks/a.sql", sql("C", &[], &["ins.gold.kpis"], &[], &[]));
    let mask = SqlObject {
        kind: SqlObjectKind::Function,
        name: table("ins.gold.mask"),
        statement: "CREATE OR REPLACE FUNCTION ins.gold.mask() RETURN 1".to_string(),
        definition: Spec::new(),
        replaces: true,
        location: None,
        uses: Uses::default(),
    };
    add("sql/ins/governance/mask.sql", SqlFile { objects: vec![mask], ..SqlFile::default() });
    let kpis = Uses { tables: [table("ins.gold.kpis")].into(), ..Uses::default() };
    inputs.alerts.insert("late".to_string(), kpis);
    inputs.dashboards.push(Document {
        path: "dashboards/ins/overview.lvdash.json".to_string(),
        text: r#"{"pages":[]}"#.to_string(),
        location: None,
        uses: Uses { tables: [table("ins.gold.kpis")].into(), ..Uses::default() },
    });
    (inputs, diagnostics)
}

fn context() -> Context {
    Context { target: "local".to_string(), root: "/Workspace/Users/me/x".to_string(), ..Context::default() }
}

fn messages(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

#[test]
fn a_lakehouse_is_ordered_by_what_needs_what() {
    let (inputs, _) = inputs(FILE);
    let (set, diagnostics) = desired(&inputs, &context());
    assert_eq!(messages(&diagnostics), Vec::<String>::new());
    let order: Vec<String> = set.graph().order().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        order,
        [
            "catalog.main",
            "schema.bronze",
            "schema.gold",
            "volume.landing",
            "function.ins.gold.mask",
            "workspace_file.sql/ins/bronze/raw.sql",
            "workspace_file.sql/ins/checks/a.sql",
            "workspace_file.sql/ins/gold/kpis.sql",
            "pipeline.ins",
            // Whoever the pipeline runs as may need it (docs/plan.md, "What waits for what").
            "grants.schema.ins.gold",
            "pipeline_update.ins",
            "grants.table.ins.gold.kpis",
            "dashboard.overview",
            "alert.late",
            "job.daily",
        ]
    );
}

#[test]
fn sql_becomes_files_libraries_and_tasks() {
    let (inputs, _) = inputs(FILE);
    let (set, _) = desired(&inputs, &context());
    let spec = |key: &str| &set.get(&key.parse().unwrap()).unwrap().spec;
    assert_eq!(
        spec("pipeline.ins")["libraries"],
        json!([
            {"file": {"path": "/Workspace/Users/me/x/files/sql/ins/bronze/raw.sql"}},
            {"file": {"path": "/Workspace/Users/me/x/files/sql/ins/gold/kpis.sql"}},
        ])
    );
    assert_eq!(
        spec("job.daily")["tasks"][1]["sql_task"],
        json!({
            "file": {"path": "/Workspace/Users/me/x/files/sql/ins/checks/a.sql", "source": "WORKSPACE"},
            "warehouse_id": "${warehouse.default.id}",
        })
    );
    assert_eq!(spec("pipeline_update.ins")["tables"], json!(["ins.gold.kpis"]));
    assert_eq!(spec("grants.schema.ins.gold")["privileges"], json!({"analysts": ["SELECT", "USE_SCHEMA"]}));
}

#[test]
fn development_copies_carry_their_owner_and_do_not_run_by_themselves() {
    let (inputs, _) = inputs(FILE);
    let (set, _) = desired(&inputs, &Context { development: Some("ann".to_string()), ..context() });
    let job = &set.get(&"job.daily".parse().unwrap()).unwrap().spec;
    assert_eq!((&job["name"], &job["schedule"]["pause_status"]), (&json!("[dev ann] Daily"), &json!("PAUSED")));
    let alert = &set.get(&"alert.late".parse().unwrap()).unwrap().spec;
    let status = &alert["schedule"]["pause_status"];
    assert_eq!((&alert["display_name"], status), (&json!("[dev ann] Late"), &json!("PAUSED")));
}

/// lakeview-genie-alerts.md D1: a warehouse is required, `run_as` is whom the alert runs as.
#[test]
fn an_alert_has_a_warehouse_a_folder_and_whom_it_runs_as() {
    let (inputs, _) = inputs(FILE);
    let run_as = Some(RunAs::ServicePrincipal("app".to_string()));
    let (set, _) = desired(&inputs, &Context { run_as, ..context() });
    let alert = set.get(&"alert.late".parse().unwrap()).unwrap();
    assert_eq!(alert.spec["warehouse_id"], DEFAULT_WAREHOUSE);
    assert_eq!(alert.spec["parent_path"], "/Workspace/Users/me/x/resources");
    assert_eq!(alert.spec["run_as"], json!({"service_principal_name": "app"}));
    assert_eq!(alert.depends_on, ["pipeline_update.ins".parse().unwrap(), "schema.gold".parse().unwrap()].into());
}

#[test]
fn mistakes_are_found_where_they_are_written() {
    let file = "schemas:\n  a: { catalog_name: ins, nmae: a }\njobs:\n  j:\n    name: J\n    schedule: { quartz_cron_expression: \"0 2 * * *\", timezone_id: UTC }\n    tasks:\n      - { task_key: a, depends_on: [{ task_key: b }] }\n      - { task_key: b, depends_on: [{ task_key: a }], sql_task: { file: { path: sql/none.sql } } }\n      - { task_key: c, depends_on: [{ task_key: x }], run_job_task: { job_id: \"${job.z.id}\" } }\ngrants:\n  g: { securable_type: schema, securable: ins.a, privileges: { p: [SELCT, USE_CATALOG] } }\nwidgets: {}\n";
    let (inputs, _) = inputs(file);
    let (_, diagnostics) = desired(&inputs, &context());
    let found: Vec<String> = diagnostics
        .sorted()
        .iter()
        .map(|d| format!("{} {} {}", d.location.as_ref().unwrap().display(), d.code, d.message))
        .collect();
    assert_eq!(
        found,
        [
            "jobs/ins/main.yml:2:3 LS105 the key `name` is required here",
            "jobs/ins/main.yml:2:27 LS103 the key `nmae` is not known here",
            "jobs/ins/main.yml:6:41 LS903 a Quartz expression has 6 or 7 fields, this one has 5",
            "jobs/ins/main.yml:8:49 LS902 tasks wait for each other: a → b → a",
            "jobs/ins/main.yml:9:81 LS109 the file `sql/none.sql` does not exist in the project",
            "jobs/ins/main.yml:10:49 LS901 the job has no task `x`",
            "jobs/ins/main.yml:10:79 LS901 `job.z` does not exist",
            "jobs/ins/main.yml:12:68 LS804 `SELCT` is not a privilege that lakesmith knows",
            "jobs/ins/main.yml:12:75 LS801 `USE_CATALOG` does not apply to a schema",
            "jobs/ins/main.yml:13:1 LS103 the key `widgets` is not known here",
        ]
    );
}
