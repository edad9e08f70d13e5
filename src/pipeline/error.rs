//! Failures of the world on the way through the stages. Problems of the project are diagnostics, not errors.

use crate::api::ApiError;
use crate::apply::ApplyError;
use crate::ident::ContentHash;
use crate::plan::{PlanError, SelectError};
use crate::release::ReleaseError;
use crate::remote::RemoteError;
use crate::resource::ResourceKey;
use crate::sys::fs::FsError;

#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Select(#[from] SelectError),
    #[error("cannot read `{key}`")]
    Observe {
        key: ResourceKey,
        #[source]
        source: RemoteError,
    },
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Release(#[from] ReleaseError),
    #[error(transparent)]
    File(#[from] FsError),
    #[error("there is no release {} on this target", .0.short())]
    NoRelease(ContentHash),
    #[error("somebody else has added the deployment {0} to the history; deploy again")]
    HistoryTaken(u64),
    #[error("nothing is deployed to this target")]
    NothingDeployed,
    #[error("the workspace did not tell how many rows `{0}` has")]
    NoCount(String),
    #[error("`{0}` is not deployed to this target")]
    NotDeployed(ResourceKey),
    #[error("the workspace is not as it was when the plan was made (first difference: `{0}`); plan again")]
    PlanOutdated(ResourceKey),
    #[error("the project is not as it was when the plan was made: {0}; plan again")]
    ProjectChanged(String),
}
