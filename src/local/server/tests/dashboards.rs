//! <https://docs.databricks.com/api/workspace/lakeview>

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};

const DASHBOARDS: &str = "/api/2.0/lakeview/dashboards";

async fn made(server: &TestServer, name: &str) -> (String, Value) {
    let content = json!({"pages": [{"name": "p", "displayName": "Page"}]}).to_string();
    let warehouse = server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["id"].clone();
    let body = json!({"display_name": name, "serialized_dashboard": content, "warehouse_id": warehouse});
    let made = server.post(DASHBOARDS, body).await;
    (format!("{DASHBOARDS}/{}", made["dashboard_id"].as_str().unwrap()), made)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_a_workspace_object() {
    let server = TestServer::start().await;
    let (path, made) = made(&server, "Overview").await;
    assert_eq!(made["dashboard_id"].as_str().unwrap().len(), 32);
    assert_eq!(made["path"], format!("/Users/{USER}/Overview.lvdash.json"));
    assert_eq!(made["lifecycle_state"], "ACTIVE");
    assert_eq!(server.get(&path).await, made);
    let text = made["serialized_dashboard"].as_str().unwrap();
    assert!(text.ends_with("}\n") && text.contains("PAGE_TYPE_CANVAS"));
    let status = server.get(&format!("/api/2.0/workspace/get-status?path=/Users/{USER}/Overview.lvdash.json")).await;
    assert_eq!((&status["object_type"], &status["resource_id"]), (&json!("DASHBOARD"), &made["dashboard_id"]));
    let same = json!({"display_name": "Overview", "serialized_dashboard": "{}"});
    let taken = server.fails(Method::POST, DASHBOARDS, Some(same)).await;
    assert_eq!(taken, error(400, "RESOURCE_ALREADY_EXISTS"));
    let nowhere = json!({"display_name": "o", "parent_path": "/Workspace/Shared/none"});
    let nowhere = server.fails(Method::POST, DASHBOARDS, Some(nowhere)).await;
    assert_eq!(nowhere, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let broken = json!({"display_name": "o", "serialized_dashboard": "{"});
    let broken = server.fails(Method::POST, DASHBOARDS, Some(broken)).await;
    assert_eq!(broken, error(400, "INVALID_PARAMETER_VALUE"));
}

/// "The etag … can be optionally provided on updates to ensure that the dashboard has not been modified since the last
/// read."
#[tokio::test(flavor = "multi_thread")]
async fn etags_guard_the_content() {
    let server = TestServer::start().await;
    let (path, made) = made(&server, "a").await;
    let renamed = server.patch(&path, json!({"display_name": "b"})).await;
    assert_eq!(renamed["etag"], made["etag"]);
    assert_eq!(renamed["path"], format!("/Users/{USER}/b.lvdash.json"));
    let body = json!({"serialized_dashboard": "{\"pages\":[]}", "etag": made["etag"]});
    let changed = server.patch(&path, body.clone()).await;
    let number = |value: &Value| value["etag"].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(number(&changed), number(&made) + 1);
    assert_eq!(server.fails(Method::PATCH, &path, Some(body)).await, error(409, "RESOURCE_CONFLICT"));
    let defaults = format!("{path}?dataset_catalog=c&dataset_schema=s");
    let body = json!({"serialized_dashboard": "{\"datasets\":[{\"name\":\"d\"}]}"});
    let with_defaults = server.patch(&defaults, body).await;
    let content: Value = serde_json::from_str(with_defaults["serialized_dashboard"].as_str().unwrap()).unwrap();
    assert_eq!(content["datasets"][0], json!({"name": "d", "catalog": "c", "schema": "s"}));
    let moved = server.fails(Method::PATCH, &path, Some(json!({"parent_path": "/Shared"}))).await;
    assert_eq!(moved, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_takes_a_snapshot() {
    let server = TestServer::start().await;
    let (path, _) = made(&server, "a").await;
    let published = format!("{path}/published");
    assert_eq!(server.fails(Method::GET, &published, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let first = server.post(&published, json!({"embed_credentials": false})).await;
    assert_eq!((&first["display_name"], &first["embed_credentials"]), (&json!("a"), &json!(false)));
    let draft = server.get(&path).await;
    assert!(first["revision_create_time"].as_str().unwrap() >= draft["update_time"].as_str().unwrap());
    assert!(first.get("serialized_dashboard").is_none() && first.get("etag").is_none());
    server.patch(&path, json!({"serialized_dashboard": "{\"pages\":[]}", "display_name": "b"})).await;
    assert_eq!(server.get(&published).await, first);
    let reverted = server.post(&format!("{path}/revert"), json!({})).await;
    assert_eq!(reverted["dashboard"]["serialized_dashboard"], draft["serialized_dashboard"]);
    assert_eq!(server.delete(&published).await, json!({}));
    assert_eq!(server.fails(Method::DELETE, &published, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let elsewhere = json!({"warehouse_id": "none"});
    assert_eq!(server.fails(Method::POST, &published, Some(elsewhere)).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn trash_keeps_the_draft_readable() {
    let server = TestServer::start().await;
    let (path, _) = made(&server, "a").await;
    for name in ["b", "c"] {
        made(&server, name).await;
    }
    server.post(&format!("{path}/published"), json!({})).await;
    assert_eq!(server.delete(&path).await, json!({}));
    assert_eq!(server.get(&path).await["lifecycle_state"], "TRASHED");
    let published = server.fails(Method::GET, &format!("{path}/published"), None).await;
    assert_eq!(published, error(404, "RESOURCE_DOES_NOT_EXIST"));
    for method in [Method::PATCH, Method::DELETE] {
        assert_eq!(server.fails(method, &path, Some(json!({}))).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    }
    let (active, _) = server.pages(DASHBOARDS, "dashboards").await;
    let (all, pages) = server.pages(&format!("{DASHBOARDS}?show_trashed=true"), "dashboards").await;
    assert_eq!((active.len(), all.len(), pages), (2, 3, 2));
    assert!(all.iter().all(|dashboard| dashboard.get("etag").is_none() && dashboard.get("path").is_none()));
    // The name is free again.
    made(&server, "a").await;
}
