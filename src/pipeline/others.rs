//! The other deployments of the project, and what they have in this workspace.

use futures_util::future::try_join_all;

use crate::apply::{ApplyError, Identity, Silent, WorkspaceStorage, peek};
use crate::plan::Others;
use crate::project::Resolved;
use crate::state::State;

use super::workspace::{base_of, own_base};
use super::{PipelineError, Workspace, unit};

/// Another target or solution of the project, which may be deployed to the same workspace.
#[derive(Clone, Debug)]
pub(super) struct Neighbour {
    solution: String,
    target: String,
    project: String,
    /// The folders in which its state may be.
    bases: Vec<String>,
}

impl Neighbour {
    /// Every solution on every target, this one among them.
    pub(super) fn all(resolved: &Resolved<'_>, user: &str) -> Vec<Self> {
        let project = resolved.project;
        let of_target = |target| {
            let mut bases = vec![base_of(target, user), own_base(user)];
            bases.dedup();
            project.solutions.keys().map(move |solution| Self {
                solution: solution.clone(),
                target: target.name.clone(),
                project: unit(&project.name.value, solution),
                bases: bases.clone(),
            })
        };
        project.targets.values().flat_map(of_target).collect()
    }

    /// Who it is, in words, as whoever deploys `project` to `target` calls it.
    fn who(&self, project: &str, target: &str) -> String {
        match (self.project == project, self.target == target) {
            (true, _) => format!("target `{}`", self.target),
            (false, true) => format!("solution `{}`", self.solution),
            (false, false) => format!("solution `{}` of target `{}`", self.solution, self.target),
        }
    }

    /// `None` if it is not deployed here; an error only where the workspace does not answer.
    async fn state(&self, workspace: &Workspace) -> Result<Option<State>, ApplyError> {
        let identity = Identity { project: self.project.clone(), target: self.target.clone() };
        for base in &self.bases {
            let place = format!("{}/{}", self.project, self.target);
            let storage = WorkspaceStorage::new(workspace.remote.clone(), base, &place);
            if let Some(state) = peek(&storage, &identity, workspace.remote.as_ref(), &Silent).await? {
                return Ok(Some(state));
            }
        }
        Ok(None)
    }
}

impl Workspace {
    /// What all deployments of the project have but that of `project` to `target`.
    pub(super) async fn others(&self, project: &str, target: &str) -> Result<Others, PipelineError> {
        let others =
            self.neighbours.iter().filter(|other| (other.project.as_str(), other.target.as_str()) != (project, target));
        let states = try_join_all(others.map(|other| async move {
            match other.state(self).await {
                Ok(state) => Ok((other, Some(state))),
                // What is damaged, or of a later version, is its own deployments' trouble.
                Err(ApplyError::State(_) | ApplyError::Damaged(_)) => Ok((other, None)),
                Err(ApplyError::Storage(error)) if error.is_forbidden() => Ok((other, None)),
                Err(error) => Err(error),
            }
        }));
        let mut all = Others::default();
        for (other, state) in states.await? {
            let who = other.who(project, target);
            match state {
                Some(Some(state)) => {
                    let arguments = format!("-t {} --solution {}", other.target, other.solution);
                    all.add(&state, &who, &arguments);
                }
                Some(None) => {}
                None => all.add_unseen(&who),
            }
        }
        Ok(all)
    }
}
