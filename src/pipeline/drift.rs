//! What was done to a deployment behind its back.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::apply::{Observer, holder, occupied};
use crate::ident::ContentHash;
use crate::plan::{Action, Overwrite, Plan, Step, deployed};

use super::deploy::Found;
use super::texts::changes_content;
use super::{PipelineError, Workspace};

/// What was done behind the back of what is deployed, as a plan that would undo it; `None` if nothing is deployed.
/// What a run that died was about to delete, and is not there, was deleted by it. Changes nothing and takes no lease.
pub async fn drift(
    workspace: &Workspace,
    project: &str,
    target: &str,
    observer: &dyn Observer,
) -> Result<Option<Plan>, PipelineError> {
    let Some(state) = workspace.state_seen(project, target, observer).await? else { return Ok(None) };
    if state.taken_up.is_some() {
        let asks = holder(workspace.user(), "drift", &workspace.system.env);
        // What a run that goes on has left to do is no news.
        if let Ok(None) = occupied(&workspace.storage(project, target), &workspace.system, &asks).await {
            observer.taken_up();
        }
    }
    let deleted = |step: &Step| {
        let left = state.taken_up.as_ref();
        step.action == Action::Create && left.is_some_and(|left| left.deleting.contains(&step.key))
    };
    let mut desired = deployed(&state, &BTreeMap::new());
    let found = Found::of(workspace, (project, target), &desired, Some(&state)).await?;
    let overwrite = [Overwrite::Everything];
    let mut plan = found.plan(project, target, &desired, Some(&state), &overwrite);
    plan.steps.retain(|step| !deleted(step));
    if !plan.steps.iter().any(changes_content) {
        return Ok(Some(plan));
    }
    // The state knows what was deployed by fingerprints; the release that was deployed last has the texts.
    let texts = workspace.deployed_texts(project, target).await?;
    desired = deployed(&state, &texts);
    let mut plan = found.plan(project, target, &desired, Some(&state), &overwrite);
    plan.steps.retain(|step| !deleted(step));
    for step in &mut plan.steps {
        step.texts.take_if(|_| step.fingerprint.as_ref().is_none_or(|fingerprint| !texts.contains_key(fingerprint)));
    }
    Ok(Some(plan))
}

impl Workspace {
    /// The contents of the release that was deployed last, by fingerprint. A history that was lost or is damaged has none:
    /// what drifted is told without them.
    async fn deployed_texts(&self, unit: &str, target: &str) -> Result<BTreeMap<ContentHash, Bytes>, PipelineError> {
        let kept = self.kept(unit, target);
        let built = match kept.latest().await {
            Ok(None) => return Ok(BTreeMap::new()),
            Ok(Some(entry)) => kept.built(&entry.release).await,
            Err(error) => Err(error),
        };
        let read = built.and_then(|built| Ok((built.rendering(target)?, built.archive)));
        let (rendering, archive) = match read {
            Ok(read) => read,
            Err(PipelineError::Release(_) | PipelineError::NoRelease(_)) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error),
        };
        let contents = rendering.resources.into_values().filter_map(|rendered| rendered.content);
        let texts = contents.filter_map(|content| Some((content.fingerprint, archive.get(&content.sha256)?.clone())));
        Ok(texts.collect())
    }
}
