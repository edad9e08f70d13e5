//! An apply as a demo shows it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::report::Step;
use super::update::Datasets;
use super::watch::Recorder;
use crate::pipeline::{Observer, PlanStep, RemoteError, ResourceKey, UpdateProgress};

pub(super) struct ApplyWatch<'r> {
    recorder: &'r Recorder<'r>,
    done: AtomicUsize,
    steps: usize,
    tables: usize,
    datasets: Datasets,
}

impl<'r> ApplyWatch<'r> {
    pub(super) fn new(recorder: &'r Recorder<'_>, steps: usize, tables: usize) -> Self {
        Self { recorder, done: AtomicUsize::new(0), steps, tables, datasets: Datasets::default() }
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.datasets.into_steps()
    }
}

impl Observer for ApplyWatch<'_> {
    fn started(&self, _: &PlanStep) {}

    fn succeeded(&self, step: &PlanStep, _: Duration) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.recorder.progress(done as u64, Some(self.steps as u64), &step.key.to_string());
    }

    /// Told by the report.
    fn failed(&self, _: &PlanStep, _: &RemoteError) {}

    fn skipped(&self, _: &PlanStep, _: &ResourceKey) {}

    fn progress(&self, _: &PlanStep, progress: &UpdateProgress) {
        if let Some(name) = self.datasets.note(progress) {
            self.recorder.progress(self.datasets.completed() as u64, Some(self.tables as u64), &name);
        }
    }
}
