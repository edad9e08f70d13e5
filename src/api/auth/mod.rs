//! Who signs in, and how: Databricks' unified authentication (auth-and-retries.md §5.1 to §5.5).
//!
//! Attributes come from flags, variables and a profile, each with its source; [`chain`] tries the ways to sign in in the
//! official order; [`authenticator`] keeps the chosen one's token fresh. Knows no service of a workspace.

mod attributes;
mod authenticator;
mod azure;
mod azure_cli;
mod chain;
mod cli;
mod config;
mod describe;
mod endpoints;
mod exchange;
mod host;
mod http;
mod login;
mod metadata;
mod method;
mod oauth;
mod oidc;
mod profile;
mod reach;
mod service;
mod sign_in;
#[cfg(test)]
mod tests;
mod token;

pub use attributes::Source;
pub(super) use authenticator::Authenticator;
pub(super) use chain::Chosen;
pub use chain::{Attempt, Outcome};
pub use config::{ConfigError, Connection, Explicit};
pub use describe::{Described, Description, IssuedToken};
pub(super) use host::is_loopback;
pub(crate) use metadata::Hosts;
pub use reach::Reached;
pub use sign_in::SignedIn;
pub use token::AuthError;
pub(super) use token::Token;
