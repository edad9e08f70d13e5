//! <https://docs.databricks.com/api/workspace/files>

use reqwest::Method;
use serde_json::json;

use super::support::{TestServer, error};

async fn with_volume() -> TestServer {
    let server = TestServer::start().await;
    let volume = json!({"catalog_name": "main", "schema_name": "default", "name": "v", "volume_type": "MANAGED"});
    server.post("/api/2.1/unity-catalog/volumes", volume).await;
    server
}

const FILES: &str = "/api/2.0/fs/files/Volumes/main/default/v";
const FOLDERS: &str = "/api/2.0/fs/directories/Volumes/main/default/v";

async fn upload(server: &TestServer, path: &str, content: &'static str) -> u16 {
    let request = server.request(Method::PUT, &format!("{FILES}/{path}"));
    request.header("content-type", "application/octet-stream").body(content).send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_back_as_they_were_sent() {
    let server = with_volume().await;
    assert_eq!(upload(&server, "in/a%20b.csv", "x,y\n").await, 204);
    assert_eq!(upload(&server, "in/a%20b.csv", "z").await, 409);
    assert_eq!(upload(&server, "in/a%20b.csv?overwrite=true", "x,y\n1,2\n").await, 204);
    let file = format!("{FILES}/in/a%20b.csv");
    let response = server.request(Method::GET, &file).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert!(response.headers().contains_key("last-modified"));
    assert_eq!(response.bytes().await.unwrap(), "x,y\n1,2\n");
    let head = server.request(Method::HEAD, &file).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "8"));
    assert_eq!(server.send(Method::DELETE, &file, None).await.0, 204);
    assert_eq!(server.fails(Method::GET, &file, None).await, error(404, "NOT_FOUND"));
    let log = std::fs::read_to_string(server.data.join("requests.jsonl")).unwrap();
    // printf 'x,y\n1,2\n' | sha256sum
    assert!(log.contains("81bf9fa83c6f7f151bd491a98cd7d933de3965289e3ebd77c6c425f7eaa16392"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_needs_its_volume_and_a_free_path() {
    let server = with_volume().await;
    let elsewhere = "/api/2.0/fs/files/Volumes/main/default/w/a";
    assert_eq!(server.fails(Method::PUT, elsewhere, Some(json!(1))).await, error(404, "NOT_FOUND"));
    let outside = "/api/2.0/fs/files/Volumes/main/default/v/..%2f..%2fa";
    assert_eq!(server.fails(Method::PUT, outside, Some(json!(1))).await, error(400, "INVALID_PARAMETER_VALUE"));
    upload(&server, "a", "1").await;
    let below = format!("{FILES}/a/b");
    assert_eq!(server.fails(Method::PUT, &below, Some(json!(1))).await, error(409, "ALREADY_EXISTS"));
    assert_eq!(server.fails(Method::PUT, &format!("{FOLDERS}/a"), None).await, error(409, "ALREADY_EXISTS"));
}

/// "If called on an existing directory, returns a success response"; "to delete a non-empty directory, first delete
/// all of its contents".
#[tokio::test(flavor = "multi_thread")]
async fn directories() {
    let server = with_volume().await;
    for _ in 0..2 {
        assert_eq!(server.send(Method::PUT, &format!("{FOLDERS}/a/b"), None).await.0, 204);
    }
    assert_eq!(server.send(Method::HEAD, &format!("{FOLDERS}/a/b"), None).await.0, 200);
    assert_eq!(server.send(Method::HEAD, &format!("{FOLDERS}/c"), None).await.0, 404);
    assert_eq!(server.send(Method::HEAD, FOLDERS, None).await.0, 200);
    let full = server.fails(Method::DELETE, &format!("{FOLDERS}/a"), None).await;
    assert_eq!(full, error(400, "DIRECTORY_NOT_EMPTY"));
    assert_eq!(server.send(Method::DELETE, &format!("{FOLDERS}/a/b"), None).await.0, 204);
    assert_eq!(server.fails(Method::DELETE, &format!("{FOLDERS}/a/b"), None).await, error(404, "NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_are_paged() {
    let server = with_volume().await;
    for name in ["c.csv", "a.csv", "b.csv"] {
        upload(&server, name, "1").await;
    }
    server.send(Method::PUT, &format!("{FOLDERS}/d"), None).await;
    let (entries, pages) = server.pages(FOLDERS, "contents").await;
    assert_eq!(pages, 2);
    let names: Vec<_> = entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a.csv", "b.csv", "c.csv", "d"]);
    assert_eq!(entries[0]["path"], "/Volumes/main/default/v/a.csv");
    assert_eq!((&entries[0]["is_directory"], &entries[0]["file_size"]), (&json!(false), &json!(1)));
    assert!(entries[0]["last_modified"].is_i64());
    assert_eq!((&entries[3]["is_directory"], entries[3].get("file_size")), (&json!(true), None));
    let wrong = server.fails(Method::GET, &format!("{FOLDERS}?page_token=x"), None).await;
    assert_eq!(wrong, error(400, "INVALID_PARAMETER_VALUE"));
}

/// A file of several pieces, and one that is replaced while it is read.
#[tokio::test(flavor = "multi_thread")]
async fn large_files_are_streamed() {
    let server = with_volume().await;
    let content: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let request = server.request(Method::PUT, &format!("{FILES}/large")).body(content.clone());
    assert_eq!(request.send().await.unwrap().status().as_u16(), 204);
    let mut response = server.request(Method::GET, &format!("{FILES}/large")).send().await.unwrap();
    assert_eq!(response.content_length(), Some(3_000_000));
    let mut found = response.chunk().await.unwrap().unwrap().to_vec();
    assert_eq!(upload(&server, "large?overwrite=true", "short").await, 204);
    while let Some(piece) = response.chunk().await.unwrap() {
        found.extend_from_slice(&piece);
    }
    assert!(found == content);
    assert_eq!(upload(&server, "empty", "").await, 204);
    let empty = server.request(Method::GET, &format!("{FILES}/empty")).send().await.unwrap();
    assert_eq!((empty.content_length(), empty.bytes().await.unwrap().len()), (Some(0), 0));
}

/// Whatever comes first, an upload that was acknowledged is there afterwards unless its own file was deleted.
#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_directory_does_not_take_an_upload_with_it() {
    let server = with_volume().await;
    for round in 0..40 {
        server.send(Method::PUT, &format!("{FOLDERS}/d{round}"), None).await;
        let file = format!("d{round}/f");
        let folder = format!("{FOLDERS}/d{round}");
        let (uploaded, _) = tokio::join!(upload(&server, &file, "1"), server.send(Method::DELETE, &folder, None));
        assert_eq!(uploaded, 204);
        let found = server.request(Method::GET, &format!("{FILES}/{file}")).send().await.unwrap();
        assert_eq!(found.status().as_u16(), 200, "round {round}");
    }
}
