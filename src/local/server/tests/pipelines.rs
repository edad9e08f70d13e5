//! <https://docs.databricks.com/api/workspace/pipelines>

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

async fn import(server: &TestServer, path: &str, text: &str) {
    let body = json!({"path": path, "content": STANDARD.encode(text), "format": "AUTO", "overwrite": true});
    server.post("/api/2.0/workspace/import", body).await;
}

async fn rows(server: &TestServer, text: &str) -> Value {
    let warehouse = server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["id"].clone();
    let answer = server.post("/api/2.0/sql/statements", json!({"statement": text, "warehouse_id": warehouse})).await;
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    answer["result"]["data_array"].clone()
}

async fn update(server: &TestServer, path: &str, body: Value) -> Value {
    let id = server.post(&format!("{path}/updates"), body).await["update_id"].as_str().unwrap().to_string();
    finished(server, &format!("{path}/updates/{id}")).await
}

/// A pipeline over a volume: files in, a streaming table and a materialized view out.
async fn with_sources() -> (TestServer, String) {
    let server = TestServer::start().await;
    let volume = json!({"catalog_name": "main", "schema_name": "default", "name": "v", "volume_type": "MANAGED"});
    server.post("/api/2.1/unity-catalog/volumes", volume).await;
    let bronze = "CREATE OR REFRESH STREAMING TABLE raw (CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW)\n\
                  AS SELECT id, amount FROM STREAM read_files('/Volumes/main/default/v/in',\n\
                  format => 'csv', header => true, schema => 'id INT, amount INT');";
    server.post("/api/2.0/workspace/mkdirs", json!({"path": "/Shared/p/sub"})).await;
    import(&server, "/Shared/p/raw.sql", bronze).await;
    let gold = "CREATE OR REFRESH MATERIALIZED VIEW total AS SELECT count(*) AS n, sum(amount) AS amount FROM raw;";
    import(&server, "/Shared/p/sub/total.sql", gold).await;
    let mut spec = spec("p");
    spec["libraries"] = json!([{"glob": {"include": "/Workspace/Shared/p/**"}}]);
    let id = server.post(PIPELINES, spec).await["pipeline_id"].as_str().unwrap().to_string();
    (server, format!("{PIPELINES}/{id}"))
}

