//! Requests whose answers are in the check of other texts than the editor's.

use std::path::PathBuf;

use serde_json::Value;

use crate::diag::Severity;
use crate::project::Overlay;

use super::job::{Job, Outcome, Task};
use super::keys::Slot;
use super::protocol::{ErrorCode, failure, response};
use super::server::{FAILED, Output, Server};

pub(super) struct Trial {
    number: u64,
    pub(super) id: Value,
    purpose: Purpose,
}

pub(super) enum Purpose {
    /// An edit that is given if the project is as right with it.
    Rename {
        errors: usize,
        edit: Value,
    },
    Keys(Slot),
}

impl Server {
    /// Asks for a check of other texts, for the sake of one answer.
    pub(super) fn attempt(&mut self, id: Value, root: PathBuf, overlay: Overlay, purpose: Purpose) {
        self.last += 1;
        let number = self.last;
        self.trials.push(Trial { number, id, purpose });
        self.out.push(Output::Do(Job { root, overlay, task: Task::Try, number }));
    }

    /// Gives an edit only if the project is as right with it as it is without.
    pub(super) fn tried(&mut self, number: u64, outcome: &Outcome) {
        let Some(at) = self.trials.iter().position(|trial| trial.number == number) else { return };
        let trial = self.trials.remove(at);
        let Outcome::Found(findings) = outcome else {
            return self.send(failure(&trial.id, ErrorCode::RequestFailed, FAILED));
        };
        let (before, edit) = match trial.purpose {
            Purpose::Keys(slot) => return self.send(response(&trial.id, slot.list(findings))),
            Purpose::Rename { errors, edit } => (errors, edit),
        };
        let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        if findings.count(Severity::Error) <= before {
            return self.send(response(&trial.id, edit));
        }
        let first = errors.next().map(|finding| {
            let place = finding.location.as_ref().map(|location| location.display()).unwrap_or_default();
            format!("{place}: {}", finding.message)
        });
        let message = format!("the rename would leave an error at {}", first.unwrap_or_default());
        self.send(failure(&trial.id, ErrorCode::RequestFailed, &message));
    }
}
