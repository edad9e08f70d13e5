//! What every source shares: the options, the calendar, the members and the quotas.

use chrono::NaiveDate;

use super::super::calendar::Calendar;
use super::super::dice::Dice;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::dirt::{Dirt, DirtPlan, unknown_member};
use super::generate::Batch;
use super::population::Population;
use super::quotas::{Quotas, offset};
use super::volumes::Source;

/// What to generate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GenerateOptions {
    /// 1 for 425,000 rows; decimals are allowed, up to 250.
    pub scale: f64,
    /// Decides who, when and which words, and how a day differs from its neighbours; never a total of the story.
    pub seed: u64,
    /// The last day of the history, the day the story is told on.
    pub as_of: NaiveDate,
}

pub(crate) struct World {
    pub(crate) scale: f64,
    pub(crate) seed: u64,
    pub(crate) calendar: Calendar,
    pub(crate) population: Population,
    pub(crate) quotas: Quotas,
}

impl World {
    pub(crate) fn new(options: &GenerateOptions) -> Result<Self, GenerateError> {
        let GenerateOptions { scale, seed, as_of } = *options;
        if !(1.0..=250.0).contains(&scale) {
            return Err(GenerateError::Scale(scale));
        }
        let calendar = Calendar::new(as_of)?;
        let population = Population::new(Source::Members.rows(scale), seed, &calendar);
        let quotas = Quotas::new(scale, seed, &calendar, population.cell_sizes());
        Ok(Self { scale, seed, calendar, population, quotas })
    }

    pub(crate) fn dice(&self, purpose: &str, stream: u64) -> Dice {
        Dice::new(self.seed, purpose, stream)
    }

    /// Opens the table of a source: `SOURCE/SOURCE_YYYYMMDD.csv`, with the date of the last day in it.
    pub(crate) fn table<'s>(
        &self,
        sink: &'s mut dyn Sink,
        source: Source,
        batch: Batch,
        header: &'static str,
        clean_rows: u64,
    ) -> Result<Table<'s>, GenerateError> {
        let stamp = self.calendar.stamp(offset(batch.last_day()));
        let stem = format!("{0}/{0}_{1}", source.name(), String::from_utf8_lossy(&stamp));
        Table::begin(sink, stem, header, clean_rows + batch.dirt(source, self.scale).total())
    }

    /// The identifier number of the first clean row of a batch, and its dirty rows.
    pub(crate) fn numbering(&self, source: Source, batch: Batch, clean_rows: u64) -> (u64, DirtPlan) {
        let first = match batch {
            Batch::History => 1,
            Batch::NextDay => source.clean_rows(self.scale) + source.dirt(self.scale).rejected() + 1,
        };
        let dice = &mut self.dice(source.name(), u64::MAX - batch.last_day() as u64);
        (first, DirtPlan::new(batch.dirt(source, self.scale), clean_rows, first + clean_rows, dice))
    }

    /// The number in the identifier of the `number`th planned call.
    pub(crate) fn call_id(&self, number: u64) -> u64 {
        let history = Source::CallCenter.clean_rows(self.scale);
        if number <= history { number } else { number + Source::CallCenter.dirt(self.scale).rejected() }
    }

    /// Writes the identifier of a member as a field.
    pub(crate) fn member_field(&self, table: &mut Table<'_>, member: u32) {
        if member == self.population.special() {
            table.word(SPECIAL_MEMBER);
        } else {
            table.id("M", u64::from(member) + 1);
        }
    }

    /// The same for the dirty row `number`, if it is one.
    pub(crate) fn who_field(&self, table: &mut Table<'_>, member: u32, dirt: Option<Dirt>, number: u64) {
        match dirt {
            Some(Dirt::MissingMember) => table.empty(),
            Some(Dirt::UnknownMember) => table.id("M", unknown_member(number)),
            Some(Dirt::Duplicate | Dirt::BadDate | Dirt::BadValue) | None => self.member_field(table, member),
        }
    }

    /// Writes a date as a field; the date of row `number` may be dirty.
    pub(crate) fn date_field(&self, table: &mut Table<'_>, offset: i32, dirt: Option<Dirt>, number: u64) {
        if dirt == Some(Dirt::BadDate) {
            table.word(Dirt::bad_date(number));
        } else {
            table.plain(self.calendar.date(offset));
        }
    }

    /// Writes a date field and a timestamp field.
    pub(crate) fn moment_fields(
        &self,
        table: &mut Table<'_>,
        (offset, second): (i32, u32),
        dirt: Option<Dirt>,
        number: u64,
    ) {
        self.date_field(table, offset, dirt, number);
        if dirt == Some(Dirt::BadDate) {
            table.word(Dirt::bad_date(number));
        } else {
            table.timestamp(self.calendar.date(offset), second);
        }
    }
}

/// The member of the journey playback.
pub(crate) const SPECIAL_MEMBER: &str = "M-104382";
