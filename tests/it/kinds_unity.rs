//! What Unity Catalog holds beside tables: each kind is made, planned empty, changed, restored where somebody else
//! changed it, and taken away.

use crate::support::shop::{VOLUME, deploy, query, shop};
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

/// A streaming table of a pipeline and a table of a statement, with tags, masks and a row filter on both.
fn guarded() -> TestProject {
    let project = shop();
    let resources = project.read("jobs/where.yml").replace("sql: [sql]", "sql: [sql/bronze]");
    project.write("jobs/where.yml", &resources);
    project.write(
        "sql/bronze/orders.sql",
        "CREATE OR REFRESH STREAMING TABLE orders AS SELECT id, what FROM STREAM \
         read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => true, \
         schema => 'id BIGINT, what STRING')\n",
    );
    project.write("sql/setup/t.sql", "CREATE TABLE IF NOT EXISTS shop.bronze.t (a INT, b STRING);\n");
    project.write(
        "sql/governance/functions.sql",
        "CREATE OR REPLACE FUNCTION shop.bronze.hide(x STRING) RETURNS STRING RETURN '***';\n\
         CREATE OR REPLACE FUNCTION shop.bronze.hide_if(x STRING, id BIGINT) RETURNS STRING \
         RETURN CASE WHEN id > 1 THEN x ELSE '***' END;\n\
         CREATE OR REPLACE FUNCTION shop.bronze.seen(id BIGINT) RETURNS BOOLEAN RETURN id < 2;\n",
    );
    project.write(GUARDS, TEXT);
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0), "{}", plan(&project));
    project
}

const GUARDS: &str = "sql/governance/guards.sql";
const TEXT: &str = "ALTER STREAMING TABLE shop.bronze.orders ALTER COLUMN what SET MASK shop.bronze.hide_if USING COLUMNS (id);\n\
     ALTER STREAMING TABLE shop.bronze.orders SET ROW FILTER shop.bronze.seen ON (id);\n\
     ALTER TABLE shop.bronze.t ALTER COLUMN b SET MASK shop.bronze.hide;\n\
     ALTER STREAMING TABLE shop.bronze.orders SET TAGS ('team' = 'sales', 'gold');\n\
     ALTER STREAMING TABLE shop.bronze.orders SET TAGS ('cost' = '7');\n\
     ALTER TABLE shop.bronze.t ALTER COLUMN b SET TAGS ('class' = 'pii');\n\
     ALTER SCHEMA shop.bronze SET TAGS ('zone' = 'raw');\n";

fn rows(project: &TestProject) -> String {
    query(project, "SELECT id, what FROM shop.bronze.orders ORDER BY id")
}

