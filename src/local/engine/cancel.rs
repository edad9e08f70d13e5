//! Stopping a statement or an update from another thread.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use duckdb::{Connection, InterruptHandle};

use super::error::EngineError;

#[derive(Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicBool,
    running: Mutex<Running>,
}

/// What runs under the token now; an update runs several transactions at a time.
#[derive(Default)]
struct Running {
    handles: BTreeMap<u64, Arc<InterruptHandle>>,
    next: u64,
}

impl CancelToken {
    /// Stops what runs now and what would start later under this token.
    pub fn cancel(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.handles.values().for_each(|handle| handle.interrupt());
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// While the guard lives, [`CancelToken::cancel`] interrupts this connection.
    pub(crate) fn attach(&self, connection: &Connection) -> Attached<'_> {
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        let id = running.next;
        running.next += 1;
        running.handles.insert(id, connection.interrupt_handle());
        Attached { token: self, id }
    }
}

pub(crate) struct Attached<'a> {
    token: &'a CancelToken,
    id: u64,
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.token.0.running.lock().unwrap_or_else(PoisonError::into_inner).handles.remove(&self.id);
    }
}
