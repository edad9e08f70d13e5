//! A tiny HTTP server for this module's tests: answers what the test says, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Response;

use crate::sys::System;

use super::{Client, Connection, RetryPolicy, Secret, Transport};

pub(crate) struct Fake {
    pub(crate) client: Client,
    calls: Arc<AtomicUsize>,
}

impl Fake {
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

pub(crate) fn client_of(address: &str) -> Client {
    let connection = Connection::with_token(address, Secret::new("t")).unwrap();
    let retry = RetryPolicy {
        budget: Duration::from_secs(5),
        base: Duration::from_millis(1),
        longest: Duration::from_millis(5),
        connect_attempts: 2,
    };
    Client::new(&connection, &System::real(), Transport { retry, ..Transport::default() }).unwrap()
}

/// `answer` gets the number of the call, from 0.
pub(crate) async fn fake(answer: impl Fn(usize) -> Response + Clone + Send + Sync + 'static) -> Fake {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let router = Router::new().fallback(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        let answer = answer.clone();
        async move { answer(number) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Fake { client: client_of(&address), calls }
}

mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::super::{ApiError, scim, unity, workspace};
    use super::*;

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

    #[tokio::test]
    async fn truncated_json_and_web_pages_are_told_apart() {
        let truncated = fake(|_| (StatusCode::OK, r#"{"userName": "a"#).into_response()).await;
        assert!(matches!(scim::me(&truncated.client).await, Err(ApiError::Decode { .. })));
        let page = fake(|_| {
            let page = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
            (StatusCode::OK, [("content-type", "text/html")], page).into_response()
        })
        .await;
        let message = scim::me(&page.client).await.unwrap_err().to_string();
        assert!(message.contains("a web page (\"Sign in\")"), "{message}");
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
}
