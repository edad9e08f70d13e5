//! What the tasks of a run do. <https://docs.databricks.com/api/workspace/jobs>, version 2.2

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::jobs::{finished, made, result, started};
use super::support::TestServer;

async fn warehouse(server: &TestServer) -> Value {
    server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["id"].clone()
}

async fn file(server: &TestServer, path: &str, text: &str) {
    let body = json!({"path": path, "content": STANDARD.encode(text), "format": "RAW"});
    server.post("/api/2.0/workspace/import", body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sql_file_runs_with_the_jobs_parameters() {
    let server = TestServer::start().await;
    let warehouse = warehouse(&server).await;
    file(
        &server,
        "/Shared/load.sql",
        "CREATE TABLE main.default.t (a STRING);\nINSERT INTO main.default.t VALUES (:day);",
    )
    .await;
    file(&server, "/Shared/check.sql", "SELECT a AS day, count(*) AS n FROM main.default.t GROUP BY a").await;
    let sql = |key: &str, path: &str, on: Value| json!({"task_key": key, "depends_on": on, "sql_task": {"warehouse_id": warehouse, "file": {"path": path}}});
    let condition = json!({"op": "EQUAL_TO", "left": "{{tasks.check.output.first_row.day}}", "right": "2024-01-01"});
    let tasks = json!([
        sql("load", "/Workspace/Shared/load.sql", json!([])),
        sql("check", "/Workspace/Shared/check.sql", json!([{"task_key": "load"}])),
        {"task_key": "right", "depends_on": [{"task_key": "check"}], "condition_task": condition},
    ]);
    let parameters = json!([{"name": "day", "default": "2024-01-01"}]);
    let job = made(&server, json!({"name": "j", "tasks": tasks, "parameters": parameters})).await;
    let run = finished(&server, started(&server, json!({ "job_id": job })).await).await;
    assert_eq!(run["state"]["result_state"], "SUCCESS", "{run}");
    let task = run["tasks"].as_array().unwrap().iter().find(|task| task["task_key"] == "right").unwrap();
    assert_eq!(task["condition_task"]["outcome"], "true");
    // The second run finds the table there already.
    let again = finished(&server, started(&server, json!({ "job_id": job })).await).await;
    assert_eq!((result(&again, "load"), result(&again, "check")), ("FAILED", "UPSTREAM_FAILED"));
    let load = again["tasks"].as_array().unwrap().iter().find(|task| task["task_key"] == "load").unwrap();
    let output = server.get(&format!("/api/2.2/jobs/runs/get-output?run_id={}", load["run_id"])).await;
    assert!(output["error"].as_str().unwrap().contains("TABLE_OR_VIEW_ALREADY_EXISTS"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_task_runs_the_dashboards_queries() {
    let server = TestServer::start().await;
    let datasets =
        |text: &str| json!({"datasets": [{"name": "d", "displayName": "Figures", "queryLines": [text]}]}).to_string();
    let body = json!({"display_name": "o", "serialized_dashboard": datasets("SELECT 1"), "warehouse_id": warehouse(&server).await});
    let dashboard = server.post("/api/2.0/lakeview/dashboards", body).await["dashboard_id"].clone();
    let task = json!({"task_key": "d", "dashboard_task": {"dashboard_id": dashboard}});
    let job = made(&server, json!({"name": "j", "tasks": [task]})).await;
    let run = finished(&server, started(&server, json!({ "job_id": job })).await).await;
    assert_eq!(run["state"]["result_state"], "SUCCESS", "{run}");
    let path = format!("/api/2.0/lakeview/dashboards/{}", dashboard.as_str().unwrap());
    server.patch(&path, json!({"serialized_dashboard": datasets("SELECT * FROM main.default.gone")})).await;
    let run = finished(&server, started(&server, json!({ "job_id": job })).await).await;
    let message = run["tasks"][0]["state"]["state_message"].as_str().unwrap();
    assert!(message.starts_with("Dataset Figures: [TABLE_OR_VIEW_NOT_FOUND]"), "{message}");
}
