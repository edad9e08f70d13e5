//! The members source: everyone once in the history, changed records again on the day after it.

use super::super::dice::Dice;
use super::super::quota::scaled;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::dirt::Dirt;
use super::generate::Batch;
use super::names::{self, EDUCATION, INCOMES, SEGMENTS, SETTLEMENTS, STATES};
use super::population::{Adoption, Plan};
use super::quotas::offset;
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "member_id,age,gender,plan_type,tenure_months,segment,state,zip_code,join_date,line_of_business,\
                      preferred_language,income_band,education_level,household_size,rural_urban,has_caregiver,\
                      digital_adoption,first_name,last_name,updated_at";

/// Records that change on the day after the history, at scale 1.
const CHANGES: f64 = 50.0;
/// When a day's records are extracted.
const EXTRACTED: u32 = 30 * 60;

struct Record {
    age: u32,
    female: bool,
    plan: Plan,
    segment: &'static str,
    state: usize,
    zip: u32,
    income: &'static str,
    education: &'static str,
    household: u32,
    settlement: &'static str,
    caregiver: bool,
    adoption: Adoption,
    first_name: &'static str,
    last_name: &'static str,
}

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let everyone = u64::from(world.population.len());
    let clean_rows = match batch {
        Batch::History => everyone,
        Batch::NextDay => changed_members(world),
    };
    let (_, mut dirty) = world.numbering(Source::Members, batch, clean_rows);
    let table = world.table(sink, Source::Members, batch, HEADER, clean_rows)?;
    let mut rows = Rows { world, table, extracted: offset(batch.last_day()) };
    let dice = &mut world.dice("member changes", 0);
    for place in 0..clean_rows {
        let mut member = place as u32;
        let mut record = record(world, member);
        if batch == Batch::NextDay {
            // One from each stretch of the members, and never the special one, who is last.
            let stretch = (everyone - 1) / clean_rows;
            member = (place * stretch) as u32 + dice.below(stretch as u32);
            record = self::record(world, member);
            change(&mut record, dice);
        }
        rows.row(member, &record, None, place)?;
        dirty.clean_row();
        while let Some((dirt, number)) = dirty.due(true) {
            if dirt == Dirt::Duplicate {
                rows.table.repeat_row()?;
            } else {
                let member = dice.below(world.population.special());
                rows.row(member, &self::record(world, member), Some(dirt), number)?;
            }
        }
    }
    rows.table.finish()
}

/// How many members have a changed record on the day after the history.
pub(crate) fn changed_members(world: &World) -> u64 {
    scaled(CHANGES, world.scale)
}

/// The record as first extracted; a pure function of seed and member.
fn record(world: &World, index: u32) -> Record {
    let dice = &mut world.dice("member", u64::from(index));
    let member = world.population.member(index);
    let special = index == world.population.special();
    let medicare = member.plan == Plan::Mapd;
    let years = u32::from(member.tenure_months) / 12;
    let age = if medicare {
        (65 + years + dice.below(8) + dice.below(5)).min(97)
    } else {
        (19 + years + dice.below(45)).min(64)
    };
    let female = special || dice.percent(53);
    let segment = if member.tenure_months < 12 { "New" } else { SEGMENTS[dice.weighted(&[20, 42, 24, 14])] };
    let state = dice.weighted(&names::state_weights(member.language));
    let (first, last) = names::names(member.language, female);
    Record {
        age: if special { 66 } else { age },
        female,
        plan: member.plan,
        segment,
        state,
        zip: STATES[state].zip_from + dice.below(STATES[state].zips),
        income: INCOMES[dice.weighted(if medicare { &[30, 34, 20, 10, 6] } else { &[8, 22, 28, 22, 20] })],
        education: EDUCATION[dice.weighted(&[9, 27, 28, 22, 14])],
        household: if medicare { 1 + dice.below(2) } else { 1 + dice.below(5) },
        settlement: SETTLEMENTS[dice.weighted(&[38, 42, 20])],
        caregiver: dice.percent(if medicare { 24 } else { 5 }),
        adoption: member.adoption,
        first_name: dice.pick(first),
        last_name: dice.pick(last),
    }
}

/// Changes what does not move a member to another group of the story.
fn change(record: &mut Record, dice: &mut Dice) {
    match dice.below(4) {
        0 => {
            record.state = (record.state + 1 + dice.index(STATES.len() - 1)) % STATES.len();
            record.zip = STATES[record.state].zip_from + dice.below(STATES[record.state].zips);
        }
        1 => record.segment = if record.segment == "At Risk" { "Medium Value" } else { "At Risk" },
        2 => {
            record.adoption = match record.adoption {
                Adoption::High => Adoption::Medium,
                Adoption::Medium | Adoption::Low => Adoption::High,
            };
        }
        _ => {
            record.household += 1;
            record.caregiver = !record.caregiver;
        }
    }
    record.plan = match record.plan {
        Plan::Ppo if dice.percent(40) => Plan::Hmo,
        plan => plan,
    };
}

struct Rows<'w, 's> {
    world: &'w World,
    table: Table<'s>,
    extracted: i32,
}

impl Rows<'_, '_> {
    fn row(&mut self, index: u32, record: &Record, dirt: Option<Dirt>, number: u64) -> Result<(), GenerateError> {
        let world = self.world;
        let member = world.population.member(index);
        let table = &mut self.table;
        world.who_field(table, index, dirt, number);
        if dirt == Some(Dirt::BadValue) {
            table.int(190);
        } else {
            table.int(i64::from(record.age));
        }
        table.word(if record.female { "F" } else { "M" });
        table.word(record.plan.label());
        table.int(i64::from(member.tenure_months));
        table.word(record.segment);
        table.word(STATES[record.state].code);
        table.plain(&zip_code(record.zip));
        world.date_field(table, -i32::from(member.joined_before), dirt, number);
        table.word(if member.plan == Plan::Mapd { "Medicare Advantage" } else { "Commercial" });
        table.word(member.language.label());
        table.word(record.income);
        table.word(record.education);
        table.int(i64::from(record.household));
        table.word(record.settlement);
        table.flag(record.caregiver);
        table.word(record.adoption.label());
        table.word(record.first_name);
        table.word(record.last_name);
        table.timestamp(world.calendar.date(self.extracted), EXTRACTED);
        table.end_row()
    }
}

fn zip_code(zip: u32) -> [u8; 5] {
    let mut text = [b'0'; 5];
    super::super::calendar::digits(&mut text, zip);
    text
}
