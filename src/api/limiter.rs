//! How many calls are in flight, and how soon the next may begin: shared by all tasks of a client and its clones.
//!
//! Until a service first refuses, every success buys one more call in flight, as TCP's slow start does; then additive
//! increase, multiplicative decrease. There is no fixed rate unless `DATABRICKS_RATE_LIMIT` sets one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// Some services cap one user at 20 concurrent calls (auth-and-retries.md §5.6), so start below and feel upwards.
const START: usize = 16;
/// Unless somebody asks for more or less.
pub const CALLS_AT_ONCE: usize = 32;
const LEAST: usize = 2;
/// Successes in a row that buy one more call in flight once something was refused.
const STEP_AFTER: usize = 24;

pub(super) struct Limiter {
    permits: Semaphore,
    state: Mutex<State>,
}

struct State {
    limit: usize,
    most: usize,
    /// Places that are in use and must not come back, because the limit has fallen below what is in flight.
    debt: usize,
    successes: usize,
    /// Raised at each decrease: of the calls that were in flight together, only the first refusal counts.
    round: u64,
    /// No call begins before: a service asked for it, and the next call would only be refused as well.
    not_before: Option<Instant>,
    rate: Option<Rate>,
}

/// Calls a second, with as many at once after a pause.
struct Rate {
    interval: Duration,
    burst: Duration,
    /// When the next call would begin if there were no burst.
    next: Instant,
}

impl Rate {
    fn take(&mut self, now: Instant) -> Instant {
        let begins = self.next.max(now.checked_sub(self.burst).unwrap_or(now));
        self.next = begins + self.interval;
        begins.max(now)
    }
}

/// The right to one call in flight, until dropped.
pub(super) struct Place<'a> {
    limiter: &'a Limiter,
    permit: Option<SemaphorePermit<'a>>,
    round: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

impl Limiter {
    /// `rate`: calls a second at the most.
    pub(super) fn new(rate: Option<u32>) -> Self {
        let rate = rate.filter(|rate| *rate > 0).map(|rate| {
            let (interval, now) = (Duration::from_secs(1) / rate, Instant::now());
            let burst = interval.saturating_mul(rate - 1);
            Rate { interval, burst, next: now.checked_sub(burst).unwrap_or(now) }
        });
        let state =
            State { limit: START, most: CALLS_AT_ONCE, debt: 0, successes: 0, round: 0, not_before: None, rate };
        Self { permits: Semaphore::new(START), state: Mutex::new(state) }
    }

