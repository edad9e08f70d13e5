//! Work that outlives its request: pipeline updates, job runs, statements. Each can be cancelled, and all are waited
//! for when the server stops.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a stopping server waits for cancelled work.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks one piece of work to end.
#[derive(Clone, Debug)]
pub(crate) struct Cancel(watch::Sender<bool>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Cancel {
    pub(crate) fn cancel(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the work shall end.
    pub(crate) async fn cancelled(&self) {
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|cancelled| *cancelled).await;
    }
}

struct Activity {
    cancel: Cancel,
    task: JoinHandle<()>,
}

/// The work under way, by the id of its update, run or statement.
#[derive(Default)]
pub(crate) struct Activities(Mutex<BTreeMap<String, Activity>>);

impl Activities {
    fn table(&self) -> MutexGuard<'_, BTreeMap<String, Activity>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts `work`, which must watch its [`Cancel`].
    pub(crate) fn start(&self, id: impl Into<String>, cancel: Cancel, work: impl Future<Output = ()> + Send + 'static) {
        let mut table = self.table();
        table.retain(|_, activity| !activity.task.is_finished());
        table.insert(id.into(), Activity { cancel, task: tokio::spawn(work) });
    }

    /// Asks the work to end; false if there is none.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        let table = self.table();
        let activity = table.get(id).filter(|activity| !activity.task.is_finished());
        activity.is_some_and(|activity| {
            activity.cancel.cancel();
            true
        })
    }

    /// Asks the work to end and waits for it, but not for ever.
    pub(crate) async fn cancel_and_wait(&self, id: &str) {
        let activity = self.table().remove(id);
        if let Some(activity) = activity {
            activity.cancel.cancel();
            // What does not end in time goes on; whoever writes next finds its object gone.
            let _ = tokio::time::timeout(PATIENCE, activity.task).await;
        }
    }

    /// Cancels everything and waits for it, but not for ever.
    pub(crate) async fn stop(&self) {
        let activities = std::mem::take(&mut *self.table());
        for activity in activities.values() {
            activity.cancel.cancel();
        }
        let all = futures_util::future::join_all(activities.into_values().map(|activity| activity.task));
        // What does not end in time is recorded as interrupted at the next start.
        let _ = tokio::time::timeout(PATIENCE, all).await;
    }
}
