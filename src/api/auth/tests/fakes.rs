//! One process that is everybody: the workspace, its OAuth server, Entra, GitHub. It remembers what it was asked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::api::testing::transport;
use crate::api::{ApiError, Client};
use crate::sys::{Clock, FixedClock, Random, System, SystemClock};

use super::super::{Connection, Explicit, Token};
use super::config::env;

/// `POST /oidc/v1/token`, then lines `name: value` of the headers that matter, then the body.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) line: String,
    pub(super) authorization: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body's fields, in order.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        let url = reqwest::Url::parse(&format!("http://form?{}", self.body)).unwrap();
        url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
    }

    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.form().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

pub(super) struct World {
    pub(super) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl World {
    /// `answer` gets a request and how many with the same line came before.
    pub(super) async fn new(answer: impl Fn(&Asked, usize, &str) -> Response + Clone + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (log, own) = (Arc::clone(&asked), address.clone());
        let router = Router::new().fallback(move |request: Request| {
            let (log, own, answer) = (Arc::clone(&log), own.clone(), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                let text = |name: &str| {
                    head.headers.get(name).map(|value| value.to_str().unwrap().to_string()).unwrap_or_default()
                };
                let headers = head.headers.iter();
                let asked = Asked {
                    line: format!("{} {}", head.method, head.uri.path_and_query().unwrap()),
                    authorization: text("authorization"),
                    headers: headers.map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_string())).collect(),
                    body: String::from_utf8(body.to_vec()).unwrap(),
                };
                let before = {
                    let mut log = log.lock().unwrap();
                    let before = log.iter().filter(|known| known.line == asked.line).count();
                    log.push(asked.clone());
                    before
                };
                answer(&asked, before, &own)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, asked }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// The only request whose line begins so.
    #[track_caller]
    pub(super) fn one(&self, start: &str) -> Asked {
        let found: Vec<Asked> = self.asked().into_iter().filter(|asked| asked.line.starts_with(start)).collect();
        assert_eq!(found.len(), 1, "{start}: {:?}", self.lines());
        found[0].clone()
    }
}

pub(super) fn json(text: impl Into<String>) -> Response {
    (StatusCode::OK, [("content-type", "application/json")], text.into()).into_response()
}

pub(super) fn nothing() -> Response {
    (StatusCode::NOT_FOUND, "{}").into_response()
}

/// An hour's token.
pub(super) fn granted(token: &str) -> Response {
    json(format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600}}"#))
}

/// The workspace's own OAuth server and a user behind it; `None` for other requests.
pub(super) fn workspace(asked: &Asked, own: &str) -> Option<Response> {
    match asked.line.as_str() {
        "GET /oidc/.well-known/oauth-authorization-server" => Some(json(format!(
            r#"{{"authorization_endpoint":"{own}/oidc/v1/authorize","token_endpoint":"{own}/oidc/v1/token"}}"#
        ))),
        "GET /api/2.0/preview/scim/v2/Me" => Some(json(r#"{"userName":"a@b.test"}"#)),
        _ => None,
    }
}

pub(super) fn system(pairs: &[(&str, &str)]) -> System {
    System { clock: Arc::new(SystemClock), random: Arc::new(Random::seeded(1)), env: env(pairs) }
}

pub(super) fn system_at(pairs: &[(&str, &str)], now: &str) -> System {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::parse(now).unwrap());
    System { clock, ..system(pairs) }
}

/// Signs in with nothing but these variables.
pub(super) async fn sign_in(pairs: &[(&str, &str)]) -> Result<(Client, &'static str, Token), ApiError> {
    let system = system(pairs);
    let connection = Connection::resolve(&Explicit::default(), &system.env)?;
    let client = Client::connect(&connection, &system, transport()).await?;
    let (name, token) = (client.0.authenticator.name(), client.0.authenticator.token().await?);
    Ok((client, name, token))
}

/// A program of this name in a folder of its own, at least as large as the smallest CLI of Databricks.
pub(super) fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    let padding = "# padding of a program that is larger than a script\n".repeat(22_000);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\nexit $?\n{padding}")).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    path
}
