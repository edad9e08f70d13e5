//! <https://docs.databricks.com/api/workspace/warehouses>

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, error};

const WAREHOUSES: &str = "/api/2.0/sql/warehouses";

async fn until(server: &TestServer, id: &str, state: &str) -> Value {
    for _ in 0..100 {
        let found = server.get(&format!("{WAREHOUSES}/{id}")).await;
        if found["state"] == state {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {state}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_workspace_has_one_running_serverless_warehouse() {
    let server = TestServer::start().await;
    let (warehouses, _) = server.pages(WAREHOUSES, "warehouses").await;
    assert_eq!(warehouses.len(), 1);
    assert_eq!(warehouses[0]["enable_serverless_compute"], true);
    assert_eq!(warehouses[0]["state"], "RUNNING");
    assert!(warehouses[0]["odbc_params"]["path"].as_str().unwrap().starts_with("/sql/1.0/warehouses/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn warehouses_start_and_stop_by_and_by() {
    let server = TestServer::start().await;
    let id = server.post(WAREHOUSES, json!({"name": "w", "cluster_size": "Small"})).await["id"].clone();
    let id = id.as_str().unwrap();
    let found = until(&server, id, "RUNNING").await;
    // The documented defaults.
    assert_eq!((&found["auto_stop_mins"], &found["warehouse_type"]), (&json!(120), &json!("PRO")));
    server.post(&format!("{WAREHOUSES}/{id}/stop"), json!({})).await;
    assert_eq!(until(&server, id, "STOPPED").await["num_clusters"], 0);
    server.post(&format!("{WAREHOUSES}/{id}/start"), json!({})).await;
    until(&server, id, "RUNNING").await;
    server.post(&format!("{WAREHOUSES}/{id}/edit"), json!({"max_num_clusters": 3})).await;
    let edited = server.get(&format!("{WAREHOUSES}/{id}")).await;
    assert_eq!((&edited["name"], &edited["max_num_clusters"]), (&json!("w"), &json!(3)));
    server.delete(&format!("{WAREHOUSES}/{id}")).await;
    let gone = server.fails(Method::GET, &format!("{WAREHOUSES}/{id}"), None).await;
    assert_eq!(gone, error(404, "RESOURCE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_warehouse_is_refused() {
    let server = TestServer::start().await;
    for body in [
        json!({}),
        json!({"name": "w", "cluster_size": "Huge"}),
        json!({"name": "w", "auto_stop_mins": 5, "enable_serverless_compute": false}),
    ] {
        assert_eq!(server.fails(Method::POST, WAREHOUSES, Some(body)).await, error(400, "INVALID_PARAMETER_VALUE"));
    }
    server.post(WAREHOUSES, json!({"name": "w"})).await;
    let twice = server.fails(Method::POST, WAREHOUSES, Some(json!({"name": "w"}))).await;
    assert_eq!(twice, error(400, "INVALID_PARAMETER_VALUE"));
}
