//! Making a demo: data, deployment, update, numbers.

use futures_util::{StreamExt, stream};

use super::DemoError;
use super::files::{self, generate};
use super::observer::{ApplyWatch, Entrance};
use super::prepare::Prepared;
use super::record::{DataSet, Record};
use super::report::{Report, StoryLine, TableRows};
use super::story::judge;
use super::update::Datasets;
use super::watch::{Recorder, Watcher};
use crate::pipeline::{
    Action, Cancel, Deployment, Kind, PATIENCE, Pace, Patience, PipelineError, PlanStep, QueryResult, Risk,
    UpdateOptions, VolumeUpload, Workspace, unit,
};

impl Prepared {
    /// Makes or refreshes the demo and compares its numbers.
    pub async fn up(self, workspace: &Workspace, watcher: &dyn Watcher, cancel: &Cancel) -> Result<Report, DemoError> {
        let recorder = Recorder::new(watcher);
        recorder.add(super::Step { name: "preflight".to_string(), seconds: self.took, rows: None });
        let uploads = self.data(&recorder).await?;
        let updated = self.deploy(workspace, uploads, &recorder, cancel).await?;
        if !updated {
            self.update(workspace, &recorder).await?;
        }
        let tables = self.count(workspace, &recorder).await?;
        let story = self.story(workspace, &recorder).await?;
        let elapsed = self.began.elapsed().as_secs_f64();
        Ok(Report::new(&self.solution, &self.target, elapsed, recorder.into_steps(), story, tables))
    }

    /// The data files, made if they are not there already.
    async fn data(&self, recorder: &Recorder<'_>) -> Result<Vec<VolumeUpload>, DemoError> {
        let step = recorder.start("generate");
        let folder = self.place.data();
        if let Some(data) = self.record.as_ref().and_then(|record| record.data.as_ref())
            && files::are_whole(data, &folder)?
        {
            step.end(None);
            return Ok(files::uploads(&self.landing, data, &folder));
        }
        let now = self.system.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let mut record =
            self.record.clone().unwrap_or_else(|| Record::new(&self.solution, &self.target, self.settings, now));
        // Written before there is anything, so that `down` knows what to remove after a crash.
        record.data = None;
        record.write(&self.place)?;
        let (generator, settings, target) = (self.generator, self.settings, folder.clone());
        let made = tokio::task::spawn_blocking(move || generate(generator, &settings, &target)).await;
        let data: DataSet = made.map_err(|_| DemoError::GeneratorDied)??;
        let rows = data.rows.values().sum();
        let uploads = files::uploads(&self.landing, &data, &folder);
        record.data = Some(data);
        record.write(&self.place)?;
        step.end(Some(rows));
        Ok(uploads)
    }

    /// Plans and applies. `true` if that ran the pipelines, because something needed their tables.
    async fn deploy(
        &self,
        workspace: &Workspace,
        uploads: Vec<VolumeUpload>,
        recorder: &Recorder<'_>,
        cancel: &Cancel,
    ) -> Result<bool, DemoError> {
        let step = recorder.start("plan");
        let project = unit(&self.compiled.project, &self.solution);
        let root = workspace.root(&project, &self.target);
        let (desired, found) = self.compiled.desired(&root, workspace.user(), uploads);
        let found = self.judge.settle(found).findings;
        if found.has_errors() {
            return Err(DemoError::Project(found.sorted()));
        }
        let command = format!("lakesmith demo up {} -t {}", self.solution, self.target);
        let patience = Patience { longest: PATIENCE, observer: &Entrance(recorder), cancel };
        let mut deployment = Deployment::open(workspace, &project, &self.target, desired, &command, patience).await?;
        step.end(None);
        let result = self.apply(&mut deployment, recorder, cancel).await;
        // The lease is given back whatever happened.
        let closed = deployment.close().await;
        let updated = result?;
        closed?;
        Ok(updated)
    }

