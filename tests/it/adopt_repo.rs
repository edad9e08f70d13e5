//! Folders that are no project: `check --adopt`, `init`, `sources pull`.

use serde_json::Value;

use crate::support::TestProject;

/// A small lakehouse as people write it without lakesmith: notebooks, plain SQL, a dashboard, a Genie space, grants.
fn lakehouse() -> TestProject {
    TestProject::new(&[
        (
            "setup/01_schema.sql",
            "-- Databricks notebook source\nCREATE CATALOG IF NOT EXISTS retail;\n\n-- COMMAND ----------\n\n\
             CREATE SCHEMA IF NOT EXISTS retail.sales;\nCREATE VOLUME IF NOT EXISTS retail.sales.landing;\n\
             USE CATALOG retail;\nUSE SCHEMA sales;\n\
             CREATE TABLE IF NOT EXISTS stores (store_id BIGINT NOT NULL, city STRING);\n\
             CREATE OR REPLACE FUNCTION shout(t STRING) RETURNS STRING RETURN upper(t);\n\
             CREATE OR REPLACE VIEW loud_stores AS SELECT store_id, sales.shout(city) AS city FROM stores;\n",
        ),
        (
            "setup/02_grants.sql",
            "GRANT USE CATALOG ON CATALOG retail TO `analysts`;\nGRANT SELECT ON TABLE retail.sales.orders TO `analysts`;\n",
        ),
        (
            "etl/bronze.sql",
            "-- Databricks notebook source\nCREATE OR REFRESH STREAMING TABLE orders_raw AS\nSELECT * FROM STREAM \
             read_files('/Volumes/retail/sales/landing/orders', format => 'csv', schema => 'id BIGINT, store_id BIGINT, total DECIMAL(12,2)')\n",
        ),
        (
            "etl/silver.sql",
            "CREATE OR REFRESH MATERIALIZED VIEW orders AS\nSELECT id, store_id, total\nFROM orders_raw\nWHERE total > 0;\n",
        ),
        (
            "bi/sales.lvdash.json",
            r#"{"datasets":[{"name":"d","displayName":"d","queryLines":["SELECT store_id, sum(total) AS total ","FROM retail.sales.orders GROUP BY store_id"]}],"pages":[{"name":"p","displayName":"p","layout":[]}]}"#,
        ),
        ("bi/ask.geniespace.json", r#"{"version":1,"data_sources":{"tables":[{"identifier":"retail.sales.orders"}]}}"#),
    ])
}

fn adopt(project: &TestProject, code: i32) -> Value {
    project.run(&["check", "--adopt", ".", "--format", "json"]).json(code)
}

fn of<'v>(report: &'v Value, code: &str) -> Vec<&'v Value> {
    report["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == code).collect()
}

fn errors(report: &Value) -> Vec<String> {
    let all = report["diagnostics"].as_array().unwrap();
    let errors = all.iter().filter(|found| found["severity"] == "error");
    errors.map(|e| format!("{} {} {} {}", e["code"], e["file"], e["start"]["line"], e["message"])).collect()
}

#[test]
fn a_lakehouse_is_checked_as_it_is() {
    let report = adopt(&lakehouse(), 0);
    assert_eq!(errors(&report), [] as [String; 0]);
    let assumed = of(&report, "LS130");
    assert_eq!(assumed.len(), 1, "{assumed:?}");
    assert_eq!(
        assumed[0]["message"],
        "this and 1 more file are assumed to be one pipeline, `etl`, with the catalog `retail` and the schema `sales`"
    );
    assert_eq!(
        of(&report, "LS133")[0]["message"],
        "names without a catalog and a schema are assumed to mean `retail.sales`"
    );
    // Six statements of the setup, two grants, two datasets, one query of the dashboard: nothing was passed over.
    assert!(report["summary"]["statements"].as_u64().unwrap() >= 5, "{}", report["summary"]);
}

