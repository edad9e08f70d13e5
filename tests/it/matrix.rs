//! Every fault of the way on every kind of resource: issue 4, "Show": "429 with Retry-After, 503, 500, 504, connection
//! reset before/after effect, slow loris, truncated JSON, HTML login page with 200, expired token mid-run, eventual reads
//! (404 after create): each on every kind; outcomes asserted".

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::shop::board;
use crate::support::{Machine, Run, Served, TestProject};

const DEPLOY: [&str; 6] = ["deploy", "-t", "far", "--yes", "--allow", "security"];

const RESOURCES: &str = "\
catalogs:
  main: { name: shop }
schemas:
  bronze: { catalog_name: shop, name: bronze }
volumes:
  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }
registered_models:
  churn: { name: churn, catalog_name: shop, schema_name: bronze, comment: one }
experiments:
  churn: { name: churn }
sql_warehouses:
  reports: { name: Reports, cluster_size: Small, auto_stop_mins: 15 }
secret_scopes:
  mail: { name: shop-mail, permissions: [{ group_name: analysts, level: READ }] }
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

/// One resource of every kind but files of volumes, which demos deliver.
pub fn everything() -> TestProject {
    TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n\
             targets:\n  far: { mode: development }\n",
        ),
        ("jobs/all.yml", RESOURCES),
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

/// The calls that make or change something, one a kind at least.
const WRITES: [(&str, &str); 21] = [
    ("POST", "/api/2.1/unity-catalog/catalogs"),
    ("POST", "/api/2.1/unity-catalog/schemas"),
    ("POST", "/api/2.1/unity-catalog/volumes"),
    ("POST", "/api/2.1/unity-catalog/models"),
    ("POST", "/api/2.1/unity-catalog/entity-tag-assignments"),
    ("PATCH", "/api/2.1/unity-catalog/permissions/*"),
    ("POST", "/api/2.0/sql/statements"),
    ("POST", "/api/2.0/mlflow/experiments/create"),
    ("POST", "/api/2.0/sql/warehouses"),
    ("POST", "/api/2.0/secrets/scopes/create"),
    ("POST", "/api/2.0/secrets/acls/put"),
    ("POST", "/api/2.0/workspace/import"),
    ("POST", "/api/2.0/pipelines"),
    ("POST", "/api/2.0/pipelines/*/updates"),
    ("POST", "/api/2.0/lakeview/dashboards"),
    ("POST", "/api/2.0/lakeview/dashboards/*/published"),
    ("POST", "/api/2.0/lakeview/dashboards/*/schedules"),
    ("POST", "/api/2.0/genie/spaces"),
    ("POST", "/api/2.0/alerts"),
    ("POST", "/api/2.2/jobs/create"),
    ("PUT", "/api/2.0/permissions/*"),
];

/// A deployment that met a fault at the first call of every kind.
struct Disturbed {
    served: Served,
    machine: Machine,
    run: Run,
    // The workspace lies in it.
    _project: TestProject,
}

fn disturbed(fault: &Value) -> Disturbed {
    let project = everything();
    let served = Served::of(&project);
    let machine = served.machine(&project, "runner");
    for (method, path) in WRITES {
        let mut one = fault.clone();
        one["method"] = json!(method);
        one["path"] = json!(path);
        served.fault(&one);
    }
    let run = machine.run(&DEPLOY);
    let left = served.faults();
    assert!(left.is_empty() || run.code != Some(0), "not met: {left:?}");
    served.clear_faults();
    Disturbed { served, machine, run, _project: project }
}

impl Disturbed {
    /// All that an undisturbed deployment makes, and nothing twice; a second plan is empty.
    fn is_whole(&self, wanted: &BTreeMap<&'static str, Vec<String>>) {
        assert_eq!(&self.served.inventory(), wanted);
        let plan = self.machine.run(&["plan", "-t", "far", "--detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "{plan}");
    }
}

/// What an undisturbed deployment makes.
fn wanted() -> &'static BTreeMap<&'static str, Vec<String>> {
    static WANTED: OnceLock<BTreeMap<&'static str, Vec<String>>> = OnceLock::new();
    WANTED.get_or_init(|| {
        let project = everything();
        let served = Served::of(&project);
        let run = served.machine(&project, "runner").run(&DEPLOY);
        assert_eq!(run.code, Some(0), "{run}");
        served.inventory()
    })
}

/// The run itself makes up for it.
fn absorbed(fault: &Value) {
    let disturbed = disturbed(fault);
    assert_eq!(disturbed.run.code, Some(0), "{}", disturbed.run);
    disturbed.is_whole(wanted());
}

/// Nobody can make up for it, or not without the danger of making something twice (a job, a dashboard, a space, an alert
/// whose create may yet be seen): the run ends and says what is left, and the next one goes on from there.
fn taken_up(fault: &Value) {
    let disturbed = disturbed(fault);
    assert!(matches!(disturbed.run.code, Some(1 | 2)), "{}", disturbed.run);
    let again = disturbed.machine.run(&DEPLOY);
    assert_eq!(again.code, Some(0), "{again}");
    disturbed.is_whole(wanted());
}

/// One test a fault: they wait most of the time, and wait side by side.
macro_rules! faults {
    ($($outcome:ident $name:ident: $fault:tt;)*) => {
        $(
            #[test]
            fn $name() {
                $outcome(&json!($fault));
            }
        )*
    };
}

faults! {
    absorbed too_many_requests: { "status": 429, "retry_after": 1, "error_code": "REQUEST_LIMIT_EXCEEDED" };
    absorbed unavailable: { "status": 503, "error_code": "TEMPORARILY_UNAVAILABLE" };
    taken_up an_internal_error_before_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR" };
    absorbed an_internal_error_after_the_effect: { "status": 500, "error_code": "INTERNAL_ERROR", "after_effect": true };
    taken_up a_gateway_that_gives_up_before_the_effect: { "status": 504 };
    absorbed a_gateway_that_gives_up_after_the_effect: { "status": 504, "after_effect": true };
    taken_up a_reset_before_the_effect: { "reset": true };
    absorbed a_reset_after_the_effect: { "reset": true, "after_effect": true };
    absorbed an_answer_that_is_cut_short: { "truncate": 1 };
    absorbed an_answer_of_broken_json: { "truncate": 1, "short_length": true };
    absorbed an_answer_that_trickles: { "trickle": { "bytes": 8, "every_ms": 5 } };
    absorbed what_is_seen_late: { "eventual": { "reads": 2 } };
    taken_up a_login_page: { "status": 200, "body": "<html><title>Sign in</title></html>" };
    taken_up a_token_that_ends: { "expire_token": true };
    taken_up a_refusal: { "status": 403, "error_code": "PERMISSION_DENIED", "message": "No." };
}