    async fn apply(
        &self,
        deployment: &mut Deployment<'_>,
        recorder: &Recorder<'_>,
        cancel: &Cancel,
    ) -> Result<bool, DemoError> {
        let plan = deployment.plan();
        let refused = plan.not_allowed(&[Risk::Security]).map(|step| step.key.to_string()).collect::<Vec<_>>();
        if !refused.is_empty() {
            return Err(DemoError::NotAllowed {
                solution: self.solution.clone(),
                target: self.target.clone(),
                refused,
            });
        }
        let updates = |action: Action| matches!(action, Action::Create | Action::Update | Action::Recreate);
        let runs = |step: &&PlanStep| step.key.kind == Kind::PipelineUpdate && updates(step.action);
        let running: Vec<String> = plan.changes().filter(runs).map(|step| step.key.name().to_string()).collect();
        let step = recorder.start("apply");
        let tables = if running.is_empty() { 0 } else { self.tables.len() };
        let watch = ApplyWatch::new(recorder, plan.changes().count(), tables);
        let report = deployment.apply(&watch, cancel, Pace::default()).await?;
        if !report.is_complete() {
            return Err(DemoError::incomplete(report));
        }
        let done = report.done.len();
        step.end(None);
        recorder.progress(done as u64, Some(done as u64), "resources");
        watch.into_steps().into_iter().for_each(|step| recorder.add(step));
        Ok(!self.pipelines.is_empty() && self.pipelines.iter().all(|pipeline| running.contains(pipeline)))
    }

    async fn update(&self, workspace: &Workspace, recorder: &Recorder<'_>) -> Result<(), DemoError> {
        let project = unit(&self.compiled.project, &self.solution);
        let state = workspace.state(&project, &self.target).await?.ok_or(PipelineError::NothingDeployed)?;
        let step = recorder.start("update");
        let datasets = Datasets::default();
        let total = self.tables.len() as u64;
        for pipeline in &self.pipelines {
            let news = |progress| {
                if let Some(name) = datasets.note(&progress) {
                    recorder.progress(datasets.completed() as u64, Some(total), &name);
                }
            };
            workspace.run_pipeline(&state, pipeline, &UpdateOptions::default(), &news).await?;
        }
        step.end(None);
        datasets.into_steps().into_iter().for_each(|step| recorder.add(step));
        Ok(())
    }

    async fn count(&self, workspace: &Workspace, recorder: &Recorder<'_>) -> Result<Vec<TableRows>, DemoError> {
        let step = recorder.start("count");
        let counts = stream::iter(&self.tables).map(|table| async move {
            let rows = workspace.count(table).await?;
            Ok::<_, DemoError>(TableRows { name: table.to_string(), rows })
        });
        let mut counts = counts.buffered(AT_ONCE);
        let mut counted = Vec::new();
        while let Some(table) = counts.next().await {
            counted.push(table?);
            recorder.progress(counted.len() as u64, Some(self.tables.len() as u64), "tables");
        }
        counted.sort_by(|a, b| a.name.cmp(&b.name));
        step.end(None);
        Ok(counted)
    }

    async fn story(&self, workspace: &Workspace, recorder: &Recorder<'_>) -> Result<Vec<StoryLine>, DemoError> {
        let step = recorder.start("story");
        let answers = stream::iter(&self.questions).map(|question| async move {
            let result = workspace.query(&question.sql.value, None, None).await;
            let result = result.map_err(|source| DemoError::Story { id: question.id.clone(), source })?;
            Ok::<_, DemoError>(judge(question, number(&result)))
        });
        let mut answers = answers.buffered(AT_ONCE);
        let mut story = Vec::new();
        while let Some(line) = answers.next().await {
            story.push(line?);
            recorder.progress(story.len() as u64, Some(self.questions.len() as u64), "numbers");
        }
        step.end(None);
        Ok(story)
    }
}

/// Queries that wait for answers at the same time.
const AT_ONCE: usize = 4;

/// One row with one number; anything else is not an answer.
fn number(result: &QueryResult) -> Option<f64> {
    match result.rows.as_slice() {
        [row] => match row.as_slice() {
            [Some(text)] => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        },
        _ => None,
    }
}
