//! Many resources at one time: what a list tells need not be asked for one by one.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::api::jobs::{self, Job};
use crate::api::unity::{self, ObjectKind};
use crate::api::workspace::{self, Object};
use crate::api::{alerts, genie, lakeview, pipelines};
use crate::resource::{Kind, Observed};

use super::{Lookup, Remote, RemoteError, job, sql_object, unity_object, updates, workspace_file};

/// From so many resources on, one list is better than a call for each.
const CROWD: usize = 2;
/// Jobs of others are listed, too: so many of ours have to be on a page of 100 for the list to be worth it.
const JOBS_A_PAGE: usize = 8;

/// What was seen of a resource.
#[derive(Debug)]
pub struct Sight {
    pub observed: Option<Observed>,
    /// A list told it. Lists may leave out fields and be behind: what would change because of it is to be read by itself.
    pub at_a_glance: bool,
}

/// A list that tells of several resources.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum List {
    Folder(String),
    Schemas(String),
    Inside(ObjectKind, String, String),
}

type Fields = Map<String, Value>;

/// What a list told, by name; nothing if there is no such container.
type Told<T> = OnceCell<Option<BTreeMap<String, T>>>;

/// A look at a workspace. Lists are asked for once, when something first needs them.
pub struct View<'r> {
    pub(super) remote: &'r Remote,
    folders: BTreeMap<String, Told<Object>>,
    containers: BTreeMap<List, Told<Fields>>,
    /// How many pages of jobs are worth it.
    job_pages: usize,
    jobs: OnceCell<JobList>,
    pub(super) names: Names,
}

/// The jobs of a workspace as far as they were listed.
#[derive(Default)]
struct JobList {
    jobs: BTreeMap<i64, Job>,
    complete: bool,
}

/// Everything that has the name of something that is looked for; listed once.
#[derive(Default)]
pub(super) struct Names {
    dashboards: OnceCell<Vec<lakeview::Dashboard>>,
    spaces: OnceCell<Vec<genie::Space>>,
    alerts: OnceCell<Vec<alerts::Alert>>,
    pipelines: OnceCell<Vec<pipelines::Pipeline>>,
}

impl Names {
    pub(super) async fn dashboards(&self, remote: &Remote) -> Result<&[lakeview::Dashboard], RemoteError> {
        Ok(self.dashboards.get_or_try_init(|| lakeview::list(&remote.client)).await?)
    }

    pub(super) async fn spaces(&self, remote: &Remote) -> Result<&[genie::Space], RemoteError> {
        Ok(self.spaces.get_or_try_init(|| genie::list(&remote.client)).await?)
    }

    pub(super) async fn alerts(&self, remote: &Remote) -> Result<&[alerts::Alert], RemoteError> {
        Ok(self.alerts.get_or_try_init(|| alerts::list(&remote.client)).await?)
    }

    pub(super) async fn pipelines(&self, remote: &Remote) -> Result<&[pipelines::Pipeline], RemoteError> {
        Ok(self.pipelines.get_or_try_init(|| pipelines::list(&remote.client)).await?)
    }
}

