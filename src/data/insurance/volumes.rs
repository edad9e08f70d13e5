//! Row counts per source, and how many of the rows are dirty.

use super::super::quota::scaled;

/// The seven sources, in the order they are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    Members,
    Claims,
    CallCenter,
    DigitalInteractions,
    Surveys,
    Pharmacy,
    Enrollment,
}

pub(crate) const SOURCES: [Source; 7] = [
    Source::Members,
    Source::Claims,
    Source::CallCenter,
    Source::DigitalInteractions,
    Source::Surveys,
    Source::Pharmacy,
    Source::Enrollment,
];

impl Source {
    /// The landing folder, the file stem and the name of the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Source::Members => "members",
            Source::Claims => "claims",
            Source::CallCenter => "call_center",
            Source::DigitalInteractions => "digital_interactions",
            Source::Surveys => "surveys",
            Source::Pharmacy => "pharmacy",
            Source::Enrollment => "enrollment",
        }
    }

    /// Rows at scale 1, dirty ones included.
    fn base_rows(self) -> f64 {
        match self {
            Source::Members => 10_000.0,
            Source::Claims => 50_000.0,
            Source::CallCenter => 100_000.0,
            Source::DigitalInteractions => 150_000.0,
            Source::Surveys => 25_000.0,
            Source::Pharmacy => 75_000.0,
            Source::Enrollment => 15_000.0,
        }
    }

    /// Duplicates, missing member, unknown member, bad date, bad value, at scale 1.
    fn base_dirt(self) -> [f64; 5] {
        match self {
            // The expansion factor is a ratio over the clean members, so the history keeps every one of them.
            Source::Members => [0.0; 5],
            Source::Claims => [100.0, 40.0, 40.0, 30.0, 40.0],
            Source::CallCenter => [200.0, 80.0, 80.0, 60.0, 80.0],
            Source::DigitalInteractions => [300.0, 100.0, 100.0, 100.0, 100.0],
            Source::Surveys => [50.0, 20.0, 20.0, 20.0, 40.0],
            Source::Pharmacy => [150.0, 50.0, 50.0, 50.0, 50.0],
            Source::Enrollment => [30.0, 10.0, 10.0, 10.0, 10.0],
        }
    }

    /// The same for the file of the day after the history; members have no unknown member.
    fn next_day_dirt(self) -> [f64; 5] {
        match self {
            Source::Members => [2.0, 1.0, 0.0, 1.0, 1.0],
            _ => [2.0, 1.0, 1.0, 1.0, 1.0],
        }
    }

    pub(crate) fn rows(self, scale: f64) -> u64 {
        scaled(self.base_rows(), scale)
    }

    pub(crate) fn dirt(self, scale: f64) -> DirtCount {
        DirtCount::scaled(self.base_dirt(), scale)
    }

    pub(crate) fn dirt_of_next_day(self, scale: f64) -> DirtCount {
        DirtCount::scaled(self.next_day_dirt(), scale)
    }

    /// Rows of the history that pass every check once duplicates are gone.
    pub(crate) fn clean_rows(self, scale: f64) -> u64 {
        self.rows(scale) - self.dirt(scale).total()
    }
}

/// Dirty rows of one file set by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DirtCount {
    pub(crate) duplicates: u64,
    pub(crate) missing_member: u64,
    pub(crate) unknown_member: u64,
    pub(crate) bad_date: u64,
    pub(crate) bad_value: u64,
}

impl DirtCount {
    fn scaled(counts: [f64; 5], scale: f64) -> Self {
        let [duplicates, missing_member, unknown_member, bad_date, bad_value] =
            counts.map(|count| scaled(count, scale));
        Self { duplicates, missing_member, unknown_member, bad_date, bad_value }
    }

    /// Rows with an identifier of their own that a check must reject.
    pub(crate) fn rejected(self) -> u64 {
        self.missing_member + self.unknown_member + self.bad_date + self.bad_value
    }

    pub(crate) fn total(self) -> u64 {
        self.duplicates + self.rejected()
    }
}
