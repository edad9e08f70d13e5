//! Transactions that commit together.
//!
//! A commit waits for the disk, and DuckDB commits one transaction at a time. So writers that come while others wait
//! share a transaction: each does its work in it, one after the other, and answers when it has committed. A writer that
//! fails undoes the whole transaction, DuckDB having no savepoints: what the others did is done again, statement by
//! statement, from what [`Writer`] wrote down.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use duckdb::Connection;

use super::transaction::Done;
use super::{FileTree, StoreError, Writer};
use crate::sys::System;

/// Enough to share the wait for the disk, few enough that the first one does not wait long for the last.
const MOST: usize = 32;

/// The writers of a store.
pub(super) struct Group {
    /// Those that are about to take `open`: whoever is done before them leaves the commit to them.
    coming: AtomicUsize,
    open: Mutex<Open>,
    /// Commits beside the group, as they begin and as they have ended. A transaction that was begun before one of them
    /// does not see it, so that nobody joins it who might know of it.
    beside_begun: AtomicU64,
    beside_ended: AtomicU64,
}

/// The connection of the group with its transaction, if one is open.
struct Open {
    connection: Connection,
    members: Vec<Member>,
    /// The commits beside the group that it sees, if it is open.
    sees: Option<u64>,
}

/// A writer that is done and waits for the commit.
struct Member {
    done: Done,
    promise: Promise,
}

/// That somebody who waits is told.
struct Promise(Arc<Outcome>);

impl Promise {
    fn keep(self, result: Result<(), StoreError>) {
        self.0.settle(result);
    }
}

impl Drop for Promise {
    /// A panic while a transaction was ended: nobody knows whether it has been committed.
    fn drop(&mut self) {
        self.0.settle(Err(lost("the end of a transaction is not known")));
    }
}

fn lost(what: &str) -> StoreError {
    duckdb::Error::DuckDBFailure(duckdb::ffi::Error::new(1), Some(what.to_string())).into()
}

/// What became of a member's work, once that is known.
#[derive(Default)]
struct Outcome {
    known: Mutex<Option<Result<(), StoreError>>>,
    changed: Condvar,
}

/// For a writer that is done, with what it did.
fn member(done: Done) -> (Member, Arc<Outcome>) {
    let outcome = Arc::new(Outcome::default());
    (Member { done, promise: Promise(Arc::clone(&outcome)) }, outcome)
}

impl Outcome {
    fn settle(&self, result: Result<(), StoreError>) {
        // What was said first holds.
        lock(&self.known).get_or_insert(result);
        self.changed.notify_all();
    }

