//! When a call is tried again, and how long to wait (auth-and-retries.md §5.6).

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// Limits of trying again.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// No new attempt starts after this time.
    pub budget: Duration,
    /// The first wait, doubled at every attempt.
    pub base: Duration,
    pub longest: Duration,
    /// Attempts to reach a host that does not answer at all: it is more likely wrong than busy.
    pub connect_attempts: u32,
    /// Of calls that end in tokens: no new attempt starts after this time.
    pub token_budget: Duration,
    /// Their first wait at most, doubled at every attempt.
    pub token_base: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            budget: Duration::from_secs(300),
            base: Duration::from_millis(400),
            longest: Duration::from_secs(10),
            connect_attempts: 4,
            token_budget: Duration::from_secs(60),
            token_base: Duration::from_secs(1),
        }
    }
}

/// `Retry-After` is believed up to here.
pub(super) const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// What the last attempt ended with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// The service said that it did not execute the call: 429, 503.
    Refused,
    /// No connection: nothing was sent.
    Unreachable,
    /// The call may have been executed: lost answers, 408, and 5xx that do not say otherwise.
    Uncertain,
    /// Success, and what came with it is a web page or half a document. A proxy's page passes; a wrong host does not.
    Garbled,
}

/// Parts of messages that say: no worker has taken the call (auth-and-retries.md §5.6, transient message patterns).
const NOT_TAKEN: &[&str] = &[
    "com.databricks.backend.manager.util.UnknownWorkerEnvironmentException",
    "does not have any associated worker environments",
    "There is no worker environment with id",
    "Unknown worker environment",
    "ClusterNotReadyException",
    "RPC token bucket limit has been exceeded",
    // SCIM says it with status 500, in its text.
    "REQUEST_LIMIT_EXCEEDED",
];

/// Parts of messages that say: it did not end in time.
const NOT_ENDED: &[&str] =
    &["Timed out after ", "deadline exceeded", "Unexpected error", "Please try again later or try a faster operation."];

impl Failure {
    /// Of an answer; `None` if the answer stands.
    pub(super) fn of_status(status: u16, error_code: &str, message: &str) -> Option<Self> {
        // Some services answer overload with another status; these two codes count as 429.
        if matches!(error_code, "RESOURCE_EXHAUSTED" | "REQUEST_LIMIT_EXCEEDED") {
            return Some(Self::Refused);
        }
        let says = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
        match status {
            429 | 503 => Some(Self::Refused),
            // Clear answers, whatever their text quotes.
            401 | 403 | 404 | 409 => None,
            _ if says(NOT_TAKEN) || is_lost_worker(message) => Some(Self::Refused),
            408 | 500..600 => Some(Self::Uncertain),
            _ if says(NOT_ENDED) => Some(Self::Uncertain),
            _ => None,
        }
    }
}

/// `worker env … not found`.
fn is_lost_worker(message: &str) -> bool {
    message.split_once("worker env ").is_some_and(|(_, rest)| rest.contains(" not found"))
}

impl RetryPolicy {
    /// The wait before attempt `attempt + 1`, or `None` to give up. `random` is in 0..=1.
    pub(super) fn wait(
        &self,
        failure: Failure,
        idempotent: bool,
        attempt: u32,
        elapsed: Duration,
        asked: Option<Duration>,
        random: f64,
    ) -> Option<Duration> {
        let allowed = match failure {
            Failure::Refused => true,
            Failure::Unreachable => attempt < self.connect_attempts,
            // A server that fails four times in a row is broken, not busy.
            Failure::Uncertain => idempotent && attempt < 4,
            Failure::Garbled => idempotent && attempt < 3,
        };
        let ceiling = self.base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        let backoff = ceiling.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0);
        let wait = asked.map_or(backoff, |asked| asked.min(LONGEST_ASKED).max(backoff));
        (allowed && elapsed.saturating_add(wait) <= self.budget).then_some(wait)
    }
}

