//! Looking at what is kept of a target and making it whole again, where a deployment cannot begin.

use super::{PipelineError, Workspace};
use crate::apply::{self, Identity, Inspection, Patience, Repair, Session, Source, holder};
use crate::state::{Holder, Lease};

impl Workspace {
    /// Everything that is kept of a target, damaged or not. Changes nothing.
    pub async fn inspect(&self, project: &str, target: &str) -> Result<Inspection, PipelineError> {
        let (identity, asks) = self.asks(project, target, "state show");
        Ok(apply::inspect(&self.storage(project, target), &self.system, &identity, &asks).await?)
    }

    /// Takes the lease away from whoever holds it; without `force`, only from a holder that is gone. The result is who
    /// held it.
    pub async fn unlock(&self, project: &str, target: &str, force: bool) -> Result<Option<Lease>, PipelineError> {
        let (_, asks) = self.asks(project, target, "state unlock");
        Ok(apply::unlock(&self.storage(project, target), &self.system, &asks, force).await?)
    }

    /// Makes a whole state of what there is; see [`Source`].
    pub async fn repair(
        &self,
        project: &str,
        target: &str,
        source: Source,
        patience: Patience<'_>,
    ) -> Result<Repair, PipelineError> {
        let (identity, asks) = self.asks(project, target, "state repair");
        let storage = self.storage(project, target);
        let effects = self.remote.as_ref();
        Ok(apply::repair(storage, &self.system, &identity, &asks, patience, source, effects).await?)
    }

    /// Removes the deployments of the history before the last `keep`, and the releases that only these had, under the
    /// lease. The result counts both.
    pub async fn prune(
        &self,
        project: &str,
        target: &str,
        keep: usize,
        patience: Patience<'_>,
    ) -> Result<(usize, usize), PipelineError> {
        let kept = self.kept(project, target);
        // A lease would make the folder.
        if kept.serials().await?.is_empty() {
            return Ok((0, 0));
        }
        let (identity, asks) = self.asks(project, target, "state prune");
        let (storage, remote) = (self.storage(project, target), self.remote.as_ref());
        let session = Session::open(storage, &self.system, &identity, &asks, patience, remote).await?;
        let pruned = kept.prune(keep).await;
        // Why it failed says more than why the lease could not be given back.
        let closed = session.close().await;
        let pruned = pruned?;
        closed?;
        Ok(pruned)
    }

    fn asks(&self, project: &str, target: &str, command: &str) -> (Identity, Holder) {
        let identity = Identity { project: project.to_string(), target: target.to_string() };
        (identity, holder(self.user(), &format!("lakesmith {command} -t {target}"), &self.system.env))
    }
}