    fn wait(&self) -> Result<(), StoreError> {
        let mut known = lock(&self.known);
        loop {
            match known.take() {
                Some(result) => return result,
                None => known = self.changed.wait(known).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

impl Group {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            coming: AtomicUsize::new(0),
            open: Mutex::new(Open { connection, members: Vec::new(), sees: None }),
            beside_begun: AtomicU64::new(0),
            beside_ended: AtomicU64::new(0),
        }
    }

    /// Runs `f` in the group's transaction; see [`super::Store::write`]. With `alone` nobody waits for `f` whose own
    /// work is done.
    pub(super) fn write<T, E: From<StoreError>>(
        &self,
        system: &System,
        volumes: &FileTree,
        alone: bool,
        f: impl FnOnce(&Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.coming.fetch_add(1, Ordering::SeqCst);
        let mut open = lock(&self.open);
        self.coming.fetch_sub(1, Ordering::SeqCst);
        if alone || open.sees.is_some_and(|seen| seen != self.beside_begun.load(Ordering::SeqCst)) {
            open.commit(volumes);
        }
        if open.sees.is_none() {
            // Read first: what ends meanwhile may be seen or not.
            let ended = self.beside_ended.load(Ordering::SeqCst);
            begin(&open.connection)?;
            open.sees = Some(ended);
        }
        let writer = Writer::new(&open.connection, system, volumes.clone(), !alone);
        let result = catch_unwind(AssertUnwindSafe(|| f(&writer)));
        let (untouched, shared) = (writer.left_no_trace(), writer.can_run_again());
        let result = match result {
            Ok(Ok(_)) if writer.is_broken() => Ok(Err(lost("a statement of a transaction failed").into())),
            result => result,
        };
        let done = writer.into_done();
        match result {
            Ok(Ok(value)) => {
                let (member, outcome) = member(done);
                open.members.push(member);
                self.leave(open, volumes, shared);
                outcome.wait()?;
                Ok(value)
            }
            Ok(Err(error)) => {
                if !untouched {
                    open.undo();
                }
                // It may have failed of what another did, which counts only when it is committed.
                let (member, outcome) = member(Done::default());
                let others = !open.members.is_empty();
                if others {
                    open.members.push(member);
                }
                self.leave(open, volumes, true);
                if others {
                    outcome.wait()?;
                }
                Err(error)
            }
            Err(panic) => {
                open.undo();
                self.leave(open, volumes, true);
                resume_unwind(panic)
            }
        }
    }

    /// Leaves the transaction to the next one, or commits where nobody is coming who would.
    fn leave(&self, mut open: MutexGuard<'_, Open>, volumes: &FileTree, shared: bool) {
        if !shared || open.members.len() >= MOST || self.coming.load(Ordering::SeqCst) == 0 {
            open.commit(volumes);
        }
    }

    /// Runs the commit of a transaction beside the group.
    pub(super) fn beside<T>(&self, commit: impl FnOnce() -> T) -> T {
        self.beside_begun.fetch_add(1, Ordering::SeqCst);
        let result = commit();
        self.beside_ended.fetch_add(1, Ordering::SeqCst);
        result
    }
}

impl Open {
    /// Ends the transaction and tells its members.
    fn commit(&mut self, volumes: &FileTree) {
        if self.sees.take().is_none() {
            return;
        }
        let members = std::mem::take(&mut self.members);
        if members.is_empty() {
            // Nobody did anything. Where this fails too, the next `begin` rolls back.
            let _ = self.connection.execute_batch("ROLLBACK");
            return;
        }
        match self.connection.execute_batch("COMMIT") {
            Ok(()) => {
                for Member { done, promise } in members {
                    done.committed(&self.connection, volumes);
                    promise.keep(Ok(()));
                }
            }
            Err(error) => members.into_iter().for_each(|member| member.promise.keep(Err(same(&error).into()))),
        }
    }

    /// Takes back what the last writer did, which is not a member: all is undone, and the members' work done again.
    fn undo(&mut self) {
        let mut members = std::mem::take(&mut self.members);
        loop {
            let _ = self.connection.execute_batch("ROLLBACK");
            self.sees = None;
            if members.is_empty() {
                return;
            }
            match self.again(&members) {
                Ok(seen) => {
                    (self.members, self.sees) = (members, Some(seen));
                    return;
                }
                // Somebody beside the group changed the same rows meanwhile, or the database fails. Those that came after
                // may have built on it.
                Err((at, error)) => {
                    members.drain(at..).for_each(|member| member.promise.keep(Err(same(&error).into())));
                }
            }
        }
    }

    /// The commits that the new transaction sees; on failure, whose work could not be done again.
    fn again(&self, members: &[Member]) -> Result<u64, (usize, duckdb::Error)> {
        self.connection.execute_batch("BEGIN TRANSACTION").map_err(|error| (0, error))?;
        for (at, member) in members.iter().enumerate() {
            for statement in &member.done.statements {
                statement.run(&self.connection).map_err(|error| (at, error))?;
            }
        }
        // None for sure: whoever comes next begins a transaction of its own.
        Ok(u64::MAX)
    }
}

/// The same failure for another caller.
fn same(error: &duckdb::Error) -> duckdb::Error {
    match error {
        duckdb::Error::DuckDBFailure(code, text) => duckdb::Error::DuckDBFailure(*code, text.clone()),
        other => duckdb::Error::DuckDBFailure(duckdb::ffi::Error::new(1), Some(other.to_string())),
    }
}

/// A poisoned lock means that a caller panicked inside its transaction; `begin` rolls that back.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn begin(connection: &Connection) -> Result<(), StoreError> {
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(StoreError::from)?;
    }
    connection.execute_batch("BEGIN TRANSACTION").map_err(StoreError::from)
}

#[cfg(test)]
mod tests;