    /// A panic between two changes leaves numbers that are still sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room, and for the time at which the service wants to be asked again. What may not wait behind others,
    /// `reserved`, needs no room.
    pub(super) async fn enter(&self, reserved: bool) -> Place<'_> {
        // Never an error: the semaphore is not closed.
        let permit = if reserved { None } else { self.permits.acquire().await.ok() };
        let now = Instant::now();
        let turn = self.state().rate.as_mut().map(|rate| rate.take(now));
        if let Some(turn) = turn.filter(|turn| *turn > now) {
            sleep_until(turn).await;
        }
        loop {
            let (until, round) = {
                let state = self.state();
                (state.not_before.filter(|until| *until > Instant::now()), state.round)
            };
            match until {
                // It may have been moved while this slept.
                Some(until) => sleep_until(until).await,
                None => return Place { limiter: self, permit, round },
            }
        }
    }

    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        state.successes += 1;
        let unrefused = state.round == 0;
        if !unrefused && state.successes < STEP_AFTER {
            return;
        }
        state.successes = 0;
        if state.limit < state.most {
            state.limit += 1;
            match state.debt {
                0 => self.permits.add_permits(1),
                _ => state.debt -= 1,
            }
        }
    }

    /// The service is overloaded: half as many calls from now on, and none before the time that it `asked` for.
    pub(super) fn refused(&self, place: &Place<'_>, asked: Option<Duration>) {
        let mut state = self.state();
        if let Some(until) = asked.map(|asked| Instant::now() + asked) {
            state.not_before = Some(state.not_before.map_or(until, |known| known.max(until)));
        }
        if place.round != state.round {
            return;
        }
        state.round += 1;
        state.successes = 0;
        let fallen = (state.limit / 2).max(LEAST);
        self.fall_to(&mut state, fallen);
    }

    /// Never more than `most` calls in flight from now on.
    pub(super) fn at_most(&self, most: usize) {
        let mut state = self.state();
        state.most = most.max(1);
        let most = state.most;
        self.fall_to(&mut state, most);
    }

    fn fall_to(&self, state: &mut State, limit: usize) {
        let withdrawn = state.limit.saturating_sub(limit);
        state.limit -= withdrawn;
        state.debt += withdrawn - self.permits.forget_permits(withdrawn);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;

    fn limit(limiter: &Limiter) -> usize {
        limiter.state().limit
    }

    #[tokio::test]
    async fn halves_when_refused_and_recovers_one_by_one() {
        let limiter = Limiter::new(None);
        limiter.refused(&limiter.enter(false).await, None);
        assert_eq!(limit(&limiter), START / 2);
        for _ in 0..STEP_AFTER {
            limiter.succeeded();
        }
        assert_eq!(limit(&limiter), START / 2 + 1);
        for _ in 0..10 {
            limiter.refused(&limiter.enter(false).await, None);
        }
        assert_eq!(limit(&limiter), LEAST);
    }

    #[tokio::test]
    async fn feels_upwards_until_the_first_refusal() {
        let limiter = Limiter::new(None);
        for _ in START..CALLS_AT_ONCE {
            limiter.succeeded();
        }
        assert_eq!(limit(&limiter), CALLS_AT_ONCE);
        limiter.succeeded();
        assert_eq!(limit(&limiter), CALLS_AT_ONCE);
    }

    #[tokio::test]
    async fn has_never_more_in_flight_than_was_said() {
        let limiter = Limiter::new(None);
        limiter.at_most(1);
        let place = limiter.enter(false).await;
        assert!(limiter.enter(true).now_or_never().is_some());
        limiter.succeeded();
        limiter.refused(&place, None);
        assert!(limiter.enter(false).now_or_never().is_none());
        drop(place);
        let place = limiter.enter(false).await;
        assert!(limiter.enter(false).now_or_never().is_none());
        drop(place);
        limiter.at_most(100);
        for _ in 0..STEP_AFTER * 100 {
            limiter.succeeded();
        }
        assert_eq!(limit(&limiter), 100);
    }

    #[tokio::test]
    async fn places_in_use_are_withheld_when_they_come_back() {
        let limiter = Limiter::new(None);
        let mut places = join_all((0..START).map(|_| limiter.enter(false))).await;
        // All were in flight together: one overload, not sixteen.
        for place in &places {
            limiter.refused(place, None);
        }
        assert_eq!(limit(&limiter), START / 2);
        for _ in 0..START / 2 {
            places.pop();
            assert!(limiter.enter(false).now_or_never().is_none(), "{} are still in flight", places.len());
        }
        places.pop();
        assert!(limiter.enter(false).now_or_never().is_some());
    }

    #[tokio::test]
    async fn all_wait_when_one_is_asked_to() {
        let limiter = Limiter::new(None);
        let asked = Duration::from_millis(60);
        limiter.refused(&limiter.enter(false).await, Some(asked));
        let before = Instant::now();
        drop(limiter.enter(false).await);
        assert!(before.elapsed() >= asked - Duration::from_millis(5), "{:?}", before.elapsed());
    }

    #[tokio::test]
    async fn a_rate_allows_as_many_at_once_as_in_a_second() {
        let limiter = Limiter::new(Some(4));
        for _ in 0..4 {
            assert!(limiter.enter(false).now_or_never().is_some());
        }
        let before = Instant::now();
        drop(limiter.enter(false).await);
        assert!(before.elapsed() >= Duration::from_millis(150), "{:?}", before.elapsed());
    }
}
