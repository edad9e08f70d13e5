//! Stopping a statement or an update from another thread.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};

use super::error::EngineError;

#[derive(Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicBool,
    running: Mutex<Running>,
    detached: Condvar,
}

/// What runs under the token now; an update runs several transactions at a time.
#[derive(Default)]
struct Running {
    handles: BTreeMap<u64, Arc<InterruptHandle>>,
    next: u64,
    /// A thread repeats the interrupts.
    interrupting: bool,
}

const AGAIN: Duration = Duration::from_millis(10);

impl CancelToken {
    /// Stops what runs now and what would start later under this token.
    pub fn cancel(&self) {
        let mut running = self.lock();
        // Under the lock: what attaches from now on sees it.
        self.0.asked.store(true, Ordering::SeqCst);
        self.interrupt(&mut running);
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Interrupts what is attached until nothing is: DuckDB forgets an interrupt that comes between two statements.
    fn interrupt(&self, running: &mut Running) {
        running.handles.values().for_each(|handle| handle.interrupt());
        if running.interrupting || running.handles.is_empty() {
            return;
        }
        let token = self.clone();
        let again = move || {
            let mut running = token.lock();
            while !running.handles.is_empty() {
                running.handles.values().for_each(|handle| handle.interrupt());
                let waited = token.0.detached.wait_timeout(running, AGAIN);
                running = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            running.interrupting = false;
        };
        // Without a thread, the checks between the statements remain.
        running.interrupting = std::thread::Builder::new().name("cancel".to_string()).spawn(again).is_ok();
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self) -> Result<(), EngineError> {
        if self.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// While the guard lives, [`CancelToken::cancel`] interrupts this connection.
    pub(crate) fn attach(&self, connection: &Connection) -> Attached<'_> {
        let mut running = self.lock();
        let id = running.next;
        running.next += 1;
        running.handles.insert(id, connection.interrupt_handle());
        if self.is_cancelled() {
            self.interrupt(&mut running);
        }
        Attached { token: self, id }
    }
}

pub(crate) struct Attached<'a> {
    token: &'a CancelToken,
    id: u64,
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.token.lock().handles.remove(&self.id);
        self.token.0.detached.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "SELECT count(*) FROM range(10000000000) a WHERE a.range % 7 = 8";

    fn interrupted(connection: &Connection) -> bool {
        let found = connection.query_row(LONG, [], |row| row.get::<_, i64>(0));
        matches!(found.map_err(EngineError::from), Err(EngineError::Cancelled))
    }

    #[test]
    fn a_cancel_before_the_connection_is_attached_is_not_lost() {
        let (token, connection) = (CancelToken::default(), Connection::open_in_memory().unwrap());
        token.cancel();
        let _attached = token.attach(&connection);
        assert!(interrupted(&connection));
    }

    #[test]
    fn a_cancel_between_two_statements_is_not_lost() {
        let (token, connection) = (CancelToken::default(), Connection::open_in_memory().unwrap());
        let attached = token.attach(&connection);
        token.cancel();
        assert!(interrupted(&connection));
        assert!(interrupted(&connection));
        drop(attached);
        // The connection's next user is left alone.
        std::thread::sleep(AGAIN * 3);
        assert_eq!(connection.query_row("SELECT 7", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
    }
}
