//! Looking up what a lost answer may have made, and what a deployment made that no record tells of any more.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::api::{alerts, genie, jobs, lakeview, pipelines};
use serde_json::Value;

use crate::resource::{Kind, NormalForm, Observed, ResourceKey, Rules, Spec};

use super::view::Names;
use super::{Item, Lookup, Remote, RemoteError, View, alert, experiment, job, pipeline, sql_warehouse};

/// A clock of the service may be behind ours by this much.
const SKEW_SECONDS: i64 = 120;

impl View<'_> {
    /// A resource whose id the service chose, which a deployment of this project made and of which no record tells: the
    /// state was lost, or the project calls it by a new key. A name alone is no proof, for others may use it, too:
    /// dashboards, Genie spaces and alerts must lie in the project's folder, pipelines and jobs run a file of it or another
    /// resource by its id.
    pub async fn find_made_before(
        &self,
        key: &ResourceKey,
        spec: &Spec,
        known: &BTreeSet<String>,
    ) -> Result<Option<Observed>, RemoteError> {
        let (item, remote, names) = (Item::sought(key, spec), self.remote, &self.names);
        // Their names are there only once, so that whoever made it, it is this one. Whether the project made it, nothing
        // tells, so that it is not the project's to delete.
        match key.kind {
            Kind::SqlWarehouse => return sql_warehouse::find(remote, &item).await,
            Kind::Experiment => return experiment::find(remote, &item).await,
            _ => {}
        }
        let mut ids: Vec<String> = match key.kind {
            Kind::Pipeline => {
                let name = item.text("name")?;
                let all = self.names.pipelines(remote).await?.iter();
                let named = all.filter(|pipeline| pipeline.name.as_deref() == Some(name));
                named.map(|pipeline| pipeline.pipeline_id.clone()).collect()
            }
            Kind::Job => {
                let found = self.jobs_named(item.text("name")?).await?;
                found.into_iter().map(|id| id.to_string()).collect()
            }
            Kind::Dashboard => {
                remote.find_dashboard(&item, known, names).await?.map(|found| found.id).into_iter().collect()
            }
            Kind::GenieSpace => {
                remote.find_space(&item, known, names).await?.map(|found| found.id).into_iter().collect()
            }
            Kind::Alert => remote.find_alert(&item, known, names).await?.map(|found| found.id).into_iter().collect(),
            // The others are where they are said to be.
            _ => Vec::new(),
        };
        ids.retain(|id| !known.contains(id));
        // The oldest, should there be several.
        ids.sort_by_key(|id| (id.len(), id.clone()));
        let ours = marks(spec);
        let mut oldest: Option<Observed> = None;
        for id in ids {
            let found = remote.read(&Lookup { key, id: Some(&id), spec, known: None }).await?;
            let marked = |found: &Observed| match key.kind {
                Kind::Pipeline | Kind::Job => !ours.is_disjoint(&marks(&found.spec)),
                _ => true,
            };
            let Some(found) = found.filter(marked) else { continue };
            match &mut oldest {
                Some(oldest) => oldest.twins.push(found.id),
                None => oldest = Some(Observed { made_before: true, ..found }),
            }
        }
        Ok(oldest)
    }
}

impl View<'_> {
    /// Jobs of the name of one that bears no mark: whether one of them was made by a deployment of this project, nothing
    /// tells.
    pub async fn namesakes(
        &self,
        key: &ResourceKey,
        spec: &Spec,
        known: &BTreeSet<String>,
    ) -> Result<Vec<String>, RemoteError> {
        if key.kind != Kind::Job || !marks(spec).is_empty() {
            return Ok(Vec::new());
        }
        let found = self.jobs_named(Item::sought(key, spec).text("name")?).await?;
        Ok(found.into_iter().map(|id| id.to_string()).filter(|id| !known.contains(id)).collect())
    }
}

