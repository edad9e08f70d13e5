//! A workspace as one identity: its connections, its limits, and who signs in.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;

use crate::sys::System;

use super::call::Call;
use super::limiter::Limiter;
use super::oauth::Authenticator;
use super::receive::Times;
use super::retry::RetryPolicy;
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
#[derive(Clone, Copy, Default, Debug)]
pub struct Transport {
    pub retry: RetryPolicy,
    pub times: Times,
    /// Told of every attempt.
    pub watch: Option<fn(&Exchange<'_>)>,
}

/// A workspace, as one identity. Cheap to clone; clones share connections and the concurrency limit.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) http: reqwest::Client,
    pub(super) host: String,
    pub(super) workspace_id: Option<String>,
    pub(super) authenticator: Authenticator,
    pub(super) limiter: Arc<Limiter>,
    pub(super) transport: Transport,
    pub(super) system: System,
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
            .connect_timeout(transport.times.connect);
        if is_loopback(&connection.host) {
            // The local workspace is never behind the proxy, and needs no certificates, which take time to load.
            builder = builder.no_proxy().tls_certs_only([]);
        }
        let rate_limit = system.env.get("DATABRICKS_RATE_LIMIT").and_then(|text| text.parse().ok());
        let http = builder.build().map_err(ApiError::Setup)?;
        let authenticator = Authenticator::new(connection, http.clone());
        Ok(Self(Arc::new(Inner {
            http,
            host: connection.host.clone(),
            workspace_id: connection.workspace_id.clone(),
            authenticator,
            limiter: Arc::new(Limiter::new(rate_limit)),
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
        Call::new(self, method, path.into(), idempotent)
    }
}

fn is_loopback(host: &str) -> bool {
    reqwest::Url::parse(host).ok().and_then(|url| {
        let name = url.host_str()?.trim_matches(['[', ']']).to_string();
        Some(name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()))
    }) == Some(true)
}
