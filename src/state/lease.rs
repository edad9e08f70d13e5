//! The lease on a target: who deploys, until when, and who may take over.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::StateError;

/// Who holds a lease, for messages and to recognise a dead process of this machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holder {
    pub user: String,
    pub host: String,
    pub pid: u32,
    /// Of the machine and its space of process numbers (`sys::machine`): only who shares it can see whether the process
    /// runs. Absent where that cannot be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// When the process was started, as its machine counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_url: Option<String>,
    /// The command, such as `deploy`.
    pub command: String,
}

/// One lease. Leases are numbered and each number can be taken once: the highest number rules, so a holder that was
/// asleep when its lease expired finds a higher one and stops.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lease {
    #[serde(default = "first_version")]
    pub format_version: u32,
    pub fencing: u64,
    /// Random: tells a holder whether a lease of its number is its own.
    pub id: String,
    pub holder: Holder,
    pub acquired_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    #[serde(default)]
    pub released: bool,
}

/// The version that this program writes.
const FORMAT_VERSION: u32 = 1;

fn first_version() -> u32 {
    FORMAT_VERSION
}

/// What a lease means to somebody else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Held,
    Released,
    /// Nobody renewed it in time.
    Expired,
    /// Its process ran on this machine and is gone.
    Dead,
}

impl Standing {
    pub fn is_free(self) -> bool {
        self != Self::Held
    }
}

impl Holder {
    /// Did its process end? Whoever is at another place, or may be, cannot know.
    fn is_dead(&self, asks: &Self, started: impl Fn(u32) -> Option<u64>) -> bool {
        let same_place = self.place.is_some() && self.place == asks.place && self.host == asks.host;
        same_place && self.started.is_some() && started(self.pid) != self.started
    }
}

impl Lease {
    /// Renewed three times within this time.
    pub const TTL: Duration = Duration::seconds(45);
    /// Clocks of two machines may differ by this much.
    pub const SKEW: Duration = Duration::seconds(15);

    /// `None` for what a dead process wrote half. A lease of a newer program is refused: what it means is not known.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, StateError> {
        #[derive(Deserialize)]
        struct Version {
            format_version: u32,
        }
        match serde_json::from_slice::<Version>(bytes) {
            Ok(version) if version.format_version > FORMAT_VERSION => {
                Err(StateError::FutureLease { found: version.format_version })
            }
            _ => Ok(serde_json::from_slice(bytes).ok()),
        }
    }

    pub fn new(fencing: u64, id: String, holder: Holder, now: DateTime<Utc>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            fencing,
            id,
            holder,
            acquired_at: now,
            expires_at: now + Self::TTL,
            released: false,
        }
    }

    #[must_use]
    pub fn renewed(&self, now: DateTime<Utc>) -> Self {
        Self { expires_at: now + Self::TTL, ..self.clone() }
    }

    #[must_use]
    pub fn released(&self, now: DateTime<Utc>) -> Self {
        Self { expires_at: now, released: true, ..self.clone() }
    }

    /// May its holder still rely on it? Others wait for [`Self::SKEW`] longer before they take over.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        now <= self.expires_at
    }

    /// `started` tells when a process of the same place was started, if it runs.
    pub fn standing(&self, now: DateTime<Utc>, asks: &Holder, started: impl Fn(u32) -> Option<u64>) -> Standing {
        if self.released {
            Standing::Released
        } else if now > self.free_at() {
            Standing::Expired
        } else if self.holder.is_dead(asks, started) {
            Standing::Dead
        } else {
            Standing::Held
        }
    }

    /// "ann on build-7 (deploy, process 12, https://ci/1), since 10:00:00 UTC".
    pub fn describe(&self) -> String {
        let holder = &self.holder;
        let ci = holder.ci_url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
        let since = self.acquired_at.format("%Y-%m-%d %H:%M:%S UTC");
        format!("{} on {} ({}, process {}{ci}), since {since}", holder.user, holder.host, holder.command, holder.pid)
    }

    /// From when on others may take it, if nobody renews it.
    pub fn free_at(&self) -> DateTime<Utc> {
        self.expires_at + Self::SKEW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_ends_by_release_by_time_or_by_the_death_of_its_process() {
        let start = DateTime::UNIX_EPOCH;
        let holder = |host: &str, place: &str| Holder {
            user: "ann".into(),
            host: host.into(),
            pid: 7,
            place: (!place.is_empty()).then(|| place.to_string()),
            started: Some(100),
            ci_url: None,
            command: "deploy".to_string(),
        };
        let lease = Lease::new(1, "x".to_string(), holder("h", "boot 1"), start);
        let seen = |lease: &Lease, seconds, asks: &Holder, started: Option<u64>| {
            lease.standing(start + Duration::seconds(seconds), asks, |_| started)
        };
        let (here, there) = (holder("h", "boot 1"), holder("other", "boot 2"));
        assert_eq!(seen(&lease, 10, &here, Some(100)), Standing::Held);
        assert_eq!(seen(&lease, 10, &here, None), Standing::Dead);
        assert_eq!(seen(&lease, 10, &here, Some(200)), Standing::Dead, "the number was given to another process");
        assert_eq!(seen(&lease, 10, &there, None), Standing::Held);
        // Two containers that are called the same: neither sees the other's processes.
        assert_eq!(seen(&lease, 10, &holder("h", "boot 1, another container"), None), Standing::Held);
        let nobody_knows = Lease::new(1, "x".to_string(), holder("h", ""), start);
        assert_eq!(seen(&nobody_knows, 10, &holder("h", ""), None), Standing::Held);
        assert_eq!(seen(&lease, 50, &there, None), Standing::Held);
        assert_eq!(seen(&lease, 61, &there, None), Standing::Expired);
        assert_eq!(seen(&lease.renewed(start + Duration::seconds(40)), 61, &there, None), Standing::Held);
        assert_eq!((lease.is_valid(start + Lease::TTL), lease.is_valid(start + Duration::seconds(46))), (true, false));
        assert_eq!(seen(&lease.released(start), 1, &here, Some(100)), Standing::Released);
    }

    #[test]
    fn a_half_written_lease_is_nobodys_and_one_of_a_newer_program_is_not_guessed_at() {
        assert_eq!(Lease::parse(b"{\"fenc").unwrap(), None);
        let found = Lease::parse(br#"{"format_version": 2, "shape": "unknown"}"#);
        assert!(matches!(found, Err(StateError::FutureLease { found: 2 })), "{found:?}");
    }
}
