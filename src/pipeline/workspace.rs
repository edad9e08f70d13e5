//! A workspace to deploy to and to run things in.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::api::{Client, Connection, Exchange, Transport, pipelines, scim};
use crate::apply::{Identity, Observer, Silent, WorkspaceStorage, peek};
use crate::ident::TableName;
use crate::project::{Mode, Resolved, Target};
use crate::remote::{QueryParameter, QueryResult, Remote, RemoteTable, RunProgress, UpdateOptions, UpdateProgress};
use crate::resource::{DesiredSet, Kind, ResourceKey};
use crate::state::State;
use crate::syntax::write;
use crate::sys::System;

use super::desired::{copy_of, short_name};
use super::observe::observe;
use super::others::Neighbour;
use super::{PipelineError, Reader};

/// A connection, and who it belongs to.
pub struct Workspace {
    pub(super) remote: Arc<Remote>,
    pub(super) system: System,
    user: String,
    /// The folder under which every project has its own.
    base: String,
    /// Whose copy names in development say that it is.
    copy: String,
    /// The deployments of the project.
    pub(super) neighbours: Vec<Neighbour>,
}

impl Workspace {
    /// Connects and asks who we are: the first call, so that a wrong host or token is found before anything else.
    /// `watch` is told of every call.
    pub async fn connect(
        connection: &Connection,
        system: &System,
        watch: Option<fn(&Exchange<'_>)>,
    ) -> Result<Self, PipelineError> {
        Self::connect_by(connection, system, Transport { watch, ..Transport::default() }).await
    }

    /// As [`Workspace::connect`], with other patience.
    pub(super) async fn connect_by(
        connection: &Connection,
        system: &System,
        transport: Transport,
    ) -> Result<Self, PipelineError> {
        let client = Client::connect(connection, system, transport).await?;
        let user = scim::me(&client).await?.user_name;
        let (base, copy) = (own_base(&user), short_name(&user));
        let (remote, neighbours) = (Arc::new(Remote::new(client)), Vec::new());
        Ok(Self { remote, system: system.clone(), user, base, copy, neighbours })
    }

    /// With everything where the target wants it. A production target has one state for all who deploy it, whoever they
    /// are; what is developed belongs to its developer.
    #[must_use]
    pub fn rooted(self, target: &Target) -> Self {
        Self { base: base_of(target, &self.user), copy: copy_of(target, &self.user), ..self }
    }

    /// As [`Workspace::rooted`], knowing the project's other targets and solutions: what they have here is theirs.
    #[must_use]
    pub fn of(self, resolved: &Resolved<'_>) -> Self {
        let neighbours = Neighbour::all(resolved, &self.user);
        Self { neighbours, ..self.rooted(resolved.target) }
    }

    /// Never more than `most` calls at once from now on.
    pub fn at_most(&self, most: usize) {
        self.remote.client().at_most(most);
    }

    /// The folder under which every project has its own.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whose copy names in development say that it is.
    pub(super) fn copy(&self) -> &str {
        &self.copy
    }

    pub fn user(&self) -> &str {
        &self.user
    }

    pub fn host(&self) -> &str {
        self.remote.client().host()
    }

    pub fn remote(&self) -> &Arc<Remote> {
        &self.remote
    }

    /// The project's folder for a target: state, journal, lease, files and documents live there.
    pub fn root(&self, project: &str, target: &str) -> String {
        format!("{}/{project}/{target}", self.base)
    }

    pub(super) fn storage(&self, project: &str, target: &str) -> WorkspaceStorage {
        WorkspaceStorage::new(Arc::clone(&self.remote), &self.base, &format!("{project}/{target}"))
    }

    /// Where whoever deploys kept the state before the target had a root of its own; `None` where that is the root.
    pub(super) fn former_storage(&self, project: &str, target: &str) -> Option<WorkspaceStorage> {
        let former = own_base(&self.user);
        let place = format!("{project}/{target}");
        (former != self.base).then(|| WorkspaceStorage::new(Arc::clone(&self.remote), &former, &place))
    }

    /// What is deployed; `None` if nothing is. Takes no lease.
    pub async fn state(&self, project: &str, target: &str) -> Result<Option<State>, PipelineError> {
        self.state_seen(project, target, &Silent).await
    }

    /// As [`Workspace::state`]; the observer hears of what is damaged.
    pub(super) async fn state_seen(
        &self,
        project: &str,
        target: &str,
        observer: &dyn Observer,
    ) -> Result<Option<State>, PipelineError> {
        let identity = Identity { project: project.to_string(), target: target.to_string() };
        let effects = self.remote.as_ref();
        let found = peek(&self.storage(project, target), &identity, effects, observer).await?;
        // Until the next deployment moves it.
        match (found, self.former_storage(project, target)) {
            (None, Some(former)) => Ok(peek(&former, &identity, effects, observer).await?),
            (found, _) => Ok(found),
        }
    }

    /// Runs an update of a deployed pipeline to its end; the result is the update's id.
    pub async fn run_pipeline(
        &self,
        state: &State,
        name: &str,
        options: &UpdateOptions,
        progress: &(dyn Fn(UpdateProgress) + Sync),
    ) -> Result<String, PipelineError> {
        let id = deployed(state, Kind::Pipeline, name)?;
        Ok(self.remote.run_update(id, options, progress).await?)
    }

    /// Runs a deployed job to its end; the result is the run's id.
    pub async fn run_job(
        &self,
        state: &State,
        name: &str,
        parameters: &Map<String, Value>,
        progress: &(dyn Fn(RunProgress) + Sync),
    ) -> Result<i64, PipelineError> {
        let id = deployed(state, Kind::Job, name)?;
        let token = self.system.random.uuid().to_string();
        Ok(self.remote.run_job(id, parameters, &token, progress).await?)
    }

    /// The id and the state of a pipeline's latest update, if it ever ran.
    pub async fn last_update(&self, pipeline_id: &str) -> Result<Option<(String, String)>, PipelineError> {
        let found = pipelines::get(self.remote.client(), pipeline_id).await?;
        let latest = found.and_then(|pipeline| pipeline.latest_updates.into_iter().next());
        Ok(latest.map(|update| (update.update_id, update.state.unwrap_or_else(|| "UNKNOWN".to_string()))))
    }

    /// The id of a job's latest run and how it ended, if it ever ran.
    pub async fn last_run(&self, job_id: &str) -> Result<Option<(String, String)>, PipelineError> {
        Ok(self.remote.last_run(job_id).await?.map(|(id, state)| (id.to_string(), state)))
    }

    /// The rows of a table.
    pub async fn count(&self, table: &TableName) -> Result<u64, PipelineError> {
        let result = self.remote.query(&write::count(table), None, None).await?;
        let value = result.rows.first().and_then(|row| row.first()?.as_ref()?.parse().ok());
        value.ok_or_else(|| PipelineError::NoCount(table.to_string()))
    }

    /// Of what a state says that lakesmith made, what the workspace still has.
    pub async fn remaining(&self, state: &State) -> Result<Vec<ResourceKey>, PipelineError> {
        let desired = DesiredSet::default();
        let mut seen = observe(&self.remote, &desired, Some(state), &BTreeSet::new()).await?;
        let keys: Vec<ResourceKey> = seen.observed.keys().cloned().collect();
        seen.look_closely(&self.remote, &desired, Some(state), &keys).await?;
        let found = seen.observed;
        let made = |key: &ResourceKey| state.resources.get(key).is_some_and(|record| record.owned);
        Ok(found.into_keys().filter(made).collect())
    }

    /// A table or view; `None` if there is none, or nobody may see it.
    pub async fn table(&self, name: &TableName) -> Result<Option<RemoteTable>, PipelineError> {
        Ok(self.remote.table(name).await?)
    }

    /// The tables of a schema; `None` if there is no such schema.
    pub async fn tables(&self, catalog: &str, schema: &str) -> Result<Option<Vec<TableName>>, PipelineError> {
        Ok(self.remote.tables(catalog, schema).await?)
    }

    /// The same workspace, as somebody else sees it: with what their privileges let them see, by SQL alone. Only the
    /// embedded workspace has this.
    pub async fn seen_by(&self, reader: &Reader) -> Result<Self, PipelineError> {
        let remote = reader.remote(&self.remote).await?;
        let (user, base, copy) = (reader.user.clone(), self.base.clone(), self.copy.clone());
        Ok(Self { remote, system: self.system.clone(), user, base, copy, neighbours: Vec::new() })
    }

    pub async fn query(
        &self,
        text: &str,
        catalog: Option<&str>,
        schema: Option<&str>,
    ) -> Result<QueryResult, PipelineError> {
        Ok(self.remote.query(text, catalog, schema).await?)
    }

    /// As [`Workspace::query`], with values for named parameter markers.
    pub async fn query_with(
        &self,
        text: &str,
        catalog: Option<&str>,
        schema: Option<&str>,
        parameters: &[QueryParameter],
    ) -> Result<QueryResult, PipelineError> {
        Ok(self.remote.query_with(text, catalog, schema, parameters).await?)
    }
}

/// Of production targets that name no root.
const SHARED: &str = "/Workspace/Shared/.lakesmith";

pub(super) fn own_base(user: &str) -> String {
    format!("/Workspace/Users/{user}/.lakesmith")
}

/// The folder of all projects, for a target and whoever deploys to it.
pub(super) fn base_of(target: &Target, user: &str) -> String {
    match (&target.root, target.mode) {
        (Some(root), _) => root.value.clone(),
        (None, Mode::Production) => SHARED.to_string(),
        (None, Mode::Development | Mode::Local) => own_base(user),
    }
}

fn deployed<'s>(state: &'s State, kind: Kind, name: &str) -> Result<&'s str, PipelineError> {
    let key = ResourceKey::new(kind, name);
    match state.resources.get(&key) {
        Some(record) => Ok(&record.id),
        None => Err(PipelineError::NotDeployed(key)),
    }
}
