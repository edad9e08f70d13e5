//! The pharmacy source: fills, with copays that rise once the benefit changes are announced.

use super::super::dice::Dice;
use super::super::quota::even_part;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::dirt::Dirt;
use super::generate::{Batch, YEAR};
use super::population::Plan;
use super::quotas::{self, SPIKE_DAY};
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "rx_id,member_id,fill_date,drug_name,copay_amount,days_supply,pharmacy_type,denied_flag,denied_reason,\
                      prior_copay_amount,refill_channel";

/// Drug, and its usual copay in cents for 30 days.
const DRUGS: [(&str, u32); 16] = [
    ("Atorvastatin", 500),
    ("Lisinopril", 400),
    ("Metformin", 400),
    ("Amlodipine", 500),
    ("Levothyroxine", 800),
    ("Omeprazole", 700),
    ("Losartan", 600),
    ("Gabapentin", 900),
    ("Sertraline", 800),
    ("Albuterol", 2_500),
    ("Apixaban", 4_700),
    ("Insulin glargine", 3_500),
    ("Semaglutide", 9_500),
    ("Empagliflozin", 4_700),
    ("Adalimumab", 15_000),
    ("Tiotropium", 4_200),
];
/// From here on the list is of costly drugs.
const COSTLY: usize = 9;
const DENIALS: [&str; 5] =
    ["Prior authorization required", "Refill too soon", "Not on formulary", "Quantity limit", "Step therapy required"];
/// Fills of the special member, in days before the as-of day.
const SPECIAL_OFFSETS: [i32; 2] = [-20, -50];

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let total = Source::Pharmacy.clean_rows(world.scale);
    let of_day = |offset: i32| even_part(total, ((offset + YEAR - 1) % YEAR) as u64, YEAR as u64);
    let clean_rows = batch.year().map(of_day).sum();
    let (mut number, mut dirty) = world.numbering(Source::Pharmacy, batch, clean_rows);
    let mut table = world.table(sink, Source::Pharmacy, batch, HEADER, clean_rows)?;
    for offset in batch.year() {
        let dice = &mut world.dice("pharmacy", (offset + YEAR) as u64);
        for place in 0..of_day(offset) {
            let member = if place == 0 && SPECIAL_OFFSETS.contains(&offset) {
                world.population.special()
            } else {
                world.population.joined_by(offset, dice)
            };
            row(world, &mut table, number, member, offset, None, dice)?;
            number += 1;
            dirty.clean_row();
            while let Some((dirt, number)) = dirty.due(true) {
                if dirt == Dirt::Duplicate {
                    table.repeat_row()?;
                } else {
                    let member = world.population.any(dice);
                    row(world, &mut table, number, member, offset, Some(dirt), dice)?;
                }
            }
        }
    }
    table.finish()
}

fn row(
    world: &World,
    table: &mut Table<'_>,
    number: u64,
    member: u32,
    offset: i32,
    dirt: Option<Dirt>,
    dice: &mut Dice,
) -> Result<(), GenerateError> {
    let medicare = world.population.member(member).plan == Plan::Mapd;
    let drug = if dice.percent(72) { dice.index(COSTLY) } else { COSTLY + dice.index(DRUGS.len() - COSTLY) };
    let (name, usual) = DRUGS[drug];
    let supply = [30, 60, 90][dice.weighted(&[64, 8, 28])];
    let usual = usual * supply / 30 + dice.below(3) * 100;
    let announced = offset >= quotas::offset(SPIKE_DAY);
    let raised = dice.percent(if announced && medicare { 28 } else { 3 });
    let copay = i64::from(if raised { usual + usual / 4 + 500 } else { usual });
    let first_fill = dice.percent(12);
    let denied = dice.percent(6);
    let pharmacy = if drug + 2 == DRUGS.len() { 2 } else { dice.weighted(&[74, 26]) };

    table.id("RX", number);
    world.who_field(table, member, dirt, number);
    world.date_field(table, offset, dirt, number);
    table.word(name);
    table.hundredths(if dirt == Some(Dirt::BadValue) { -copay } else { copay });
    table.int(i64::from(supply));
    table.word(["retail", "mail", "specialty"][pharmacy]);
    table.flag(denied);
    table.word(if denied { dice.pick(&DENIALS) } else { "" });
    if first_fill {
        table.empty();
    } else {
        table.hundredths(i64::from(usual));
    }
    table.word(["app", "web", "phone", "store", "auto"][dice.weighted(&[24, 14, 16, 30, 16])]);
    table.end_row()
}
