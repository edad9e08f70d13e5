//! Sends calls: headers, concurrency, retries and errors, the same for every service.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::Value;

use crate::sys::System;

use super::body::{Answer, Body};
use super::limiter::Limiter;
use super::oauth::Authenticator;
use super::retry::{Failure, RetryPolicy, retry_after};
use super::transfer::pieces;
use super::user_agent::user_agent;
use super::{ApiError, Auth, Connection, Secret};

/// One attempt of a call, for whoever wants to watch. Holds no header, no query and no body: no secret can be in it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// `GET /api/2.0/pipelines`.
    pub call: &'a str,
    /// Absent if no answer came.
    pub status: Option<u16>,
    pub elapsed: Duration,
    /// From 1; more after failures that may pass.
    pub attempt: u32,
}

/// How calls are carried out; tests shorten the times.
#[derive(Clone, Copy, Debug)]
pub struct Transport {
    pub retry: RetryPolicy,
    pub connect_timeout: Duration,
    /// Of inactivity, not of the whole answer.
    pub read_timeout: Duration,
    /// Told of every attempt.
    pub watch: Option<fn(&Exchange<'_>)>,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            watch: None,
        }
    }
}

/// A workspace, as one identity. Cheap to clone; clones share connections and the concurrency limit.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    host: String,
    workspace_id: Option<String>,
    authenticator: Authenticator,
    limiter: Limiter,
    transport: Transport,
    system: System,
}

impl Client {
    pub fn new(connection: &Connection, system: &System, transport: Transport) -> Result<Self, ApiError> {
        // Fails only when another part of the process installed a provider already, which serves as well.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let auth_name = match connection.auth {
            Auth::Pat(_) => "pat",
            Auth::OAuthM2m { .. } => "oauth-m2m",
        };
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent(auth_name, &system.env))
            .connect_timeout(transport.connect_timeout)
            .read_timeout(transport.read_timeout);
        if is_loopback(&connection.host) {
            // The local workspace is never behind the proxy, and needs no certificates, which take time to load.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let http = builder.build().map_err(ApiError::Setup)?;
        let authenticator = Authenticator::new(connection, http.clone());
        Ok(Self(Arc::new(Inner {
            http,
            host: connection.host.clone(),
            workspace_id: connection.workspace_id.clone(),
            authenticator,
            limiter: Limiter::new(),
            transport,
            system: system.clone(),
        })))
    }

    /// The same workspace with another token.
    pub fn with_token(&self, token: Secret) -> Result<Self, ApiError> {
        let connection =
            Connection { host: self.0.host.clone(), auth: Auth::Pat(token), workspace_id: self.0.workspace_id.clone() };
        Self::new(&connection, &self.0.system, self.0.transport)
    }

    /// With scheme, without a closing slash.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Is it on this machine?
    pub fn is_local(&self) -> bool {
        is_loopback(&self.0.host)
    }

    pub(super) fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path, true)
    }

    /// Not repeated after an uncertain failure unless [`Call::idempotent`] says so.
    pub(super) fn post(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::POST, path, false)
    }

    pub(super) fn put(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::PUT, path, true)
    }

    pub(super) fn patch(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::PATCH, path, true)
    }

    pub(super) fn delete(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::DELETE, path, true)
    }

    pub(super) fn head(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::HEAD, path, true)
    }

    fn call(&self, method: Method, path: impl Into<String>, idempotent: bool) -> Call<'_> {
        Call { client: self, method, path: path.into(), query: Vec::new(), body: Body::None, idempotent }
    }
}

fn is_loopback(host: &str) -> bool {
    reqwest::Url::parse(host).ok().and_then(|url| {
        let name = url.host_str()?.trim_matches(['[', ']']).to_string();
        Some(name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()))
    }) == Some(true)
}

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as one segment of a path.
pub(super) fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

/// A path of several segments: the slashes stay.
pub(super) fn segments(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

pub(super) struct Call<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Body,
    idempotent: bool,
}