#[test]
fn what_is_broken_is_found_where_it_is_broken() {
    for (file, from, to, code, line, what) in [
        ("etl/silver.sql", "SELECT id, store_id", "SELECT idd, store_id", "LS402", 2, "idd"),
        ("etl/silver.sql", "FROM orders_raw", "FROM orders_rwa", "LS401", 3, "orders_rwa"),
        ("setup/01_schema.sql", "(city) AS city FROM stores", "(town) AS city FROM stores", "LS402", 12, "town"),
        ("bi/sales.lvdash.json", "sum(total)", "sum(totl)", "LS602", 1, "totl"),
        ("etl/silver.sql", "WHERE total > 0", "WHERE total >", "LS302", 4, ""),
    ] {
        let project = lakehouse();
        project.edit(file, from, to);
        let report = adopt(&project, 1);
        let found = report["diagnostics"].as_array().unwrap().iter().find(|found| found["severity"] == "error");
        let found = found.unwrap_or_else(|| panic!("{to}: {report:#}"));
        assert_eq!((found["code"].as_str(), found["file"].as_str()), (Some(code), Some(file)), "{report:#}");
        assert_eq!(found["start"]["line"], line, "{found}");
        assert!(found["message"].as_str().unwrap().contains(what), "{found}");
    }
}

/// What runs against objects that other files make.
#[test]
fn statements_are_judged_by_what_they_change() {
    for (sql, code, what) in [
        ("INSERT INTO retail.sales.loud_stores VALUES (1, 'x');", "LS410", "is a view"),
        ("DELETE FROM retail.sales.orders WHERE id = 1;", "LS410", "is a materialized view"),
        ("TRUNCATE TABLE retail.sales.orders;", "LS410", "is a materialized view"),
        ("ALTER TABLE retail.sales.stores DROP COLUMN town;", "LS402", "town"),
        ("ALTER TABLE retail.sales.stores RENAME COLUMN town TO place;", "LS402", "town"),
        ("ALTER TABLE retail.sales.stores ALTER COLUMN town SET TAGS ('pii' = 'no');", "LS402", "town"),
        ("ALTER TABLE retail.sales.stores ADD CONSTRAINT known CHECK (town IS NOT NULL);", "LS402", "town"),
        ("COMMENT ON COLUMN retail.sales.stores.town IS 'where it is';", "LS402", "town"),
        ("OPTIMIZE retail.sales.stores ZORDER BY (town);", "LS402", "town"),
    ] {
        let project = lakehouse();
        project.write("setup/03_more.sql", &format!("{sql}\n"));
        let errors = errors(&adopt(&project, 1));
        assert_eq!(errors.len(), 1, "{sql}: {errors:?}");
        assert!(errors[0].starts_with(&format!("\"{code}\" \"setup/03_more.sql\" 1")), "{errors:?}");
        assert!(errors[0].contains(what), "{errors:?}");
    }
    for fine in [
        "INSERT INTO retail.sales.stores VALUES (1, 'x');",
        "DELETE FROM retail.sales.orders_raw WHERE id = 1;",
        "ALTER TABLE retail.sales.stores ADD COLUMN town STRING;\nOPTIMIZE retail.sales.stores ZORDER BY (town);",
        "ALTER TABLE retail.sales.stores ALTER COLUMN city COMMENT 'where it is';",
        "DROP TABLE IF EXISTS retail.sales.old_stores;",
    ] {
        let project = lakehouse();
        project.write("setup/03_more.sql", &format!("{fine}\n"));
        assert_eq!(errors(&adopt(&project, 0)), [] as [String; 0], "{fine}");
    }
}

/// Nobody knows what made it, so nothing that reads it is wrong.
#[test]
fn tables_from_elsewhere_are_not_judged() {
    let project = lakehouse();
    project.write(
        "reports/margin.sql",
        "SELECT whatever, o.total FROM retail.sales.orders o JOIN retail.sales.finance_ledger f ON f.k = o.id;\n",
    );
    let report = adopt(&project, 0);
    let told = of(&report, "LS131");
    assert_eq!(told.len(), 1, "{report:#}");
    assert_eq!(told[0]["message"], "nothing here makes `finance_ledger` of `retail.sales`: assumed to exist");
}

#[test]
fn python_files_declare_datasets() {
    let project = lakehouse();
    project.write(
        "etl/more.py",
        "from pyspark import pipelines as dp\n\n@dp.table(comment=\"c\")\ndef returns():\n    return spark.read.table(\"orders\")\n",
    );
    project.write("etl/gold.sql", "CREATE OR REFRESH MATERIALIZED VIEW g AS SELECT anything FROM returns;\n");
    let report = adopt(&project, 0);
    assert!(of(&report, "LS131").is_empty(), "{report:#}");
    assert!(of(&report, "LS130")[0]["message"].as_str().unwrap().starts_with("this and 3 more files"));
    // A name that is not declared is still a slip of the keyboard.
    project.edit("etl/gold.sql", "FROM returns", "FROM retruns");
    assert_eq!(of(&adopt(&project, 1), "LS401")[0]["file"], "etl/gold.sql");
    // Unless some names are known only when the file runs.
    project.edit("etl/more.py", "comment=\"c\"", "name=f\"{x}_returns\"");
    assert_eq!(errors(&adopt(&project, 0)), [] as [String; 0]);
}

