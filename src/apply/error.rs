//! Why a run could not begin or go on.

use crate::plan::PlanError;
use crate::remote::RemoteError;
use crate::state::StateError;

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("the target is locked by {holder}")]
    Locked { holder: String },
    #[error("the lease on the target was lost to {holder}; what was done is in the journal, run again to go on")]
    LeaseLost { holder: String },
    #[error(
        "the lease on the target could not be renewed in time; what was done is in the journal, run again to go on"
    )]
    LeaseExpired,
    #[error("somebody else wrote state {serial} at the same time; run again")]
    Conflict { serial: u64 },
    #[error("cannot keep the state in the workspace")]
    Storage(#[source] RemoteError),
    #[error("a journal entry is not readable")]
    Journal(#[source] serde_json::Error),
    #[error("cannot find out what an earlier run did to `{key}`")]
    Recovery {
        key: String,
        #[source]
        source: RemoteError,
    },
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error("the content of `{key}` is not that of the plan; plan again")]
    ContentChanged { key: String },
}