/// Issue 4: "tags, masks and row filters applied after the pipeline created its tables"; design §3: `governance/*.sql`.
#[test]
fn masks_and_row_filters_are_set_after_their_tables_and_restored() {
    let project = guarded();
    assert_eq!(rows(&project), "id,what\n1,***\n");
    query(&project, "INSERT INTO shop.bronze.t VALUES (1, 'x')");
    assert_eq!(query(&project, "SELECT * FROM shop.bronze.t"), "a,b\n1,***\n");
    // An update of the pipeline leaves them where they are.
    let run = project.run_live(&["run", "pipeline.main", "-t", "local", "--full-refresh"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(rows(&project), "id,what\n1,***\n");
    // Removed by somebody else: put back without an allow.
    query(&project, "ALTER STREAMING TABLE shop.bronze.orders ALTER COLUMN what DROP MASK");
    query(&project, "ALTER STREAMING TABLE shop.bronze.orders DROP ROW FILTER");
    assert_eq!(rows(&project), "id,what\n1,pen\n2,ink\n");
    let planned = plan(&project);
    insta::assert_snapshot!(planned.stdout, @"
      + create mask.shop.bronze.orders.what: it was deleted in the workspace
      + create row_filter.shop.bronze.orders: it was deleted in the workspace
    shop/shop on local: 2 to create, 14 unchanged
    ");
    deploy(&project);
    assert_eq!(rows(&project), "id,what\n1,***\n");
    // Changed by somebody else, and by the project.
    query(&project, "ALTER STREAMING TABLE shop.bronze.orders ALTER COLUMN what SET MASK shop.bronze.hide");
    project.edit(GUARDS, "SET ROW FILTER shop.bronze.seen ON (id)", "SET TAGS ('later' = 'yes')");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update tags.table.shop.bronze.orders: it changes in the project
          tags.later: absent → "yes"
      ~ update mask.shop.bronze.orders.what [security]: it was changed in the workspace
          function: "shop.bronze.hide" → "shop.bronze.hide_if" (changed in the workspace)
          using: [] → ["id"] (changed in the workspace)
      - delete row_filter.shop.bronze.orders [security]: the project does not name it any more
          function: "shop.bronze.seen" → absent
          on: ["id"] → absent
    shop/shop on local: 2 to update, 1 to delete, 13 unchanged
    "#);
    let refused = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    deploy_with(&project, &["--allow", "security"]);
    assert_eq!(rows(&project), "id,what\n1,***\n2,ink\n");
    assert_eq!(plan(&project).code, Some(0));
    // Nothing is left of what the project does not say any more.
    project.write(GUARDS, "SELECT 1;\n");
    deploy_with(&project, &["--allow", "security"]);
    assert_eq!(rows(&project), "id,what\n1,pen\n2,ink\n");
    assert_eq!(query(&project, "SELECT * FROM shop.bronze.t"), "a,b\n1,x\n");
    assert_eq!(plan(&project).code, Some(0));
    // All of it goes, the guards before their functions.
    project.write(GUARDS, TEXT);
    deploy(&project);
    std::fs::remove_dir_all(project.root().join(VOLUME).join("orders")).unwrap();
    let destroyed = project.run_live(&["destroy", "-t", "local", "--yes"]);
    assert_eq!(destroyed.code, Some(0), "{destroyed}");
}

fn tags(served: &Served, entity: &str) -> String {
    let path = format!("/api/2.1/unity-catalog/entity-tag-assignments/{entity}/tags");
    let told = served.call("GET", &path, None);
    let all = told["tag_assignments"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |tag: &serde_json::Value, field: &str| tag[field].as_str().unwrap_or_default().to_string();
    all.iter().map(|tag| format!("{}={}", text(tag, "tag_key"), text(tag, "tag_value"))).collect::<Vec<_>>().join(" ")
}

#[test]
fn tags_are_set_key_by_key_and_others_keep_theirs() {
    let project = guarded();
    let served = Served::of(&project);
    let orders = "tables/shop.bronze.orders";
    assert_eq!(tags(&served, orders), "cost=7 gold= team=sales");
    assert_eq!(tags(&served, "columns/shop.bronze.t.b"), "class=pii");
    assert_eq!(tags(&served, "schemas/shop.bronze"), "zone=raw");
    // One of somebody else, one changed, one taken away.
    query(&project, "ALTER STREAMING TABLE shop.bronze.orders SET TAGS ('theirs' = 'x', 'team' = 'ops')");
    query(&project, "ALTER STREAMING TABLE shop.bronze.orders UNSET TAGS ('cost')");
    let planned = plan(&project);
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update tags.table.shop.bronze.orders [security]: it was changed in the workspace
          tags.team: "ops" → "sales" (changed in the workspace)
          tags.cost: absent → "7" (changed in the workspace)
    shop/shop on local: 1 to update, 15 unchanged
    "#);
    deploy_with(&project, &["--allow", "security"]);
    assert_eq!(tags(&served, orders), "cost=7 gold= team=sales theirs=x");
    // One more opens nothing; one less may.
    project.edit(GUARDS, "'gold'", "'gold', 'new' = '1'");
    deploy(&project);
    project.edit(GUARDS, ", 'gold', 'new' = '1'", "");
    assert_eq!(plan(&project).code, Some(3));
    deploy_with(&project, &["--allow", "security"]);
    assert_eq!(tags(&served, orders), "cost=7 team=sales theirs=x");
    project.write(GUARDS, "SELECT 1;\n");
    deploy_with(&project, &["--allow", "security"]);
    assert_eq!(tags(&served, orders), "theirs=x");
    assert_eq!(tags(&served, "schemas/shop.bronze"), "");
    assert_eq!(plan(&project).code, Some(0));
}

#[test]
fn a_tag_of_two_values_and_what_is_taken_away_by_a_statement_are_errors() {
    let project = shop();
    let resources = project.read("jobs/where.yml").replace("sql: [sql]", "sql: [sql/bronze]");
    project.write("jobs/where.yml", &resources);
    for (text, message) in [
        ("SET TAGS ('a' = '1');\nALTER STREAMING TABLE shop.bronze.orders SET TAGS ('a' = '2');", "the tag `a` of"),
        ("UNSET TAGS ('a');", "ALTER that takes away"),
        ("DROP ROW FILTER;", "ALTER that takes away"),
    ] {
        project.write(GUARDS, &format!("ALTER STREAMING TABLE shop.bronze.orders {text}\n"));
        let run = project.run(&["check"]);
        assert!(run.code == Some(1) && run.stderr.contains(message), "{run}");
    }
}

fn metric_view(measures: &str) -> String {
    format!(
        "CREATE OR REPLACE VIEW shop.bronze.orders_metrics\nWITH METRICS\nLANGUAGE YAML\nCOMMENT 'what is ordered'\nAS $$\n\
         version: 0.1\nsource: shop.bronze.t\ndimensions:\n  - name: kind\n    expr: b\nmeasures:\n{measures}$$;\n"
    )
}

/// Design §5: a metric view is a kind; what the embedded workspace cannot compute it refuses.
#[test]
fn a_metric_view_is_made_after_its_source_and_restored() {
    let count = "  - name: orders\n    expr: COUNT(*)\n";
    let sum = "  - name: total\n    expr: SUM(a)\n";
    let project = TestProject::new(&[
        ("lakesmith.yml", MANIFEST),
        ("jobs/where.yml", WHERE),
        ("sql/bronze/t.sql", "CREATE TABLE IF NOT EXISTS shop.bronze.t (a INT, b STRING);\n"),
    ]);
    let file = "sql/bronze/a_metrics.sql";
    project.write(file, &metric_view(count));
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0), "{}", plan(&project));
    let served = Served::of(&project);
    let told = || served.call("GET", "/api/2.1/unity-catalog/tables/shop.bronze.orders_metrics", None);
    assert_eq!(told()["table_type"], "METRIC_VIEW");
    assert_eq!(told()["comment"], "what is ordered");
    assert!(told()["view_definition"].as_str().unwrap().contains("name: orders"));
    let refused = project.run_live(&["query", "SELECT MEASURE(orders) FROM shop.bronze.orders_metrics", "-t", "local"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("UNSUPPORTED_FEATURE"), "{refused}");
    assert!(refused.stderr.contains("metric views"), "{refused}");
    // Changed by the project, then by somebody else.
    project.write(file, &metric_view(&format!("{count}{sum}")));
    let planned = plan(&project);
    assert!(
        planned.code == Some(2) && planned.stdout.contains("~ update view.shop.bronze.orders_metrics"),
        "{planned}"
    );
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    query(&project, &metric_view(sum));
    let planned = plan(&project);
    assert!(
        planned.stdout.contains("view_definition") && planned.stdout.contains("changed in the workspace"),
        "{planned}"
    );
    deploy(&project);
    assert!(told()["view_definition"].as_str().unwrap().contains("name: orders"));
    // A broken one is found before it is deployed.
    project.write(file, &metric_view("  - name: orders\n    expr: SUM(none)\n"));
    assert_eq!(project.run(&["check"]).code, Some(1));
    std::fs::remove_file(project.root().join(file)).unwrap();
    deploy(&project);
    let (status, _) = served.ask("GET", "/api/2.1/unity-catalog/tables/shop.bronze.orders_metrics", None);
    assert_eq!(status, 404);
}

/// docs.databricks.com/api/workspace/volumes/update: `new_name`.
#[test]
fn a_volume_is_renamed_with_its_files() {
    let volumes = "volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing }\n";
    let project = TestProject::new(&[("lakesmith.yml", MANIFEST), ("jobs/where.yml", &format!("{WHERE}{volumes}"))]);
    deploy(&project);
    let folder = project.root().join(".lakesmith/local/volumes/shop/bronze");
    std::fs::create_dir_all(folder.join("landing/in")).unwrap();
    std::fs::write(folder.join("landing/in/a.csv"), "1\n").unwrap();
    let rename =
        |from: &str, to: &str| project.edit("jobs/where.yml", &format!("name: {from} }}"), &format!("name: {to} }}"));
    rename("landing", "inbox");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update volume.landing: it changes in the project
          name: "landing" → "inbox"
    shop/shop on local: 1 to update, 2 unchanged
    "#);
    deploy(&project);
    assert_eq!(std::fs::read_to_string(folder.join("inbox/in/a.csv")).unwrap(), "1\n");
    assert!(!folder.join("landing").exists());
    assert_eq!(plan(&project).code, Some(0), "{}", plan(&project));
    // Renamed by a run that died before it could write that down.
    let served = Served::of(&project);
    let path = "/api/2.1/unity-catalog/volumes/shop.bronze.";
    served.call("PATCH", &format!("{path}inbox"), Some(&serde_json::json!({"new_name": "third"})));
    rename("inbox", "third");
    let planned = plan(&project);
    assert!(planned.stdout.contains("~ update volume.landing") && planned.stdout.contains("1 to update"), "{planned}");
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    // A name that is taken is refused, and nothing moves.
    let other =
        serde_json::json!({"catalog_name": "shop", "schema_name": "bronze", "name": "taken", "volume_type": "MANAGED"});
    served.call("POST", "/api/2.1/unity-catalog/volumes", Some(&other));
    rename("third", "taken");
    let refused = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("already exists"), "{refused}");
    rename("taken", "third");
    assert_eq!(plan(&project).code, Some(0));
    assert!(folder.join("third/in/a.csv").exists());
}