impl<'r> View<'r> {
    /// `lookups` are all that will be read.
    pub fn new<'l>(remote: &'r Remote, lookups: impl IntoIterator<Item = Lookup<'l>>) -> Self {
        let (mut folders, mut containers) = (BTreeMap::<String, usize>::new(), BTreeMap::<List, usize>::new());
        let mut jobs = 0;
        for lookup in lookups {
            match list_of(&lookup) {
                Some((List::Folder(path), _)) => *folders.entry(path).or_default() += 1,
                Some((list, _)) => *containers.entry(list).or_default() += 1,
                None => {}
            }
            jobs += usize::from(lookup.key.kind == Kind::Job);
            for (list, _) in tables(&lookup) {
                // Which tables an update has made is asked by lists alone.
                *containers.entry(list).or_default() += CROWD;
            }
        }
        let crowded = |(list, count)| (count >= CROWD).then_some((list, OnceCell::new()));
        Self {
            remote,
            folders: folders
                .into_iter()
                .filter_map(|(list, count)| (count >= CROWD).then(|| (list, OnceCell::new())))
                .collect(),
            containers: containers.into_iter().filter_map(crowded).collect(),
            job_pages: jobs / JOBS_A_PAGE,
            jobs: OnceCell::new(),
            names: Names::default(),
        }
    }

    /// Reads the lists that have many pages, one after the other: begun last, they would be all that is waited for in the
    /// end. What fails is told when it is needed.
    pub async fn read_ahead(&self) {
        let schemas = self.containers.iter().filter_map(|(list, cell)| match list {
            List::Schemas(catalog) => Some(cell.get_or_try_init(|| self.schemas(catalog))),
            List::Folder(_) | List::Inside(..) => None,
        });
        let jobs = async { if self.job_pages > 0 { self.jobs().await.map(drop) } else { Ok(()) } };
        let _told_when_needed = join(join_all(schemas), jobs).await;
    }

    pub async fn read(&self, lookup: &Lookup<'_>) -> Result<Sight, RemoteError> {
        let glance = |observed: Option<Observed>| Sight { observed, at_a_glance: true };
        let sure = |observed: Option<Observed>| Sight { observed, at_a_glance: false };
        if lookup.key.kind == Kind::Job && self.job_pages > 0 {
            let id: Option<i64> = lookup.id.and_then(|id| id.parse().ok());
            let listed = self.jobs().await?;
            let found = id.and_then(|id| listed.jobs.get(&id));
            if let Some(job) = found.filter(|job| !job.has_more) {
                return Ok(glance(Some(job::observed(job.clone()))));
            }
        }
        if lookup.key.kind == Kind::PipelineUpdate {
            return Ok(sure(self.update(lookup).await?));
        }
        match list_of(lookup) {
            Some((List::Folder(folder), name)) => {
                if let Some(cell) = self.folders.get(&folder) {
                    let Some(objects) = cell.get_or_try_init(|| self.folder(&folder)).await? else {
                        return Ok(sure(None));
                    };
                    return Ok(match objects.get(&name) {
                        Some(object) => glance(workspace_file::observed(self.remote, lookup, object).await?),
                        None => glance(None),
                    });
                }
            }
            Some((list, name)) => {
                if let List::Inside(_, catalog, _) = &list
                    && self.lacks(catalog).await?
                {
                    return Ok(sure(None));
                }
                if let Some(cell) = self.containers.get(&list) {
                    let told = cell.get_or_try_init(|| self.container(&list)).await?;
                    let Some(objects) = told else { return Ok(sure(None)) };
                    let observed = objects.get(&name).cloned().and_then(|fields| match list {
                        List::Inside(kind @ (ObjectKind::Table | ObjectKind::Function), ..) => {
                            sql_object::observed(kind, lookup, fields).ok()
                        }
                        _ => unity_object::observed(lookup, fields).ok(),
                    });
                    return Ok(glance(observed));
                }
            }
            None => {}
        }
        Ok(sure(self.remote.read(lookup).await?))
    }

    /// Of the tables that an update is to make, those that are there.
    pub(super) async fn update(&self, lookup: &Lookup<'_>) -> Result<Option<Observed>, RemoteError> {
        let mut found = Vec::new();
        for (list, name) in tables(lookup) {
            let Some(cell) = self.containers.get(&list) else { continue };
            let told = cell.get_or_try_init(|| self.container(&list)).await?;
            if let (Some(told), List::Inside(_, catalog, schema)) = (told, &list)
                && told.contains_key(&name)
            {
                found.push(format!("{catalog}.{schema}.{name}"));
            }
        }
        Ok(updates::observed(lookup, found))
    }

    async fn folder(&self, path: &str) -> Result<Option<BTreeMap<String, Object>>, RemoteError> {
        let found = workspace::list(&self.remote.client, path).await?;
        let name = |object: &Object| object.path.rsplit('/').next().unwrap_or_default().to_string();
        Ok(found.map(|objects| objects.into_iter().map(|object| (name(&object), object)).collect()))
    }

    async fn schemas(&self, catalog: &str) -> Result<Option<BTreeMap<String, Fields>>, RemoteError> {
        Ok(unity::list(&self.remote.client, ObjectKind::Schema, catalog, None).await?.map(by_name))
    }

    /// Is it known that there is no such catalog? Then nothing inside of it is asked for.
    async fn lacks(&self, catalog: &str) -> Result<bool, RemoteError> {
        match self.containers.get(&List::Schemas(catalog.to_string())) {
            Some(cell) => Ok(cell.get_or_try_init(|| self.schemas(catalog)).await?.is_none()),
            None => Ok(false),
        }
    }

    async fn container(&self, list: &List) -> Result<Option<BTreeMap<String, Fields>>, RemoteError> {
        match list {
            List::Folder(_) => Ok(None),
            List::Schemas(catalog) => self.schemas(catalog).await,
            List::Inside(kind, catalog, schema) => {
                Ok(unity::list(&self.remote.client, *kind, catalog, Some(schema)).await?.map(by_name))
            }
        }
    }

    async fn jobs(&self) -> Result<&JobList, RemoteError> {
        let list = async || {
            let (jobs, complete) = jobs::list(&self.remote.client, self.job_pages).await?;
            Ok(JobList { jobs: jobs.into_iter().map(|job| (job.job_id, job)).collect(), complete })
        };
        self.jobs.get_or_try_init(list).await
    }

    /// The pipeline of exactly this name, if it is none of those that are `known`.
    pub async fn pipeline_named(&self, name: &str, known: &BTreeSet<String>) -> Result<Option<String>, RemoteError> {
        let all = self.names.pipelines(self.remote).await?.iter();
        let mut named = all.filter(|found| found.name.as_deref() == Some(name) && !known.contains(&found.pipeline_id));
        Ok(named.next().map(|found| found.pipeline_id.clone()))
    }

    /// Jobs of exactly this name.
    pub(super) async fn jobs_named(&self, name: &str) -> Result<Vec<i64>, RemoteError> {
        if self.job_pages > 0 {
            let listed = self.jobs().await?;
            if listed.complete {
                let named = |job: &&Job| job.settings.get("name").and_then(Value::as_str) == Some(name);
                return Ok(listed.jobs.values().filter(named).map(|job| job.job_id).collect());
            }
        }
        Ok(jobs::find_by_name(&self.remote.client, name).await?.into_iter().map(|job| job.job_id).collect())
    }
}

