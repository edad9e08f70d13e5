//! <https://docs.databricks.com/api/workspace/permissions>

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};

async fn job(server: &TestServer, body: Value) -> String {
    let id = server.post("/api/2.2/jobs/create", body).await["job_id"].as_i64().unwrap();
    format!("/api/2.0/permissions/jobs/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_replaced_or_extended() {
    let server = TestServer::start().await;
    let path = job(&server, json!({"name": "j"})).await;
    let first = server.get(&path).await;
    assert_eq!(first["object_type"], "job");
    let owner = json!({"user_name": USER, "all_permissions": [{"permission_level": "IS_OWNER", "inherited": false}]});
    assert_eq!(first["access_control_list"][0], owner);
    // Administrators inherit.
    assert_eq!(first["access_control_list"][1]["all_permissions"][0]["inherited"], true);
    let more = json!({"access_control_list": [{"group_name": "g", "permission_level": "CAN_VIEW"}]});
    let extended = server.patch(&path, more.clone()).await;
    assert_eq!(extended["access_control_list"].as_array().unwrap().len(), 3);
    let ownerless = server.fails(Method::PUT, &path, Some(more)).await;
    assert_eq!(ownerless, error(400, "INVALID_PARAMETER_VALUE"));
    let replaced = json!({"access_control_list": [{"service_principal_name": "sp", "permission_level": "IS_OWNER"}]});
    let replaced = server.put(&path, replaced).await;
    assert_eq!(replaced["access_control_list"].as_array().unwrap().len(), 2);
    assert_eq!(server.get(&path).await, replaced);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused() {
    let server = TestServer::start().await;
    let path = job(&server, json!({"name": "j"})).await;
    for control in [
        json!({"group_name": "g", "permission_level": "CAN_RUN"}),
        json!({"group_name": "g", "permission_level": "IS_OWNER"}),
        json!({"group_name": "g", "user_name": "u", "permission_level": "CAN_VIEW"}),
        json!({"permission_level": "CAN_VIEW"}),
    ] {
        let body = json!({"access_control_list": [control]});
        assert_eq!(server.fails(Method::PATCH, &path, Some(body)).await, error(400, "INVALID_PARAMETER_VALUE"));
    }
    let missing = server.fails(Method::GET, "/api/2.0/permissions/dashboards/x", None).await;
    assert_eq!(missing, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let kind = server.fails(Method::GET, "/api/2.0/permissions/clusters/x", None).await;
    assert_eq!(kind, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_can_bring_its_list() {
    let server = TestServer::start().await;
    let list = json!([{"group_name": "g", "permission_level": "CAN_MANAGE_RUN"}]);
    let path = job(&server, json!({"name": "j", "access_control_list": list})).await;
    let answer = server.get(&path).await;
    let groups: Vec<_> =
        answer["access_control_list"].as_array().unwrap().iter().filter(|entry| entry["group_name"] == "g").collect();
    assert_eq!(groups[0]["all_permissions"][0]["permission_level"], "CAN_MANAGE_RUN");
}
