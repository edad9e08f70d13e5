//! The digital interactions: the failures that calls follow, and the everyday sessions around them.

use super::super::dice::Dice;
use super::super::quota::apportion;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::codes;
use super::details::any_device;
use super::dirt::Dirt;
use super::generate::Batch;
use super::plan::{DayPlan, Planner, SPECIAL_CALL_SECOND};
use super::population::Adoption;
use super::quotas::{HISTORY_DAYS, LAST_DAY, offset};
use super::topic::{Device, TOPICS, Topic};
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "interaction_id,member_id,interaction_date,interaction_timestamp,interaction_type,outcome,\
                      failure_reason,session_duration_seconds,device,page,error_code,error_message,session_id";

const DAY: u32 = 86_400;
/// Events of an ordinary session after the login, in `TOPICS` order.
const TYPES: [u32; 8] = [22, 12, 18, 24, 12, 6, 9, 0];
/// How often an ordinary event fails, per cent, in `TOPICS` order.
const FAILS: [u32; 8] = [17, 16, 17, 13, 15, 14, 12, 6];
/// Thousandths of an event that a leak adds to the day, its login included.
const EVENTS_PER_LEAK: u64 = 1600;
const ORDINARY_WEIGHT: u64 = 1180;

#[derive(Clone, Copy)]
struct Event {
    second: u32,
    member: u32,
    kind: Topic,
    failure: Option<(u8, bool)>,
    page: Option<&'static str>,
    device: Device,
    session: u32,
    duration: u32,
    /// Part of a leak or of the special journey.
    planted: bool,
}

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let per_day = events_per_day(world);
    let clean_rows = batch.days().map(|day| per_day[day]).sum();
    let (mut number, mut dirty) = world.numbering(Source::DigitalInteractions, batch, clean_rows);
    let table = world.table(sink, Source::DigitalInteractions, batch, HEADER, clean_rows)?;
    let mut rows = Rows { world, table };
    let mut planner = Planner::new(world);
    let mut today = planner.next_day()?;
    for (day, &count) in per_day.iter().enumerate().take(batch.days().end) {
        let tomorrow = planner.next_day()?;
        if day >= batch.days().start {
            let dice = &mut world.dice("digital", day as u64);
            for event in events(world, &planner, [&today, &tomorrow], count, dice) {
                rows.row(number, day, &event, None)?;
                number += 1;
                dirty.clean_row();
                while let Some((dirt, number)) = dirty.due(!event.planted) {
                    if dirt == Dirt::Duplicate {
                        rows.table.repeat_row()?;
                    } else {
                        rows.row(number, day, &stray(world, dice), Some(dirt))?;
                    }
                }
            }
        }
        today = tomorrow;
    }
    rows.table.finish()
}

/// Events of every day, the day after the history included: level, plus what the leaks of the day bring.
fn events_per_day(world: &World) -> Vec<u64> {
    let weight = |day: usize| {
        let ordinary = (ORDINARY_WEIGHT as f64 * world.scale) as u64 * 1000;
        ordinary + world.quotas.leaks(day) * EVENTS_PER_LEAK
    };
    let weights: Vec<u64> = (0..HISTORY_DAYS).map(weight).collect();
    let mut days = apportion(Source::DigitalInteractions.clean_rows(world.scale), &weights);
    days.push(days[LAST_DAY]);
    days
}

/// The events of `today` in the order of their time.
fn events(world: &World, planner: &Planner<'_>, plans: [&DayPlan; 2], count: u64, dice: &mut Dice) -> Vec<Event> {
    let day = plans[0].day;
    let mut events = Vec::with_capacity(count as usize);
    let mut session = 0;
    for plan in plans {
        let days_ahead = (plan.day - day) as u32;
        for call in &plan.calls {
            let Some(failure) = call.failure else { continue };
            // Seconds since the start of today; a failure before that belongs to yesterday, after it to tomorrow.
            let moment = i64::from(days_ahead * DAY + call.second) - i64::from(failure.before);
            if !(0..i64::from(DAY)).contains(&moment) {
                continue;
            }
            let second = moment as u32;
            let abandoned = codes::is_abandoned(call.topic, failure.code, dice);
            let special = call.member == world.population.special() && call.second == SPECIAL_CALL_SECOND;
            let event = Event {
                second,
                member: call.member,
                kind: call.topic,
                failure: Some((failure.code, abandoned || special)),
                page: None,
                device: failure.device,
                session,
                duration: dice.between(20, 400),
                planted: true,
            };
            if special {
                events.push(Event { second: second - 180, kind: Topic::Technical, failure: None, ..event });
                events.push(Event { second: second - 60, failure: None, page: Some("billing/overview"), ..event });
            } else if call.topic != Topic::Technical && dice.percent(60) && second > 200 {
                let login = second - dice.between(20, 190);
                events.push(Event { second: login, kind: Topic::Technical, failure: None, ..event });
            }
            events.push(event);
            session += 1;
        }
    }
    while (events.len() as u64) < count {
        ordinary_session(world, planner, day, session, &mut events, dice);
        session += 1;
    }
    events.truncate(count as usize);
    events.sort_by_key(|event| (event.second, event.member));
    events
}