impl Call<'_> {
    pub(super) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub(super) fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    pub(super) fn bytes(mut self, body: Bytes) -> Self {
        self.body = Body::Bytes(body);
        self
    }

    pub(super) fn file(mut self, path: PathBuf, size: u64) -> Self {
        self.body = Body::File { path, size };
        self
    }

    pub(super) fn form(mut self, fields: Vec<(&'static str, String)>, file_name: String, content: Bytes) -> Self {
        self.body = Body::Form { fields, file_name, content };
        self
    }

    /// Doing it twice is the same as doing it once.
    pub(super) fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// For messages: no query, which may hold values.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) async fn send<T: serde::de::DeserializeOwned>(self) -> Result<T, ApiError> {
        let answer = self.answer().await?;
        answer.json(&self.name(), self.client.host())
    }

    /// For calls whose answer says nothing; what comes must still not be a web page.
    pub(super) async fn done(self) -> Result<(), ApiError> {
        self.send::<Value>().await.map(drop)
    }

    /// Deletes: `false` if there was nothing. A repeated delete that finds nothing has succeeded before.
    pub(super) async fn removed(self) -> Result<bool, ApiError> {
        match self.done().await {
            Ok(()) => Ok(true),
            Err(error) if error.is_missing() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The successful answer as it came.
    pub(super) async fn answer(&self) -> Result<Answer, ApiError> {
        let inner = &self.client.0;
        let started = Instant::now();
        let mut attempt = 1;
        loop {
            let result = {
                let _place = inner.limiter.enter().await;
                let began = Instant::now();
                let result = self.attempt().await;
                if let Some(watch) = inner.transport.watch {
                    let status = result.as_ref().ok().map(|answer| answer.status);
                    watch(&Exchange { call: &self.name(), status, elapsed: began.elapsed(), attempt });
                }
                result
            };
            let (failure, error, asked) = match result {
                Ok(answer) if answer.is_success() => {
                    inner.limiter.succeeded();
                    return Ok(answer);
                }
                Ok(answer) => {
                    let error = answer.error(&self.name());
                    let now = inner.system.clock.now();
                    let asked = answer.header("retry-after").and_then(|header| retry_after(header, now));
                    let failure = Failure::of_status(error.status, &error.error_code);
                    (failure, ApiError::Status(Box::new(error)), asked)
                }
                Err(error) => (network_failure(&error), error, None),
            };
            if failure == Some(Failure::Refused) {
                inner.limiter.refused();
            }
            let random = f64::from(u16::from_le_bytes(inner.system.random.bytes())) / f64::from(u16::MAX);
            let wait = failure.and_then(|failure| {
                let policy = &inner.transport.retry;
                policy.wait(failure, self.idempotent, attempt, started.elapsed(), asked, random)
            });
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn attempt(&self) -> Result<Answer, ApiError> {
        let inner = &self.client.0;
        let mut request = inner.http.request(self.method.clone(), format!("{}{}", inner.host, self.path));
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        if let Some(id) = &inner.workspace_id {
            request = request.header("X-Databricks-Workspace-Id", id);
        }
        request = request.bearer_auth(inner.authenticator.token().await?.expose());
        request = match &self.body {
            Body::None => request,
            Body::Json(value) => request.json(value),
            Body::File { path, size } => {
                let request =
                    request.header("content-type", "application/octet-stream").header("content-length", *size);
                request.body(reqwest::Body::wrap_stream(pieces(path.clone())))
            }
            Body::Bytes(bytes) => request.header("content-type", "application/octet-stream").body(bytes.clone()),
            Body::Form { fields, file_name, content } => {
                let mut form = reqwest::multipart::Form::new();
                for (name, value) in fields {
                    form = form.text(*name, value.clone());
                }
                let length = content.len() as u64;
                let part = reqwest::multipart::Part::stream_with_length(content.clone(), length);
                request.multipart(form.part("content", part.file_name(file_name.clone())))
            }
        };
        let answer = request.send().await.map_err(|source| self.network_error(source))?;
        let login_page = answer.url().path() == "/login.html";
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|source| self.network_error(source))?;
        Ok(Answer { status, headers, body, login_page })
    }

    fn network_error(&self, source: reqwest::Error) -> ApiError {
        let host = self.client.host().to_string();
        // The address may hold a query; the call's name does not.
        let source = source.without_url();
        if source.is_timeout() && !source.is_connect() {
            ApiError::Timeout { call: self.name(), host, source }
        } else {
            ApiError::Network { host, source }
        }
    }
}

fn network_failure(error: &ApiError) -> Option<Failure> {
    match error {
        ApiError::Network { source, .. } if source.is_builder() => None,
        ApiError::Network { source, .. } if source.is_connect() => Some(Failure::Unreachable),
        ApiError::Network { .. } | ApiError::Timeout { .. } => Some(Failure::Uncertain),
        _ => None,
    }
}
