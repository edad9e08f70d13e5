//! A project with one resource of every kind.

use super::TestProject;
use super::shop::board;

const RESOURCES: &str = "\
catalogs:
  main: { name: shop }
schemas:
  bronze: { catalog_name: shop, name: bronze }
volumes:
  landing: { catalog_name: shop, schema_name: bronze, name: landing, files: [{ source: jobs/orders.csv, path: orders.csv }] }
registered_models:
  churn: { name: churn, catalog_name: shop, schema_name: bronze, comment: one }
experiments:
  churn: { name: churn }
sql_warehouses:
  reports: { name: Reports, cluster_size: Small, auto_stop_mins: 15 }
secret_scopes:
  mail: { name: shop-mail, permissions: [{ group_name: analysts, level: READ }] }
  post: { name: shop-post }
pipelines:
  totals: { name: totals, catalog: shop, schema: bronze, serverless: true, sql: [sql/totals], tags: { of: one } }
grants:
  catalog: { securable_type: catalog, securable: shop, privileges: { analysts: [USE_CATALOG] } }
  bronze: { securable_type: schema, securable: shop.bronze, privileges: { analysts: [USE_SCHEMA] } }
  totals: { securable_type: table, securable: shop.bronze.totals, privileges: { analysts: [SELECT] } }
dashboards:
  board:
    display_name: Board
    file: dashboards/board.lvdash.json
    schedules:
      mornings:
        cron_schedule: { quartz_cron_expression: \"0 0 7 * * ?\", timezone_id: UTC }
genie_spaces:
  ask: { title: Ask, file: genie/ask.geniespace.json, description: one }
alerts:
  many:
    display_name: Many
    query_text: SELECT COUNT(*) AS n FROM shop.bronze.orders
    evaluation:
      source: { name: n }
      comparison_operator: GREATER_THAN
      threshold: { value: { double_value: 100 } }
    schedule: { quartz_cron_schedule: \"0 0 8 * * ?\", timezone_id: UTC }
    custom_summary: one
jobs:
  nightly:
    name: nightly
    description: one
    tasks: [{ task_key: load, pipeline_task: { pipeline_id: \"${pipeline.totals.id}\" } }]
    permissions: [{ group_name: analysts, level: CAN_VIEW }]
";

/// The resources in YAML, where the others of them are.
pub const RESOURCE_FILE: &str = "jobs/all.yml";

/// One resource of every kind at least, with these targets.
pub fn everything(targets: &str) -> TestProject {
    TestProject::new(&[
        (
            "lakesmith.yml",
            &format!(
                "name: shop\nsolutions:\n  shop: {{ title: Shop, catalog: shop, schemas: {{ bronze: bronze }} }}\n\
                 targets:\n{targets}"
            ),
        ),
        (RESOURCE_FILE, RESOURCES),
        ("jobs/orders.csv", "what,amount\npen,1\n"),
        (
            "sql/setup/orders.sql",
            "CREATE TABLE IF NOT EXISTS shop.bronze.orders (what STRING, amount INT) COMMENT 'one';\n",
        ),
        ("sql/setup/view.sql", "CREATE OR REPLACE VIEW shop.bronze.names AS SELECT what FROM shop.bronze.orders;\n"),
        (
            "sql/governance/hide.sql",
            "CREATE OR REPLACE FUNCTION shop.bronze.hide(x STRING) RETURNS STRING RETURN '***';\n\
             CREATE OR REPLACE FUNCTION shop.bronze.seen(a INT) RETURNS BOOLEAN RETURN a < 2;\n",
        ),
        (
            "sql/governance/guards.sql",
            "ALTER TABLE shop.bronze.orders ALTER COLUMN what SET MASK shop.bronze.hide;\n\
             ALTER TABLE shop.bronze.orders SET ROW FILTER shop.bronze.seen ON (amount);\n\
             ALTER TABLE shop.bronze.orders SET TAGS ('team' = 'one');\n",
        ),
        (
            "sql/totals/totals.sql",
            "CREATE MATERIALIZED VIEW totals AS SELECT SUM(amount) AS total FROM shop.bronze.orders\n",
        ),
        ("dashboards/board.lvdash.json", &board("SELECT what FROM shop.bronze.orders", "what")),
        (
            "genie/ask.geniespace.json",
            r#"{"version": 2, "data_sources": {"tables": [{"identifier": "shop.bronze.orders"}]}}"#,
        ),
    ])
}