impl Remote {
    /// The resource as made by a create at or after `since` whose answer was lost; `None` if it did not take effect.
    /// `known` are ids that belong to other resources of the project.
    pub async fn find(
        &self,
        item: &Item<'_>,
        since: DateTime<Utc>,
        known: &BTreeSet<String>,
    ) -> Result<Option<Observed>, RemoteError> {
        match item.key.kind {
            Kind::Pipeline => {
                for named in pipelines::find_by_name(&self.client, item.text("name")?).await? {
                    // A list does not tell specifications.
                    let found = match known.contains(&named.pipeline_id) {
                        true => None,
                        false => pipelines::get(&self.client, &named.pipeline_id).await?,
                    };
                    if let Some(found) = found
                        && self.is_as_sent(item, since, &found).await?
                    {
                        return Ok(Some(pipeline::observed(found)));
                    }
                }
                Ok(None)
            }
            Kind::Job => {
                let earliest = since.timestamp_millis() - SKEW_SECONDS * 1000;
                let found = jobs::find_by_name(&self.client, item.text("name")?).await?;
                let recent = |job: &jobs::Job| job.created_time.is_some_and(|created| created >= earliest);
                let ours = found.into_iter().filter(|job| recent(job) && !known.contains(&job.job_id.to_string()));
                Ok(ours.max_by_key(|job| job.created_time).map(job::observed))
            }
            // What was listed before does not tell of what was made since.
            Kind::Dashboard => self.find_dashboard(item, known, &Names::default()).await,
            Kind::GenieSpace => self.find_space(item, known, &Names::default()).await,
            Kind::Alert => self.find_alert(item, known, &Names::default()).await,
            Kind::SqlWarehouse => sql_warehouse::find(self, item).await,
            Kind::Experiment => experiment::find(self, item).await,
            Kind::Catalog
            | Kind::Schema
            | Kind::Volume
            | Kind::VolumeFile
            | Kind::Function
            | Kind::WorkspaceFile
            | Kind::PipelineUpdate
            | Kind::Table
            | Kind::View
            | Kind::Tags
            | Kind::Mask
            | Kind::RowFilter
            | Kind::Grants
            | Kind::SecretScope
            | Kind::RegisteredModel
            | Kind::DashboardSchedule
            | Kind::Permissions => self.read(&Lookup { key: item.key, id: None, spec: item.spec, known: None }).await,
        }
    }

    /// Did our create make this pipeline of its name? Somebody else may have been quicker. It has all that was sent, and
    /// that names files or resources of the project; else it was made by whoever asks, not before it was asked for.
    async fn is_as_sent(
        &self,
        item: &Item<'_>,
        since: DateTime<Utc>,
        found: &pipelines::Pipeline,
    ) -> Result<bool, RemoteError> {
        let there = pipeline::observed(found.clone()).spec;
        let rules = Rules::of(item.key.kind);
        // Clusters come back with what the service knows better.
        let told = item.spec.iter().filter(|(field, _)| !rules.is_write_only(field) && *field != "clusters");
        if !told.into_iter().all(|(field, value)| rules.same(field, value, there.get(field))) {
            return Ok(false);
        }
        if !marks(item.spec).is_empty() {
            return Ok(true);
        }
        let earliest = since.timestamp_millis() - SKEW_SECONDS * 1000;
        let recent = found.last_modified.is_some_and(|modified| modified >= earliest);
        let creator = found.creator_user_name.as_deref().filter(|_| recent);
        match creator {
            Some(creator) => Ok(creator.eq_ignore_ascii_case(self.caller().await?)),
            None => Ok(false),
        }
    }

    /// The id of what has the name of a resource whose name is there only once, if it is none of those that are `known`.
    pub async fn named(&self, item: &Item<'_>, known: &BTreeSet<String>) -> Result<Option<String>, RemoteError> {
        match item.key.kind {
            Kind::Pipeline => {
                let found = pipelines::find_by_name(&self.client, item.text("name")?).await?;
                Ok(found.into_iter().map(|found| found.pipeline_id).find(|id| !known.contains(id)))
            }
            // Nobody asks: they are found by their names.
            _ => Ok(None),
        }
    }

