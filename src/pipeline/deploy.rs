//! Planning and applying: with a lease when something is to change, without one just to look.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::apply::{
    Cancel, Contents, Identity, Observer, Pace, Patience, Report, Session, Silent, WorkspaceStorage, finish_unchanged,
    holder, occupied, peek, run,
};
use crate::plan::{
    Action, Files, Others, Overwrite, Pattern, Plan, Request, SelectError, Step, compute, overwritten, select,
};
use crate::remote::{Remote, name_taken};
use crate::resource::{DesiredSet, Observed, ResourceKey};
use crate::state::{Holder, State};

use super::observe::{AT_ONCE, bystanders, observe};
use super::observe_attached::observe_attached;
use super::principals::Principals;
use super::{PipelineError, Workspace};
use super::{proved, texts};

/// How long to wait for another holder of the lease where nobody says: longer than the lease of a run that was killed
/// lives on, so that the next run waits for its end and goes on.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// How often a plan that waits for a deployment looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What is deployed as one, with a state, a lease and a folder of its own: a solution of a project.
pub fn unit(project: &str, solution: &str) -> String {
    format!("{project}/{solution}")
}

/// The plan as of now. Changes nothing and takes no lease. A deployment that runs is waited for as long as `patience`
/// says; beside one that goes on, the plan shows what that has done so far, and the observer hears of it.
pub async fn plan(
    workspace: &Workspace,
    project: &str,
    target: &str,
    desired: &DesiredSet,
    patience: Patience<'_>,
) -> Result<Plan, PipelineError> {
    plan_over(workspace, project, target, desired, patience, &[]).await
}

