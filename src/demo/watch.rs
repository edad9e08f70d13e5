//! News of a demo as it is made, and the steps that the report keeps.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::report::Step;

/// Called as things happen; must return quickly.
pub trait Watcher: Send + Sync {
    fn started(&self, step: &str);
    /// Something inside the step that runs: `done` of `total` where there is a total.
    fn progress(&self, done: u64, total: Option<u64>, what: &str);
    fn finished(&self, step: &Step);
}

/// Times steps and passes the news on.
pub(super) struct Recorder<'w> {
    watcher: &'w dyn Watcher,
    steps: Mutex<Vec<Step>>,
}

impl<'w> Recorder<'w> {
    pub(super) fn new(watcher: &'w dyn Watcher) -> Self {
        Self { watcher, steps: Mutex::default() }
    }

    pub(super) fn start(&self, name: &str) -> Running<'_, 'w> {
        self.watcher.started(name);
        Running { recorder: self, name: name.to_string(), began: Instant::now() }
    }

    pub(super) fn progress(&self, done: u64, total: Option<u64>, what: &str) {
        self.watcher.progress(done, total, what);
    }

    /// A step that was timed elsewhere.
    pub(super) fn add(&self, step: Step) {
        self.watcher.finished(&step);
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A step that runs. Dropped without an end, it failed and is not kept.
pub(super) struct Running<'r, 'w> {
    recorder: &'r Recorder<'w>,
    name: String,
    began: Instant,
}

impl Running<'_, '_> {
    pub(super) fn end(self, rows: Option<u64>) {
        self.recorder.add(Step { name: self.name, seconds: self.began.elapsed().as_secs_f64(), rows });
    }
}
