//! Binding a resource of the project to an object that is there already, and letting go of it. Changes the state alone.

use serde_json::Value;

use crate::apply::{Identity, Patience, Session, WorkspaceStorage, holder};
use crate::plan::{Plan, bound};
use crate::remote::Lookup;
use crate::resource::{Desired, DesiredSet, Kind, ResourceKey};
use crate::state::State;

use super::deploy::{make_plan, open_session};
use super::{PipelineError, Workspace};

/// Why a resource cannot be bound, or let go of.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("the project has no resource `{0}`")]
    NotWanted(ResourceKey),
    #[error("`{0}` is known by its name, so that there is nothing to bind")]
    Named(ResourceKey),
    #[error("the workspace has no {kind} `{id}`, or you may not see it")]
    Missing { kind: Kind, id: String },
    #[error("`{key}` is bound to `{id}` already")]
    Bound { key: ResourceKey, id: String },
    #[error("the {kind} `{id}` is what `{key}` is bound to", kind = key.kind)]
    Taken { key: ResourceKey, id: String },
    #[error("the {kind} `{id}` belongs to {who}, as `{key}`", kind = key.kind)]
    Anothers {
        key: ResourceKey,
        id: String,
        /// Another deployment of the project, in words.
        who: String,
        /// What a command needs to mean it.
        arguments: String,
    },
    #[error("`{0}` is not recorded in the state of this target")]
    NotRecorded(ResourceKey),
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
}

impl BindError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotWanted(key) => {
                let kind = key.kind;
                format!("declare it first, or let `lakesmith import {kind} ID` write it for an object that is there")
            }
            Self::Named(_) => "a plan finds it, and a deployment takes it over".to_string(),
            Self::Missing { kind: Kind::Job | Kind::Pipeline, .. } => {
                "the id is in the address of its page".to_string()
            }
            Self::Missing { .. } => "the id is the last part of the address of its page".to_string(),
            Self::Bound { key, .. } => format!("`lakesmith unbind {key}` lets go of it"),
            Self::Taken { key, .. } => format!("`lakesmith unbind {key}` first, if it is to be another's"),
            Self::Anothers { key, arguments, .. } => {
                format!("`lakesmith unbind {key} {arguments}` lets go of it there, if it is to be this target's")
            }
            Self::NotRecorded(_) => "`lakesmith state show` lists what is".to_string(),
            Self::Pipeline(_) => return None,
        })
    }
}

impl Workspace {
    /// Records that `key` is the object `id`, under the lease; the object must be there. What comes back is the plan that
    /// shows where the two differ.
    pub async fn bind(
        &self,
        project: &str,
        target: &str,
        desired: &DesiredSet,
        key: &ResourceKey,
        id: &str,
        patience: Patience<'_>,
    ) -> Result<Plan, BindError> {
        if desired.get(key).is_some() && key.kind.has_natural_identity() {
            return Err(BindError::Named(key.clone()));
        }
        self.take(project, target, desired, key, id, patience).await
    }

    /// As [`Workspace::bind`], also of what is known by its name.
    pub async fn take(
        &self,
        project: &str,
        target: &str,
        desired: &DesiredSet,
        key: &ResourceKey,
        id: &str,
        patience: Patience<'_>,
    ) -> Result<Plan, BindError> {
        let Some(wanted) = desired.get(key) else { return Err(BindError::NotWanted(key.clone())) };
        // Before others are kept out.
        let lookup = Lookup { key, id: Some(id), spec: &wanted.spec, known: None };
        let missing = || BindError::Missing { kind: key.kind, id: id.to_string() };
        let observed = match self.remote.read(&lookup).await {
            Ok(Some(observed)) => observed,
            Ok(None) => return Err(missing()),
            Err(error) if error.is_no_id() => return Err(missing()),
            Err(source) => return Err(PipelineError::Observe { key: key.clone(), source }.into()),
        };
        let others = self.others(project, target).await?;
        if let Some((who, theirs, arguments)) = others.keeper(key.kind, &observed.id)
            && !matches!(key.kind, Kind::Grants | Kind::Permissions | Kind::Tags)
        {
            let (who, arguments) = (who.to_string(), arguments.to_string());
            return Err(BindError::Anothers { key: theirs.clone(), id: observed.id, who, arguments });
        }
        let mut session = self.session(project, target, "bind", patience).await?;
        let result = match free(session.state(), key, &observed.id) {
            Ok(()) => session.record(key, Some(bound(wanted, &observed))).await.map_err(PipelineError::from),
            Err(error) => {
                session.close().await.map_err(PipelineError::from)?;
                return Err(error);
            }
        };
        let result = match result {
            Ok(()) => self.filled(&mut session, desired, wanted).await,
            Err(error) => Err(error),
        };
        let plan = match result {
            Ok(()) => make_plan(self, project, target, desired, session.stored_state()).await,
            Err(error) => Err(error),
        };
        session.close().await.map_err(PipelineError::from)?;
        Ok(plan?)
    }