/// A login and a few events. Some fail, but never within a day before a call about the same topic: that would be a
/// leak nobody planned.
fn ordinary_session(
    world: &World,
    planner: &Planner<'_>,
    day: usize,
    session: u32,
    events: &mut Vec<Event>,
    dice: &mut Dice,
) {
    let member = visitor(world, dice);
    let device = any_device(dice);
    let mut second = dice.between(6 * 3600, 23 * 3600);
    let duration = dice.between(40, 900);
    let actions = dice.between(1, 3);
    for place in 0..=actions {
        let kind = if place == 0 { Topic::Technical } else { TOPICS[dice.weighted(&TYPES)] };
        let fails = dice.percent(FAILS[kind as usize]) && !planner.calls_from(kind, member, day);
        let failure = fails.then(|| {
            let code = codes::everyday_code(kind, world.population.member(member).language, dice);
            (code, codes::is_abandoned(kind, code, dice))
        });
        events.push(Event { second, member, kind, failure, page: None, device, session, duration, planted: false });
        second += dice.between(15, 160);
        if fails && kind == Topic::Technical {
            break;
        }
    }
}

/// Anyone but the special member; members who like the digital way more often.
fn visitor(world: &World, dice: &mut Dice) -> u32 {
    loop {
        // The special member has the last index.
        let member = dice.below(world.population.special());
        let chance = match world.population.member(member).adoption {
            Adoption::High => 100,
            Adoption::Medium => 60,
            Adoption::Low => 25,
        };
        if dice.percent(chance) {
            return member;
        }
    }
}

/// A successful event that belongs to no session, for a dirty row.
fn stray(world: &World, dice: &mut Dice) -> Event {
    Event {
        second: dice.between(6 * 3600, 22 * 3600),
        member: visitor(world, dice),
        kind: TOPICS[dice.index(TOPICS.len())],
        failure: None,
        page: None,
        device: any_device(dice),
        session: 900_000_000 + dice.below(1_000_000),
        duration: dice.between(20, 400),
        planted: false,
    }
}

struct Rows<'w, 's> {
    world: &'w World,
    table: Table<'s>,
}

impl Rows<'_, '_> {
    fn row(&mut self, number: u64, day: usize, event: &Event, dirt: Option<Dirt>) -> Result<(), GenerateError> {
        let world = self.world;
        let table = &mut self.table;
        table.id("DIG", number);
        world.who_field(table, event.member, dirt, number);
        world.moment_fields(table, (offset(day), event.second), dirt, number);
        table.word(event.kind.interaction());
        let code = event.failure.map(|(code, abandoned)| (&codes::codes(event.kind)[usize::from(code)], abandoned));
        table.word(match code {
            Some((_, true)) => "abandoned",
            Some((_, false)) => "failure",
            None => "success",
        });
        table.word(code.map_or("", |(code, _)| code.reason));
        let duration = i64::from(event.duration);
        table.int(if dirt == Some(Dirt::BadValue) { -duration } else { duration });
        table.word(event.device.label());
        table.word(event.page.unwrap_or(event.kind.page()));
        table.word(code.map_or("", |(code, _)| code.code));
        table.text(code.map_or("", |(code, _)| code.message));
        table.plain(&session_id(self.world.calendar.stamp(offset(day)), event.session));
        table.end_row()
    }
}

/// `SYYYYMMDD-` and the session of the day.
fn session_id(stamp: [u8; 8], session: u32) -> [u8; 19] {
    let mut id = *b"S00000000-000000000";
    id[1..9].copy_from_slice(&stamp);
    super::super::calendar::digits(&mut id[10..], session);
    id
}
