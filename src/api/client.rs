//! A workspace as one identity: its connections, its limits, and who signs in.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;

use crate::sys::System;

use super::auth::{Authenticator, Chosen, Hosts, is_loopback};
use super::call::Call;
use super::limiter::Limiter;
use super::receive::Times;
use super::retry::RetryPolicy;
use super::user_agent::user_agent;
use super::{ApiError, Connection, Secret};

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
    /// Those that need not be asked about themselves.
    pub(crate) hosts: &'static Hosts,
}

/// A workspace, as one identity. Cheap to clone; clones share connections and the concurrency limit.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) http: reqwest::Client,
    pub(super) host: String,
    pub(super) workspace_id: Option<String>,
    pub(super) warehouse_id: Option<String>,
    pub(super) user_agent: String,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) limiter: Arc<Limiter>,
    /// Does not wait for room.
    pub(super) reserved: bool,
    pub(super) transport: Transport,
    pub(super) system: System,
}

impl Client {
    /// Signs in by the first way that gives a token.
    pub async fn connect(connection: &Connection, system: &System, transport: Transport) -> Result<Self, ApiError> {
        Ok(Self::of(connection.choose(system, &transport).await?, system))
    }

    /// As [`Client::connect`], for a connection whose token is given: nobody is asked.
    pub fn new(connection: &Connection, system: &System, transport: Transport) -> Result<Self, ApiError> {
        Ok(Self::of(connection.given(system, &transport)?, system))
    }

    pub(super) fn of(chosen: Chosen, system: &System) -> Self {
        let Chosen { authenticator, host, workspace_id, warehouse_id, rate, http, transport } = chosen;
        Self(Arc::new(Inner {
            http,
            host,
            workspace_id,
            warehouse_id,
            user_agent: user_agent(Some(authenticator.name()), &system.env),
            authenticator: Arc::new(authenticator),
            limiter: Arc::new(Limiter::new(rate)),
            reserved: false,
            transport,
            system: system.clone(),
        }))
    }

    /// The same workspace with another token, within the same limits.
    pub fn with_token(&self, token: Secret) -> Self {
        self.with(Arc::new(Authenticator::of_token(token)), self.0.reserved)
    }

    /// For small calls that others wait for, or that must be in time: they do not stand in line behind long ones.
    pub fn in_front(&self) -> Self {
        self.with(Arc::clone(&self.0.authenticator), true)
    }

    fn with(&self, authenticator: Arc<Authenticator>, reserved: bool) -> Self {
        let inner = &self.0;
        Self(Arc::new(Inner {
            http: inner.http.clone(),
            host: inner.host.clone(),
            workspace_id: inner.workspace_id.clone(),
            warehouse_id: inner.warehouse_id.clone(),
            user_agent: user_agent(Some(authenticator.name()), &inner.system.env),
            authenticator,
            limiter: Arc::clone(&inner.limiter),
            reserved,
            transport: inner.transport,
            system: inner.system.clone(),
        }))
    }

    /// Never more than `most` calls in flight from now on, of this client and its clones; those of [`Client::in_front`] are
    /// not counted.
    pub fn at_most(&self, most: usize) {
        self.0.limiter.at_most(most);
    }

    /// By which way it signs in.
    pub fn method(&self) -> &'static str {
        self.0.authenticator.name()
    }

    /// The warehouse that the user has chosen for everything, if any.
    pub fn warehouse_id(&self) -> Option<&str> {
        self.0.warehouse_id.as_deref()
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