/// Unity Catalog ignores case.
fn by_name(objects: Vec<Fields>) -> BTreeMap<String, Fields> {
    let name = |fields: &Fields| Some(fields.get("name")?.as_str()?.to_lowercase());
    objects.into_iter().filter_map(|fields| Some((name(&fields)?, fields))).collect()
}

/// The list that tells of a resource, and what it is called there.
fn list_of(lookup: &Lookup<'_>) -> Option<(List, String)> {
    let kind = match lookup.key.kind {
        Kind::WorkspaceFile => {
            let (folder, name) = workspace_file::path_of(lookup).ok()?.rsplit_once('/')?;
            return Some((List::Folder(folder.to_string()), name.to_string()));
        }
        Kind::Schema => ObjectKind::Schema,
        Kind::Volume => ObjectKind::Volume,
        Kind::Function => ObjectKind::Function,
        Kind::Table | Kind::View => ObjectKind::Table,
        _ => return None,
    };
    let name = match kind {
        ObjectKind::Table | ObjectKind::Function => sql_object::name_of(lookup).ok()?.to_lowercase(),
        _ => unity_object::name_of(lookup).ok()?.to_lowercase(),
    };
    match (kind, name.split('.').collect::<Vec<_>>().as_slice()) {
        (ObjectKind::Schema, [catalog, name]) => Some((List::Schemas((*catalog).to_string()), (*name).to_string())),
        (ObjectKind::Schema, _) => None,
        (_, [catalog, schema, name]) => {
            Some((List::Inside(kind, (*catalog).to_string(), (*schema).to_string()), (*name).to_string()))
        }
        _ => None,
    }
}

/// The tables of an update, by the list that tells of them.
fn tables(lookup: &Lookup<'_>) -> Vec<(List, String)> {
    if lookup.key.kind != Kind::PipelineUpdate || lookup.id.is_none() {
        return Vec::new();
    }
    let names = lookup.spec.get("tables").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let place = |name: &str| match name.split('.').collect::<Vec<_>>().as_slice() {
        [catalog, schema, table] => {
            let list = List::Inside(ObjectKind::Table, (*catalog).to_string(), (*schema).to_string());
            Some((list, (*table).to_string()))
        }
        _ => None,
    };
    names.filter_map(place).collect()
}
