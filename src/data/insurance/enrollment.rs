//! The enrollment source: how every member joined, then renewals and changes of the last year.

use super::super::dice::Dice;
use super::super::quota::even_part;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::dirt::{Dirt, DirtPlan};
use super::generate::{Batch, YEAR};
use super::population::Plan;
use super::quotas::{self, SPIKE_DAY};
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "enrollment_id,member_id,enrollment_date,plan_type,premium_amount,change_type,change_reason,\
                      effective_date,channel";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Renewal,
    Switch,
}

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let joined = u64::from(world.population.len());
    let later = Source::Enrollment.clean_rows(world.scale) - joined;
    let of_day = |offset: i32| even_part(later, ((offset + YEAR - 1) % YEAR) as u64, YEAR as u64);
    let joined = if batch == Batch::History { joined } else { 0 };
    let clean_rows = joined + batch.year().map(of_day).sum::<u64>();
    let (number, dirty) = world.numbering(Source::Enrollment, batch, clean_rows);
    let table = world.table(sink, Source::Enrollment, batch, HEADER, clean_rows)?;
    let mut rows = Rows { world, table, number, dirty };
    let dice = &mut world.dice("enrollment", 0);
    for member in 0..joined as u32 {
        let offset = -i32::from(world.population.member(member).joined_before);
        rows.rows(member, offset, Change::New, dice)?;
    }
    for offset in batch.year() {
        let dice = &mut world.dice("enrollment", (offset + YEAR) as u64);
        for _ in 0..of_day(offset) {
            let member = world.population.joined_by(offset - 1, dice);
            let change = if dice.percent(62) { Change::Renewal } else { Change::Switch };
            rows.rows(member, offset, change, dice)?;
        }
    }
    rows.table.finish()
}

struct Rows<'w, 's> {
    world: &'w World,
    table: Table<'s>,
    number: u64,
    dirty: DirtPlan,
}

impl Rows<'_, '_> {
    /// A clean row, and the dirty rows that are due after it.
    fn rows(&mut self, member: u32, offset: i32, change: Change, dice: &mut Dice) -> Result<(), GenerateError> {
        self.row(self.number, member, offset, change, None, dice)?;
        self.number += 1;
        self.dirty.clean_row();
        while let Some((dirt, number)) = self.dirty.due(true) {
            if dirt == Dirt::Duplicate {
                self.table.repeat_row()?;
            } else {
                let member = self.world.population.any(dice);
                self.row(number, member, offset, Change::Renewal, Some(dirt), dice)?;
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        number: u64,
        member: u32,
        offset: i32,
        change: Change,
        dirt: Option<Dirt>,
        dice: &mut Dice,
    ) -> Result<(), GenerateError> {
        let plan = self.world.population.member(member).plan;
        let premium = i64::from(match plan {
            Plan::Mapd => dice.below(12) * 500,
            Plan::Ppo => 38_000 + dice.below(24_000),
            Plan::Hmo => 26_000 + dice.below(18_000),
            Plan::Pos => 31_000 + dice.below(18_000),
            Plan::Epo => 29_000 + dice.below(16_000),
        });
        let announced = offset >= quotas::offset(SPIKE_DAY);
        let (kind, reason): (_, &str) = match change {
            Change::New if plan == Plan::Mapd => {
                ("new", dice.pick(&["New to Medicare", "New to Medicare", "Moved to the area", "Left another plan"]))
            }
            Change::New => ("new", dice.pick(&["New job", "Moved to the area", "Lost other coverage"])),
            Change::Renewal => ("renewal", "Annual renewal"),
            Change::Switch if plan == Plan::Mapd && announced => {
                ("change", dice.pick(&["AEP plan change", "AEP plan change", "Premium change", "Benefit change"]))
            }
            Change::Switch => ("change", dice.pick(&["Premium change", "Moved", "Life event", "Benefit change"])),
        };
        let table = &mut self.table;
        table.id("ENR", number);
        self.world.who_field(table, member, dirt, number);
        self.world.date_field(table, offset, dirt, number);
        table.word(plan.label());
        table.hundredths(if dirt == Some(Dirt::BadValue) { -premium - 100 } else { premium });
        table.word(kind);
        table.word(reason);
        table.plain(self.world.calendar.date(self.world.calendar.next_month(offset)));
        let employer = if plan == Plan::Mapd { 0 } else { 40 };
        table.word(["online", "phone", "broker", "employer"][dice.weighted(&[38, 22, 24, employer])]);
        table.end_row()
    }
}
