//! News of a run, for whoever shows it.

use std::time::Duration;

use crate::plan::Step;
use crate::remote::{RemoteError, UpdateProgress};
use crate::resource::ResourceKey;

/// Called from the run as things happen; must return quickly.
pub trait Observer: Send + Sync {
    fn started(&self, step: &Step);
    fn succeeded(&self, step: &Step, took: Duration);
    fn failed(&self, step: &Step, error: &RemoteError);
    /// Not done, because this other step failed.
    fn skipped(&self, step: &Step, because: &ResourceKey);
    /// A pipeline update that the step waits for.
    fn progress(&self, step: &Step, progress: &UpdateProgress);
}

/// Shows nothing.
pub struct Silent;

impl Observer for Silent {
    fn started(&self, _: &Step) {}
    fn succeeded(&self, _: &Step, _: Duration) {}
    fn failed(&self, _: &Step, _: &RemoteError) {}
    fn skipped(&self, _: &Step, _: &ResourceKey) {}
    fn progress(&self, _: &Step, _: &UpdateProgress) {}
}