/// As [`plan`], where some edits made in the workspace give way to the project.
pub async fn plan_over(
    workspace: &Workspace,
    project: &str,
    target: &str,
    desired: &DesiredSet,
    patience: Patience<'_>,
    overwrite: &[Overwrite],
) -> Result<Plan, PipelineError> {
    let storage = workspace.storage(project, target);
    let asks = holder(workspace.user(), "plan", &workspace.system.env);
    let began = Instant::now();
    let (mut told, mut beside) = (false, false);
    // What keeps a deployment from taking the lease is no reason not to look.
    while let Ok(Some(lease)) = occupied(&storage, &workspace.system, &asks).await {
        if began.elapsed() >= patience.longest || patience.cancel.is_cancelled() {
            patience.observer.beside(&lease);
            beside = true;
            break;
        }
        if !std::mem::replace(&mut told, true) {
            patience.observer.waiting(&lease);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let state = workspace.state_seen(project, target, patience.observer).await?;
    if !beside && state.as_ref().is_some_and(|state| state.taken_up.is_some()) {
        patience.observer.taken_up();
    }
    let found = Found::of(workspace, (project, target), desired, state.as_ref()).await?;
    let plan = found.plan(project, target, desired, state.as_ref(), overwrite);
    Ok(overwritten(plan, overwrite)?)
}

/// What the workspace has.
pub(super) struct Found {
    observed: BTreeMap<ResourceKey, Observed>,
    bystanders: BTreeMap<ResourceKey, Observed>,
    /// Whose object has the name of which resource.
    taken: BTreeMap<ResourceKey, String>,
    /// As [`Seen::namesakes`](super::observe::Seen) has them.
    namesakes: BTreeMap<ResourceKey, Vec<String>>,
    /// Asked for where something may be another deployment's, too.
    others: Others,
    /// Who asks.
    deployer: String,
    /// Whether those who get something are known.
    principals: Principals,
}

impl Found {
    pub(super) async fn of(
        workspace: &Workspace,
        (project, target): (&str, &str),
        desired: &DesiredSet,
        state: Option<&State>,
    ) -> Result<Self, PipelineError> {
        let remote = &workspace.remote;
        let nothing = &BTreeSet::new();
        let (mut seen, bystanders) = match state {
            Some(_) => {
                let observe = observe(remote, desired, state, nothing);
                try_join(observe, bystanders(remote, desired, state, |_| true)).await?
            }
            // Of a first deployment most is not there yet.
            None => {
                let seen = observe(remote, desired, state, nothing).await?;
                let there = |key: &ResourceKey| seen.observed.contains_key(key);
                let bystanders = bystanders(remote, desired, state, there).await?;
                (seen, bystanders)
            }
        };
        let mut others = Others::default();
        let is_taken = !seen.taken.is_empty() || !seen.namesakes.is_empty();
        if is_taken || seen.has_what_may_be_anothers(desired, state) {
            others = workspace.others(project, target).await?;
            let is_anothers =
                |(key, found): (&ResourceKey, &Observed)| found.made_before && others.have(key.kind, &found.id);
            if seen.observed.iter().any(is_anothers) {
                seen = observe(remote, desired, state, &others.ids().collect()).await?;
            }
        }
        // The place of a file in the target's own folder is a mark as good as any.
        let inside = format!("{}/", workspace.root(project, target));
        let is_recorded = |key: &ResourceKey| state.is_some_and(|state| state.resources.contains_key(key));
        for (key, found) in &mut seen.observed {
            found.made_before |= key.kind.is_file() && found.id.starts_with(&inside) && !is_recorded(key);
        }
        seen.observed.extend(observe_attached(remote, desired, state, &seen.observed).await?);
        // Nothing is done because of what a list left out: what would change is looked at by itself.
        let overwrite: &[Overwrite] = &[];
        let (deployer, principals) = (workspace.user().to_string(), Principals::default());
        let (observed, taken) = (seen.observed.clone(), std::mem::take(&mut seen.taken));
        let namesakes = std::mem::take(&mut seen.namesakes);
        let mut found = Self { observed, bystanders, taken, namesakes, others, deployer, principals };
        let plan = found.plan(project, target, desired, state, overwrite);
        let concerned = plan.steps.iter().filter(|step| {
            let told = seen.observed.contains_key(&step.key);
            // To be deleted, it is enough to be there, but for what people edit; of a file a list tells as much as a look
            // at it.
            let deleted = step.action == Action::Delete && !step.key.kind.is_edited_in_place();
            let enough = told && (deleted || step.key.kind.is_file());
            (step.action != Action::None || !step.kept.is_empty()) && !enough
        });
        let keys: Vec<ResourceKey> = concerned.map(|step| step.key.clone()).collect();
        seen.look_closely(remote, desired, state, &keys).await?;
        found.observed = seen.observed;
        proved::mark(&mut found.observed, desired, state);
        let plan = found.plan(project, target, desired, state, overwrite);
        found.read_texts(remote, &plan).await?;
        // Nobody is known to the embedded workspace but its user.
        if !remote.client().is_local() {
            found.principals = Principals::of(remote, &plan).await;
        }
        Ok(found)
    }

    /// What is there, but for what another deployment of the project owns.
    pub(super) fn there(&self) -> impl Iterator<Item = (&ResourceKey, &Observed)> {
        self.observed.iter().filter(|(key, found)| !self.others.have(key.kind, &found.id))
    }

    /// The files that the plan changes, as they are: to be shown beside what they become.
    async fn read_texts(&mut self, remote: &Remote, plan: &Plan) -> Result<(), PipelineError> {
        let unread: Vec<_> = texts::unread(plan, &self.observed).collect();
        let reads = stream::iter(unread.into_iter().map(|(key, path)| async move {
            let text = remote.text(path).await;
            text.map(|text| (key.clone(), text)).map_err(|source| PipelineError::Observe { key: key.clone(), source })
        }));
        let texts: Vec<(ResourceKey, Option<String>)> = reads.buffer_unordered(AT_ONCE).try_collect().await?;
        for (key, text) in texts {
            if let Some(observed) = self.observed.get_mut(&key) {
                observed.text = text;
            }
        }
        Ok(())
    }

    pub(super) fn plan(
        &self,
        project: &str,
        target: &str,
        desired: &DesiredSet,
        state: Option<&State>,
        overwrite: &[Overwrite],
    ) -> Plan {
        let (observed, bystanders, others) = (&self.observed, &self.bystanders, &self.others);
        let deployer = Some(self.deployer.as_str());
        let request = Request { project, target, desired, state, observed, bystanders, others, overwrite, deployer };
        let mut plan = compute(&request);
        texts::annotate(&mut plan, desired, observed);
        self.principals.tell_unknown(&mut plan);
        self.tell_taken(&mut plan);
        plan
    }

    /// What the service would refuse is not begun, and what may be made twice is said.
    fn tell_taken(&self, plan: &mut Plan) {
        for step in &mut plan.steps {
            let alike = self.namesakes.get(&step.key).filter(|_| step.action == Action::Create);
            for id in alike.into_iter().flatten().filter(|id| !self.others.have(step.key.kind, id)) {
                step.notes.push(format!(
                    "there is a {kind} {id} of this name, and nothing tells whether this project made it: if it did, \
                     `lakesmith bind {key} {id}` takes it over instead",
                    kind = step.key.kind,
                    key = step.key
                ));
            }
            let Some(id) = self.taken.get(&step.key) else { continue };
            let gets_it = match step.action {
                Action::Create | Action::Recreate => true,
                Action::Update => step.changes.iter().any(|change| change.path == "name"),
                Action::None | Action::Delete | Action::Forget => false,
            };
            if gets_it && step.blocked.is_none() {
                step.blocked = Some(match self.others.keeper(step.key.kind, id) {
                    Some((who, theirs, _)) => format!(
                        "the {kind} `{id}` has the name of `{key}`, and is `{theirs}` of {who}: give one of them another name",
                        kind = step.key.kind,
                        key = step.key
                    ),
                    None => name_taken(&step.key, Some(id)),
                });
            }
        }
    }
}

/// What would change, edits in the workspace kept.
pub(super) async fn make_plan(
    workspace: &Workspace,
    project: &str,
    target: &str,
    desired: &DesiredSet,
    state: Option<&State>,
) -> Result<Plan, PipelineError> {
    let found = Found::of(workspace, (project, target), desired, state).await?;
    Ok(found.plan(project, target, desired, state, &[]))
}

/// Takes over the state that the deploying user kept in a folder of their own, under both leases.
async fn move_from(
    former: WorkspaceStorage,
    session: &mut Session<WorkspaceStorage>,
    workspace: &Workspace,
    identity: &Identity,
    holder: &Holder,
    patience: Patience<'_>,
) -> Result<(), PipelineError> {
    let remote = workspace.remote.as_ref();
    // Most have none there: a lease would make the folder.
    if peek(&former, identity, remote, &Silent).await?.is_none() {
        return Ok(());
    }
    let other = Session::open(former, &workspace.system, identity, holder, patience, remote).await?;
    patience.observer.mended(&format!(
        "the state was kept in the folder of {}; it is moved to `{}`, and its files follow with this deployment",
        workspace.user(),
        workspace.root(&identity.project, &identity.target)
    ));
    Ok(session.take_over(other).await?)
}

/// Takes the lease, and the state from where it was kept before.
pub(super) async fn open_session(
    workspace: &Workspace,
    identity: &Identity,
    holder: &Holder,
    patience: Patience<'_>,
) -> Result<Session<WorkspaceStorage>, PipelineError> {
    let (project, target) = (&identity.project, &identity.target);
    let storage = workspace.storage(project, target);
    let remote = workspace.remote.as_ref();
    let mut session = Session::open(storage, &workspace.system, identity, holder, patience, remote).await?;
    if session.stored_state().is_none()
        && let Some(former) = workspace.former_storage(project, target)
        && let Err(error) = move_from(former, &mut session, workspace, identity, holder, patience).await
    {
        session.close().await?;
        return Err(error);
    }
    Ok(session)
}

/// A target that is leased to us: nobody else changes it between the plan and its end.
pub struct Deployment<'w> {
    workspace: &'w Workspace,
    identity: Identity,
    desired: DesiredSet,
    session: Session<WorkspaceStorage>,
    found: Found,
    plan: Plan,
}

impl<'w> Deployment<'w> {
    /// Takes the lease, takes up what a dead run left, and plans. An empty set plans to take everything away.
    /// `command` is told to others that wait; `patience` is how long to wait for them.
    pub async fn open(
        workspace: &'w Workspace,
        project: &str,
        target: &str,
        desired: DesiredSet,
        command: &str,
        patience: Patience<'_>,
    ) -> Result<Self, PipelineError> {
        let identity = Identity { project: project.to_string(), target: target.to_string() };
        let holder = holder(workspace.user(), command, &workspace.system.env);
        let session = open_session(workspace, &identity, &holder, patience).await?;
        let found = match Found::of(workspace, (project, target), &desired, session.stored_state()).await {
            Ok(found) => found,
            Err(error) => {
                session.close().await?;
                return Err(error);
            }
        };
        let plan = found.plan(project, target, &desired, session.stored_state(), &[]);
        Ok(Self { workspace, identity, desired, session, found, plan })
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Lets edits made in the workspace give way to the project. To be called before [`Deployment::narrow`].
    pub fn overwrite(&mut self, overwrite: &[Overwrite]) -> Result<(), SelectError> {
        let Identity { project, target } = &self.identity;
        let plan = self.found.plan(project, target, &self.desired, self.session.stored_state(), overwrite);
        self.plan = overwritten(plan, overwrite)?;
        Ok(())
    }

    /// Leaves what the patterns do not select to another deployment.
    pub fn narrow(&mut self, patterns: &[Pattern]) -> Result<(), SelectError> {
        self.plan = select(self.plan.clone(), patterns)?;
        Ok(())
    }

    pub fn state(&self) -> &State {
        self.session.state()
    }

    pub(super) fn workspace(&self) -> &Workspace {
        self.workspace
    }

    /// Is anything deployed, as far as the state says?
    pub fn is_recorded(&self) -> bool {
        self.session.stored_state().is_some_and(|state| !state.resources.is_empty())
    }

    /// As [`Deployment::state`], if there is one in the workspace.
    pub(super) fn stored_state(&self) -> Option<&State> {
        self.session.stored_state()
    }

    /// Is the target still ours?
    pub(super) fn check_lease(&self) -> Result<(), PipelineError> {
        Ok(self.session.check_lease()?)
    }

    /// Is `saved` still exactly what is to be done? `files` are those of the project as it is now.
    pub fn check_same(&self, saved: &Plan, files: &Files) -> Result<(), PipelineError> {
        saved.check_against(self.session.stored_state())?;
        let same = |a: &Step, b: &Step| {
            (&a.key, a.action, &a.changes, &a.kept, &a.etag, &a.fingerprint)
                == (&b.key, b.action, &b.changes, &b.kept, &b.etag, &b.fingerprint)
        };
        let differs = self.plan.steps.iter().zip(&saved.steps).find(|(now, then)| !same(now, then)).map(|(now, _)| now);
        let longer = || self.plan.steps.get(saved.steps.len()).or_else(|| saved.steps.get(self.plan.steps.len()));
        let Some(step) = differs.or_else(longer) else { return Ok(()) };
        if self.plan.wants_the_same_as(saved) {
            return Err(PipelineError::PlanOutdated(step.key.clone()));
        }
        let changed = saved.files.iter().filter(|(path, _)| files.contains_key(*path));
        let changed = changed.filter(|(path, digest)| files.get(*path) != Some(digest));
        let gone = saved.files.keys().filter(|path| !files.contains_key(*path));
        let new = files.keys().filter(|path| !saved.files.contains_key(*path));
        let mut told: Vec<String> = changed.map(|(path, _)| format!("`{path}` changed")).collect();
        told.extend(new.map(|path| format!("`{path}` is new")));
        told.extend(gone.map(|path| format!("`{path}` is gone")));
        if told.is_empty() {
            told.push(format!("other settings or data files make `{}`", step.key));
        }
        Err(PipelineError::ProjectChanged(told.join(", ")))
    }

    /// Does what the plan says, as far as possible. Once anything was begun, the report says what was done, even where
    /// the run had to stop.
    pub async fn apply(
        &mut self,
        observer: &dyn Observer,
        cancel: &Cancel,
        pace: Pace,
    ) -> Result<Report, PipelineError> {
        let contents: Contents =
            self.desired.iter().filter_map(|wanted| Some((wanted.key.clone(), wanted.content.clone()?))).collect();
        let remote = self.workspace.remote.as_ref();
        Ok(run(&mut self.session, &self.plan, &contents, remote, observer, cancel, pace).await?)
    }

    /// To be called where the plan is empty: a deployment that an earlier run left unfinished has come to its end.
    pub async fn finish_unchanged(&mut self) -> Result<(), PipelineError> {
        Ok(finish_unchanged(&mut self.session, &self.plan).await?)
    }

    /// Gives the lease back.
    pub async fn close(self) -> Result<(), PipelineError> {
        Ok(self.session.close().await?)
    }

    /// Gives the lease back and, if nothing is deployed any more, removes the target's folder with its state. The result
    /// is what somebody else has put into that folder, which stays.
    pub async fn close_and_clear(self) -> Result<Vec<String>, PipelineError> {
        if !self.session.state().resources.is_empty() {
            self.session.close().await?;
            return Ok(Vec::new());
        }
        // The lease goes with the folder, and at the same moment: whoever waits for it finds either of them, and no folder
        // of a new deployment is taken for the old one.
        let storage = self.workspace.storage(&self.identity.project, &self.identity.target);
        self.session.hold_still()?;
        match storage.clear().await {
            Ok(foreign) => Ok(foreign),
            Err(error) => {
                // Why it could not be removed says more than why the lease could not be given back.
                let _closed = self.session.close().await;
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Lease;

    /// Issue 4: "a dead holder's lease expires and the next run proceeds".
    #[test]
    fn the_usual_patience_outlives_the_lease_of_a_dead_run() {
        assert!(PATIENCE > (Lease::TTL + Lease::SKEW).to_std().unwrap());
    }
}
