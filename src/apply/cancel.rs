//! Asking a run to stop: what is in flight is finished, nothing new begins.

use tokio::sync::watch;

/// Heard by the run.
#[derive(Clone)]
pub struct Cancel(watch::Receiver<bool>);

/// Held by whoever may stop the run.
pub struct Canceller(watch::Sender<bool>);

pub fn cancellation() -> (Canceller, Cancel) {
    let (sender, receiver) = watch::channel(false);
    (Canceller(sender), Cancel(receiver))
}

impl Canceller {
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl Cancel {
    /// Never asked to stop.
    pub fn never() -> Self {
        cancellation().1
    }

    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }
}
