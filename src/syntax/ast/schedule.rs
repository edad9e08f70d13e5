//! When a dataset is refreshed, and how.

use super::{Spanned, Text};

/// `SCHEDULE …`, `TRIGGER ON UPDATE …`.
#[derive(Clone, PartialEq, Debug)]
pub struct Schedule {
    pub kind: ScheduleKind,
    /// As it is written.
    pub text: Text,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ScheduleKind {
    Every(Period),
    Cron { expression: Text, time_zone: Option<Text> },
    OnUpdate { at_most_every: Option<Period> },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    pub count: u32,
    pub unit: PeriodUnit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PeriodUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

/// `REFRESH POLICY …`, with the place of the whole clause.
pub type RefreshPolicyClause = Spanned<RefreshPolicy>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshPolicy {
    Auto,
    Incremental,
    IncrementalStrict,
    Full,
}

impl RefreshPolicy {
    pub fn text(self) -> &'static str {
        match self {
            Self::Auto => "REFRESH POLICY AUTO",
            Self::Incremental => "REFRESH POLICY INCREMENTAL",
            Self::IncrementalStrict => "REFRESH POLICY INCREMENTAL STRICT",
            Self::Full => "REFRESH POLICY FULL",
        }
    }
}
