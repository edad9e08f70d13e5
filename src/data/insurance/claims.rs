//! The claims source, prior authorization included.

use super::super::dice::Dice;
use super::super::quota::even_part;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::dirt::Dirt;
use super::generate::{Batch, YEAR};
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "claim_id,member_id,claim_date,claim_type,claim_amount,status,approval_time_days,denial_reason,\
                      prior_auth_required,prior_auth_status,prior_auth_submitted_at,prior_auth_decided_at,\
                      provider_network,service_category";

const DENIALS: [&str; 6] = [
    "Prior authorization missing",
    "Not medically necessary",
    "Out of network",
    "Coding error",
    "Duplicate claim",
    "Coverage terminated",
];
/// Days before the as-of day on which the special member has a claim that waits for authorization.
const SPECIAL_OFFSET: i32 = -6;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Medical,
    Pharmacy,
    Preventive,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Approved,
    Denied,
    Pending,
}

impl Status {
    fn label(self) -> &'static str {
        match self {
            Status::Approved => "Approved",
            Status::Denied => "Denied",
            Status::Pending => "Pending",
        }
    }
}

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let total = Source::Claims.clean_rows(world.scale);
    let of_day = |offset: i32| even_part(total, ((offset + YEAR - 1) % YEAR) as u64, YEAR as u64);
    let clean_rows = batch.year().map(of_day).sum();
    let (mut number, mut dirty) = world.numbering(Source::Claims, batch, clean_rows);
    let mut table = world.table(sink, Source::Claims, batch, HEADER, clean_rows)?;
    for offset in batch.year() {
        let dice = &mut world.dice("claims", (offset + YEAR) as u64);
        for place in 0..of_day(offset) {
            let special = offset == SPECIAL_OFFSET && place == 0;
            let member = if special { world.population.special() } else { world.population.joined_by(offset, dice) };
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
    let special = member == world.population.special() && offset == SPECIAL_OFFSET && dirt.is_none();
    let kind = if special {
        Kind::Medical
    } else {
        [Kind::Medical, Kind::Pharmacy, Kind::Preventive][dice.weighted(&[60, 22, 18])]
    };
    let (name, services, amount): (_, &[&str], _) = match kind {
        Kind::Medical => (
            "Medical",
            &["Office visit", "Imaging", "Surgery", "Emergency", "Physical therapy", "Lab", "Inpatient"],
            8_000 + dice.below(40_000) + dice.below(40) * dice.below(25_000),
        ),
        Kind::Pharmacy => ("Pharmacy", &["Retail drug", "Mail order drug", "Specialty drug"], 900 + dice.below(30_000)),
        Kind::Preventive => ("Preventive", &["Annual exam", "Immunization", "Screening"], 5_000 + dice.below(25_000)),
    };
    // Decided later than the data ends means not decided yet.
    let days = 1 + dice.below(14) as i32 + dice.below(12) as i32;
    let status = if special || offset + days > 0 {
        Status::Pending
    } else if dice.percent(14) {
        Status::Denied
    } else {
        Status::Approved
    };
    let authorization = special
        || match kind {
            Kind::Medical => dice.percent(26),
            Kind::Pharmacy => dice.percent(12),
            Kind::Preventive => false,
        };
    let cents = i64::from(amount);

    table.id("CLM", number);
    world.who_field(table, member, dirt, number);
    world.date_field(table, offset, dirt, number);
    table.word(name);
    table.hundredths(if dirt == Some(Dirt::BadValue) { -cents } else { cents });
    table.word(status.label());
    if status == Status::Pending {
        table.empty();
    } else {
        table.int(i64::from(days));
    }
    table.word(if status == Status::Denied { dice.pick(&DENIALS) } else { "" });
    table.flag(authorization);
    if authorization {
        authorize(world, table, offset, status, special, dice);
    } else {
        table.empty();
        table.empty();
        table.empty();
    }
    table.word(if dice.percent(88) { "in" } else { "out" });
    table.word(if special { "Imaging" } else { dice.pick(services) });
    table.end_row()
}

/// What became of the prior authorization: its status, when it was asked for and when it was decided.
fn authorize(world: &World, table: &mut Table<'_>, offset: i32, status: Status, special: bool, dice: &mut Dice) {
    let submitted = offset - 1 - dice.below(6) as i32;
    let decided = submitted + 1 + dice.below(10) as i32;
    let pending = special || decided > 0 || (status == Status::Pending && dice.percent(50));
    table.word(if pending {
        Status::Pending.label()
    } else if status == Status::Denied && dice.percent(60) {
        Status::Denied.label()
    } else {
        Status::Approved.label()
    });
    table.timestamp(world.calendar.date(submitted), dice.between(8 * 3600, 17 * 3600));
    if pending {
        table.empty();
    } else {
        table.timestamp(world.calendar.date(decided), dice.between(8 * 3600, 17 * 3600));
    }
}
