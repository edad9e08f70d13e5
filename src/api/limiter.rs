//! How many calls are in flight: additive increase, multiplicative decrease, shared by all tasks.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Some services cap one user at 20 concurrent calls (auth-and-retries.md §5.6), so start below and feel upwards.
const START: usize = 16;
const MOST: usize = 48;
const LEAST: usize = 2;
/// Successes in a row that buy one more call in flight.
const STEP_AFTER: usize = 24;

pub(super) struct Limiter {
    permits: Semaphore,
    limit: AtomicUsize,
    successes: AtomicUsize,
}

impl Limiter {
    pub(super) fn new() -> Self {
        Self { permits: Semaphore::new(START), limit: AtomicUsize::new(START), successes: AtomicUsize::new(0) }
    }

    /// Waits for room. `None` never happens: the semaphore is not closed.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    pub(super) fn succeeded(&self) {
        if self.successes.fetch_add(1, Ordering::Relaxed) + 1 < STEP_AFTER {
            return;
        }
        self.successes.store(0, Ordering::Relaxed);
        let raised =
            self.limit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |limit| (limit < MOST).then_some(limit + 1));
        if raised.is_ok() {
            self.permits.add_permits(1);
        }
    }

    /// The service is overloaded: halve what is in flight, as far as permits are free to be withdrawn.
    pub(super) fn refused(&self) {
        self.successes.store(0, Ordering::Relaxed);
        let limit = self.limit.load(Ordering::Relaxed);
        let wanted = limit - (limit / 2).max(LEAST).min(limit);
        let withdrawn = self.permits.forget_permits(wanted);
        self.limit.fetch_sub(withdrawn, Ordering::Relaxed);
    }

    #[cfg(test)]
    fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_when_refused_and_recovers_one_by_one() {
        let limiter = Limiter::new();
        limiter.refused();
        assert_eq!(limiter.limit(), START / 2);
        for _ in 0..STEP_AFTER {
            limiter.succeeded();
        }
        assert_eq!(limiter.limit(), START / 2 + 1);
        for _ in 0..10 {
            limiter.refused();
        }
        assert_eq!(limiter.limit(), LEAST);
    }
}
