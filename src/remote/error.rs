//! Why a resource could not be read or changed.

use crate::api::ApiError;
use crate::api::statements::StatementError;

#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("the statement failed")]
    Statement(#[from] StatementError),
    #[error("the workspace has no SQL warehouse; make one, or name one in `warehouse_id`")]
    NoWarehouse,
    #[error("the pipeline update {}{}", state.to_lowercase(), reasons(messages))]
    Update { state: String, messages: Vec<String> },
    #[error("the job run ended as {}{}", state.to_lowercase(), reasons(messages))]
    Run { state: String, messages: Vec<String> },
    #[error("`{0}` is not an id of the service")]
    Id(String),
    #[error("`{key}` is incomplete: {what}")]
    Incomplete { key: String, what: &'static str },
}

fn reasons(messages: &[String]) -> String {
    match messages {
        [] => String::new(),
        [one] => format!(": {one}"),
        several => format!(":\n    {}", several.join("\n    ")),
    }
}

impl RemoteError {
    /// Is it unknown whether the call did what it was to do?
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Api(error) | Self::Statement(StatementError::Api(error)) => error.may_have_taken_effect(),
            // The statement may still be running.
            Self::Statement(StatementError::Failed { .. } | StatementError::Ended { .. }) => false,
            Self::NoWarehouse | Self::Update { .. } | Self::Run { .. } | Self::Id(_) | Self::Incomplete { .. } => false,
        }
    }

    /// The object is there already.
    pub fn is_existing(&self) -> bool {
        matches!(self, Self::Api(error) if error.is_existing())
    }
}
