//! Stopping a statement or an update from another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use duckdb::{Connection, InterruptHandle};

use super::error::EngineError;

#[derive(Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicBool,
    running: Mutex<Option<Arc<InterruptHandle>>>,
}

impl CancelToken {
    /// Stops what runs now and what would start later under this token.
    pub fn cancel(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = running.as_ref() {
            handle.interrupt();
        }
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// While the guard lives, [`CancelToken::cancel`] interrupts this connection.
    pub(crate) fn attach(&self, connection: &Connection) -> Attached<'_> {
        let handle = connection.interrupt_handle();
        *self.0.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        Attached(self)
    }
}

pub(crate) struct Attached<'a>(&'a CancelToken);

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        *self.0.0.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
