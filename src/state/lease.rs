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

impl Lease {
    /// Renewed three times within this time.
    pub const TTL: Duration = Duration::seconds(45);
    /// Clocks of two machines may differ by this much.
    const SKEW: Duration = Duration::seconds(15);

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

    /// `alive` tells of a process of this machine whether it runs; `None` if that cannot be known.
    pub fn standing(&self, now: DateTime<Utc>, host: &str, alive: impl Fn(u32) -> Option<bool>) -> Standing {
        if self.released {
            Standing::Released
        } else if now > self.expires_at + Self::SKEW {
            Standing::Expired
        } else if self.holder.host == host && !host.is_empty() && alive(self.holder.pid) == Some(false) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_ends_by_release_by_time_or_by_the_death_of_its_process() {
        let start = DateTime::UNIX_EPOCH;
        let holder =
            Holder { user: "ann".into(), host: "h".into(), pid: 7, ci_url: None, command: "deploy".to_string() };
        let lease = Lease::new(1, "x".to_string(), holder, start);
        let standing =
            |lease: &Lease, seconds, host, alive| lease.standing(start + Duration::seconds(seconds), host, |_| alive);
        assert_eq!(standing(&lease, 10, "h", Some(true)), Standing::Held);
        assert_eq!(standing(&lease, 10, "h", Some(false)), Standing::Dead);
        assert_eq!(standing(&lease, 10, "other", Some(false)), Standing::Held);
        assert_eq!(standing(&lease, 50, "other", None), Standing::Held);
        assert_eq!(standing(&lease, 61, "other", None), Standing::Expired);
        assert_eq!(standing(&lease.renewed(start + Duration::seconds(40)), 61, "other", None), Standing::Held);
        assert_eq!((lease.is_valid(start + Lease::TTL), lease.is_valid(start + Duration::seconds(46))), (true, false));
        assert_eq!(standing(&lease.released(start), 1, "h", Some(true)), Standing::Released);
    }

    #[test]
    fn a_half_written_lease_is_nobodys_and_one_of_a_newer_program_is_not_guessed_at() {
        assert_eq!(Lease::parse(b"{\"fenc").unwrap(), None);
        let found = Lease::parse(br#"{"format_version": 2, "shape": "unknown"}"#);
        assert!(matches!(found, Err(StateError::FutureLease { found: 2 })), "{found:?}");
    }
}
