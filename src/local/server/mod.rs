//! The HTTP server of the embedded workspace: it speaks the Databricks REST API, strictly.
//!
//! Owns requests, answers, errors, paging, ids of its objects, and the work that outlives a request. Stores through
//! `local::store` and computes through `local::engine`. Must not know the client (`api`): both are written from the
//! public documentation, each by itself, so that a misread field fails a test.

mod activity;
mod app;
mod connection;
mod discovery;
mod engine;
mod error;
mod extract;
mod faults;
mod fields;
mod gate;
mod holds;
mod log;
mod oidc;
mod page;
mod principals;
mod routes;
mod run;
mod services;
mod tokens;

#[cfg(test)]
mod tests;

pub use discovery::{Attachment, Discovered, discover};
pub use faults::{Eventual, Fault, Hold, RetryAfter, Trickle};
pub use oidc::ServicePrincipal;
pub use run::{RunningServer, ServerConfig, ServerError, Workspace};
