//! Authentication, errors, faults, the request log, discovery, start and stop.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, client, config, error, system};
use crate::local::server::{RunningServer, ServerError, Workspace, discover};
use crate::local::store::{DocumentKind, Expect, Writer};
use crate::sys::{Random, System};

const ME: &str = "/api/2.0/preview/scim/v2/Me";

/// <https://docs.databricks.com/api/account/errors>
#[tokio::test(flavor = "multi_thread")]
async fn only_the_token_opens_the_workspace() {
    let server = TestServer::start().await;
    let url = format!("{}{ME}", server.server.url);
    for request in [client().get(&url), client().get(&url).bearer_auth("wrong")] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error_code"], "UNAUTHENTICATED");
        assert!(body["message"].is_string());
    }
    let me = server.get(ME).await;
    assert_eq!(me["userName"], "someone@lakesmith.test");
    assert_eq!(me["groups"][0]["display"], "admins");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_documented_is_refused() {
    let server = TestServer::start().await;
    assert_eq!(server.fails(Method::GET, "/api/2.0/nothing", None).await, error(404, "ENDPOINT_NOT_FOUND"));
    assert_eq!(server.fails(Method::PUT, ME, None).await, error(404, "ENDPOINT_NOT_FOUND"));
    let me = format!("{ME}?verbose=true");
    assert_eq!(server.fails(Method::GET, &me, None).await, error(400, "INVALID_PARAMETER_VALUE"));
    let mkdirs = "/api/2.0/workspace/mkdirs";
    let body = json!({"path": "/Shared/a", "recursive": true});
    assert_eq!(server.fails(Method::POST, mkdirs, Some(body)).await, error(400, "INVALID_PARAMETER_VALUE"));
    let response = server.request(Method::POST, mkdirs).body("{").send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.json::<Value>().await.unwrap()["error_code"], "MALFORMED_REQUEST");
}