    /// Records that the tables which `wanted` needs are there, where they are: their pipeline need not run for it.
    async fn filled(
        &self,
        session: &mut Session<WorkspaceStorage>,
        desired: &DesiredSet,
        wanted: &Desired,
    ) -> Result<(), PipelineError> {
        let updates = wanted.depends_on.iter().filter(|key| key.kind == Kind::PipelineUpdate);
        for update in updates.filter_map(|key| desired.get(key)) {
            let pipeline = ResourceKey::new(Kind::Pipeline, update.key.name());
            let records = &session.state().resources;
            let (None, Some(id)) = (records.get(&update.key), records.get(&pipeline).map(|record| record.id.clone()))
            else {
                continue;
            };
            let lookup = Lookup { key: &update.key, id: Some(&id), spec: &update.spec, known: None };
            let found = self.remote.read(&lookup).await;
            let found = found.map_err(|source| PipelineError::Observe { key: update.key.clone(), source })?;
            let Some(found) = found.filter(|found| found.spec.get("tables") == update.spec.get("tables")) else {
                continue;
            };
            let mut record = bound(update, &found);
            record.spec.insert("pipeline_id".to_string(), Value::String(id));
            session.record(&update.key, Some(record)).await?;
        }
        Ok(())
    }

    /// Forgets what `key` is bound to, under the lease; the object stays. The result is its id.
    pub async fn unbind(
        &self,
        project: &str,
        target: &str,
        key: &ResourceKey,
        patience: Patience<'_>,
    ) -> Result<String, BindError> {
        let mut session = self.session(project, target, "unbind", patience).await?;
        let id = session.state().resources.get(key).map(|record| record.id.clone());
        let result = match &id {
            Some(_) => session.record(key, None).await,
            None => Ok(()),
        };
        session.close().await.map_err(PipelineError::from)?;
        result.map_err(PipelineError::from)?;
        id.ok_or_else(|| BindError::NotRecorded(key.clone()))
    }

    async fn session(
        &self,
        project: &str,
        target: &str,
        command: &str,
        patience: Patience<'_>,
    ) -> Result<Session<WorkspaceStorage>, PipelineError> {
        let identity = Identity { project: project.to_string(), target: target.to_string() };
        let holder = holder(self.user(), &format!("lakesmith {command} -t {target}"), &self.system.env);
        open_session(self, &identity, &holder, patience).await
    }
}

/// Neither the resource nor the object is bound to another one.
fn free(state: &State, key: &ResourceKey, id: &str) -> Result<(), BindError> {
    if let Some(record) = state.resources.get(key) {
        return Err(BindError::Bound { key: key.clone(), id: record.id.clone() });
    }
    let same = |(other, record): &(&ResourceKey, &crate::state::Record)| {
        other.kind == key.kind && record.id.eq_ignore_ascii_case(id)
    };
    match state.resources.iter().find(same) {
        Some((other, _)) => Err(BindError::Taken { key: other.clone(), id: id.to_string() }),
        None => Ok(()),
    }
}
