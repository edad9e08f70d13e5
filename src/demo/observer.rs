//! An apply as a demo shows it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::report::Step;
use super::update::Datasets;
use super::watch::Recorder;
use crate::pipeline::{Lease, Observer, PlanStep, UpdateProgress};

/// Counts steps and the tables that an update among them makes as one: both go on at the same time.
pub(super) struct ApplyWatch<'r> {
    recorder: &'r Recorder<'r>,
    done: AtomicUsize,
    /// Steps and tables.
    total: usize,
    datasets: Datasets,
}

impl<'r> ApplyWatch<'r> {
    /// `tables`: how many the plan's pipeline updates make.
    pub(super) fn new(recorder: &'r Recorder<'_>, steps: usize, tables: usize) -> Self {
        Self { recorder, done: AtomicUsize::new(0), total: steps + tables, datasets: Datasets::default() }
    }

    fn tell(&self, what: &str) {
        // What was planned with fewer tables than there turn out to be is no more than done.
        let done = (self.done.load(Ordering::Relaxed) + self.datasets.completed()).min(self.total);
        self.recorder.progress(done as u64, Some(self.total as u64), what);
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.datasets.into_steps()
    }
}

/// What is in the way of a demo, and what it mends, before it begins.
pub(super) struct Entrance<'r>(pub(super) &'r Recorder<'r>);

impl Observer for Entrance<'_> {
    fn waiting(&self, lease: &Lease) {
        self.0.progress(0, None, &format!("waiting for {}", lease.describe()));
    }

    fn mended(&self, what: &str) {
        self.0.progress(0, None, what);
    }
}

impl Observer for ApplyWatch<'_> {
    fn succeeded(&self, step: &PlanStep, _: Duration) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.tell(&step.key.to_string());
    }

    fn progress(&self, _: &PlanStep, progress: &UpdateProgress) {
        if let Some(name) = self.datasets.note(progress) {
            self.tell(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::demo::Watcher;
    use crate::pipeline::UpdateEvent;

    #[derive(Default)]
    struct Seen(Mutex<Vec<(u64, Option<u64>)>>);

    impl Watcher for Seen {
        fn started(&self, _: &str) {}

        fn progress(&self, done: u64, total: Option<u64>, _: &str) {
            self.0.lock().unwrap().push((done, total));
        }

        fn finished(&self, _: &Step) {}
    }

    fn table(name: &str) -> UpdateProgress {
        let details = json!({"flow_progress": {"status": "COMPLETED"}});
        UpdateProgress::Event(UpdateEvent {
            timestamp: "2026-01-02T03:04:05Z".to_string(),
            level: "INFO".to_string(),
            event_type: "flow_progress".to_string(),
            message: String::new(),
            subject: Some(name.to_string()),
            details: details.as_object().unwrap().clone(),
            errors: Vec::new(),
        })
    }

    /// Three steps, one of which is an update of two tables: never more done than there is to do, and never less done
    /// than before.
    #[test]
    fn what_is_done_grows_towards_one_total() {
        let seen = Seen::default();
        let recorder = Recorder::new(&seen);
        let watch = ApplyWatch::new(&recorder, 3, 2);
        let step = |key: &str| {
            let step = json!({"key": key, "action": "create", "risk": "safe", "reason": "", "owned": true});
            serde_json::from_value::<PlanStep>(step).unwrap()
        };
        let update = step("pipeline_update.p");
        watch.succeeded(&step("catalog.c"), Duration::ZERO);
        watch.succeeded(&step("pipeline.p"), Duration::ZERO);
        for name in ["a", "b", "c"] {
            watch.progress(&update, &table(name));
        }
        watch.succeeded(&update, Duration::ZERO);
        let told = seen.0.lock().unwrap().clone();
        assert_eq!(told, [1, 2, 3, 4, 5, 5].map(|done| (done, Some(5))));
    }
}
