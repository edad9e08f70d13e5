//! A streaming table whose definition changes after it has rows.

use crate::support::shop::{deploy, query, shop};

const ORDERS: &str = "sql/bronze/orders.sql";

/// A column that is left out cannot be followed; the way on is a full refresh, and the error says so.
#[test]
fn a_column_that_went_needs_a_full_refresh() {
    let project = shop();
    deploy(&project);
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    project.edit(ORDERS, "SELECT *", "SELECT id");
    deploy(&project);
    let run = project.run_live(&["run", "main", "-t", "local"]);
    assert_eq!(run.code, Some(1), "{run}");
    let (_, error) = run.stderr.split_once("  shop.bronze.orders failed\n").unwrap();
    insta::assert_snapshot!(error, @"
    failed
    error: the pipeline update failed: shop.bronze.orders: sql/bronze/orders.sql:1:35: [CANNOT_UPDATE_TABLE_SCHEMA] The column what was removed in the streaming table shop.bronze.orders. Run a full refresh of it. SQLSTATE: 428FU
      hint: to read everything again from the files: `lakesmith run PIPELINE --full-refresh`
    ");
    assert_eq!(query(&project, "SELECT * FROM shop.bronze.orders ORDER BY id"), "id,what\n1,pen\n2,ink\n");
    let run = project.run_live(&["run", "main", "-t", "local", "--full-refresh"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(query(&project, "SELECT * FROM shop.bronze.orders ORDER BY id"), "id\n1\n2\n");
}

/// A column that came is NULL in the rows that were there (Databricks documentation, "Update table schema", on added columns).
#[test]
fn a_column_that_came_is_null_in_the_rows_before() {
    let project = shop();
    deploy(&project);
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    project.edit(ORDERS, "SELECT *", "SELECT *, upper(what) AS loud");
    deploy(&project);
    project.write(&format!("{}/orders/second.csv", crate::support::shop::VOLUME), "id,what\n3,pad\n");
    assert_eq!(project.run_live(&["run", "main", "-t", "local"]).code, Some(0));
    let rows = query(&project, "SELECT id, loud FROM shop.bronze.orders ORDER BY id");
    assert_eq!(rows, "id,loud\n1,\n2,\n3,PAD\n");
}
