//! <https://docs.databricks.com/api/workspace/genie>

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};
use crate::ident::TableName;
use crate::local::store::{Registration, TableKind, TableRecord};

const SPACES: &str = "/api/2.0/genie/spaces";

fn body(warehouse: &Value, content: &Value) -> Value {
    json!({"warehouse_id": warehouse, "serialized_space": content.to_string(), "title": "Members"})
}

async fn warehouse(server: &TestServer) -> Value {
    server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["id"].clone()
}

fn add_table(server: &TestServer, name: &str) {
    let record = TableRecord {
        name: TableName::parse(name).unwrap(),
        kind: TableKind::View,
        columns: Vec::new(),
        comment: None,
        properties: Default::default(),
        cluster_by: Vec::new(),
        partitioned_by: Vec::new(),
        definition: None,
        pipeline_id: None,
        append_only: true,
        row_filter: None,
        masks: Vec::new(),
        declared: Default::default(),
        registration: Registration::default(),
    };
    server.server.store().write(|writer| writer.create_table(record, USER)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_needs_its_tables() {
    let server = TestServer::start().await;
    let warehouse = warehouse(&server).await;
    let content = json!({"version": 2, "data_sources": {"tables": [{"identifier": "main.default.t"}]}});
    let early = server.fails(Method::POST, SPACES, Some(body(&warehouse, &content))).await;
    assert_eq!(early, error(400, "INVALID_PARAMETER_VALUE"));
    add_table(&server, "main.default.t");
    let made = server.post(SPACES, body(&warehouse, &content)).await;
    let path = format!("{SPACES}/{}", made["space_id"].as_str().unwrap());
    // The etag and the content come only if they are asked for.
    let plain = server.get(&path).await;
    assert_eq!((&plain["title"], plain.get("etag"), plain.get("serialized_space")), (&json!("Members"), None, None));
    let full = server.get(&format!("{path}?include_serialized_space=true")).await;
    assert_eq!(full["etag"], made["etag"]);
    assert_eq!(full["serialized_space"].as_str().unwrap(), content.to_string());
    let none = body(&json!("none"), &content);
    assert_eq!(server.fails(Method::POST, SPACES, Some(none)).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_are_guarded_by_the_etag() {
    let server = TestServer::start().await;
    let made = server.post(SPACES, body(&warehouse(&server).await, &json!({"version": 2}))).await;
    let path = format!("{SPACES}/{}", made["space_id"].as_str().unwrap());
    let renamed = server.patch(&path, json!({"title": "x", "etag": made["etag"]})).await;
    assert_eq!((&renamed["title"], &renamed["etag"]), (&json!("x"), &made["etag"]));
    let question = json!({"id": "1".repeat(32), "question": ["How many?"]});
    let content = json!({"version": 2, "data_sources": {}, "config": {"sample_questions": [question]}});
    let changed = server.patch(&path, json!({"serialized_space": content.to_string()})).await;
    assert_ne!(changed["etag"], made["etag"]);
    let stale = json!({"title": "y", "etag": made["etag"]});
    assert_eq!(server.fails(Method::PATCH, &path, Some(stale)).await, error(409, "RESOURCE_CONFLICT"));
    let nowhere = json!({"parent_path": "/Shared/none"});
    assert_eq!(server.fails(Method::PATCH, &path, Some(nowhere)).await, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn spaces_are_listed_and_trashed() {
    let server = TestServer::start().await;
    let warehouse = warehouse(&server).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(server.post(SPACES, body(&warehouse, &json!({"version": 1}))).await["space_id"].clone());
    }
    let (spaces, pages) = server.pages(SPACES, "spaces").await;
    assert_eq!((spaces.len(), pages), (3, 2));
    let path = format!("{SPACES}/{}", ids[0].as_str().unwrap());
    server.delete(&path).await;
    assert_eq!(server.fails(Method::GET, &path, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let talk = server.fails(Method::POST, &format!("{path}/start-conversation"), Some(json!({}))).await;
    assert_eq!(talk, error(404, "ENDPOINT_NOT_FOUND"));
}
