//! What is in the workspace although no state says that anything is deployed.

use crate::project::Resolved;
use crate::resource::{Kind, Observed, ResourceKey};

use super::deploy::Found;
use super::{PipelineError, Workspace, compile, unit};

/// Resources of a project that nothing is recorded of, and that are there.
#[derive(Debug, Default)]
pub struct Orphans {
    /// They bear the mark of an earlier deployment, or lie in the target's own folder.
    pub known: Vec<ResourceKey>,
    /// Only their names are the project's: they may be anybody's.
    pub named: Vec<ResourceKey>,
    /// The folder of the target tells of deployments.
    has_history: bool,
}

impl Orphans {
    /// To be called where there is no state. What another deployment of the project owns is none.
    pub async fn of(workspace: &Workspace, resolved: &Resolved<'_>, solution: &str) -> Result<Self, PipelineError> {
        let project = unit(&resolved.project.name.value, solution);
        let target = &resolved.target.name;
        // As far as the project can be read: whoever takes something away need not have mended it before.
        let (compiled, _) = compile(resolved, Some(solution));
        let (desired, _) = compiled.desired(&workspace.root(&project, target), workspace.user(), Vec::new());
        let found = Found::of(workspace, (&project, target), &desired, None).await?;
        let has_history = !workspace.kept(&project, target).serials().await?.is_empty();
        let (known, named) =
            found.there().filter(|(key, _)| is_object(key.kind)).partition::<Vec<_>, _>(|(_, seen)| seen.made_before);
        let keys = |all: Vec<(&ResourceKey, &Observed)>| all.into_iter().map(|(key, _)| key.clone()).collect();
        Ok(Self { known: keys(known), named: keys(named), has_history })
    }

    /// Was there a state, surely? What is only called as the project calls it was perhaps never the project's.
    pub fn is_state_lost(&self) -> bool {
        !self.known.is_empty() || self.has_history && !self.named.is_empty()
    }
}

/// Is it a thing of its own, and not what is said of one or done with it?
fn is_object(kind: Kind) -> bool {
    let said = matches!(kind, Kind::Grants | Kind::Permissions | Kind::Tags | Kind::Mask | Kind::RowFilter);
    !said && !matches!(kind, Kind::PipelineUpdate | Kind::DashboardSchedule)
}