/// An ordinary project, too, may list Python files in a pipeline.
#[test]
fn python_files_belong_to_pipelines_of_projects() {
    let project = TestProject::new(&[
        ("lakesmith.yml", "name: p\nsolutions:\n  p: { catalog: c, schemas: { s: s } }\n"),
        (
            "jobs/p.yml",
            "catalogs:\n  c: { name: c }\nschemas:\n  s: { catalog_name: c, name: s }\npipelines:\n  p: { name: p, catalog: c, schema: s, serverless: true, sql: [sql] }\n",
        ),
        ("sql/s/a.py", "import dlt\n\n@dlt.table\ndef a():\n    return spark.range(1)\n"),
        ("sql/s/b.sql", "CREATE OR REFRESH MATERIALIZED VIEW c.s.b AS SELECT id FROM c.s.a;\n"),
    ]);
    assert_eq!(errors(&project.run(&["check", "--format", "json"]).json(0)), [] as [String; 0]);
    project.edit("sql/s/a.py", "def a()", "def other()");
    let report = project.run(&["check", "--format", "json"]).json(1);
    assert_eq!(of(&report, "LS401")[0]["file"], "sql/s/b.sql");
}

#[test]
fn scripts_use_what_they_say() {
    let project = TestProject::new(&[
        (
            "a.sql",
            "USE CATALOG one;\nUSE SCHEMA x;\nCREATE TABLE t (id BIGINT);\nINSERT INTO t VALUES (1);\nUSE SCHEMA y;\nCREATE TABLE t (name STRING);\nINSERT INTO t SELECT name FROM one.y.t;\nSELECT id FROM x.t;\n",
        ),
        (
            "b.sql",
            "CREATE TEMPORARY VIEW v AS SELECT 1 AS a;\nSELECT b FROM v;\nSELECT * FROM ${catalog}.s.t;\nDECLARE VARIABLE n INT DEFAULT 1;\nSELECT n;\nUSE CATALOG ${catalog};\nCREATE TABLE u (k INT);\nSELECT k FROM u;\n",
        ),
    ]);
    assert_eq!(errors(&adopt(&project, 0)), [] as [String; 0]);
    project.edit("a.sql", "SELECT id FROM x.t", "SELECT name FROM x.t");
    let report = adopt(&project, 1);
    assert_eq!(
        (of(&report, "LS402")[0]["file"].as_str(), &of(&report, "LS402")[0]["start"]["line"]),
        (Some("a.sql"), &Value::from(8))
    );
}

/// databricks/bundle-examples has a dashboard whose dataset names columns twice: one column is one.
#[test]
fn a_column_that_stands_there_twice_is_one() {
    let project = TestProject::new(&[
        (
            "a.sql",
            "CREATE TABLE main.s.t (id BIGINT, tags STRING);\nSELECT tags FROM (SELECT *, u.tags FROM main.s.t u) WHERE tags = 'x';\n",
        ),
        ("b.sql", "CREATE OR REPLACE TABLE IDENTIFIER('main.' || :s || '.t') AS SELECT 1 AS a;\n"),
    ]);
    assert_eq!(errors(&adopt(&project, 0)), [] as [String; 0]);
    // Two columns of the same name are two.
    project.edit("a.sql", "u.tags FROM", "upper(u.tags) AS tags FROM");
    assert!(!of(&adopt(&project, 1), "LS403").is_empty());
}

#[test]
fn templates_and_other_dialects_are_not_judged() {
    let project = TestProject::new(&[
        ("dbt_project.yml", "name: shop\n"),
        ("models/orders.sql", "{{ config(materialized='table') }}\nselect * from {{ ref('raw') }} where nope(\n"),
        ("models/plain.sql", "select 1 as x from nowhere where (\n"),
    ]);
    let report = adopt(&project, 0);
    assert_eq!(report["summary"]["errors"], 0);
    assert_eq!(of(&report, "LS132").len(), 1, "{report:#}");
    let project = TestProject::new(&[(
        "ddl.sql",
        "CREATE TABLE [dbo].[t] ([id] NVARCHAR(10))\nGO\nCREATE PROC p AS BEGIN SELECT 1 END\nGO\n",
    )]);
    assert_eq!(of(&adopt(&project, 0), "LS132").len(), 1);
}

