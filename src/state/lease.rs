//! The lease on a target: who deploys, until when, and who may take over.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

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
    pub fencing: u64,
    /// Random: tells a holder whether a lease of its number is its own.
    pub id: String,
    pub holder: Holder,
    pub acquired_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    #[serde(default)]
    pub released: bool,
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

    pub fn new(fencing: u64, id: String, holder: Holder, now: DateTime<Utc>) -> Self {
        Self { fencing, id, holder, acquired_at: now, expires_at: now + Self::TTL, released: false }
    }

    #[must_use]
    pub fn renewed(&self, now: DateTime<Utc>) -> Self {
        Self { expires_at: now + Self::TTL, ..self.clone() }
    }

    #[must_use]
    pub fn released(&self, now: DateTime<Utc>) -> Self {
        Self { expires_at: now, released: true, ..self.clone() }
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
        assert_eq!(standing(&lease.released(start), 1, "h", Some(true)), Standing::Released);
    }
}
