//! One entry for every kind.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, OnceCell};

use crate::api::unity::ObjectKind;
use crate::api::{Client, scim, warehouses};
use crate::ident::ContentHash;
use crate::resource::{Alteration, Content, Kind, Merge, Observed, ResourceKey, Rules, Spec};

use super::{Possessions, RemoteError, UpdateProgress, View};
use super::{
    alert, contents, dashboard, dashboard_schedule, experiment, genie, grants, guard, job, path_file, permissions,
    pipeline, secret_scope, sql_object, sql_warehouse, tags, unity_object, updates, workspace_file,
};

/// A workspace, as the source and the object of changes.
pub struct Remote {
    pub(super) client: Client,
    warehouse: OnceCell<String>,
    /// Held while lists of access of secret scopes are changed.
    pub(super) acls: Mutex<()>,
    /// The name of whoever signs in.
    caller: OnceCell<String>,
    /// Folders that are known to be there.
    pub(super) folders: Mutex<BTreeSet<String>>,
}

/// What is known of a resource that is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    pub key: &'a ResourceKey,
    /// As recorded at the last deployment.
    pub id: Option<&'a str>,
    /// As wanted, else as recorded.
    pub spec: &'a Spec,
    /// Etag and fingerprint as recorded: content with the same etag need not be read again.
    pub known: Option<(&'a str, &'a ContentHash)>,
}

/// A resource to be made or changed; every reference is resolved.
#[derive(Clone)]
pub struct Item<'a> {
    pub key: &'a ResourceKey,
    pub spec: &'a Spec,
    pub content: Option<&'a Content>,
    /// Of what is there, as the plan saw it.
    pub etag: Option<&'a str>,
    /// Top-level fields that change, `content` among them; of a new resource, all.
    pub changed: BTreeSet<String>,
    /// Top-level fields in which something stays as it was edited in the workspace.
    pub kept: BTreeSet<String>,
    /// As it was deployed last.
    pub recorded: Option<&'a Spec>,
    /// What was edited in the workspace gives way.
    pub overwrites: bool,
    /// The fingerprint of the content that is there, as the plan saw it.
    pub seen: Option<ContentHash>,
    /// Whole paths of what goes away.
    pub removed: BTreeSet<String>,
    pub grants: Vec<GrantChange>,
    /// Of a table whose changes all leave its rows alone.
    pub alterations: Option<Vec<Alteration>>,
    /// Hears of a pipeline update that the change waits for.
    pub progress: Option<&'a (dyn Fn(UpdateProgress) + Sync)>,
}

/// What one principal gets and loses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantChange {
    pub principal: String,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// A resource to be taken away.
#[derive(Clone, Copy, Debug)]
pub struct Deletion<'a> {
    pub key: &'a ResourceKey,
    pub id: &'a str,
    pub recorded: &'a Spec,
    /// What to take away, where the resource is grants.
    pub grants: &'a [GrantChange],
    /// All that the deployment made.
    pub owned: &'a Possessions,
}

impl<'a> Item<'a> {
    /// To be looked for, not to be changed.
    pub fn sought(key: &'a ResourceKey, spec: &'a Spec) -> Self {
        Self {
            key,
            spec,
            content: None,
            etag: None,
            changed: BTreeSet::new(),
            kept: BTreeSet::new(),
            recorded: None,
            overwrites: false,
            seen: None,
            removed: BTreeSet::new(),
            grants: Vec::new(),
            alterations: None,
            progress: None,
        }
    }

    pub(super) fn text(&self, field: &'static str) -> Result<&str, RemoteError> {
        let found = self.spec.get(field).and_then(serde_json::Value::as_str);
        found.ok_or_else(|| self.incomplete(field))
    }

    pub(super) fn content(&self) -> Result<&Content, RemoteError> {
        self.content.ok_or_else(|| self.incomplete("its content"))
    }

    /// What is there, with what changes: everything else stays as it is there.
    pub(super) fn merged(&self, there: &Spec) -> Spec {
        let (rules, recorded) = (Rules::of(self.key.kind), self.recorded);
        Merge { rules, wanted: self.spec, recorded, there, keeps_edits: !self.overwrites }.merged()
    }

    /// Content of a kind that is small.
    pub(super) fn bytes(&self) -> Result<&Bytes, RemoteError> {
        self.content()?.bytes().ok_or_else(|| self.incomplete("its content in memory"))
    }

    fn incomplete(&self, what: &'static str) -> RemoteError {
        RemoteError::Incomplete { key: self.key.to_string(), what }
    }
}

