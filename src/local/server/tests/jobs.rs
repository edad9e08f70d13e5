//! <https://docs.databricks.com/api/workspace/jobs>, version 2.2. What a task does is tested with the engine; here are
//! definitions, and the graph with condition tasks, which need none.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};

const JOBS: &str = "/api/2.2/jobs";

fn condition(key: &str, left: &str, on: Value) -> Value {
    json!({"task_key": key, "depends_on": on, "condition_task": {"op": "EQUAL_TO", "left": left, "right": "yes"}})
}

pub(super) async fn made(server: &TestServer, settings: Value) -> i64 {
    server.post(&format!("{JOBS}/create"), settings).await["job_id"].as_i64().unwrap()
}

pub(super) async fn started(server: &TestServer, body: Value) -> i64 {
    server.post(&format!("{JOBS}/run-now"), body).await["run_id"].as_i64().unwrap()
}

pub(super) async fn finished(server: &TestServer, run: i64) -> Value {
    for _ in 0..500 {
        let found = server.get(&format!("{JOBS}/runs/get?run_id={run}")).await;
        if found["status"]["state"] == "TERMINATED" {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the run does not end");
}

pub(super) fn result<'a>(run: &'a Value, key: &str) -> &'a str {
    let task = run["tasks"].as_array().unwrap().iter().find(|task| task["task_key"] == key).unwrap();
    task["state"]["result_state"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions() {
    let server = TestServer::start().await;
    let settings = json!({"name": "nightly", "tags": {"a": "b"}, "tasks": [condition("a", "yes", json!([]))]});
    let id = made(&server, settings).await;
    let found = server.get(&format!("{JOBS}/get?job_id={id}")).await;
    assert_eq!((&found["job_id"], &found["creator_user_name"]), (&json!(id), &json!(USER)));
    assert_eq!((&found["settings"]["name"], &found["settings"]["format"]), (&json!("nightly"), &json!("MULTI_TASK")));
    assert_eq!(found["settings"]["max_concurrent_runs"], 1);
    // A missing job is 400 here, as the SDKs know.
    let missing = server.fails(Method::GET, &format!("{JOBS}/get?job_id=1"), None).await;
    assert_eq!(missing, error(400, "INVALID_PARAMETER_VALUE"));
    server.post(&format!("{JOBS}/reset"), json!({"job_id": id, "new_settings": {"name": "other"}})).await;
    let found = server.get(&format!("{JOBS}/get?job_id={id}")).await;
    assert_eq!((&found["settings"]["name"], found["settings"].get("tags")), (&json!("other"), None));
    server.post(&format!("{JOBS}/delete"), json!({ "job_id": id })).await;
    let again = server.fails(Method::POST, &format!("{JOBS}/delete"), Some(json!({ "job_id": id }))).await;
    assert_eq!(again, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_merges_tasks_by_their_keys() {
    let server = TestServer::start().await;
    let tasks = json!([condition("a", "yes", json!([])), condition("b", "yes", json!([{"task_key": "a"}]))]);
    let id = made(&server, json!({"name": "j", "tags": {"x": "y"}, "tasks": tasks})).await;
    let change = json!({
        "job_id": id,
        "new_settings": {"tasks": [condition("b", "no", json!([])), condition("c", "yes", json!([]))]},
        "fields_to_remove": ["tags", "tasks/a"],
    });
    server.post(&format!("{JOBS}/update"), change).await;
    let settings = server.get(&format!("{JOBS}/get?job_id={id}")).await["settings"].clone();
    let keys: Vec<_> =
        settings["tasks"].as_array().unwrap().iter().map(|task| task["task_key"].as_str().unwrap()).collect();
    assert_eq!((keys, settings.get("tags")), (vec!["b", "c"], None));
    assert_eq!(settings["tasks"][0]["condition_task"]["left"], "no");
    let breaking =
        json!({"job_id": id, "new_settings": {"tasks": [condition("d", "yes", json!([{"task_key": "x"}]))]}});
    let breaking = server.fails(Method::POST, &format!("{JOBS}/update"), Some(breaking)).await;
    assert_eq!(breaking, error(400, "INVALID_PARAMETER_VALUE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_and_short() {
    let server = TestServer::start().await;
    for name in ["a", "b", "A"] {
        made(&server, json!({"name": name, "tasks": [condition("t", "yes", json!([]))]})).await;
    }
    let (jobs, pages) = server.pages(&format!("{JOBS}/list"), "jobs").await;
    assert_eq!((jobs.len(), pages), (3, 2));
    assert!(jobs[0]["settings"].get("tasks").is_none());
    let (named, _) = server.pages(&format!("{JOBS}/list?name=a&expand_tasks=true"), "jobs").await;
    assert_eq!(named.len(), 2);
    assert_eq!(named[0]["settings"]["tasks"][0]["task_key"], "t");
    let many = server.fails(Method::GET, &format!("{JOBS}/list?limit=101"), None).await;
    assert_eq!(many, error(400, "INVALID_PARAMETER_VALUE"));
}

/// "When the number of tasks exceeds 100, get pages them."
#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_come_in_pages() {
    let server = TestServer::start().await;
    let tasks: Vec<Value> = (0..150).map(|n| condition(&format!("t{n}"), "yes", json!([]))).collect();
    let id = made(&server, json!({"name": "j", "tasks": tasks})).await;
    let path = format!("{JOBS}/get?job_id={id}");
    let first = server.get(&path).await;
    assert_eq!(first["settings"]["tasks"].as_array().unwrap().len(), 100);
    let second = server.get(&format!("{path}&page_token={}", first["next_page_token"].as_str().unwrap())).await;
    assert_eq!(second["settings"]["tasks"].as_array().unwrap().len(), 50);
    assert!(second.get("next_page_token").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_takes_one_branch() {
    let server = TestServer::start().await;
    let when = |outcome: &str| json!([{"task_key": "if", "outcome": outcome}]);
    let mut join = condition("join", "yes", json!([{"task_key": "then"}, {"task_key": "else"}]));
    join["run_if"] = json!("NONE_FAILED");
    let tasks = json!([
        condition("if", "{{job.parameters.go}}", json!([])),
        condition("then", "yes", when("true")),
        condition("else", "yes", when("false")),
        join,
    ]);
    let parameters = json!([{"name": "go", "default": "no"}]);
    let id = made(&server, json!({"name": "j", "tasks": tasks, "parameters": parameters})).await;
    let run = started(&server, json!({"job_id": id, "job_parameters": {"go": "yes"}})).await;
    let run = finished(&server, run).await;
    assert_eq!(
        (&run["state"]["life_cycle_state"], &run["state"]["result_state"]),
        (&json!("TERMINATED"), &json!("SUCCESS"))
    );
    assert_eq!(run["status"]["termination_details"]["code"], "SUCCESS");
    let results: Vec<_> = ["if", "then", "else", "join"].map(|key| result(&run, key)).to_vec();
    assert_eq!(results, ["SUCCESS", "SUCCESS", "EXCLUDED", "SUCCESS"]);
    assert_eq!(run["job_parameters"], json!([{"name": "go", "default": "no", "value": "yes"}]));
    let second = finished(&server, started(&server, json!({ "job_id": id })).await).await;
    assert_eq!((result(&second, "then"), result(&second, "else")), ("EXCLUDED", "SUCCESS"));
    assert_eq!(second["number_in_job"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_run_fails_and_says_so() {
    let server = TestServer::start().await;
    let python = json!({"task_key": "py", "max_retries": 1, "spark_python_task": {"python_file": "/a.py"}});
    let tasks = json!([python, condition("after", "yes", json!([{"task_key": "py"}]))]);
    let id = made(&server, json!({"name": "j", "tasks": tasks})).await;
    let number = started(&server, json!({ "job_id": id })).await;
    let run = finished(&server, number).await;
    assert_eq!(run["state"]["result_state"], "FAILED");
    assert_eq!((result(&run, "py"), result(&run, "after")), ("FAILED", "UPSTREAM_FAILED"));
    let task = &run["tasks"][0];
    assert_eq!(task["attempt_number"], 1);
    let several = server.fails(Method::GET, &format!("{JOBS}/runs/get-output?run_id={number}"), None).await;
    assert_eq!(several, error(400, "INVALID_PARAMETER_VALUE"));
    let output = server.get(&format!("{JOBS}/runs/get-output?run_id={}", task["run_id"])).await;
    assert!(output["error"].as_str().unwrap().contains("spark_python_task"));
    assert_eq!(output["metadata"]["task_key"], "py");
    let single = server.get(&format!("{JOBS}/runs/get?run_id={}", task["run_id"])).await;
    assert_eq!((single["tasks"].as_array().unwrap().len(), &single["job_run_id"]), (1, &json!(number)));
}

/// "If you specify the idempotency token, upon failure you can retry until the request succeeds. Databricks guarantees
/// that exactly one run is launched with that idempotency token."
#[tokio::test(flavor = "multi_thread")]
async fn one_token_starts_one_run() {
    let server = TestServer::start().await;
    let id = made(&server, json!({"name": "j", "tasks": [condition("t", "yes", json!([]))]})).await;
    let body = json!({"job_id": id, "idempotency_token": "once"});
    let first = started(&server, body.clone()).await;
    assert_eq!(started(&server, body).await, first);
    finished(&server, first).await;
    let (runs, _) = server.pages(&format!("{JOBS}/runs/list?job_id={id}"), "runs").await;
    assert_eq!(runs.len(), 1);
    let unsupported = json!({"job_id": id, "notebook_params": {"a": "b"}});
    let unsupported = server.fails(Method::POST, &format!("{JOBS}/run-now"), Some(unsupported)).await;
    assert_eq!(unsupported, error(501, "NOT_IMPLEMENTED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_or_is_skipped_and_can_be_cancelled() {
    let server = TestServer::start().await;
    // It fails, and then waits a minute for its second attempt.
    let slow = json!({"task_key": "t", "max_retries": 1, "min_retry_interval_millis": 60000, "notebook_task": {"notebook_path": "/a"}});
    let id = made(&server, json!({"name": "j", "tasks": [slow]})).await;
    let first = started(&server, json!({ "job_id": id })).await;
    let skipped = finished(&server, started(&server, json!({ "job_id": id })).await).await;
    assert_eq!(skipped["state"]["life_cycle_state"], "SKIPPED");
    assert_eq!(skipped["status"]["termination_details"]["code"], "MAX_CONCURRENT_RUNS_EXCEEDED");
    let queued = started(&server, json!({"job_id": id, "queue": {"enabled": true}})).await;
    let waiting = server.get(&format!("{JOBS}/runs/get?run_id={queued}")).await;
    assert_eq!(waiting["status"]["state"], "QUEUED");
    let active = server.fails(Method::POST, &format!("{JOBS}/runs/delete"), Some(json!({"run_id": first}))).await;
    assert_eq!(active, error(400, "INVALID_STATE"));
    for run in [first, queued] {
        server.post(&format!("{JOBS}/runs/cancel"), json!({ "run_id": run })).await;
        let run = finished(&server, run).await;
        assert_eq!((&run["state"]["result_state"], result(&run, "t")), (&json!("CANCELED"), "CANCELED"));
        assert_eq!(run["state"]["user_cancelled_or_timedout"], true);
    }
    server.post(&format!("{JOBS}/runs/delete"), json!({"run_id": first})).await;
    let gone = server.fails(Method::GET, &format!("{JOBS}/runs/get?run_id={first}"), None).await;
    assert_eq!(gone, error(400, "INVALID_PARAMETER_VALUE"));
}
