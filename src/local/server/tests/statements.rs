//! <https://docs.databricks.com/api/workspace/statementexecution>

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{TestServer, client, error};

const STATEMENTS: &str = "/api/2.0/sql/statements";

async fn run(server: &TestServer, text: &str, more: Value) -> Value {
    let warehouse = server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["id"].clone();
    let mut body = json!({"statement": text, "warehouse_id": warehouse});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.post(STATEMENTS, body).await
}

/// The example of the documentation of `JSON_ARRAY`: every value a text or null.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_arrays_of_texts() {
    let server = TestServer::start().await;
    let text = "SELECT concat('id-', id) AS strCol, id AS intCol, null AS nullCol FROM range(3) ORDER BY id";
    let answer = run(&server, text, json!({})).await;
    assert_eq!(answer["status"], json!({"state": "SUCCEEDED"}), "{answer}");
    let expected = json!([["id-0", "0", null], ["id-1", "1", null]]);
    assert_eq!(answer["result"]["data_array"], expected);
    let columns = &answer["manifest"]["schema"]["columns"];
    assert_eq!((&columns[1]["name"], &columns[1]["type_name"]), (&json!("intCol"), &json!("LONG")));
    assert_eq!(
        (&answer["manifest"]["format"], &answer["manifest"]["total_row_count"]),
        (&json!("JSON_ARRAY"), &json!(3))
    );
    let rest = server.get(answer["result"]["next_chunk_internal_link"].as_str().unwrap()).await;
    assert_eq!(rest["data_array"], json!([["id-2", "2", null]]));
    let path = format!("{STATEMENTS}/{}", answer["statement_id"].as_str().unwrap());
    assert_eq!(server.get(&path).await, answer);
    let beyond = server.fails(Method::GET, &format!("{path}/result/chunks/2"), None).await;
    assert_eq!(beyond, error(404, "NOT_FOUND"));
}

