//! What a plan sees: changes behind its back, changes of tables field by field, what others were given, and a project
//! that is another than when the plan was made.

use serde_json::json;

use crate::support::shop::{deploy, governed, query};
use crate::support::{CATALOG, Run, TestProject, demo};

fn plan(project: &TestProject) -> Run {
    project.run_live(&["plan", "-t", "local", "--detailed-exitcode"])
}

/// A catalog, a schema, and a table, a function and a view made by statements.
fn tables() -> TestProject {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n",
        ),
        (
            "jobs/where.yml",
            "catalogs:\n  main: { name: shop }\nschemas:\n  bronze: { catalog_name: shop, name: bronze }\n",
        ),
        (
            "sql/bronze/t.sql",
            "CREATE TABLE IF NOT EXISTS shop.bronze.t (\n  a INT,\n  b STRING COMMENT 'of b'\n) COMMENT 'x'\n\
             TBLPROPERTIES ('team' = 'one', 'old' = 'yes');\n",
        ),
        (
            "sql/bronze/v.sql",
            "CREATE OR REPLACE VIEW shop.bronze.v COMMENT 'of v' AS\nSELECT\n  a\nFROM VALUES (1), (2) AS r(a);\n",
        ),
        (
            "sql/bronze/f.sql",
            "CREATE OR REPLACE FUNCTION shop.bronze.f(a INT) RETURNS INT COMMENT 'of f' RETURN a + 1;\n",
        ),
    ]);
    deploy(&project);
    query(&project, "INSERT INTO shop.bronze.t VALUES (1, 'x'), (2, 'y')");
    assert_eq!(plan(&project).code, Some(0));
    project
}

