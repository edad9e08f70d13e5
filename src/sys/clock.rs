//! The current time, injected.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Always the same instant.
pub struct FixedClock(pub DateTime<Utc>);

impl FixedClock {
    /// From RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.with_timezone(&Utc)))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// Runs as another clock does, until it is set to an instant, at which it stays.
pub struct SettableClock {
    base: Arc<dyn Clock>,
    at: Mutex<Option<DateTime<Utc>>>,
}

impl SettableClock {
    pub fn over(base: Arc<dyn Clock>) -> Self {
        Self { base, at: Mutex::new(None) }
    }

    /// `None` lets it run.
    pub fn set(&self, at: Option<DateTime<Utc>>) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl Clock for SettableClock {
    fn now(&self) -> DateTime<Utc> {
        let at = *self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.unwrap_or_else(|| self.base.now())
    }
}