#[test]
fn a_folder_with_nothing_and_files_that_are_no_text() {
    let project = TestProject::new(&[("README.md", "hello\n")]);
    assert_eq!(errors(&adopt(&project, 0)), [] as [String; 0]);
    let project = TestProject::new(&[("a.sql", "SELECT 1;\n")]);
    std::fs::write(project.root().join("b.sql"), [0xff, 0xfe, b'S', 0]).unwrap();
    let report = adopt(&project, 0);
    assert_eq!(of(&report, "LS110")[0]["file"], "b.sql");
    let run = project.run(&["check", "--adopt", "nowhere"]);
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn every_form_of_output_works() {
    let project = lakehouse();
    for form in ["human", "json", "sarif", "junit", "github"] {
        let run = project.run(&["check", "--adopt", ".", "--format", form]);
        assert_eq!(run.code, Some(0), "{form}: {run}");
    }
}

/// What `init --adopt` writes makes `check` say what `check --adopt` said.
#[test]
fn init_writes_down_what_was_assumed() {
    let project = lakehouse();
    project.write(
        "reports/margin.sql",
        "SELECT x FROM retail.sales.finance_ledger;\nSELECT nope FROM retail.sales.stores;\n",
    );
    let assumed = adopt(&project, 1);
    let _ = project.run(&["init", "--adopt", "."]).success();
    assert!(project.read("lakesmith/sources.yml").contains("retail.sales.finance_ledger"));
    let checked = project.run(&["check", "--format", "json"]).json(1);
    assert_eq!(errors(&checked), errors(&assumed));
    for figure in ["errors", "warnings", "statements", "proved", "unknown"] {
        assert_eq!(checked["summary"][figure], assumed["summary"][figure], "{figure}");
    }
    // It is a project now, and nothing is overwritten.
    assert_eq!(project.run(&["init", "--adopt", "."]).code, Some(2));
    let _ = project.run(&["init", "--adopt", ".", "--force"]).success();
}

#[test]
fn a_new_project_works() {
    let project = TestProject::new(&[]);
    let _ = project.run(&["init"]).success();
    let report = project.run(&["check", "--format", "json", "--strict"]).json(0);
    assert_eq!(report["diagnostics"], serde_json::json!([]));
    let tested = project.run(&["test"]).success();
    assert!(tested.trim_end().ends_with("1 passed, 0 failed"), "{tested}");
    let planned = project.run_live(&["plan", "-t", "local"]).success();
    assert!(planned.contains("create pipeline."), "{planned}");
    assert_eq!(project.run(&["init"]).code, Some(2));
}

#[test]
fn columns_come_from_the_workspace() {
    let project = TestProject::new(&[
        ("lakesmith.yml", "name: p\nsolutions:\n  p: { catalog: c, schemas: { s: s } }\n"),
        ("sql/s/v.sql", "CREATE OR REPLACE VIEW c.s.v AS SELECT id, nam FROM ext.s.customers;\n"),
        (
            "sql/sources.yml",
            "# ours\ntables:\n  # by hand\n  - name: other.s.t\n    columns: [{ name: a, type: int }]   # kept\n",
        ),
    ]);
    for sql in [
        "CREATE CATALOG ext",
        "CREATE SCHEMA ext.s",
        "CREATE TABLE ext.s.customers (id BIGINT NOT NULL COMMENT 'the key', name STRING, due DECIMAL(10,2))",
    ] {
        let _ = project.run_live(&["query", sql, "-t", "local"]).success();
    }
    assert_eq!(errors(&project.run(&["check", "--format", "json"]).json(0)), [] as [String; 0]);
    assert_eq!(project.run_live(&["sources", "pull", "--check", "-t", "local"]).code, Some(1));
    let shown = project.run_live(&["sources", "pull", "-t", "local"]).success();
    assert!(shown.contains("+  - name: ext.s.customers"), "{shown}");
    assert_eq!(
        project.read("sql/sources.yml"),
        "# ours\ntables:\n  # by hand\n  - name: other.s.t\n    columns: [{ name: a, type: int }]   # kept\n  \
         - name: ext.s.customers\n    columns:\n      - { name: id, type: BIGINT, nullable: false, comment: \"the key\" }\n      \
         - { name: name, type: STRING }\n      - { name: due, type: \"DECIMAL(10,2)\" }\n"
    );
    assert_eq!(project.run_live(&["sources", "pull", "--check", "-t", "local"]).code, Some(0));
    // Offline, and it knows the columns now.
    let report = project.run(&["check", "--format", "json"]).json(1);
    assert_eq!(of(&report, "LS402")[0]["file"], "sql/s/v.sql");
}

/// Names that a program or a notebook fills in, files of another system, copies of a file, and tables of the same name
/// elsewhere: nothing of it is wrong.
#[test]
fn what_is_not_wrong_is_no_error() {
    let project = lakehouse();
    project.write(
        "reports/filled.sql",
        "SELECT r.id FROM {catalog}.{schema}.runs r JOIN $inventory.jobs j ON j.id = r.id;\n",
    );
    project.write("ops/widgets.sql", "-- Databricks notebook source\nCREATE DATABASE IF NOT EXISTS $db COMMENT 'x';\n");
    project.write("app/chat.sql", "ALTER TABLE \"app\".\"chat\" ADD COLUMN trace text;\n");
    project.write(
        "feed/customers.sql",
        "CREATE OR REFRESH STREAMING TABLE customers AS SELECT * FROM STREAM retail.landing.customers;\n",
    );
    let mv = "CREATE OR REPLACE MATERIALIZED VIEW retail.ops.cost AS SELECT 1 AS usd;\n";
    project.write("cost/mv.sql", mv);
    project.write("cost_preview/mv.sql", mv);
    project.write(
        "stage/stage.sql",
        "CREATE OR REFRESH MATERIALIZED VIEW ${catalog}.ops.stage (${stage.columns}) AS SELECT 1 AS a, 2 AS b;\n",
    );
    project.write("setup/03_tags.sql", "ALTER TABLE retail.sales.returns ALTER COLUMN id SET TAGS ('class' = 'x');\n");
    project.write(
        "bi/open.lvdash.json",
        r#"{"datasets":[{"name":"d","displayName":"d","queryLines":["SELECT 1 FROM {catalog}.{schema}.t"]}],"pages":[]}"#,
    );
    let report = adopt(&project, 0);
    assert_eq!(errors(&report), [] as [String; 0]);
    let twice = of(&report, "LS512");
    assert!(twice.len() == 1 && twice[0]["severity"] == "warning", "{twice:?}");
    let skipped = of(&report, "LS132");
    assert_eq!(skipped.len(), 2, "{skipped:?}");
    // What the same files say plainly is judged as before.
    project.write("reports/filled.sql", "SELECT r.id FROM FROM runs r;\n");
    assert!(!errors(&adopt(&project, 1)).is_empty());
}

/// Databricks documentation, "Python user-defined table functions (UDTFs) in Unity Catalog": what a function gives is
/// declared; a table argument may be partitioned and ordered.
#[test]
fn a_table_function_in_python_gives_what_it_declares() {
    let project = TestProject::new(&[(
        "udtf.sql",
        "-- Databricks notebook source\n\
         CREATE SCHEMA main.s;\n\
         CREATE TABLE main.s.emp (id INT, dept STRING, sal DOUBLE);\n\
         CREATE FUNCTION main.s.sq(a INT) RETURNS TABLE (num INT) LANGUAGE PYTHON HANDLER 'S' AS $$\nclass S: pass\n$$;\n\
         CREATE FUNCTION main.s.pt(t TABLE, n INT) RETURNS TABLE (x INT) LANGUAGE PYTHON HANDLER 'S' AS $$\nclass S: pass\n$$;\n\
         SELECT num + 1 FROM main.s.sq(1);\n\
         SELECT x FROM main.s.pt(TABLE(main.s.emp) PARTITION BY dept ORDER BY sal, 1);\n\
         SELECT nope FROM main.s.sq(1);\n",
    )]);
    let run = project.run(&["check", "--adopt", "."]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("1 error"), "{run}");
    assert!(run.stderr.contains("error[LS402]: the column `nope` does not exist\n  --> udtf.sql:12:8"), "{run}");
}
