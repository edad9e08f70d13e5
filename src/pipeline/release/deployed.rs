//! A deployment that came to its end, and a release as what is to be deployed.

use std::path::Path;

use futures_util::future::try_join;

use crate::apply::holder;
use crate::ident::ContentHash;
use crate::release::{Created, Entry, Git, HISTORY_VERSION, How, Origin, ReleaseError, Rendering, StateMark};
use crate::resource::DesiredSet;
use crate::state::State;
use crate::sys::fs;

use super::super::{Deployment, PipelineError, Workspace};
use super::Built;

/// What the history is to say of a deployment beside what the deployment knows itself.
pub struct Recording<'r> {
    pub built: &'r Built,
    pub how: How,
    /// The checkout that it was deployed from.
    pub git: Option<Git>,
    pub restores: Option<u64>,
    pub from: Option<Origin>,
}

/// What the history says.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub entry: Entry,
    /// The last entry says it already.
    pub known: bool,
}

impl Workspace {
    /// Who makes a release now.
    pub fn created(&self, git: Option<Git>) -> Created {
        Created {
            at: Some(self.system.clock.now()),
            by: Some(self.user().to_string()),
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            git,
            ci_url: self.ci_url(),
        }
    }

    fn ci_url(&self) -> Option<String> {
        holder(self.user(), "", &self.system.env).ci_url
    }

    /// What a release wants on a target of this workspace, by its rendering for that target.
    pub fn wanted(&self, built: &Built, target: &str) -> Result<DesiredSet, PipelineError> {
        let rendering = built.rendering(target)?;
        let release = &built.release;
        let root = self.root(&release.unit, target);
        Ok(rendering.desired(&root, self.copy(), &built.archive, |path| release.sources.get(path))?)
    }
}

impl Built {
    /// What it comes to for a target.
    pub fn rendering(&self, target: &str) -> Result<Rendering, ReleaseError> {
        let digest = self.release.targets.get(target).ok_or_else(|| ReleaseError::NoTarget(target.to_string()))?;
        let bytes = self.archive.get(digest).ok_or_else(|| ReleaseError::Damaged(digest.clone()))?;
        Rendering::parse(bytes)
    }

    /// Writes its sources below a folder.
    pub fn unpack(&self, folder: &Path) -> Result<(), PipelineError> {
        for (path, digest) in &self.release.sources {
            let bytes = self.archive.get(digest).ok_or_else(|| ReleaseError::Damaged(digest.clone()))?;
            // A release that somebody made by hand must not reach outside the folder.
            let parts = Path::new(path).components();
            if parts.into_iter().any(|part| !matches!(part, std::path::Component::Normal(_))) {
                return Err(ReleaseError::Damaged(digest.clone()).into());
            }
            fs::write(&folder.join(path), bytes)?;
        }
        Ok(())
    }
}

pub(super) fn mark(state: &State) -> StateMark {
    StateMark { lineage: state.lineage.clone(), serial: state.serial }
}

impl Deployment<'_> {
    /// Keeps the release that is deployed now and adds the deployment to the history. To be called when everything is
    /// done, under the lease. A deployment of a part is no deployment of a release: `None`.
    pub async fn record(&self, recording: &Recording<'_>) -> Result<Option<Recorded>, PipelineError> {
        let plan = self.plan();
        if plan.selected.is_some() {
            return Ok(None);
        }
        let workspace = self.workspace();
        let release: &ContentHash = &recording.built.release.digest;
        // Nothing was there, nothing was wanted.
        let Some(state) = self.stored_state().map(mark) else { return Ok(None) };
        let kept = workspace.kept(&plan.project, &plan.target);
        // That a release was deployed from what is committed is worth an entry of its own.
        let is_dirty = |git: &Option<Git>| git.as_ref().is_some_and(|git| git.dirty);
        let same = |entry: &&Entry| {
            entry.release == *release && entry.state == state && (!is_dirty(&entry.git) || is_dirty(&recording.git))
        };
        self.check_lease()?;
        let (latest, ()) = try_join(kept.latest(), kept.keep(recording.built)).await?;
        if let Some(entry) = latest.as_ref().filter(same) {
            return Ok(Some(Recorded { entry: entry.clone(), known: true }));
        }
        let entry = Entry {
            format_version: HISTORY_VERSION,
            serial: latest.map_or(0, |entry| entry.serial) + 1,
            how: recording.how,
            at: workspace.system.clock.now(),
            by: workspace.user().to_string(),
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            ci_url: workspace.ci_url(),
            git: recording.git.clone(),
            release: release.clone(),
            state,
            changes: plan.counts(),
            restores: recording.restores,
            from: recording.from.clone(),
        };
        self.check_lease()?;
        if !kept.add(&entry).await? {
            return Err(PipelineError::HistoryTaken(entry.serial));
        }
        Ok(Some(Recorded { entry, known: false }))
    }
}
