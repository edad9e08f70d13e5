//! What signing in would do, and why: for people who wonder who they are.

use crate::sys::System;

use super::super::{ApiError, Client, Secret, Transport};
use super::attributes::Source;
use super::chain::{Attempt, Search};
use super::config::{Connection, Explicit};

/// An attribute that is set; secrets are masked.
#[derive(Debug)]
pub struct Described {
    pub key: &'static str,
    pub value: String,
    pub source: Source,
}

pub struct Description {
    pub attributes: Vec<Described>,
    /// The profile that was read.
    pub profile: Option<String>,
    pub file: std::path::PathBuf,
    /// In the order in which they are tried.
    pub attempts: Vec<Attempt>,
    /// Why nothing was tried.
    pub problem: Option<ApiError>,
    /// As whoever was chosen.
    pub client: Option<Client>,
}

impl Description {
    /// Tries every way to sign in until one gives a token.
    pub async fn of(explicit: &Explicit, system: &System, transport: Transport) -> Result<Self, ApiError> {
        let connection = Connection::collect(explicit, &system.env)?;
        let (profile, file) = (connection.profile.clone(), connection.file.clone());
        let mut description =
            Self { attributes: Vec::new(), profile, file, attempts: Vec::new(), problem: None, client: None };
        let mut attributes = connection.attributes.clone();
        let found = match connection.validate() {
            Ok(()) => connection.search(system, &transport).await,
            Err(error) => Err(error.into()),
        };
        match found {
            Ok(Search { attributes: known, attempts, chosen }) => {
                description.client = chosen.map(|chosen| Client::of(chosen, system));
                (attributes, description.attempts) = (known, attempts);
            }
            Err(error) => description.problem = Some(error),
        }
        let shown = attributes.shown().into_iter();
        description.attributes = shown.map(|(key, value, source)| Described { key, value, source }).collect();
        Ok(description)
    }
}

/// A token to hand to another program.
#[derive(Debug)]
pub struct IssuedToken {
    pub host: String,
    pub method: &'static str,
    pub access: Secret,
    /// Absent if it does not expire, or nobody knows when.
    pub expiry: Option<chrono::DateTime<chrono::Utc>>,
}

impl Client {
    /// This identity's token of now.
    pub async fn issue_token(&self) -> Result<IssuedToken, ApiError> {
        let token = self.0.authenticator.token().await?;
        let expiry =
            token.lasts.and_then(|lasts| Some(self.0.system.clock.now() + chrono::Duration::from_std(lasts).ok()?));
        let (host, method) = (self.host().to_string(), self.0.authenticator.name());
        Ok(IssuedToken { host, method, access: token.access, expiry })
    }
}