impl Remote {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            warehouse: OnceCell::new(),
            acls: Mutex::new(()),
            caller: OnceCell::new(),
            folders: Mutex::new(BTreeSet::new()),
        }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The resource as it is; `None` if it is not there.
    pub async fn read(&self, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
        match lookup.key.kind {
            Kind::Catalog => unity_object::read(self, ObjectKind::Catalog, lookup).await,
            Kind::Schema => unity_object::read(self, ObjectKind::Schema, lookup).await,
            Kind::Volume => unity_object::read(self, ObjectKind::Volume, lookup).await,
            Kind::Function => sql_object::read(self, ObjectKind::Function, lookup).await,
            Kind::Table | Kind::View => sql_object::read(self, ObjectKind::Table, lookup).await,
            Kind::WorkspaceFile => workspace_file::read(self, lookup).await,
            Kind::VolumeFile => path_file::read(self, lookup).await,
            Kind::Pipeline => pipeline::read(self, lookup).await,
            Kind::PipelineUpdate => Ok(View::new(self, [*lookup]).update(lookup).await?),
            Kind::Tags => tags::read(self, lookup).await,
            Kind::Mask | Kind::RowFilter => guard::read(self, lookup).await,
            Kind::Grants => grants::read(self, lookup).await,
            Kind::Dashboard => dashboard::read(self, lookup).await,
            Kind::GenieSpace => genie::read(self, lookup).await,
            Kind::Alert => alert::read(self, lookup).await,
            Kind::Job => job::read(self, lookup).await,
            Kind::Permissions => permissions::read(self, lookup).await,
            Kind::DashboardSchedule => dashboard_schedule::read(self, lookup).await,
            Kind::SqlWarehouse => sql_warehouse::read(self, lookup).await,
            Kind::SecretScope => secret_scope::read(self, lookup).await,
            Kind::RegisteredModel => unity_object::read(self, ObjectKind::Model, lookup).await,
            Kind::Experiment => experiment::read(self, lookup).await,
        }
    }

    /// Makes the resource. What was asked for is what is recorded; the result's `spec` is what the service shows of it,
    /// where that is read, else empty.
    pub async fn create(&self, item: &Item<'_>) -> Result<Observed, RemoteError> {
        match item.key.kind {
            Kind::Catalog => unity_object::create(self, ObjectKind::Catalog, item).await,
            Kind::Schema => unity_object::create(self, ObjectKind::Schema, item).await,
            Kind::Volume => unity_object::create(self, ObjectKind::Volume, item).await,
            Kind::Function | Kind::Table | Kind::View => sql_object::run(self, item).await,
            Kind::WorkspaceFile => workspace_file::write(self, item).await,
            Kind::VolumeFile => path_file::write(self, item).await,
            Kind::Pipeline => pipeline::create(self, item).await,
            Kind::PipelineUpdate => updates::make_tables(self, item).await,
            Kind::Tags => tags::set(self, item).await,
            Kind::Mask | Kind::RowFilter => guard::set(self, item).await,
            Kind::Grants => grants::change(self, item).await,
            Kind::Dashboard => dashboard::create(self, item).await,
            Kind::GenieSpace => genie::create(self, item).await,
            Kind::Alert => alert::create(self, item).await,
            Kind::Job => job::create(self, item).await,
            Kind::Permissions => permissions::change(self, item).await,
            Kind::DashboardSchedule => dashboard_schedule::create(self, item).await,
            Kind::SqlWarehouse => sql_warehouse::create(self, item).await,
            Kind::SecretScope => secret_scope::create(self, item).await,
            Kind::RegisteredModel => unity_object::create(self, ObjectKind::Model, item).await,
            Kind::Experiment => experiment::create(self, item).await,
        }
    }

    pub async fn update(&self, id: &str, item: &Item<'_>) -> Result<Observed, RemoteError> {
        match item.key.kind {
            Kind::Catalog => unity_object::update(self, ObjectKind::Catalog, id, item).await,
            Kind::Schema => unity_object::update(self, ObjectKind::Schema, id, item).await,
            Kind::Volume => unity_object::update(self, ObjectKind::Volume, id, item).await,
            Kind::Function | Kind::Table | Kind::View => sql_object::update(self, item).await,
            Kind::WorkspaceFile => workspace_file::write(self, item).await,
            Kind::VolumeFile => path_file::write(self, item).await,
            Kind::Pipeline => pipeline::update(self, id, item).await,
            Kind::PipelineUpdate => updates::make_tables(self, item).await,
            Kind::Tags => tags::set(self, item).await,
            Kind::Mask | Kind::RowFilter => guard::set(self, item).await,
            Kind::Grants => grants::change(self, item).await,
            Kind::Dashboard => dashboard::update(self, id, item).await,
            Kind::GenieSpace => genie::update(self, id, item).await,
            Kind::Alert => alert::update(self, id, item).await,
            Kind::Job => job::update(self, id, item).await,
            Kind::Permissions => permissions::change(self, item).await,
            Kind::DashboardSchedule => dashboard_schedule::update(self, id, item).await,
            Kind::SqlWarehouse => sql_warehouse::update(self, id, item).await,
            // All that the API tells of one is fixed.
            Kind::SecretScope => Ok(Observed { id: id.to_string(), ..Observed::default() }),
            Kind::RegisteredModel => unity_object::update(self, ObjectKind::Model, id, item).await,
            Kind::Experiment => experiment::update(self, id, item).await,
        }
    }

    /// Success also if there is nothing. A container that holds what the deployment did not make is refused
    /// ([`RemoteError::Foreign`]).
    pub async fn delete(&self, deletion: &Deletion<'_>) -> Result<(), RemoteError> {
        let Deletion { key, id, recorded, grants, owned } = *deletion;
        match key.kind {
            Kind::Catalog => contents::delete(self, ObjectKind::Catalog, id, owned).await,
            Kind::Schema => contents::delete(self, ObjectKind::Schema, id, owned).await,
            Kind::Volume => contents::delete(self, ObjectKind::Volume, id, owned).await,
            Kind::Function => contents::delete(self, ObjectKind::Function, id, owned).await,
            Kind::Table | Kind::View => contents::delete(self, ObjectKind::Table, id, owned).await,
            Kind::WorkspaceFile => workspace_file::delete(self, id).await,
            Kind::VolumeFile => path_file::delete(self, id).await,
            Kind::Pipeline => pipeline::delete(self, id).await,
            // Its tables go with the pipeline.
            Kind::PipelineUpdate => Ok(()),
            Kind::Tags => tags::remove(self, key, recorded).await,
            Kind::Mask | Kind::RowFilter => guard::remove(self, key, recorded).await,
            Kind::Grants => grants::revoke(self, recorded, grants).await,
            Kind::Dashboard => dashboard::trash(self, id).await,
            Kind::GenieSpace => genie::trash(self, id).await,
            Kind::Alert => alert::delete(self, id).await,
            Kind::Job => job::delete(self, id).await,
            Kind::Permissions => permissions::revoke(self, recorded, grants).await,
            Kind::DashboardSchedule => dashboard_schedule::delete(self, recorded, id).await,
            Kind::SqlWarehouse => sql_warehouse::delete(self, id).await,
            Kind::SecretScope => secret_scope::delete(self, id).await,
            Kind::RegisteredModel => contents::delete(self, ObjectKind::Model, id, owned).await,
            Kind::Experiment => experiment::delete(self, id).await,
        }
    }

    /// The warehouse that is used where none is named: the one of `DATABRICKS_WAREHOUSE_ID` or the profile, else a running
    /// one, else a serverless one, else any; by name.
    pub async fn default_warehouse(&self) -> Result<&str, RemoteError> {
        if let Some(chosen) = self.client.warehouse_id() {
            return Ok(chosen);
        }
        let found = self.warehouse.get_or_try_init(|| async {
            let mut all = warehouses::list(&self.client).await?;
            all.retain(|warehouse| !matches!(warehouse.state.as_deref(), Some("DELETED" | "DELETING")));
            all.sort_by_key(|warehouse| {
                let running = warehouse.state.as_deref() == Some("RUNNING");
                (!running, !warehouse.enable_serverless_compute, warehouse.name.clone())
            });
            all.into_iter().next().map(|warehouse| warehouse.id).ok_or(RemoteError::NoWarehouse)
        });
        Ok(found.await?.as_str())
    }

    /// Whoever signs in, as lists of access name them.
    pub(super) async fn caller(&self) -> Result<&str, RemoteError> {
        let found = self.caller.get_or_try_init(|| async { Ok(scim::me(&self.client).await?.user_name) });
        found.await.map(String::as_str)
    }

    /// The first and the longest wait between two looks at something that runs.
    pub(super) fn patience(&self) -> (Duration, Duration) {
        let longest = if self.client.is_local() { 80 } else { 3000 };
        (Duration::from_millis(20), Duration::from_millis(longest))
    }
}
