//! <https://docs.databricks.com/api/workspace/pipelines>

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};

const PIPELINES: &str = "/api/2.0/pipelines";

fn spec(name: &str) -> Value {
    json!({"name": name, "catalog": "main", "schema": "default", "serverless": true})
}

async fn made(server: &TestServer, name: &str) -> String {
    let id = server.post(PIPELINES, spec(name)).await["pipeline_id"].as_str().unwrap().to_string();
    format!("{PIPELINES}/{id}")
}

pub(super) async fn finished(server: &TestServer, path: &str) -> Value {
    for _ in 0..500 {
        let update = server.get(path).await["update"].clone();
        if matches!(update["state"].as_str(), Some("COMPLETED" | "FAILED" | "CANCELED")) {
            return update;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the update does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions() {
    let server = TestServer::start().await;
    let path = made(&server, "p").await;
    let found = server.get(&path).await;
    assert_eq!((&found["name"], &found["state"]), (&json!("p"), &json!("IDLE")));
    assert_eq!((&found["creator_user_name"], &found["run_as_user_name"]), (&json!(USER), &json!(USER)));
    assert_eq!((&found["spec"]["catalog"], &found["spec"]["id"]), (&json!("main"), &found["pipeline_id"]));
    // "This check can be skipped by setting allow_duplicate_names": the name is a key unless it says otherwise.
    let twice = server.fails(Method::POST, PIPELINES, Some(spec("p"))).await;
    assert_eq!(twice, error(409, "RESOURCE_CONFLICT"));
    let mut free = spec("p");
    free["allow_duplicate_names"] = json!(true);
    server.post(PIPELINES, free).await;
    let mut dry = spec("q");
    dry["dry_run"] = json!(true);
    assert_eq!(server.post(PIPELINES, dry).await["effective_settings"]["name"], "q");
    let unknown = json!({"name": "r", "catalog": "main", "serverles": true});
    let unknown = server.fails(Method::POST, PIPELINES, Some(unknown)).await;
    assert_eq!(unknown, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_replaces_the_specification() {
    let server = TestServer::start().await;
    let path = made(&server, "p").await;
    let before = server.get(&path).await;
    let edit = json!({"name": "p2", "catalog": "main", "expected_last_modified": before["last_modified"]});
    assert_eq!(server.put(&path, edit.clone()).await, json!({}));
    let after = server.get(&path).await;
    assert_eq!((&after["name"], after["spec"].get("schema")), (&json!("p2"), None));
    assert_eq!(server.fails(Method::PUT, &path, Some(edit)).await, error(409, "RESOURCE_CONFLICT"));
    let other = json!({"id": "other", "name": "p2", "catalog": "main"});
    assert_eq!(server.fails(Method::PUT, &path, Some(other)).await, error(400, "INVALID_PARAMETER_VALUE"));
    server.delete(&path).await;
    assert_eq!(server.fails(Method::GET, &path, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    assert_eq!(server.fails(Method::DELETE, &path, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_paged() {
    let server = TestServer::start().await;
    for name in ["shop-c", "shop-a", "other", "shop-b"] {
        made(&server, name).await;
    }
    let (all, pages) = server.pages(&format!("{PIPELINES}?order_by=name"), "statuses").await;
    let names: Vec<_> = all.iter().map(|status| status["name"].as_str().unwrap()).collect();
    assert_eq!((names, pages), (vec!["other", "shop-a", "shop-b", "shop-c"], 2));
    let like = format!("{PIPELINES}?filter=name%20LIKE%20'shop%25'");
    assert_eq!(server.pages(&like, "statuses").await.0.len(), 3);
    let wrong = server.fails(Method::GET, &format!("{PIPELINES}?filter=id='1'"), None).await;
    assert_eq!(wrong, error(400, "INVALID_PARAMETER_VALUE"));
    let many = server.fails(Method::GET, &format!("{PIPELINES}?max_results=101"), None).await;
    assert_eq!(many, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_without_sources_fails_and_the_log_says_why() {
    let server = TestServer::start().await;
    let path = made(&server, "p").await;
    let id = server.post(&format!("{path}/updates"), json!({})).await["update_id"].as_str().unwrap().to_string();
    let update = finished(&server, &format!("{path}/updates/{id}")).await;
    assert_eq!((&update["state"], &update["cause"]), (&json!("FAILED"), &json!("API_CALL")));
    let pipeline = server.get(&path).await;
    assert_eq!((&pipeline["state"], &pipeline["health"]), (&json!("IDLE"), &json!("UNHEALTHY")));
    assert_eq!(pipeline["latest_updates"][0]["update_id"], id);
    let (events, pages) = server.pages(&format!("{path}/events"), "events").await;
    assert!(pages > 1);
    let last = &events[0];
    assert_eq!((&last["event_type"], &last["level"]), (&json!("update_progress"), &json!("ERROR")));
    assert_eq!(last["details"]["update_progress"]["state"], "FAILED");
    assert!(last["error"]["exceptions"][0]["message"].as_str().unwrap().contains("no source files"));
    assert_eq!(last["origin"]["update_id"], id);
    let (ascending, _) = server.pages(&format!("{path}/events?order_by=timestamp%20asc"), "events").await;
    assert_eq!(ascending[0]["event_type"], "create_update");
    let (errors, _) = server.pages(&format!("{path}/events?filter=level%3D'ERROR'"), "events").await;
    assert_eq!(errors.len(), 1);
    let (updates, _) = server.pages(&format!("{path}/updates"), "updates").await;
    assert_eq!(updates.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_an_idle_pipeline_does_nothing() {
    let server = TestServer::start().await;
    let path = made(&server, "p").await;
    assert_eq!(server.post(&format!("{path}/stop"), json!({})).await, json!({}));
    let both = json!({"full_refresh": true, "refresh_selection": ["a"]});
    let both = server.fails(Method::POST, &format!("{path}/updates"), Some(both)).await;
    assert_eq!(both, error(400, "INVALID_PARAMETER_VALUE"));
    let none = server.fails(Method::GET, &format!("{path}/updates/x"), None).await;
    assert_eq!(none, error(404, "RESOURCE_DOES_NOT_EXIST"));
}
