//! What Unity Catalog holds beside tables: each kind is made, planned empty, changed, restored where somebody else
//! changed it, and taken away.

use crate::support::shop::{deploy, query};
use crate::support::{Run, Served, TestProject};

const MANIFEST: &str = "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n";
const WHERE: &str = "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n";

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

fn deploy_with(project: &TestProject, arguments: &[&str]) {
    let run = project.run_live(&[&["deploy", "-t", "local", "--yes"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run}");
}

/// Issue 4, "Deliver 1": what is checked is deployed, or it is said that it is not.
#[test]
fn a_statement_that_nothing_deploys_is_an_error_with_what_to_write_instead() {
    let project = TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        ("jobs/where.yml", WHERE),
        ("sql/bronze/t.sql", "CREATE TABLE IF NOT EXISTS shop.bronze.t (a INT);\n"),
        ("sql/bronze/look.sql", "SELECT a FROM shop.bronze.t;\nSHOW TABLES IN shop.bronze;\n"),
    ]);
    assert_eq!(project.run(&["check"]).code, Some(0));
    for (text, hint) in [
        ("INSERT INTO shop.bronze.t VALUES (1);", "sql_task"),
        ("GRANT SELECT ON TABLE shop.bronze.t TO `account users`;", "grants: {"),
        ("REVOKE SELECT ON TABLE shop.bronze.t FROM `account users`;", "leave the privilege out"),
        ("CREATE VOLUME shop.bronze.v;", "volumes: {"),
        ("ALTER TABLE shop.bronze.t ALTER COLUMN a COMMENT 'x';", "statement that makes the object"),
        ("COMMENT ON TABLE shop.bronze.t IS 'x';", "statement that makes the object"),
        ("OPTIMIZE shop.bronze.t;", "sql_task"),
        ("DROP TABLE shop.bronze.t;", "leave it out"),
        ("USE SCHEMA shop.bronze;", "whole names"),
    ] {
        project.write("sql/bronze/more.sql", text);
        let run = project.run(&["check"]);
        assert_eq!(run.code, Some(1), "{text}: {run}");
        assert!(run.stderr.contains("error[LS966]: this is not deployed"), "{text}: {run}");
        assert!(run.stderr.contains("sql/bronze/more.sql:1:1") && run.stderr.contains(hint), "{text}: {run}");
    }
    // Told once where there are many, and by a deployment, too.
    project.write("sql/bronze/more.sql", "INSERT INTO shop.bronze.t VALUES (1);\nDELETE FROM shop.bronze.t;\n");
    let plan = project.run(&["check"]);
    insta::assert_snapshot!(plan.stderr, @"
    error[LS966]: this and 1 more of the file are not deployed: statement that writes rows
     --> sql/bronze/more.sql:1:1
      |
    1 | INSERT INTO shop.bronze.t VALUES (1);
      | ^^^^^^
      |
      = help: list the file as a `sql_task` of a job under `jobs/`

    1 error
    ");
    // A job runs it.
    project.write(
        "jobs/seed.yml",
        "jobs:\n  seed:\n    name: seed\n    tasks:\n      - task_key: t\n        sql_task: { warehouse_id: w, file: { path: sql/bronze/more.sql } }\n",
    );
    let check = project.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check}");
}

/// A project whose grants are `privileges` on the schema, as YAML.
fn granted(privileges: &str) -> TestProject {
    let project = TestProject::new(&[("lakesmith.yml", MANIFEST), ("jobs/where.yml", WHERE)]);
    grant(&project, privileges);
    deploy(&project);
    project
}

fn grant(project: &TestProject, privileges: &str) {
    let text = format!(
        "grants:\n  bronze:\n    securable_type: schema\n    securable: shop.bronze\n    privileges: {privileges}\n"
    );
    project.write("jobs/grants.yml", &text);
}

/// Principal and privileges of the schema, as SQL tells them.
fn held(project: &TestProject) -> Vec<String> {
    let shown = query(project, "SHOW GRANTS ON SCHEMA shop.bronze");
    let mut rows: Vec<String> =
        shown.lines().skip(1).map(|line| line.split(',').take(2).collect::<Vec<_>>().join(" ")).collect();
    rows.sort();
    rows
}

/// workspace-api.md §2.3: taking ALL PRIVILEGES away leaves MANAGE and its like, which must be named.
#[test]
fn all_privileges_and_its_parts_are_one_right_in_any_spelling() {
    let project = granted("{ analysts: [ALL_PRIVILEGES, MANAGE] }");
    assert_eq!(plan(&project).code, Some(0));
    // Another case, and a part of all: nothing that the project would have to take back.
    query(&project, "GRANT SELECT ON SCHEMA shop.bronze TO analysts");
    grant(&project, "{ Analysts: [ALL_PRIVILEGES, MANAGE] }");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(0), "{planned}");
    // A part of it stays although all goes.
    grant(&project, "{ analysts: [USE_SCHEMA, SELECT] }");
    let planned = plan(&project);
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update grants.schema.shop.bronze: they change in the project
          privileges[analysts]: ["ALL_PRIVILEGES","MANAGE","SELECT"] → ["SELECT","USE_SCHEMA"]
    shop/shop on local: 1 to update, 2 unchanged
    "#);
    deploy(&project);
    assert_eq!(held(&project), ["analysts SELECT", "analysts USE SCHEMA"]);
    assert_eq!(plan(&project).code, Some(0));
    grant(&project, "{ analysts: [ALL_PRIVILEGES, MANAGE] }");
    deploy_with(&project, &["--allow", "security"]);
    std::fs::remove_file(project.root().join("jobs/grants.yml")).unwrap();
    deploy(&project);
    assert_eq!(held(&project), Vec::<String>::new());
}

/// Issue 1 and design §4: self-lock-out.
#[test]
fn who_deploys_keeps_manage_of_what_somebody_else_owns() {
    let project = TestProject::new(&[("lakesmith.yml", MANIFEST), ("jobs/where.yml", WHERE)]);
    let served = Served::of(&project);
    let me = served.call("GET", "/api/2.0/preview/scim/v2/Me", None)["userName"].as_str().unwrap().to_string();
    grant(&project, &format!("{{ \"{me}\": [MANAGE, USE_SCHEMA, SELECT] }}"));
    deploy(&project);
    for path in ["catalogs/shop", "schemas/shop.bronze"] {
        let path = format!("/api/2.1/unity-catalog/{path}");
        served.call("PATCH", &path, Some(&serde_json::json!({"owner": "boss@shop.test"})));
    }
    grant(&project, &format!("{{ \"{me}\": [USE_SCHEMA, SELECT] }}"));
    let run = plan(&project);
    assert!(run.stdout.contains("blocked: it takes MANAGE on the schema `shop.bronze` from"), "{run}");
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_ne!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("nobody could give it back"), "{run}");
    grant(&project, &format!("{{ \"{me}\": [MANAGE] }}"));
    deploy(&project);
}
