//! A token, and why there is none.

use std::time::Duration;

use super::super::{ApiError, Secret};
use crate::sys::fs::FsError;
use crate::sys::process::ProcessError;

/// What a call carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::api) struct Token {
    pub(in crate::api) access: Secret,
    /// Headers that go with it, by name.
    pub(in crate::api) headers: Vec<(&'static str, Secret)>,
    /// From when it was given; absent if it does not expire.
    pub(in crate::api) lasts: Option<Duration>,
}

impl Token {
    pub(super) fn lasting(access: impl Into<String>, lasts: Duration) -> Self {
        Self { access: Secret::new(access), headers: Vec::new(), lasts: Some(lasts) }
    }
}

/// Why a way to sign in gave no token.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error(transparent)]
    Call(Box<ApiError>),
    #[error("{host} has no OAuth for workspaces: its discovery address answers 404")]
    NoOAuth { host: String },
    #[error(transparent)]
    Program(#[from] ProcessError),
    #[error("`{command}` gave no token: {message}")]
    Refused { command: String, message: String },
    #[error("the answer of {from} is not understood: {what}")]
    Answer { from: String, what: String },
    #[error(
        "it cannot act as the group that `group_id` asks for: take `group_id` (DATABRICKS_GROUP_ID) away, or sign in as a \
         service principal by OAuth or federation"
    )]
    NoGroup,
    #[error("the variable {0} is not set")]
    Variable(String),
    #[error(transparent)]
    File(#[from] FsError),
    #[error("{} holds no tokens of lakesmith: it is damaged; remove it and sign in again", .0.display())]
    Cache(std::path::PathBuf),
    #[error("another process has been renewing the sign-in for too long; try again")]
    Busy,
    #[error("the sign-in has ended; run `lakesmith auth login{}` again", .0)]
    Ended(String),
}

impl From<ApiError> for AuthError {
    fn from(error: ApiError) -> Self {
        Self::Call(Box::new(error))
    }
}