/// <https://docs.databricks.com/api/workspace/groups/list>
#[tokio::test(flavor = "multi_thread")]
async fn groups_are_listed_and_filtered() {
    let server = TestServer::start().await;
    let groups = server.get("/api/2.0/preview/scim/v2/Groups?filter=displayName%20eq%20%22users%22").await;
    assert_eq!(groups["totalResults"], 1);
    assert_eq!(groups["Resources"][0]["displayName"], "users");
    assert_eq!(groups["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:ListResponse");
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_come_before_or_after_the_effect() {
    let server = TestServer::start().await;
    let mkdirs = "/api/2.0/workspace/mkdirs";
    let exists = "/api/2.0/workspace/get-status?path=/Shared/a";
    let fault = json!({"method": "POST", "path": "/api/2.0/workspace/*", "status": 503, "retry_after": 1});
    server.post("/_lakesmith/faults", fault.clone()).await;
    let response = server.request(Method::POST, mkdirs).json(&json!({"path": "/Shared/a"})).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    assert_eq!(server.fails(Method::GET, exists, None).await, error(404, "RESOURCE_DOES_NOT_EXIST"));

    let mut fault = fault;
    fault["after_effect"] = json!(true);
    server.post("/_lakesmith/faults", fault).await;
    server.fails(Method::POST, mkdirs, Some(json!({"path": "/Shared/a"}))).await;
    assert_eq!(server.get(exists).await["object_type"], "DIRECTORY");
    assert_eq!(server.get("/_lakesmith/faults").await, json!({"faults": [], "holding": 0, "held": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_can_be_replayed_and_holds_no_credential() {
    let server = TestServer::start().await;
    server.post("/api/2.0/workspace/mkdirs", json!({"path": "/Shared/a"})).await;
    server.fails(Method::GET, "/api/2.0/workspace/get-status?path=/b", None).await;
    let text = std::fs::read_to_string(server.data.join("requests.jsonl")).unwrap();
    assert!(!text.contains(&server.server.token) && !text.to_lowercase().contains("bearer"));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["method"], "POST");
    assert_eq!(lines[0]["path"], "/api/2.0/workspace/mkdirs");
    assert_eq!(lines[0]["body"], json!({"path": "/Shared/a"}));
    assert_eq!(lines[0]["status"], 200);
    assert_eq!(lines[1]["path"], "/api/2.0/workspace/get-status?path=/b");
    assert_eq!(lines[1]["error_code"], "RESOURCE_DOES_NOT_EXIST");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_command_finds_the_server_and_keeps_it() {
    let server = TestServer::start().await;
    let data = server.data.clone();
    let other = Workspace::connect(config(&data), system()).await.unwrap();
    assert!(matches!(other, Workspace::Other(_)));
    assert_eq!((other.url(), other.token()), (server.server.url.as_str(), server.server.token.as_str()));
    // The owner waits for the other command, which can still work meanwhile.
    let url = format!("{}{ME}", other.url());
    let token = other.token().to_string();
    let stopping = tokio::spawn(server.server.shutdown());
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!stopping.is_finished());
    assert_eq!(client().get(&url).bearer_auth(&token).send().await.unwrap().status(), 200);
    other.close().await.unwrap();
    stopping.await.unwrap().unwrap();
    assert!(!data.join("server.json").exists());
    assert!(discover(&data).unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_discovery_file_is_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = RunningServer::start(config(folder.path()), system()).await.unwrap();
    let file = folder.path().join("server.json");
    let text = std::fs::read_to_string(&file).unwrap();
    // The port belongs to a lakesmith, but to another one than the file says.
    let mut stale: Value = serde_json::from_str(&text).unwrap();
    stale["instance_id"] = json!("00000000-0000-4000-8000-000000000000");
    std::fs::write(&file, stale.to_string()).unwrap();
    assert!(tokio::task::block_in_place(|| discover(folder.path())).unwrap().is_none());
    server.stop().await.unwrap();
    // Nobody listens there any more.
    std::fs::write(&file, text).unwrap();
    assert!(discover(folder.path()).unwrap().is_none());
    let again = Workspace::connect(config(folder.path()), system()).await.unwrap();
    assert!(matches!(again, Workspace::Own(_)));
    again.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    config.port = port;
    let error = RunningServer::start(config, system()).await.err().unwrap();
    assert!(matches!(error, ServerError::PortInUse(found) if found == port));
    assert!(error.hint().unwrap().contains("--port"));
}

/// What was under way when the process died has ended, and says so; all else is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_everything_and_settles_what_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start_in(folder.path()).await;
    let pipeline = json!({"name": "p", "catalog": "main", "schema": "default"});
    let pipeline = server.post("/api/2.0/pipelines", pipeline).await["pipeline_id"].as_str().unwrap().to_string();
    let job = server.post("/api/2.2/jobs/create", json!({"name": "j"})).await["job_id"].clone();
    let assignment = server.get("/api/2.1/unity-catalog/current-metastore-assignment").await;
    // As a process leaves it that is killed while an update runs.
    let update = json!({
        "state": "RUNNING", "cause": "API_CALL", "creation_time": 1, "full_refresh": false, "full_refresh_selection": [],
        "refresh_selection": [], "validate_only": false, "config": {},
    });
    let kind = DocumentKind("pipeline_update");
    let put = |writer: &Writer<'_>| writer.put_document(kind, "u", &pipeline, "", &update, Expect::Absent);
    server.server.store().write(put).unwrap();
    let token = server.server.token.clone();
    server.server.stop().await.unwrap();

    let server = TestServer::start_in(folder.path()).await;
    assert_ne!(server.server.token, token);
    let update = server.get(&format!("/api/2.0/pipelines/{pipeline}/updates/u")).await;
    assert_eq!(update["update"]["state"], "FAILED");
    let events = server.get(&format!("/api/2.0/pipelines/{pipeline}/events")).await;
    let message = events["events"][0]["error"]["exceptions"][0]["message"].as_str().unwrap();
    assert!(message.contains("interrupted"), "{message}");
    assert_eq!(server.get(&format!("/api/2.2/jobs/get?job_id={job}")).await["settings"]["name"], "j");
    assert_eq!(server.get("/api/2.1/unity-catalog/current-metastore-assignment").await, assignment);
}

/// A client reads where the host's addresses are before it has a credential (auth-and-retries.md §5.3).
#[tokio::test(flavor = "multi_thread")]
async fn the_host_tells_where_tokens_are_given() {
    let server = TestServer::start().await;
    let get = async |path: &str| {
        let answer = client().get(format!("{}{path}", server.server.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default())
    };
    let (status, metadata) = get("/.well-known/databricks-config").await;
    assert_eq!((status, &metadata["host_type"]), (200, &json!("workspace")));
    assert_eq!(metadata["oidc_endpoint"], format!("{}/oidc", server.server.url));
    let (status, discovery) = get("/oidc/.well-known/oauth-authorization-server").await;
    assert_eq!(status, 200);
    assert_eq!(discovery["token_endpoint"], format!("{}/oidc/v1/token", server.server.url));
    assert_eq!(get("/.well-known/other").await.0, 404);
}

/// A seed makes ids predictable, never the token.
#[tokio::test(flavor = "multi_thread")]
async fn the_token_does_not_come_from_the_seed() {
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let system = System { random: Arc::new(Random::seeded(1)), ..system() };
        let server = RunningServer::start(config(folder.path()), system).await.unwrap();
        tokens.push(server.token.clone());
    }
    assert_ne!(tokens[0], tokens[1]);
}
