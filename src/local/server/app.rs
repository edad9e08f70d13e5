//! What every handler shares: the store, the identity, and the work under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use super::activity::Activities;
use super::error::{ApiError, ApiResult};
use super::faults::Faults;
use super::holds::Holds;
use super::log::RequestLog;
use super::oidc::ServicePrincipal;
use super::principals::Principals;
use super::services::statements::Statements;
use super::tokens::Tokens;
use crate::diag::chain;
use crate::ident::ContentHash;
use crate::local::store::{Reader, Store, StoreError, Writer};
use crate::sys::System;

/// The one user of the workspace, who owns everything and is its administrator.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) name: String,
    pub(crate) id: String,
}

impl Owner {
    /// The id is made from the name, so that it is the same after a restart.
    pub(crate) fn new(name: String) -> Self {
        let id = number_of(&name).to_string();
        Self { name, id }
    }

    /// `/Users/<name>`, the home folder.
    pub(crate) fn home(&self) -> String {
        format!("/Users/{}", self.name)
    }
}

/// A stable, positive number for a text, below 2^53 so that every JSON reader keeps it exact.
pub(crate) fn number_of(text: &str) -> i64 {
    let hash = ContentHash::of(text.as_bytes());
    i64::from_str_radix(&hash.as_str()[..13], 16).unwrap_or(0)
}

pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) system: System,
    pub(crate) owner: Owner,
    /// Whoever else has a token.
    pub(crate) principals: Principals,
    pub(crate) token: String,
    /// Those that end before the server does.
    pub(crate) tokens: Tokens,
    pub(crate) service_principals: Vec<ServicePrincipal>,
    /// How long a token lasts that [`super::oidc`] gives.
    pub(crate) oidc_lasts: TimeDelta,
    /// Tells this run of the server from any other.
    pub(crate) instance_id: String,
    /// Where the server is reached, without a final slash.
    pub(crate) url: String,
    /// The longest page of a list.
    pub(crate) page_size: usize,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) holds: Holds,
    pub(crate) activities: Activities,
    pub(crate) statements: Statements,
    /// Rows in one chunk of a statement's result.
    pub(crate) chunk_rows: usize,
    pub(crate) identity: Identity,
    /// Taken by whoever looks at what is at a path and then writes or removes there.
    pub(crate) file_writes: Mutex<()>,
}

/// What the workspace is called from outside; made with the data folder and kept in it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Identity {
    pub(crate) metastore_id: String,
    pub(crate) workspace_id: i64,
}

pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn files_turn(&self) -> MutexGuard<'_, ()> {
        self.file_writes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the epoch, as most of the REST API tells times.
    pub(crate) fn now_ms(&self) -> i64 {
        self.system.clock.now().timestamp_millis()
    }

    /// A new id of 32 hexadecimal digits, as dashboards and Genie spaces have.
    pub(crate) fn hex_id(&self) -> String {
        self.system.random.hex::<16>()
    }

    /// A new positive number below 2^53, as jobs and runs have.
    pub(crate) fn number_id(&self) -> i64 {
        let bytes: [u8; 8] = self.system.random.bytes();
        (i64::from_be_bytes(bytes) & 0x1f_ffff_ffff_ffff).max(1)
    }

    /// RFC 3339 with milliseconds, as the newer parts of the REST API tell times.
    pub(crate) fn now_text(&self) -> String {
        self.system.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }

    /// Runs `f` on a snapshot of the store, off the request threads.
    pub(crate) async fn read<T, F>(&self, f: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Reader<'_>) -> ApiResult<T> + Send + 'static,
    {
        let store = self.store.clone();
        blocking(move || store.read(f)).await
    }

    /// Runs `f` in one committed or vanished transaction, off the request threads.
    pub(crate) async fn write<T, F>(&self, f: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Writer<'_>) -> ApiResult<T> + Send + 'static,
    {
        let store = self.store.clone();
        blocking(move || store.write(f)).await
    }
}

/// Work that waits for disk or computes: never on a request thread.
pub(crate) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> ApiResult<T> + Send + 'static) -> ApiResult<T> {
    let joined = tokio::task::spawn_blocking(f).await;
    joined.map_err(|_| ApiError::internal("The workspace failed while it worked on the request."))?
}

/// The general answer to a store error; handlers answer the expected ones in their service's own words first.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        use super::error::ErrorCode as Code;
        let code = match &error {
            StoreError::NotFound { .. } => Code::ResourceDoesNotExist,
            StoreError::AlreadyExists { .. } => Code::ResourceAlreadyExists,
            StoreError::NotEmpty { .. } => Code::InvalidState,
            StoreError::Stale { .. } | StoreError::Conflict(_) => Code::ResourceConflict,
            StoreError::Path { .. } | StoreError::Name(_) | StoreError::PageToken => Code::InvalidParameterValue,
            // Not a 5xx: a retry cannot help.
            StoreError::DiskFull(_) | StoreError::OutOfMemory(_) => Code::ResourceLimitExceeded,
            StoreError::InUse(_)
            | StoreError::Folder { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Newer { .. }
            | StoreError::Record { .. }
            | StoreError::File(_)
            | StoreError::Database(_) => Code::InternalError,
        };
        Self::new(code, chain(&error))
    }
}
