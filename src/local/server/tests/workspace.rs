//! <https://docs.databricks.com/api/workspace/workspace>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use super::support::{TestServer, USER, error};

const IMPORT: &str = "/api/2.0/workspace/import";

fn import(path: &str, content: &str, more: Value) -> Value {
    let mut body = json!({"path": path, "content": STANDARD.encode(content), "format": "AUTO"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_made_with_parents_and_listed() {
    let server = TestServer::start().await;
    let home = server.get(&format!("/api/2.0/workspace/get-status?path=/Workspace/Users/{USER}")).await;
    assert_eq!((&home["object_type"], &home["path"]), (&json!("DIRECTORY"), &json!(format!("/Users/{USER}"))));
    assert!(home["object_id"].is_i64());
    server.post("/api/2.0/workspace/mkdirs", json!({"path": "/Shared/a/b"})).await;
    // A folder that is there already is a success.
    assert_eq!(server.post("/api/2.0/workspace/mkdirs", json!({"path": "/Shared/a/b"})).await, json!({}));
    let list = server.get("/api/2.0/workspace/list?path=/Shared/a").await;
    assert_eq!(list["objects"][0]["path"], "/Shared/a/b");
    assert_eq!(server.get("/api/2.0/workspace/list?path=/Shared/a/b").await, json!({}));
    let missing = server.fails(Method::GET, "/api/2.0/workspace/list?path=/Shared/x", None).await;
    assert_eq!(missing, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let relative = server.fails(Method::POST, "/api/2.0/workspace/mkdirs", Some(json!({"path": "a"}))).await;
    assert_eq!(relative, error(400, "INVALID_PARAMETER_VALUE"));
}

/// "If `path` already exists and `overwrite` is set to `false`, this call returns an error `RESOURCE_ALREADY_EXISTS`."
#[tokio::test(flavor = "multi_thread")]
async fn files_are_imported_once_and_exported_as_they_are() {
    let server = TestServer::start().await;
    let made = server.post(IMPORT, import("/Shared/a.sql", "SELECT 1", json!({}))).await;
    let status = server.get("/api/2.0/workspace/get-status?path=/Shared/a.sql").await;
    assert_eq!((&status["object_type"], &status["size"]), (&json!("FILE"), &json!(8)));
    assert_eq!(status["object_id"], made["object_id"]);
    let again = server.fails(Method::POST, IMPORT, Some(import("/Shared/a.sql", "SELECT 2", json!({})))).await;
    assert_eq!(again, error(400, "RESOURCE_ALREADY_EXISTS"));
    server.post(IMPORT, import("/Shared/a.sql", "SELECT 3", json!({"overwrite": true}))).await;
    let export = server.get("/api/2.0/workspace/export?path=/Shared/a.sql&format=AUTO").await;
    assert_eq!(STANDARD.decode(export["content"].as_str().unwrap()).unwrap(), b"SELECT 3");
    let direct = "/api/2.0/workspace/export?path=/Shared/a.sql&direct_download=true";
    let bytes = server.request(Method::GET, direct).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(&bytes[..], b"SELECT 3");
    let orphan = server.fails(Method::POST, IMPORT, Some(import("/Shared/no/a.sql", "", json!({})))).await;
    assert_eq!(orphan, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let folder = server.fails(Method::POST, IMPORT, Some(import("/Shared", "", json!({"overwrite": true})))).await;
    assert_eq!(folder, error(400, "RESOURCE_ALREADY_EXISTS"));
    let plain = server.fails(Method::POST, "/api/2.0/workspace/mkdirs", Some(json!({"path": "/Shared/a.sql/b"}))).await;
    assert_eq!(plain, error(400, "RESOURCE_ALREADY_EXISTS"));
}

/// "AUTO: … If the item is imported as a notebook, then the item's extension is automatically removed."
#[tokio::test(flavor = "multi_thread")]
async fn a_marked_source_becomes_a_notebook() {
    let server = TestServer::start().await;
    let source = "-- Databricks notebook source\nSELECT 1";
    server.post(IMPORT, import("/Shared/n.sql", source, json!({}))).await;
    let status = server.get("/api/2.0/workspace/get-status?path=/Shared/n").await;
    assert_eq!((&status["object_type"], &status["language"]), (&json!("NOTEBOOK"), &json!("SQL")));
    let gone = server.fails(Method::GET, "/api/2.0/workspace/get-status?path=/Shared/n.sql", None).await;
    assert_eq!(gone, error(404, "RESOURCE_DOES_NOT_EXIST"));
    let mismatch = json!({"overwrite": true, "format": "RAW"});
    let refused = server.fails(Method::POST, IMPORT, Some(import("/Shared/n", "x", mismatch))).await;
    assert_eq!(refused, error(400, "INVALID_PARAMETER_VALUE"));
    // Imported as SOURCE without the mark, it is exported with it.
    let body = import("/Shared/m", "SELECT 2", json!({"format": "SOURCE", "language": "SQL"}));
    server.post(IMPORT, body).await;
    let export = server.get("/api/2.0/workspace/export?path=/Shared/m&format=SOURCE").await;
    let text = STANDARD.decode(export["content"].as_str().unwrap()).unwrap();
    assert_eq!(text, b"-- Databricks notebook source\nSELECT 2");
    let body = import("/Shared/k", "SELECT 2", json!({"format": "SOURCE"}));
    assert_eq!(server.fails(Method::POST, IMPORT, Some(body)).await, error(400, "INVALID_PARAMETER_VALUE"));
    let body = import("/Shared/k.ipynb", "{}", json!({}));
    assert_eq!(server.fails(Method::POST, IMPORT, Some(body)).await, error(501, "NOT_IMPLEMENTED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_imports_like_json() {
    let server = TestServer::start().await;
    let form = |overwrite: &str| {
        let content = multipart::Part::bytes(b"a,b\n1,2\n".to_vec()).file_name("content");
        multipart::Form::new()
            .text("path", "/Shared/data.csv")
            .text("format", "AUTO")
            .text("overwrite", overwrite.to_string())
            .part("content", content)
    };
    let send = async |form| server.request(Method::POST, IMPORT).multipart(form).send().await.unwrap().status();
    assert_eq!(send(form("false")).await, 200);
    assert_eq!(send(form("false")).await, 400);
    assert_eq!(send(form("true")).await, 200);
    assert_eq!(send(form("false").text("owner", "me")).await, 400);
    let status = server.get("/api/2.0/workspace/get-status?path=/Shared/data.csv").await;
    assert_eq!(status["size"], 8);
}

/// Locks are files that only one client can create.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_create_a_file_one_succeeds() {
    let server = TestServer::start().await;
    let attempts = (0..8).map(|n| {
        let body = import("/Shared/lock", &n.to_string(), json!({}));
        server.request(Method::POST, IMPORT).json(&body).send()
    });
    let answers = futures_util::future::join_all(attempts).await;
    let made = answers.into_iter().filter(|answer| answer.as_ref().unwrap().status() == 200).count();
    assert_eq!(made, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_is_recursive_only_if_asked() {
    let server = TestServer::start().await;
    server.post("/api/2.0/workspace/mkdirs", json!({"path": "/Shared/a/b"})).await;
    server.post(IMPORT, import("/Shared/a/b/n.sql", "-- Databricks notebook source\n", json!({}))).await;
    let delete = "/api/2.0/workspace/delete";
    let full = server.fails(Method::POST, delete, Some(json!({"path": "/Shared/a"}))).await;
    assert_eq!(full, error(400, "DIRECTORY_NOT_EMPTY"));
    assert_eq!(server.post(delete, json!({"path": "/Shared/a", "recursive": true})).await, json!({}));
    let again = server.fails(Method::POST, delete, Some(json!({"path": "/Shared/a"}))).await;
    assert_eq!(again, error(404, "RESOURCE_DOES_NOT_EXIST"));
    // The path's past as a notebook is forgotten with it.
    server.post("/api/2.0/workspace/mkdirs", json!({"path": "/Shared/a/b"})).await;
    server.post(IMPORT, import("/Shared/a/b/n", "text", json!({"format": "RAW"}))).await;
    assert_eq!(server.get("/api/2.0/workspace/get-status?path=/Shared/a/b/n").await["object_type"], "FILE");
}