/// "If the SQL warehouse fails to execute the provided statement, a 200 response is returned with status.state FAILED."
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_fails_says_why() {
    let server = TestServer::start().await;
    let failed = async |text: &str| {
        let answer = run(&server, text, json!({})).await;
        assert_eq!(answer["status"]["state"], "FAILED", "{answer}");
        assert_eq!(answer["status"]["error"]["error_code"], "BAD_REQUEST");
        let message = answer["status"]["error"]["message"].as_str().unwrap().to_string();
        (message, answer["status"]["sql_state"].as_str().unwrap().to_string())
    };
    let (message, state) = failed("SELECT * FROM main.default.nothing").await;
    assert!(message.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"), "{message}");
    assert_eq!(state, "42P01");
    let (message, state) = failed("SELEC 1").await;
    assert!(message.starts_with("[PARSE_SYNTAX_ERROR]"), "{message}");
    assert_eq!(state, "42601");
    let (message, state) = failed("SELECT 1 / (id - 1) FROM range(2)").await;
    assert!(message.starts_with("[DIVIDE_BY_ZERO]"), "{message}");
    assert_eq!(state, "22012");
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_limits_and_namespaces() {
    let server = TestServer::start().await;
    server.post("/api/2.1/unity-catalog/schemas", json!({"name": "s", "catalog_name": "main"})).await;
    let made = run(&server, "CREATE TABLE t (a INT COMMENT 'x')", json!({"catalog": "main", "schema": "s"})).await;
    assert_eq!(made["status"]["state"], "SUCCEEDED", "{made}");
    let table = server.get("/api/2.1/unity-catalog/tables/main.s.t").await;
    assert_eq!((&table["table_type"], &table["columns"][0]["type_text"]), (&json!("MANAGED"), &json!("int")));
    run(&server, "INSERT INTO main.s.t VALUES (1), (2), (3)", json!({})).await;
    let parameters = json!({"parameters": [{"name": "least", "value": "2", "type": "INT"}]});
    let some = run(&server, "SELECT a FROM main.s.t WHERE a >= :least ORDER BY a", parameters).await;
    assert_eq!(some["result"]["data_array"], json!([["2"], ["3"]]));
    let one = run(&server, "SELECT a FROM main.s.t ORDER BY a", json!({"row_limit": 1})).await;
    assert_eq!((&one["result"]["data_array"], &one["manifest"]["truncated"]), (&json!([["1"]]), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_need_not_wait() {
    let server = TestServer::start().await;
    let answer = run(&server, "SELECT 1", json!({"wait_timeout": "0s"})).await;
    assert!(answer.get("result").is_none() || answer["status"]["state"] == "SUCCEEDED");
    let path = format!("{STATEMENTS}/{}", answer["statement_id"].as_str().unwrap());
    for _ in 0..200 {
        if server.get(&path).await["status"]["state"] == "SUCCEEDED" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the statement does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_statement_is_cancelled() {
    let server = TestServer::start().await;
    let text = "SELECT count(*) FROM range(1000000) a CROSS JOIN range(1000000) b WHERE (a.id * b.id) % 7 = 3";
    let answer = run(&server, text, json!({"wait_timeout": "0s"})).await;
    let path = format!("{STATEMENTS}/{}", answer["statement_id"].as_str().unwrap());
    server.post(&format!("{path}/cancel"), json!({})).await;
    for _ in 0..500 {
        let state = server.get(&path).await["status"]["state"].clone();
        if state == "CANCELED" {
            return;
        }
        assert!(state == "PENDING" || state == "RUNNING", "{state}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the statement is not cancelled");
}

/// "Statements executed with EXTERNAL_LINKS disposition will return result data as external links", whose files are
/// "compact JSON with no indentation or extra whitespace"; "you must not set an Authorization header in download
/// requests". Field names: `ExternalLink` of the API's reference.
#[tokio::test(flavor = "multi_thread")]
async fn external_links_lead_to_the_chunks_without_a_credential() {
    let server = TestServer::start().await;
    let text = "SELECT id, CASE WHEN id = 1 THEN NULL ELSE concat('a\"', id) END AS s FROM range(5) ORDER BY id";
    let links = json!({"disposition": "EXTERNAL_LINKS", "format": "JSON_ARRAY"});
    let answer = run(&server, text, links.clone()).await;
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    let manifest = &answer["manifest"];
    assert_eq!((&manifest["total_chunk_count"], &manifest["total_row_count"]), (&json!(3), &json!(5)));
    assert!(answer["result"].get("data_array").is_none());
    let link = &answer["result"]["external_links"][0];
    assert_eq!((&link["chunk_index"], &link["row_offset"], &link["row_count"]), (&json!(0), &json!(0), &json!(2)));
    let expiration: chrono::DateTime<chrono::Utc> = link["expiration"].as_str().unwrap().parse().unwrap();
    let left = expiration - chrono::Utc::now();
    assert!(left > chrono::TimeDelta::minutes(13) && left <= chrono::TimeDelta::minutes(15), "{left}");
    let url = link["external_link"].as_str().unwrap();
    let fetched = client().get(url).send().await.unwrap();
    assert_eq!(fetched.status(), 200);
    let body = fetched.text().await.unwrap();
    assert_eq!(body, r#"[["0","a\"0"],["1",null]]"#);
    assert_eq!(link["byte_count"], body.len());
    // Signed: no other chunk, no later time, and no credential beside it.
    for wrong in [url.replace("/0?", "/1?"), url.replace("expires=1", "expires=2")] {
        assert_eq!(client().get(wrong).send().await.unwrap().status(), 403);
    }
    assert_eq!(client().get(url).bearer_auth(&server.server.token).send().await.unwrap().status(), 400);
    let next = server.get(link["next_chunk_internal_link"].as_str().unwrap()).await;
    let last = server.get(next["external_links"][0]["next_chunk_internal_link"].as_str().unwrap()).await;
    assert!(last["external_links"][0].get("next_chunk_index").is_none());
    let url = last["external_links"][0]["external_link"].as_str().unwrap();
    assert_eq!(client().get(url).send().await.unwrap().text().await.unwrap(), r#"[["4","a\"4"]]"#);
    let none = run(&server, "SELECT id FROM range(0)", links.clone()).await;
    assert_eq!((&none["manifest"]["total_chunk_count"], &none["result"]), (&json!(0), &json!({})));
    // What is no query has its rows there, too.
    let shown = run(&server, "SHOW CATALOGS", links).await;
    assert_eq!(shown["manifest"]["total_row_count"], 1);
}

/// A link is a credential as long as it is good: the log holds none.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_signature() {
    let server = TestServer::start().await;
    let answer = run(&server, "SELECT 1", json!({"disposition": "EXTERNAL_LINKS"})).await;
    let url = answer["result"]["external_links"][0]["external_link"].as_str().unwrap();
    assert_eq!(client().get(url).send().await.unwrap().status(), 200);
    let log = std::fs::read_to_string(server.data.join("requests.jsonl")).unwrap();
    assert!(log.contains("/_lakesmith/results/") && !log.contains("signature"), "{log}");
}

/// "If a given statement produces a result set with a size larger than 25 MiB" it needs links.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_beyond_the_inline_limit_comes_by_links() {
    let server = TestServer::start_with(|config| config.chunk_rows = 100_000).await;
    let text = "SELECT id, repeat('x', 50) AS s FROM range(1000000)";
    let answer = run(&server, text, json!({"disposition": "EXTERNAL_LINKS"})).await;
    assert_eq!(answer["status"]["state"], "SUCCEEDED", "{}", answer["status"]);
    let manifest = &answer["manifest"];
    assert_eq!((&manifest["total_chunk_count"], &manifest["total_row_count"]), (&json!(10), &json!(1_000_000)));
    assert!(manifest["total_byte_count"].as_u64().unwrap() > 26_214_400);
    let folder = server.data.join("results");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_request_is_refused() {
    let server = TestServer::start().await;
    let invalid = error(400, "INVALID_PARAMETER_VALUE");
    let nowhere = json!({"statement": "SELECT 1", "warehouse_id": "none"});
    assert_eq!(server.fails(Method::POST, STATEMENTS, Some(nowhere)).await, error(404, "RESOURCE_DOES_NOT_EXIST"));
    assert_eq!(server.fails(Method::POST, STATEMENTS, Some(json!({"statement": "SELECT 1"}))).await, invalid);
    let unknown = json!({"statement": "SELECT 1", "warehouse_id": "w", "catalogue": "x"});
    assert_eq!(server.fails(Method::POST, STATEMENTS, Some(unknown)).await, invalid);
    assert_eq!(server.fails(Method::GET, &format!("{STATEMENTS}/none"), None).await, error(404, "NOT_FOUND"));
    assert_eq!(server.fails(Method::POST, &format!("{STATEMENTS}/none/cancel"), None).await, error(404, "NOT_FOUND"));
}

/// "If a given statement produces a result set with a size larger than 25 MiB, that statement execution is aborted."
#[tokio::test(flavor = "multi_thread")]
async fn a_result_beyond_the_inline_limit_fails_the_statement() {
    let server = TestServer::start().await;
    let answer = run(&server, "SELECT id, cast(id AS STRING) AS s FROM range(20000000)", json!({})).await;
    assert_eq!(answer["status"]["state"], "FAILED", "{}", answer["status"]);
    let message = answer["status"]["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("Inline byte limit exceeded.") && message.contains("26214400 bytes"), "{message}");
    let few = run(&server, "SELECT id FROM range(20000000)", json!({"row_limit": 3})).await;
    assert_eq!((&few["manifest"]["total_row_count"], &few["manifest"]["truncated"]), (&json!(3), &json!(true)));
}

/// Somebody else reads with what they were granted, and does nothing but read.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_reads_as_themselves() {
    let server = TestServer::start().await;
    run(&server, "CREATE TABLE main.default.t (id INT)", json!({})).await;
    run(&server, "INSERT INTO main.default.t VALUES (7)", json!({})).await;
    let somebody = json!({"user_name": "ana@lakesmith.test", "groups": ["readers"]});
    let token = server.post("/_lakesmith/principals", somebody.clone()).await["token"].as_str().unwrap().to_string();
    assert_eq!(server.post("/_lakesmith/principals", somebody).await["token"], token.as_str());
    let call = async |method: Method, path: &str, body: Option<Value>| {
        let mut request = client().request(method, format!("{}{path}", server.server.url)).bearer_auth(&token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (_, me) = call(Method::GET, "/api/2.0/preview/scim/v2/Me", None).await;
    assert_eq!(me["userName"], "ana@lakesmith.test");
    let warehouse = call(Method::GET, "/api/2.0/sql/warehouses", None).await.1["warehouses"][0]["id"].clone();
    let ask = async |text: &str| {
        call(Method::POST, STATEMENTS, Some(json!({"statement": text, "warehouse_id": warehouse}))).await.1
    };
    let who = "SELECT current_user(), is_account_group_member('readers'), is_account_group_member('admins')";
    assert_eq!(ask(who).await["result"]["data_array"], json!([["ana@lakesmith.test", "true", "false"]]));
    let refused = ask("SELECT id FROM main.default.t").await;
    let message = refused["status"]["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("[INSUFFICIENT_PERMISSIONS]"), "{message}");
    for grant in ["USE CATALOG ON CATALOG main", "USE SCHEMA ON SCHEMA main.default", "SELECT ON TABLE main.default.t"]
    {
        let answer = run(&server, &format!("GRANT {grant} TO `readers`"), json!({})).await;
        assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    }
    assert_eq!(ask("SELECT id FROM main.default.t").await["result"]["data_array"], json!([["7"]]));
    // Nothing but reading, and nobody else's results.
    assert_eq!(call(Method::GET, "/api/2.1/unity-catalog/catalogs", None).await.0, 403);
    let body = json!({"user_name": "eve@lakesmith.test"});
    assert_eq!(call(Method::POST, "/_lakesmith/principals", Some(body)).await.0, 403);
    assert_eq!(call(Method::POST, "/api/2.0/sql/warehouses", Some(json!({"name": "w"}))).await.0, 403);
    let own = run(&server, "SELECT 1", json!({})).await["statement_id"].as_str().unwrap().to_string();
    assert_eq!(call(Method::GET, &format!("{STATEMENTS}/{own}"), None).await.0, 404);
    assert_eq!(
        call(
            Method::POST,
            STATEMENTS,
            Some(json!({"statement": "DELETE FROM main.default.t", "warehouse_id": warehouse}))
        )
        .await
        .1["status"]["state"],
        "FAILED"
    );
}
