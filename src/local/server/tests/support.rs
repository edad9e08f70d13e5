//! A workspace of its own for each test, and a client that knows only HTTP and JSON.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::local::server::{RunningServer, ServerConfig};
use crate::local::store::StoreOptions;
use crate::sys::{Env, Random, System, SystemClock};

pub(super) const USER: &str = "someone@lakesmith.test";

pub(super) struct TestServer {
    pub(super) server: RunningServer,
    client: reqwest::Client,
    /// Removed when the test ends, unless the test brought its own.
    pub(super) data: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

pub(super) fn system() -> System {
    System { clock: Arc::new(SystemClock), random: Arc::new(Random::from_os()), env: Env::default() }
}

pub(super) fn config(data: &Path) -> ServerConfig {
    let store = StoreOptions { threads: 1, ..StoreOptions::new(data) };
    ServerConfig { store, page_size: 2, chunk_rows: 2, ..ServerConfig::new(data, USER) }
}

pub(super) fn client() -> reqwest::Client {
    // Fails if another test was first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl TestServer {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Self::start_in(folder.path()).await;
        Self { _folder: Some(folder), ..server }
    }

    pub(super) async fn start_with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        change(&mut config);
        Self { _folder: Some(folder), ..Self::start_as(config).await }
    }

    pub(super) async fn start_in(data: &Path) -> Self {
        Self::start_as(config(data)).await
    }

    async fn start_as(config: ServerConfig) -> Self {
        let data = config.store.data.clone();
        let server = RunningServer::start(config, system()).await.unwrap();
        Self { server, client: client(), data, _folder: None }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.server.url)).bearer_auth(&self.server.token)
    }

    pub(super) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        let value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        (status, value)
    }

    async fn ok(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, value) = self.send(method.clone(), path, body).await;
        assert!(status.is_success(), "{method} {path}: {status} {value}");
        value
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.ok(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Value {
        self.ok(Method::POST, path, Some(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Value {
        self.ok(Method::PATCH, path, Some(body)).await
    }

    pub(super) async fn put(&self, path: &str, body: Value) -> Value {
        self.ok(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Value {
        self.ok(Method::DELETE, path, None).await
    }

    /// Status and error code of a request that must fail with the documented shape.
    pub(super) async fn fails(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let (status, value) = self.send(method.clone(), path, body).await;
        assert!(!status.is_success(), "{method} {path} succeeded: {value}");
        assert!(value["message"].is_string(), "{value}");
        (status.as_u16(), value["error_code"].as_str().unwrap().to_string())
    }

    /// All pages of a list, and their number.
    pub(super) async fn pages(&self, path: &str, field: &str) -> (Vec<Value>, usize) {
        let (mut items, mut pages, mut token) = (Vec::new(), 0, None::<String>);
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let query = token.map(|token| format!("{separator}page_token={token}")).unwrap_or_default();
            let page = self.get(&format!("{path}{query}")).await;
            pages += 1;
            items.extend(page[field].as_array().cloned().unwrap_or_default());
            match page["next_page_token"].as_str().filter(|token| !token.is_empty()) {
                Some(next) => token = Some(next.to_string()),
                None => return (items, pages),
            }
        }
    }
}

/// Status and code as [`TestServer::fails`] gives them.
pub(super) fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_string())
}
