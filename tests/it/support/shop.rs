//! A project of one table, for what the demo is too large for.

use super::TestProject;

pub const VOLUME: &str = ".lakesmith/local/volumes/shop/bronze/landing";

/// A catalog, a schema, a volume with a file in it, and a pipeline with one table.
pub fn shop() -> TestProject {
    let project = TestProject::new(&[
        (
            "lakesmith.yml",
            "name: shop\nsolutions:\n  shop: { title: Shop, catalog: shop, schemas: { bronze: bronze } }\n",
        ),
        (
            "jobs/where.yml",
            "catalogs:\n  main: { name: shop }\n\
             schemas:\n  bronze: { catalog_name: shop, name: bronze }\n\
             volumes:\n  landing: { catalog_name: shop, schema_name: bronze, name: landing, volume_type: MANAGED }\n\
             pipelines:\n  main:\n    name: shop\n    catalog: shop\n    schema: bronze\n    serverless: true\n    \
             sql: [sql]\n",
        ),
        (
            "sql/bronze/orders.sql",
            "CREATE OR REFRESH STREAMING TABLE orders AS SELECT * FROM STREAM \
             read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => true, \
             schema => 'id BIGINT, what STRING')\n",
        ),
    ]);
    project.write(&format!("{VOLUME}/orders/first.csv"), "id,what\n1,pen\n2,ink\n");
    project
}

/// A dashboard on one line: a table that shows a column of a query.
pub fn board(sql: &str, column: &str) -> String {
    format!(
        r#"{{"datasets": [{{"name": "d", "displayName": "D", "queryLines": ["{sql}"]}}], "pages": [{{"name": "p", "displayName": "P", "layout": [{{"widget": {{"name": "w", "queries": [{{"name": "main_query", "query": {{"datasetName": "d", "fields": [{{"name": "{column}", "expression": "`{column}`"}}], "disaggregated": true}}}}], "spec": {{"version": 1, "widgetType": "table", "encodings": {{"columns": [{{"fieldName": "{column}"}}]}}}}}}, "position": {{"x": 0, "y": 0, "width": 6, "height": 6}}}}]}}]}}"#
    )
}

pub fn deploy(project: &TestProject) {
    let run = project.run_live(&["deploy", "-t", "local", "--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
}

pub fn query(project: &TestProject, sql: &str) -> String {
    project.run_live(&["query", sql, "-t", "local", "--format", "csv"]).success()
}

/// [`shop`] with a mask on the table and grants on everything: what a governed project deploys.
pub fn governed() -> TestProject {
    let project = shop();
    project.write(
        "sql/governance/mask_what.sql",
        "CREATE OR REPLACE FUNCTION shop.bronze.mask_what(what STRING) RETURNS STRING \
         RETURN CASE WHEN is_account_group_member('engineers') THEN what ELSE '***' END\n",
    );
    project.write(
        "sql/bronze/orders.sql",
        "CREATE OR REFRESH STREAMING TABLE orders AS SELECT id, what FROM STREAM \
         read_files('/Volumes/shop/bronze/landing/orders/', format => 'csv', header => true, \
         schema => 'id BIGINT, what STRING')\n",
    );
    let pipeline = project.read("jobs/where.yml").replace("sql: [sql]", "sql: [sql/bronze]");
    let grants = "grants:\n\
                  \x20 catalog:\n    securable_type: catalog\n    securable: shop\n    privileges:\n      analysts: [USE_CATALOG]\n\
                  \x20 bronze:\n    securable_type: schema\n    securable: shop.bronze\n    privileges:\n      analysts: [USE_SCHEMA, EXECUTE]\n\
                  \x20 orders:\n    securable_type: table\n    securable: shop.bronze.orders\n    privileges:\n      analysts: [SELECT]\n";
    project.write("jobs/where.yml", &format!("{pipeline}{grants}"));
    project
}

/// [`governed`] with a target, `far`, that is reached by its address alone.
pub fn far() -> TestProject {
    let project = governed();
    let manifest = project.read("lakesmith.yml");
    project.write("lakesmith.yml", &format!("{manifest}targets:\n  far: {{ mode: development }}\n"));
    project
}
