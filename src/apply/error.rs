//! Why a run could not begin or go on.

use chrono::{DateTime, Utc};

use crate::plan::PlanError;
use crate::remote::RemoteError;
use crate::state::StateError;

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("the target is locked by {holder}")]
    Locked {
        holder: String,
        /// If it is not renewed.
        until: DateTime<Utc>,
    },
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
    #[error("a document of the state cannot be written")]
    Encode(#[source] serde_json::Error),
    #[error("the state is damaged, and so is every copy of it")]
    Damaged(#[source] StateError),
    #[error("there is no whole copy of the state with serial {serial}")]
    NoCopy { serial: u64, there: Vec<u64> },
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

impl ApplyError {
    /// What to do about it, where the error alone does not say so.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Locked { until, .. } => format!(
                "it ends by itself at {} if it is not renewed: wait longer with `--lock-timeout 5m`; if you know that \
                 nobody deploys, `lakesmith state unlock --force`",
                until.format("%H:%M:%S UTC")
            ),
            Self::Storage(RemoteError::Api(error)) if error.is_full_folder() => {
                "the folder of the target takes no more files: delete those in it that are not lakesmith's, or name \
                 another folder as the target's `root` in lakesmith.yml"
                    .to_string()
            }
            Self::Storage(error) if error.is_forbidden() => {
                "whoever deploys needs CAN_MANAGE on the folder of the target; its `root` in lakesmith.yml names it"
                    .to_string()
            }
            Self::Damaged(_) => {
                "`lakesmith state repair --adopt` begins with an empty state and keeps the damaged one \
                                 beside it; the next deployment finds what was deployed by its names and marks"
                    .to_string()
            }
            Self::NoCopy { there, .. } if there.is_empty() => "there are no copies".to_string(),
            Self::NoCopy { there, .. } => {
                format!("copies: {}", there.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::State(StateError::Foreign { .. }) => {
                "the folder of the target is that of another project: name another one as its `root` in lakesmith.yml"
                    .to_string()
            }
            Self::State(StateError::FutureLease { .. }) => {
                "if you know that nobody deploys, `lakesmith state unlock --force`".to_string()
            }
            Self::State(StateError::Future { .. } | StateError::FutureJournal(_)) => {
                "update lakesmith; older versions cannot read it, and nothing was changed".to_string()
            }
            _ => return None,
        })
    }
}
