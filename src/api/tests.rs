//! What the client makes of answers that are late, lost, broken or no answers of Databricks at all.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Map;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::testing::{client_of, fake, raw};
use super::{ApiError, files, lakeview, scim, unity, workspace};

fn me() -> Response {
    (StatusCode::OK, [("content-type", "application/json")], r#"{"userName":"a@b.test"}"#).into_response()
}

#[tokio::test]
async fn overload_is_waited_out_also_for_a_create() {
    let fake = fake(|call| match call {
        0 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => me(),
    })
    .await;
    let created = unity::create(&fake.client, unity::ObjectKind::Catalog, serde_json::Map::new()).await;
    assert!(created.is_ok(), "{created:?}");
    assert_eq!(fake.calls(), 3);
}

#[tokio::test]
async fn a_create_that_may_have_worked_is_sent_once() {
    let fake = fake(|_| StatusCode::BAD_GATEWAY.into_response()).await;
    let error = unity::create(&fake.client, unity::ObjectKind::Catalog, serde_json::Map::new()).await.unwrap_err();
    assert!(error.may_have_taken_effect());
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn a_read_survives_a_bad_gateway() {
    let fake = fake(|call| if call == 0 { StatusCode::BAD_GATEWAY.into_response() } else { me() }).await;
    assert_eq!(scim::me(&fake.client).await.unwrap().user_name, "a@b.test");
    assert_eq!(fake.calls(), 2);
}

const WHOLE: &str = r#"{"dashboard_id":"d"}"#;

#[tokio::test]
async fn a_change_bound_to_an_etag_is_sent_once() {
    let fake = fake(|call| match call {
        0 => StatusCode::GATEWAY_TIMEOUT.into_response(),
        // What its own effect would make of a repetition.
        _ => (StatusCode::CONFLICT, r#"{"error_code":"RESOURCE_CONFLICT"}"#).into_response(),
    })
    .await;
    let body = |etag: bool| {
        let mut body = Map::from_iter([("display_name".to_string(), "x".into())]);
        if etag {
            body.insert("etag".to_string(), "7".into());
        }
        body
    };
    let error = lakeview::update(&fake.client, "d", body(true)).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error}");
    assert_eq!((fake.calls(), error.status().unwrap().status), (1, 504));
    let free = self::fake(|call| match call {
        0 => StatusCode::GATEWAY_TIMEOUT.into_response(),
        _ => (StatusCode::OK, WHOLE).into_response(),
    });
    let free = free.await;
    assert_eq!(lakeview::update(&free.client, "d", body(false)).await.unwrap().dashboard_id, "d");
}

fn page() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    (StatusCode::OK, [("content-type", "text/html")], page).into_response()
}

/// The first answer of a read is broken, and then comes a whole one; or it is always broken.
#[tokio::test]
async fn broken_answers_of_reads_are_asked_for_again_and_then_told() {
    let truncated = || (StatusCode::OK, r#"{"userName": "a"#).into_response();
    for broken in [truncated as fn() -> Response, page] {
        let once = fake(move |call| if call == 0 { broken() } else { me() }).await;
        assert_eq!(scim::me(&once.client).await.unwrap().user_name, "a@b.test");
        assert_eq!(once.calls(), 2);
    }
    let cut = fake(move |_| truncated()).await;
    assert!(matches!(scim::me(&cut.client).await, Err(ApiError::Decode { .. })));
    assert_eq!(cut.calls(), 3);
    let other = fake(|_| (StatusCode::OK, "[]").into_response()).await;
    assert!(matches!(scim::me(&other.client).await, Err(ApiError::Decode { .. })));
    assert_eq!(other.calls(), 1, "another shape is no accident");
    let signed_out = fake(|_| page()).await;
    let message = scim::me(&signed_out.client).await.unwrap_err().to_string();
    assert!(message.contains("a web page (\"Sign in\")"), "{message}");
}

#[tokio::test]
async fn a_create_whose_answer_is_broken_is_sent_once_and_uncertain() {
    for broken in [(|| (StatusCode::OK, "{").into_response()) as fn() -> Response, page] {
        let fake = fake(move |_| broken()).await;
        let error = unity::create(&fake.client, unity::ObjectKind::Catalog, Map::new()).await.unwrap_err();
        assert!(error.may_have_taken_effect(), "{error}");
        assert_eq!(fake.calls(), 1);
    }
}

#[tokio::test]
async fn a_web_page_is_never_taken_for_a_file() {
    let fake = fake(|_| page()).await;
    assert!(matches!(files::get(&fake.client, "/Volumes/a/b/c/d.csv").await, Err(ApiError::WebPage { .. })));
    assert!(matches!(files::head(&fake.client, "/Volumes/a/b/c/d.csv").await, Err(ApiError::WebPage { .. })));
    let octets = [("content-type", "application/octet-stream")];
    let real = self::fake(move |_| (StatusCode::OK, octets, "<p>a page that is content</p>").into_response()).await;
    let found = files::get(&real.client, "/Volumes/a/b/c/d.html").await.unwrap();
    assert_eq!(found, Some(Bytes::from_static(b"<p>a page that is content</p>")));
}

/// auth-and-retries.md §5.6, "Errors": the final address with this error means private link; any other page does not.
#[tokio::test]
async fn the_page_for_signing_in_says_why() {
    for (query, private) in [("?error=expired", false), ("?error=private-link-validation-error", true)] {
        let fake = fake(move |call| match call % 2 {
            0 => (StatusCode::FOUND, [("location", format!("/login.html{query}"))]).into_response(),
            _ => page(),
        })
        .await;
        let error = scim::me(&fake.client).await.unwrap_err();
        assert_eq!(matches!(error, ApiError::PrivateLink { .. }), private, "{query}: {error}");
        assert_eq!(matches!(error, ApiError::WebPage { .. }), !private, "{query}: {error}");
    }
}

/// Reads the head of the request.
async fn read_request(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    let _ = stream.read(&mut buffer).await;
}

#[tokio::test]
async fn an_answer_that_comes_byte_by_byte_is_given_up() {
    let fake = raw(|_, mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    let error = unity::create(&fake.client, unity::ObjectKind::Catalog, Map::new()).await.unwrap_err();
    let told = error.to_string();
    assert!(told.contains("the answer comes too slowly"), "{told}");
    assert!(error.may_have_taken_effect());
}

#[tokio::test]
async fn an_answer_that_never_begins_is_given_up() {
    let fake = raw(|_, mut stream| async move {
        read_request(&mut stream).await;
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    })
    .await;
    let error = unity::create(&fake.client, unity::ObjectKind::Catalog, Map::new()).await.unwrap_err();
    assert!(matches!(&error, ApiError::Timeout { .. }) && error.to_string().contains("no answer in time"), "{error}");
}

/// The connection ends before an answer, or inside of one.
#[tokio::test]
async fn lost_connections_are_repeated_only_where_that_is_safe() {
    for begun in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"userName\":"] {
        let serve = move |number: usize, mut stream: TcpStream| async move {
            read_request(&mut stream).await;
            let whole =
                b"HTTP/1.1 200 OK\r\ncontent-length: 23\r\nconnection: close\r\n\r\n{\"userName\":\"a@b.test\"}";
            let _ = stream.write_all(if number == 0 { begun } else { whole }).await;
        };
        let reads = raw(serve).await;
        assert_eq!(scim::me(&reads.client).await.unwrap().user_name, "a@b.test");
        assert_eq!(reads.calls(), 2);
        let creates = raw(serve).await;
        let error = unity::create(&creates.client, unity::ObjectKind::Catalog, Map::new()).await.unwrap_err();
        assert!(error.may_have_taken_effect(), "{error}");
        assert_eq!(creates.calls(), 1);
    }
}

#[tokio::test]
async fn a_missing_object_is_none_and_a_refusal_is_an_error() {
    let missing = fake(|_| {
        let body = r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}"#;
        (StatusCode::NOT_FOUND, body).into_response()
    })
    .await;
    assert_eq!(workspace::get_status(&missing.client, "/a").await.unwrap(), None);
    assert!(!workspace::delete(&missing.client, "/a", false).await.unwrap());
    let refused = fake(|_| (StatusCode::FORBIDDEN, "PERMISSION_DENIED: no").into_response()).await;
    let error = workspace::get_status(&refused.client, "/a").await.unwrap_err();
    assert_eq!(error.to_string(), "GET /api/2.0/workspace/get-status: 403 PERMISSION_DENIED: no");
    assert_eq!(refused.calls(), 1);
}

#[tokio::test]
async fn a_host_that_is_not_there_is_given_up_quickly() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = scim::me(&client_of(&address)).await.unwrap_err();
    assert!(matches!(&error, ApiError::Network { host, .. } if *host == address), "{error}");
}
