//! Writes whole file sets.

use std::collections::BTreeMap;

use super::super::{GenerateError, Sink};
use super::quotas::{HISTORY_DAYS, LAST_DAY, NEXT_DAY};
use super::volumes::{DirtCount, Source};
use super::world::{GenerateOptions, World};
use super::{calls, claims, digital, enrollment, members, pharmacy, reference, surveys};

/// Rows written, by source.
pub type FileRows = BTreeMap<&'static str, u64>;

/// Which days a file set covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Batch {
    History,
    NextDay,
}

impl Batch {
    /// Days of calls and digital interactions.
    pub(crate) fn days(self) -> std::ops::Range<usize> {
        match self {
            Batch::History => 0..HISTORY_DAYS,
            Batch::NextDay => NEXT_DAY..NEXT_DAY + 1,
        }
    }

    /// Days after the as-of day of the sources that reach back a year.
    pub(crate) fn year(self) -> std::ops::RangeInclusive<i32> {
        match self {
            Batch::History => 1 - YEAR..=0,
            Batch::NextDay => 1..=1,
        }
    }

    pub(crate) fn last_day(self) -> usize {
        match self {
            Batch::History => LAST_DAY,
            Batch::NextDay => NEXT_DAY,
        }
    }

    pub(crate) fn dirt(self, source: Source, scale: f64) -> DirtCount {
        match self {
            Batch::History => source.dirt(scale),
            Batch::NextDay => source.dirt_of_next_day(scale),
        }
    }
}

/// Days of claims, fills, enrollments and periodic surveys.
pub(crate) const YEAR: i32 = 365;

/// Writes the history and the reference data.
pub fn generate(options: &GenerateOptions, sink: &mut dyn Sink) -> Result<FileRows, GenerateError> {
    let world = World::new(options)?;
    let mut rows = sources(&world, Batch::History, sink)?;
    reference::write(&world, sink, &mut rows)?;
    Ok(rows)
}

/// Writes the files of the day after the history: what happened that day, and members whose record changed.
pub fn next_day(options: &GenerateOptions, sink: &mut dyn Sink) -> Result<FileRows, GenerateError> {
    let world = World::new(options)?;
    sources(&world, Batch::NextDay, sink)
}

fn sources(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<FileRows, GenerateError> {
    let mut rows = FileRows::new();
    rows.insert(Source::Members.name(), members::write(world, batch, sink)?);
    rows.insert(Source::Claims.name(), claims::write(world, batch, sink)?);
    rows.insert(Source::CallCenter.name(), calls::write(world, batch, sink)?);
    rows.insert(Source::DigitalInteractions.name(), digital::write(world, batch, sink)?);
    rows.insert(Source::Surveys.name(), surveys::write(world, batch, sink)?);
    rows.insert(Source::Pharmacy.name(), pharmacy::write(world, batch, sink)?);
    rows.insert(Source::Enrollment.name(), enrollment::write(world, batch, sink)?);
    Ok(rows)
}