/// The three forms of a date that HTTP has (RFC 9110 §5.6.7), the last two of which are only read.
pub(super) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.with_timezone(&Utc));
    }
    let old = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    old.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|date| date.and_utc())
}

/// `Retry-After` in seconds or as an HTTP date.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    (http_date(header)? - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Duration = Duration::ZERO;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2015-10-21T07:27:00Z").unwrap().with_timezone(&Utc);
        // RFC 9110 §10.2.3: delay-seconds or an HTTP-date.
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(60)));
        // The forms of RFC 850 and of asctime, which receivers must read (§5.6.7).
        assert_eq!(retry_after("Wednesday, 21-Oct-15 07:28:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Wed Oct 21 07:28:00 2015", now), Some(Duration::from_secs(60)));
        let early = DateTime::parse_from_rfc3339("1994-11-06T08:49:00Z").unwrap().with_timezone(&Utc);
        for form in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(retry_after(form, early), Some(Duration::from_secs(37)), "{form}");
        }
        assert_eq!(retry_after("-5", now), None);
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:26:00 GMT", now), None);
    }

    #[test]
    fn an_uncertain_post_is_never_repeated() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.wait(Failure::Uncertain, false, 1, NOTHING, None, 0.5), None);
        assert!(policy.wait(Failure::Uncertain, true, 1, NOTHING, None, 0.5).is_some());
        assert!(policy.wait(Failure::Refused, false, 1, NOTHING, None, 0.5).is_some());
    }

    #[test]
    fn what_the_server_asks_is_honoured_up_to_two_minutes() {
        let policy = RetryPolicy::default();
        let asked = |seconds| policy.wait(Failure::Refused, true, 1, NOTHING, Some(Duration::from_secs(seconds)), 0.0);
        assert_eq!(asked(7), Some(Duration::from_secs(7)));
        assert_eq!(asked(9999), Some(Duration::from_secs(120)));
    }

    /// auth-and-retries.md §5.6: the codes that count as 429, SCIM's text, the transient patterns of both SDKs.
    #[test]
    fn answers_are_classed_by_status_code_and_message() {
        use Failure::{Refused, Uncertain};
        let cases: [(u16, &str, &str, Option<Failure>); 21] = [
            (429, "X", "", Some(Refused)),
            (503, "X", "", Some(Refused)),
            (500, "RESOURCE_EXHAUSTED", "", Some(Refused)),
            (400, "REQUEST_LIMIT_EXCEEDED", "", Some(Refused)),
            (500, "SCIM_500", "failed: REQUEST_LIMIT_EXCEEDED for this user", Some(Refused)),
            (500, "INTERNAL_ERROR", "There is no worker environment with id 7", Some(Refused)),
            (400, "BAD_REQUEST", "worker env WorkerEnvId(workerenv-1) not found", Some(Refused)),
            (400, "BAD_REQUEST", "ClusterNotReadyException: soon", Some(Refused)),
            (408, "X", "", Some(Uncertain)),
            (500, "X", "", Some(Uncertain)),
            (502, "X", "", Some(Uncertain)),
            (504, "X", "", Some(Uncertain)),
            (501, "X", "", Some(Uncertain)),
            (505, "X", "", Some(Uncertain)),
            (520, "X", "", Some(Uncertain)),
            (599, "X", "", Some(Uncertain)),
            (400, "X", "Timed out after 15 seconds", Some(Uncertain)),
            (400, "X", "context deadline exceeded", Some(Uncertain)),
            (404, "X", "`Timed out after ` is no table", None),
            (401, "X", "", None),
            (400, "X", "the worker env is fine", None),
        ];
        for (status, code, message, expected) in cases {
            assert_eq!(Failure::of_status(status, code, message), expected, "{status} {code} {message}");
        }
    }

    #[test]
    fn the_budget_ends_it() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.wait(Failure::Refused, true, 9, Duration::from_secs(299), None, 1.0), None);
    }
}
