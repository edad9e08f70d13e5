//! News of a run, for whoever shows it.

use std::time::Duration;

use crate::plan::Step;
use crate::remote::{RemoteError, UpdateProgress};
use crate::resource::ResourceKey;
use crate::state::Lease;

/// Called from the run as things happen; must return quickly. Whoever is interested in nothing of it writes nothing.
pub trait Observer: Send + Sync {
    /// Before the run: somebody holds the target.
    fn waiting(&self, _lease: &Lease) {}
    /// Somebody deploys while this one only looks.
    fn beside(&self, _lease: &Lease) {}
    /// Before the run: something that was damaged, and what was taken in its place.
    fn mended(&self, _what: &str) {}
    /// Before the run: an earlier one died, and this one goes on from what it did.
    fn taken_up(&self) {}
    fn started(&self, _step: &Step) {}
    fn succeeded(&self, _step: &Step, _took: Duration) {}
    fn failed(&self, _step: &Step, _error: &RemoteError) {}
    /// Not done, because this other step failed.
    fn skipped(&self, _step: &Step, _because: &ResourceKey) {}
    /// A pipeline update that the step waits for.
    fn progress(&self, _step: &Step, _progress: &UpdateProgress) {}
}

/// Shows nothing.
pub struct Silent;

impl Observer for Silent {}
