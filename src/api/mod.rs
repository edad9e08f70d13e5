//! The workspace client: authentication, transport, retries, paging, and one module per service.
//!
//! Owns HTTP and the wire forms of Databricks' REST API. Knows no resource model and takes no decisions about
//! resources: `remote` maps between the two. Its wire forms are its own; the local server has others.

pub mod alerts;
mod auth;
mod body;
mod call;
mod client;
mod error;
pub mod experiments;
pub mod files;
pub mod genie;
pub mod jobs;
pub mod lakeview;
mod limiter;
pub mod metastore;
mod paging;
pub mod permissions;
pub mod pipelines;
pub mod principals;
mod receive;
mod retry;
pub mod schedules;
pub mod scim;
mod secret;
pub mod secrets;
pub mod statements;
pub mod tags;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod transfer;
pub mod unity;
mod user_agent;
pub mod warehouses;
pub mod workspace;

pub use auth::{
    Attempt, AuthError, ConfigError, Connection, Described, Description, Explicit, IssuedToken, Outcome, Reached,
    SignedIn, Source,
};
pub use client::{Client, Exchange, Transport};
pub use error::{ApiError, StatusError, in_a_line};
pub use limiter::CALLS_AT_ONCE;
pub use receive::Times;
pub use retry::RetryPolicy;
pub use secret::{Secret, redacted};
