//! One call of a service: its parts, and how it is sent until there is an answer that stands.

use std::path::PathBuf;
use std::time::Instant;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::Value;

use super::ApiError;
use super::auth::Token;
use super::body::{Answer, Body};
use super::client::{Client, Exchange};
use super::limiter::Place;
use super::receive::exchange;
use super::retry::{Failure, LONGEST_ASKED, retry_after};
use super::transfer::pieces;

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

impl<'a> Call<'a> {
    pub(super) fn new(client: &'a Client, method: Method, path: String, idempotent: bool) -> Self {
        Self { client, method, path, query: Vec::new(), body: Body::None, idempotent }
    }

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

    /// A change that holds only if the object still has the etag in the body. Repeated after an answer was lost it would
    /// be refused because of its own effect, and that would read as somebody else's change. So it is sent once: whoever
    /// calls learns from [`ApiError::may_have_taken_effect`] that it is unknown, and has to look.
    pub(super) fn guarded(mut self) -> Self {
        self.idempotent = false;
        self
    }

    /// For messages: no query, which may hold values.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) async fn send<T: serde::de::DeserializeOwned>(self) -> Result<T, ApiError> {
        self.until(|answer| answer.json(&self.name(), self.client.host())).await
    }

    /// The successful answer as it came, with the content of a file.
    pub(super) async fn content(self) -> Result<Answer, ApiError> {
        self.until(|answer| answer.content(&self.name(), self.client.host())).await
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

    /// Sends it until it is refused for good, or `read` makes something of the answer.
    async fn until<T>(&self, read: impl Fn(Answer) -> Result<T, ApiError>) -> Result<T, ApiError> {
        let inner = &self.client.0;
        let (mut attempt, mut renewed) = (1, false);
        let mut place = inner.limiter.enter(inner.reserved).await;
        // Waiting for the others is no part of what this call may take.
        let started = Instant::now();
        loop {
            let token = inner.authenticator.token().await?;
            let (result, asked) = self.attempt(&token, attempt, &read, &place).await;
            let error = match result {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            // Whoever is not let in has done nothing, so also a create may be repeated; once, as a new token is no newer.
            let unknown = error.status().is_some_and(|error| error.status == 401);
            if unknown && !renewed && inner.authenticator.reject(&token).await {
                (renewed, attempt) = (true, attempt + 1);
                continue;
            }
            let random = f64::from(u16::from_le_bytes(inner.system.random.bytes())) / f64::from(u16::MAX);
            let wait = error.failure().and_then(|failure| {
                let policy = &inner.transport.retry;
                policy.wait(failure, self.idempotent, attempt, started.elapsed(), asked, random)
            });
            let Some(wait) = wait else { return Err(error) };
            // Its place is for others while it waits.
            drop(place);
            tokio::time::sleep(wait).await;
            place = inner.limiter.enter(inner.reserved).await;
            attempt += 1;
        }
    }

    /// What came of one attempt, and how long the service asks to wait.
    async fn attempt<T>(
        &self,
        token: &Token,
        attempt: u32,
        read: &impl Fn(Answer) -> Result<T, ApiError>,
        place: &Place<'_>,
    ) -> (Result<T, ApiError>, Option<std::time::Duration>) {
        let inner = &self.client.0;
        let began = Instant::now();
        let outcome = exchange(self.request(token), &inner.transport.times, self.body.size()).await;
        if let Some(watch) = inner.transport.watch {
            let status = outcome.as_ref().ok().map(|answer| answer.status);
            watch(&Exchange { call: &self.name(), status, elapsed: began.elapsed(), attempt });
        }
        let answer = match outcome {
            Ok(answer) => answer,
            Err(lost) => return (Err(lost.into_error(&self.name(), self.client.host())), None),
        };
        if answer.is_success() {
            inner.limiter.succeeded();
            return (read(answer), None);
        }
        if let Some(redirected) = answer.redirected(&self.name(), self.client.host()) {
            return (Err(redirected), None);
        }
        let now = inner.system.clock.now();
        let asked = answer.header("retry-after").and_then(|header| retry_after(header, now));
        let asked = asked.map(|asked| asked.min(LONGEST_ASKED));
        let mut error = answer.error(&self.name());
        // Some proxies quote the request.
        for secret in std::iter::once(&token.access).chain(token.headers.iter().map(|(_, value)| value)) {
            error.message = secret.hidden_in(&error.message);
        }
        let error = ApiError::Status(Box::new(error));
        if error.failure() == Some(Failure::Refused) {
            inner.limiter.refused(place, asked);
        }
        (Err(error), asked)
    }

    fn request(&self, token: &Token) -> reqwest::RequestBuilder {
        let inner = &self.client.0;
        let mut request = inner.http.request(self.method.clone(), format!("{}{}", inner.host, self.path));
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        if let Some(id) = &inner.workspace_id {
            request = request.header("X-Databricks-Workspace-Id", id);
        }
        request = request.header("user-agent", inner.user_agent.as_str()).bearer_auth(token.access.expose());
        for (name, value) in &token.headers {
            request = request.header(*name, value.expose());
        }
        match &self.body {
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
        }
    }
}