    /// By name and folder; the folder is the project's own.
    async fn find_dashboard(
        &self,
        item: &Item<'_>,
        known: &BTreeSet<String>,
        names: &Names,
    ) -> Result<Option<Observed>, RemoteError> {
        let (name, folder) = (item.text("display_name")?, item.text("parent_path")?);
        for candidate in names.dashboards(self).await? {
            if candidate.display_name.as_deref() != Some(name) || known.contains(&candidate.dashboard_id) {
                continue;
            }
            let draft = lakeview::get(&self.client, &candidate.dashboard_id).await?;
            let here = |path: &String| NormalForm::WorkspacePath.same(path, folder);
            if let Some(draft) = draft.filter(|draft| draft.parent_path.as_ref().is_some_and(here)) {
                return Ok(Some(Observed { id: draft.dashboard_id, etag: draft.etag, ..Observed::default() }));
            }
        }
        Ok(None)
    }

    async fn find_space(
        &self,
        item: &Item<'_>,
        known: &BTreeSet<String>,
        names: &Names,
    ) -> Result<Option<Observed>, RemoteError> {
        let (title, folder) = (item.text("title")?, item.text("parent_path")?);
        for candidate in names.spaces(self).await? {
            if candidate.title.as_deref() != Some(title) || known.contains(&candidate.space_id) {
                continue;
            }
            let space = genie::get(&self.client, &candidate.space_id).await?;
            let here = |path: &String| NormalForm::WorkspacePath.same(path, folder);
            if let Some(space) = space.filter(|space| space.parent_path.as_ref().is_some_and(here)) {
                return Ok(Some(Observed { id: space.space_id, etag: space.etag, ..Observed::default() }));
            }
        }
        Ok(None)
    }

    async fn find_alert(
        &self,
        item: &Item<'_>,
        known: &BTreeSet<String>,
        names: &Names,
    ) -> Result<Option<Observed>, RemoteError> {
        let (name, folder) = (item.text("display_name")?, item.text("parent_path")?);
        for candidate in names.alerts(self).await? {
            if candidate.text("display_name") != Some(name) || known.contains(&candidate.id) {
                continue;
            }
            // A list may leave out in which folder it is.
            let found = alerts::get(&self.client, &candidate.id).await?.map(alert::observed);
            let here = |found: &Observed| {
                let path = found.spec.get("parent_path").and_then(Value::as_str);
                path.is_some_and(|path| NormalForm::WorkspacePath.same(path, folder))
            };
            if let Some(found) = found.filter(here) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Fields that name what a deployment made by ids that the service chose: nobody has them by chance.
const IDS: [&str; 5] = ["pipeline_id", "job_id", "dashboard_id", "space_id", "alert_id"];

/// What a specification names that only this project has: files of the workspace, and ids of its other resources.
fn marks(spec: &Spec) -> BTreeSet<String> {
    fn collect(name: &str, value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if text.starts_with("/Workspace/") => drop(into.insert(text.clone())),
            // Not a reference whose resource is not there.
            Value::String(text) if IDS.contains(&name) && !text.contains("${") => {
                into.insert(format!("{name} {text}"));
            }
            Value::Number(number) if IDS.contains(&name) => drop(into.insert(format!("{name} {number}"))),
            Value::Array(items) => items.iter().for_each(|item| collect(name, item, into)),
            Value::Object(fields) => fields.iter().for_each(|(name, field)| collect(name, field, into)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    spec.iter().for_each(|(name, value)| collect(name, value, &mut found));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_ids_of_the_project_are_marks_and_names_are_none() {
        let spec = serde_json::json!({
            "name": "daily",
            "tasks": [
                {"pipeline_task": {"pipeline_id": "7f"}, "task_key": "a"},
                {"run_job_task": {"job_id": 12}},
                {"pipeline_task": {"pipeline_id": "${pipeline.main.id}"}},
                {"sql_task": {"warehouse_id": "w", "file": {"path": "/Workspace/Shared/x.sql"}}},
            ],
        });
        let found = marks(spec.as_object().unwrap());
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["/Workspace/Shared/x.sql", "job_id 12", "pipeline_id 7f"]);
    }
}