async fn upload(server: &TestServer, name: &str, content: &'static str) {
    let path = format!("/api/2.0/fs/files/Volumes/main/default/v/in/{name}");
    assert_eq!(server.request(Method::PUT, &path).body(content).send().await.unwrap().status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_takes_each_file_once() {
    let (server, path) = with_sources().await;
    upload(&server, "a.csv", "id,amount\n1,10\n2,20\n,5\n").await;
    let first = update(&server, &path, json!({})).await;
    assert_eq!(first["state"], "COMPLETED", "{}", server.get(&format!("{path}/events")).await);
    assert_eq!(rows(&server, "SELECT * FROM main.default.total").await, json!([["2", "30"]]));
    let (events, _) = server.pages(&format!("{path}/events"), "events").await;
    let flow = |event: &&Value| event["details"]["flow_progress"]["status"] == "COMPLETED";
    let quality = events.iter().filter(flow).find_map(|event| event["details"]["flow_progress"].get("data_quality"));
    let quality = quality.unwrap();
    assert_eq!((&quality["dropped_records"], &quality["expectations"][0]["failed_records"]), (&json!(1), &json!(1)));
    // Each flow says that it runs, and then that it has completed and what it wrote.
    let flows: Vec<_> = events.iter().rev().filter(|event| event["event_type"] == "flow_progress").collect();
    let told = |event: &&Value| {
        let progress = &event["details"]["flow_progress"];
        let dataset = event["origin"]["dataset_name"].as_str().unwrap().to_string();
        (dataset, progress["status"].as_str().unwrap().to_string(), progress["metrics"]["num_output_rows"].clone())
    };
    let (raw, total) = ("main.default.raw".to_string(), "main.default.total".to_string());
    let (running, completed) = ("RUNNING".to_string(), "COMPLETED".to_string());
    assert_eq!(
        flows.iter().map(told).collect::<Vec<_>>(),
        [
            (raw.clone(), running.clone(), Value::Null),
            (raw, completed.clone(), json!(2)),
            (total.clone(), running, Value::Null),
            (total, completed, json!(1)),
        ]
    );
    let states: Vec<_> =
        events.iter().rev().filter_map(|event| event["details"]["update_progress"]["state"].as_str()).collect();
    assert_eq!(states, ["INITIALIZING", "SETTING_UP_TABLES", "RUNNING", "COMPLETED"]);
    upload(&server, "b.csv", "id,amount\n3,30\n").await;
    assert_eq!(update(&server, &path, json!({})).await["state"], "COMPLETED");
    assert_eq!(rows(&server, "SELECT * FROM main.default.total").await, json!([["3", "60"]]));
    assert_eq!(update(&server, &path, json!({"full_refresh": true})).await["state"], "COMPLETED");
    assert_eq!(rows(&server, "SELECT * FROM main.default.total").await, json!([["3", "60"]]));
    let table = server.get("/api/2.1/unity-catalog/tables/main.default.raw").await;
    assert_eq!(table["table_type"], "STREAMING_TABLE");
    // "If the pipeline publishes to Unity Catalog, pipeline deletion will cascade to all pipeline tables."
    server.delete(&path).await;
    let gone = server.fails(Method::GET, "/api/2.1/unity-catalog/tables/main.default.raw", None).await;
    assert_eq!(gone, error(404, "TABLE_DOES_NOT_EXIST"));
}

/// "The value is injected into your source code as a string before the source code logic evaluates", also inside of
/// texts; keys hold letters, digits, `_`, `-` and `.` (Databricks documentation, "Use parameters with pipelines").
#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_put_into_the_sources() {
    let (server, path) = with_sources().await;
    let gold = "CREATE OR REFRESH MATERIALIZED VIEW total AS SELECT count(*) AS n FROM ${source.schema}.raw \
                WHERE id >= ${least-id} AND '${what}' = 'cheap' AND '${unknown}' <> '';";
    import(&server, "/Shared/p/sub/total.sql", gold).await;
    let mut changed = spec("p");
    changed["libraries"] = json!([{"glob": {"include": "/Workspace/Shared/p/**"}}]);
    changed["configuration"] = json!({"source.schema": "main.default", "least-id": "2", "what": "cheap"});
    server.put(&path, changed.clone()).await;
    assert_eq!(server.get(&path).await["spec"]["configuration"]["what"], "cheap");
    upload(&server, "a.csv", "id,amount\n1,10\n2,20\n").await;
    let done = update(&server, &path, json!({})).await;
    assert_eq!(done["state"], "COMPLETED", "{}", server.get(&format!("{path}/events")).await);
    assert_eq!(rows(&server, "SELECT n FROM main.default.total").await, json!([["1"]]));
    // What has no value is used as it is, and told.
    let events = server.get(&format!("{path}/events?filter=level%20in%20('WARN')")).await;
    let warnings = events["events"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{events}");
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.contains("/Workspace/Shared/p/sub/total.sql:1:146: `${unknown}`"), "{message}");
    // `SET` comes over the configuration, for the statements after it.
    let set = "CREATE OR REFRESH MATERIALIZED VIEW a AS SELECT '${least-id}' AS b; SET k2 = 9; SET least-id = ${k2};
               CREATE OR REFRESH MATERIALIZED VIEW total AS SELECT '${k2}x${least-id}' AS b;";
    import(&server, "/Shared/p/sub/total.sql", set).await;
    assert_eq!(update(&server, &path, json!({})).await["state"], "COMPLETED");
    assert_eq!(
        rows(&server, "SELECT a.b, t.b FROM main.default.a AS a CROSS JOIN main.default.total AS t").await,
        json!([["2", "9x9"]])
    );
    // Settings of Spark and of the service have an effect that nothing here has.
    import(&server, "/Shared/p/sub/total.sql", &format!("SET spark.sql.ansi.enabled = false; {set}")).await;
    assert_eq!(update(&server, &path, json!({})).await["state"], "FAILED");
    for key in ["spark.sql.shuffle.partitions", "pipelines.trigger.interval"] {
        changed["configuration"] = json!({ key: "1" });
        assert_eq!(server.fails(Method::PUT, &path, Some(changed.clone())).await, error(501, "NOT_IMPLEMENTED"));
    }
    changed["configuration"] = json!({"a b": "1"});
    assert_eq!(server.fails(Method::PUT, &path, Some(changed)).await, error(400, "INVALID_PARAMETER_VALUE"));
}

/// As `DROP`, which has error conditions of its own for it; a dataset that has lost its pipeline can be dropped.
#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_is_not_deleted_past_its_pipeline() {
    const RAW: &str = "/api/2.1/unity-catalog/tables/main.default.raw";
    let (server, path) = with_sources().await;
    upload(&server, "a.csv", "id,amount\n1,10\n").await;
    assert_eq!(update(&server, &path, json!({})).await["state"], "COMPLETED");
    assert_eq!(server.fails(Method::DELETE, RAW, None).await, error(400, "INVALID_STATE"));
    server.delete(&format!("{path}?cascade=false")).await;
    assert_eq!(rows(&server, "SELECT * FROM main.default.raw").await, json!([["1", "10"]]));
    server.delete(RAW).await;
    assert_eq!(server.fails(Method::GET, RAW, None).await, error(404, "TABLE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_does_not_compile_points_at_the_file() {
    let (server, path) = with_sources().await;
    import(&server, "/Shared/p/sub/total.sql", "CREATE OR REFRESH MATERIALIZED VIEW total AS\nSELECT nope FROM raw;")
        .await;
    assert_eq!(update(&server, &path, json!({"validate_only": true})).await["state"], "FAILED");
    let events = server.get(&format!("{path}/events")).await;
    let message = events["events"][0]["error"]["exceptions"][0]["message"].as_str().unwrap();
    assert!(message.contains("/Workspace/Shared/p/sub/total.sql:2:8"), "{message}");
    // Nothing was made.
    let none = server.fails(Method::GET, "/api/2.1/unity-catalog/tables/main.default.raw", None).await;
    assert_eq!(none, error(404, "TABLE_DOES_NOT_EXIST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_a_pipeline() {
    let (server, path) = with_sources().await;
    upload(&server, "a.csv", "id,amount\n1,10\n").await;
    let id = path.rsplit('/').next().unwrap();
    let task = json!({"task_key": "refresh", "pipeline_task": {"pipeline_id": id}});
    let job = super::jobs::made(&server, json!({"name": "j", "tasks": [task]})).await;
    let run = super::jobs::started(&server, json!({ "job_id": job })).await;
    let run = super::jobs::finished(&server, run).await;
    assert_eq!(run["state"]["result_state"], "SUCCESS", "{run}");
    assert_eq!(server.get(&format!("{path}/updates")).await["updates"][0]["cause"], "JOB_TASK");
    assert_eq!(rows(&server, "SELECT n FROM main.default.total").await, json!([["1"]]));
}
