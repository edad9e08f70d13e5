//! What can go wrong between this machine and a workspace.

use super::retry::Failure;
use super::{AuthError, ConfigError};

/// A call that failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Status(Box<StatusError>),
    #[error("cannot reach {host}")]
    Network {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{call}: {what} from {host}")]
    Timeout { call: String, host: String, what: &'static str },
    #[error(
        "{call}: {host} answered with a web page{title} instead of JSON; \
         check the host, or set `workspace_id` if one host serves several workspaces"
    )]
    WebPage { call: String, host: String, title: String },
    #[error("{call}: {host} sends the request on to {to}, where no credentials are sent")]
    Redirected { call: String, host: String, to: String },
    #[error("{call}: {host} refuses this network (private link is required)")]
    PrivateLink { call: String, host: String },
    #[error("{call}: the answer is not the expected JSON (truncated, or changed on the way)")]
    Decode {
        call: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("{call}: the answer lacks `{field}`")]
    Incomplete { call: String, field: &'static str },
    #[error("{call}: the name cannot be sent: {reason}")]
    Name { call: String, reason: String },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
    #[error("cannot sign in to {host} with `{method}`")]
    SignIn {
        host: String,
        method: &'static str,
        #[source]
        source: Box<AuthError>,
    },
}

/// An answer that is not a success.
#[derive(Debug, thiserror::Error)]
#[error("{call}: {status} {error_code}: {message}{}", request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default())]
pub struct StatusError {
    /// Method and path; never a query, which may hold values.
    pub call: String,
    pub status: u16,
    /// Databricks' own, such as `RESOURCE_DOES_NOT_EXIST`; made from the status where there is none.
    pub error_code: String,
    pub message: String,
    pub request_id: Option<String>,
}

impl ApiError {
    pub fn status(&self) -> Option<&StatusError> {
        match self {
            Self::Status(status) => Some(status),
            _ => None,
        }
    }

    /// The object is not there. The code counts before the status (auth-and-retries.md §5.6, "Errors"), which is 400 for
    /// some services.
    pub fn is_missing(&self) -> bool {
        self.status().is_some_and(|error| match error.error_code.as_str() {
            "RESOURCE_DOES_NOT_EXIST" | "NOT_FOUND" => true,
            "PERMISSION_DENIED" | "UNAUTHENTICATED" => false,
            _ => error.status == 404,
        })
    }

    /// The object is there already. Some services say so with 400.
    pub fn is_existing(&self) -> bool {
        self.status().is_some_and(|error| {
            matches!(error.status, 400 | 409)
                && (error.error_code.ends_with("ALREADY_EXISTS") || error.error_code == "RESOURCE_CONFLICT")
        })
    }

    /// The object is not as the caller thought it was.
    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(|error| match error.error_code.as_str() {
            "RESOURCE_CONFLICT" | "ABORTED" => true,
            _ => error.status == 409,
        })
    }

    /// The folder to write into is not there: 404, or for Genie 400 "Tree node with path '…' does not exist"
    /// (lakeview-genie-alerts.md C3: the service has no code of its own for it).
    pub fn is_missing_folder(&self) -> bool {
        self.is_missing()
            || self.status().is_some_and(|error| {
                error.error_code == "INVALID_PARAMETER_VALUE" && error.message.starts_with("Tree node with path")
            })
    }

    /// A folder of the workspace takes no more entries (workspace-api.md §5, 11).
    pub fn is_full_folder(&self) -> bool {
        self.status().is_some_and(|error| error.error_code == "MAX_CHILD_NODE_SIZE_EXCEEDED")
    }

    /// What to do about it, where the error alone does not say so.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Network { source, .. } if speaks_plainly(source) => Some(
                "what answers there seems not to speak TLS: if that is meant, write the host with `http://`; without a scheme it \
                 is `https://`",
            ),
            Self::Redirected { .. } => Some(
                "lakesmith follows no redirect: compare the host with the address that a browser shows in the workspace, \
                 and name that one; a proxy on the way may have answered instead of it",
            ),
            Self::SignIn { .. } => Some("`lakesmith auth describe` shows every way to sign in and what came of it"),
            Self::Status(error) if error.status == 401 => {
                Some("`lakesmith auth describe` shows who signs in, and where each value comes from")
            }
            _ => None,
        }
    }

    /// May trying again help? `None` if the answer stands.
    pub(super) fn failure(&self) -> Option<Failure> {
        match self {
            Self::Status(error) => Failure::of_status(error.status, &error.error_code, &error.message),
            Self::Network { source, .. } if source.is_builder() => None,
            Self::Network { source, .. } if source.is_connect() => Some(Failure::Unreachable),
            Self::Network { .. } | Self::Timeout { .. } => Some(Failure::Uncertain),
            Self::WebPage { .. } => Some(Failure::Garbled),
            // Whole JSON of another shape would come again.
            Self::Decode { source, .. } => (!source.is_data()).then_some(Failure::Garbled),
            Self::Incomplete { .. }
            | Self::Redirected { .. }
            | Self::PrivateLink { .. }
            | Self::Name { .. }
            | Self::Config(_)
            | Self::Setup(_)
            | Self::SignIn { .. } => None,
        }
    }

    /// `false`: the service certainly did nothing. `true`: it did, or it cannot be known.
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Status(error) => match self.failure() {
                Some(failure) => failure == Failure::Uncertain,
                None => error.status >= 500,
            },
            Self::Network { .. } => self.failure() == Some(Failure::Uncertain),
            Self::Timeout { .. }
            | Self::WebPage { .. }
            | Self::Redirected { .. }
            | Self::Decode { .. }
            | Self::Incomplete { .. } => true,
            Self::PrivateLink { .. } | Self::Name { .. } | Self::Config(_) | Self::Setup(_) | Self::SignIn { .. } => {
                false
            }
        }
    }
}

/// Did something answer that is no TLS, where TLS was spoken? Plain services say so, or end the connection. The causes are
/// wrapped several times on their way, so that rustls's words for it are all that is left.
fn speaks_plainly(error: &reqwest::Error) -> bool {
    let words = in_a_line(error);
    ["message of type InvalidContentType", "tls handshake eof"].iter().any(|end| words.ends_with(end))
}

/// An error and its causes in a line, where there is room for no more.
pub fn in_a_line(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// `Option` instead of "missing".
pub(super) fn optional<T>(result: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}
