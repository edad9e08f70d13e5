//! The only door to outside state: files, clock, environment, randomness and other programs.
//!
//! Everything else takes a [`System`] or values, so that tests decide what the world looks like.
//! Knows no format: bytes and texts only.

mod clock;
mod env;
pub mod fs;
pub mod git;
pub mod machine;
pub mod process;
mod random;
pub mod watch;

pub use clock::{Clock, FixedClock, SettableClock, SystemClock};
pub use env::Env;
pub use random::Random;

use std::sync::Arc;

/// What a command gets of the outside world.
#[derive(Clone)]
pub struct System {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<Random>,
    pub env: Env,
}

impl System {
    /// The real world. `LAKESMITH_TEST_NOW` (RFC 3339) and `LAKESMITH_TEST_SEED` (a number) pin clock and randomness:
    /// ids become predictable. Secrets must not, and are drawn from [`Random::from_os`].
    pub fn real() -> Self {
        let env = Env::process();
        let clock: Arc<dyn Clock> = match env.get("LAKESMITH_TEST_NOW").and_then(|text| FixedClock::parse(&text)) {
            Some(clock) => Arc::new(clock),
            None => Arc::new(SystemClock),
        };
        let random = match env.get("LAKESMITH_TEST_SEED").and_then(|text| text.parse().ok()) {
            Some(seed) => Random::seeded(seed),
            None => Random::from_os(),
        };
        Self { clock, random: Arc::new(random), env }
    }
}