/// What keeps the rows where they are needs no allow and leaves them there.
#[test]
fn a_table_is_compared_field_by_field_and_altered_in_place() {
    let project = tables();
    project.write(
        "sql/bronze/t.sql",
        "CREATE TABLE IF NOT EXISTS shop.bronze.t (\n  a INT COMMENT 'it\\'s a',\n  c ARRAY<STRUCT<x: DECIMAL(5,2)>>,\n  \
         b STRING\n) CLUSTER BY (a) COMMENT 'y'\nTBLPROPERTIES ('team' = 'two', 'new' = '1');\n",
    );
    let planned = plan(&project);
    assert_eq!(planned.code, Some(2), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update table.shop.bronze.t: it changes in the project
          columns[a].comment: absent → "it's a"
          columns[c]: absent → {"name":"c","type":"ARRAY<STRUCT<`x`: DECIMAL(5,2)>>"}
          columns[b].comment: "of b" → absent
          properties.team: "one" → "two"
          properties.new: absent → "1"
          properties.old: "yes" → absent
          comment: "x" → "y"
          cluster_by: absent → ["a"]
    shop/shop on local: 1 to update, 4 unchanged
    "#);
    deploy(&project);
    assert_eq!(query(&project, "SELECT * FROM shop.bronze.t ORDER BY a"), "a,c,b\n1,,x\n2,,y\n");
    let again = plan(&project);
    assert_eq!(again.code, Some(0), "{again}");
    // And back: a comment that goes away is taken away.
    project.edit("sql/bronze/t.sql", " COMMENT 'y'", "");
    project.edit("sql/bronze/t.sql", ", 'new' = '1'", "");
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    assert_eq!(query(&project, "SELECT count(*) AS n FROM shop.bronze.t"), "n\n2\n");
}

#[test]
fn what_would_lose_rows_is_named_and_needs_an_allow() {
    let project = tables();
    project.edit("sql/bronze/t.sql", "a INT", "a BIGINT NOT NULL");
    project.edit("sql/bronze/t.sql", ",\n  b STRING COMMENT 'of b'", "");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r#"
      ± recreate table.shop.bronze.t [destructive]: `columns[a].type` cannot be changed in place
          columns[a].type: "INT" → "BIGINT"
          columns[a].not_null: absent → true
          columns[b]: {"name":"b","type":"STRING","comment":"of b"} → absent
    shop/shop on local: 1 to make anew, 4 unchanged
    "#);
    let deployed = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(deployed.code, Some(2), "{deployed}");
    assert_eq!(query(&project, "SELECT count(*) AS n FROM shop.bronze.t"), "n\n2\n");
}

/// `OR REPLACE` says how the table is made, not that it is to be made again.
#[test]
fn a_comment_of_a_table_that_may_be_replaced_keeps_its_rows() {
    let project = tables();
    project.edit("sql/bronze/t.sql", "CREATE TABLE IF NOT EXISTS", "CREATE OR REPLACE TABLE");
    assert_eq!(plan(&project).code, Some(0), "how it would be made is nothing of the table");
    project.edit("sql/bronze/t.sql", "COMMENT 'x'", "COMMENT 'z'");
    deploy(&project);
    assert_eq!(query(&project, "SELECT count(*) AS n FROM shop.bronze.t"), "n\n2\n");
    project.edit("sql/bronze/t.sql", "a INT", "a BIGINT");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("~ update table.shop.bronze.t [destructive]"), "{planned}");
    assert!(planned.stdout.contains(r#"columns[a].type: "INT" → "BIGINT""#), "{planned}");
}

#[test]
fn what_was_changed_in_the_workspace_is_seen_and_restored() {
    let project = tables();
    query(&project, "CREATE OR REPLACE FUNCTION shop.bronze.f(a INT) RETURNS INT RETURN a");
    query(&project, "CREATE OR REPLACE VIEW shop.bronze.v AS SELECT\n  a,\n  a AS b\nFROM VALUES (1) AS r(a)");
    query(&project, "COMMENT ON TABLE shop.bronze.t IS 'theirs'");
    query(&project, "ALTER TABLE shop.bronze.t ADD COLUMNS (theirs INT)");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update function.shop.bronze.f [security]: it was changed in the workspace
          routine_definition: "a" → "a + 1" (changed in the workspace)
      ~ update table.shop.bronze.t: it was changed in the workspace
          comment: "theirs" → "x" (changed in the workspace)
      ~ update view.shop.bronze.v: it was changed in the workspace
          view_definition: line 2: "  a," → "  a" (changed in the workspace)
          comment: absent → "of v" (changed in the workspace)
    shop/shop on local: 3 to update, 2 unchanged
    "#);
    let run = project.run_live(&["deploy", "-t", "local", "--yes", "--allow", "security"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(query(&project, "SELECT shop.bronze.f(1) AS f"), "f\n2\n");
    // A column that the project never named is somebody else's.
    assert_eq!(query(&project, "SELECT * FROM shop.bronze.t WHERE a = 1"), "a,b,theirs\n1,x,\n");
    assert_eq!(plan(&project).code, Some(0));
    // Another type with the same body.
    query(&project, "CREATE OR REPLACE FUNCTION shop.bronze.f(a BIGINT) RETURNS BIGINT RETURN a + 1");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(planned.stdout.contains("full_data_type"), "{planned}");
}

#[test]
fn a_view_shows_the_line_that_differs() {
    let project = tables();
    project.edit("sql/bronze/v.sql", "  a\n", "  a + 1 AS a\n");
    project.edit("sql/bronze/v.sql", "'of v'", "'of w'");
    let planned = plan(&project);
    insta::assert_snapshot!(planned.stdout, @r#"
      ~ update view.shop.bronze.v: it changes in the project
          view_definition: line 2: "  a" → "  a + 1 AS a"
          comment: "of v" → "of w"
    shop/shop on local: 1 to update, 4 unchanged
    "#);
    deploy(&project);
    assert_eq!(plan(&project).code, Some(0));
    assert_eq!(query(&project, "SELECT max(a) AS a FROM shop.bronze.v"), "a\n3\n");
}

/// A mask that was taken out of use in the workspace hides nothing any more.
#[test]
fn a_mask_that_was_replaced_in_the_workspace_is_a_matter_of_security() {
    let project = demo().project.copy();
    let name = format!("{CATALOG}.silver.mask_name");
    query(&project, &format!("CREATE OR REPLACE FUNCTION {name}(name STRING) RETURNS STRING RETURN name"));
    let planned = project.run_live(&["plan", "insurance", "-t", "local", "--detailed-exitcode"]);
    assert_eq!(planned.code, Some(3), "{planned}");
    assert!(
        planned.stdout.contains(&format!("~ update function.{name} [security]: it was changed in the workspace")),
        "{planned}"
    );
}

/// Design 5: "unmanaged principals are reported, removed only with authoritative".
#[test]
fn what_others_were_given_is_reported_and_stays() {
    let project = governed();
    deploy(&project);
    let before = plan(&project);
    assert_eq!(before.code, Some(0), "{before}");
    assert!(!before.stdout.contains("note:"), "{before}");
    query(&project, "GRANT SELECT ON SCHEMA shop.bronze TO auditors");
    query(&project, "GRANT USE CATALOG ON CATALOG shop TO auditors");
    let planned = plan(&project);
    assert_eq!(planned.code, Some(0), "{planned}");
    insta::assert_snapshot!(planned.stdout, @"
      note: `auditors` has USE_CATALOG on the catalog `shop`, which the project does not manage
      note: `auditors` has SELECT on the schema `shop.bronze`, which the project does not manage
    shop/shop on local: nothing to change
    ");
    let told = project.run_live(&["plan", "-t", "local", "--format", "json"]).json(0);
    assert_eq!(
        told["plans"][0]["unmanaged"][1],
        json!({"securable_type": "schema", "securable": "shop.bronze", "principal": "auditors", "privileges": ["SELECT"]})
    );
    // Also where the project says nothing of grants at all.
    let bare = tables();
    query(&bare, "GRANT SELECT ON SCHEMA shop.bronze TO auditors");
    let planned = plan(&bare);
    assert!(planned.stdout.contains("`auditors` has SELECT on the schema `shop.bronze`"), "{planned}");
    deploy(&bare);
    assert!(plan(&bare).stdout.contains("auditors"));
}

#[test]
fn a_plan_of_other_files_says_which_have_changed() {
    let project = tables();
    project.edit("sql/bronze/t.sql", "COMMENT 'x'", "COMMENT 'y'");
    let saved = project.run_live(&["plan", "-t", "local", "--out", "plan.json"]);
    assert_eq!(saved.code, Some(0), "{saved}");
    project.edit("sql/bronze/t.sql", "COMMENT 'y'", "COMMENT 'z'");
    project.write("sql/bronze/w.sql", "CREATE OR REPLACE VIEW shop.bronze.w AS SELECT 1 AS one;\n");
    let applied = project.run_live(&["apply", "plan.json", "--yes"]);
    insta::assert_snapshot!(applied, @r#"
    exit code: 2
    ----- stderr -----
    error: the project is not as it was when the plan was made: `sql/bronze/t.sql` changed, `sql/bronze/w.sql` is new; plan again
    "#);
    // The same project on another workspace is another matter.
    project.edit("sql/bronze/t.sql", "COMMENT 'z'", "COMMENT 'y'");
    std::fs::remove_file(project.root().join("sql/bronze/w.sql")).unwrap();
    query(&project, "CREATE OR REPLACE VIEW shop.bronze.v AS SELECT 1 AS a");
    let applied = project.run_live(&["apply", "plan.json", "--yes"]);
    insta::assert_snapshot!(applied, @r#"
    exit code: 2
    ----- stderr -----
    error: the workspace is not as it was when the plan was made (first difference: `view.shop.bronze.v`); plan again
    "#);
}

/// What is made anew has no grants any more: they are given again by the same deployment ("plan after apply is empty").
#[test]
fn what_is_made_anew_gets_its_grants_back() {
    let project = tables();
    project.write("sql/bronze/w.sql", "CREATE VIEW shop.bronze.w AS SELECT a FROM shop.bronze.t;\n");
    project.write("sql/bronze/g.sql", "CREATE FUNCTION shop.bronze.g(a INT) RETURNS INT RETURN a;\n");
    let grant = |kind: &str, name: &str, privilege: &str| {
        let securable = format!("securable_type: {kind}, securable: shop.bronze.{name}");
        format!("  {name}: {{ {securable}, privileges: {{ analysts: [{privilege}] }} }}\n")
    };
    let around = "  c: { securable_type: catalog, securable: shop, privileges: { analysts: [USE_CATALOG] } }\n  \
                  s: { securable_type: schema, securable: shop.bronze, privileges: { analysts: [USE_SCHEMA] } }\n";
    let own = [grant("table", "w", "SELECT"), grant("function", "g", "EXECUTE")].concat();
    project.write("jobs/grants.yml", &format!("grants:\n{around}{own}"));
    let deploy = ["deploy", "-t", "local", "--yes", "--allow", "security"];
    let run = project.run_live(&deploy);
    assert_eq!(run.code, Some(0), "{run}");
    project.edit("sql/bronze/w.sql", "SELECT a FROM", "SELECT a, b FROM");
    project.edit("sql/bronze/g.sql", "RETURN a;", "RETURN a + 2;");
    let planned = plan(&project);
    assert!(planned.stdout.contains("grants.table.shop.bronze.w: `view.shop.bronze.w` is made anew"), "{planned}");
    let run = project.run_live(&deploy);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(plan(&project).code, Some(0), "{}", plan(&project));
}
