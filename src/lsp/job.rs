//! What the driver does for the server, and what comes of it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::diag::Diagnostics;
use crate::project::Overlay;

use super::facts::Snapshot;

/// Something to be done with a project and the editor's texts in it.
#[derive(Debug)]
pub struct Job {
    pub root: PathBuf,
    pub overlay: Overlay,
    pub task: Task,
    /// Which state of the project, or which try.
    pub(super) number: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Task {
    /// What is wrong: somebody waits for that at every key. The files whose texts may be others than at the last such
    /// check of the project, by their path in it.
    Check(BTreeSet<String>),
    /// What answers are made from.
    Learn,
    /// What would be wrong with these texts, which are not those of the editor.
    Try,
}

/// What came of a job.
#[derive(Debug)]
pub enum Outcome {
    /// Of [`Task::Check`] and [`Task::Try`], as `lakesmith check` shows them.
    Found(Diagnostics),
    /// Of [`Task::Learn`].
    Learned(Snapshot),
    /// It could not be done, because of a defect.
    Failed,
}

#[derive(Debug)]
pub struct Done {
    pub(super) root: PathBuf,
    pub(super) task: Task,
    pub(super) number: u64,
    pub(super) outcome: Outcome,
}

impl Job {
    pub fn done(self, outcome: Outcome) -> Done {
        Done { root: self.root, task: self.task, number: self.number, outcome }
    }
}
