//! The call center source.

use super::super::dice::Dice;
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::details;
use super::dirt::Dirt;
use super::generate::Batch;
use super::plan::{Call, Planner};
use super::quotas::{SPIKE_DAY, offset};
use super::scores;
use super::topic::{TOPICS, Topic};
use super::transcripts;
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "call_id,member_id,call_date,call_timestamp,call_topic,handle_time_minutes,sentiment,is_repeat_call,\
                      prior_digital_attempt,transferred,resolved,sentiment_score,ivr_route,agent_id,wait_seconds,transcript";

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let clean_rows = batch.days().map(|day| world.quotas.calls(day)).sum();
    let (_, mut dirty) = world.numbering(Source::CallCenter, batch, clean_rows);
    let table = world.table(sink, Source::CallCenter, batch, HEADER, clean_rows)?;
    let mut rows = Rows { world, table, text: String::new() };
    let mut planner = Planner::new(world);
    for day in 0..batch.days().end {
        let plan = planner.next_day()?;
        if day < batch.days().start {
            continue;
        }
        let dice = &mut world.dice("calls", day as u64);
        for call in &plan.calls {
            rows.row(world.call_id(call.number), day, call, None, dice)?;
            dirty.clean_row();
            let plain = call.failure.is_none();
            while let Some((dirt, number)) = dirty.due(plain) {
                if dirt == Dirt::Duplicate {
                    rows.table.repeat_row()?;
                } else {
                    rows.row(number, day, &stray(world, dice), Some(dirt), dice)?;
                }
            }
        }
    }
    rows.table.finish()
}

/// A call that the plan does not know, for a dirty row.
fn stray(world: &World, dice: &mut Dice) -> Call {
    Call {
        number: 0,
        member: world.population.any(dice),
        second: dice.between(7 * 3600, 20 * 3600),
        topic: TOPICS[dice.index(TOPICS.len())],
        failure: None,
        repeat: false,
        score: scores::draw(false, dice),
        agent: dice.below(details::agents(world.scale)),
    }
}

struct Rows<'w, 's> {
    world: &'w World,
    table: Table<'s>,
    text: String,
}

impl Rows<'_, '_> {
    fn row(
        &mut self,
        number: u64,
        day: usize,
        call: &Call,
        dirt: Option<Dirt>,
        dice: &mut Dice,
    ) -> Result<(), GenerateError> {
        let world = self.world;
        let special = call.member == world.population.special() && dirt.is_none();
        let change = benefit_change(call.topic, day, dice);
        let misrouted = !special && dice.percent(7);
        let tenths = if special { 180 } else { handle_tenths(call.topic, change.is_some(), dice) };
        let transferred = !special && dice.percent(if misrouted { 60 } else { 6 });
        let resolved = !special && dice.percent(84 - 30 * u32::from(call.is_negative()) - 14 * u32::from(call.repeat));
        let wait = if special { 180 } else { 15 + dice.below(90) + dice.below(4) * dice.below(120) };

        let table = &mut self.table;
        table.id("CALL", number);
        world.who_field(table, call.member, dirt, number);
        world.moment_fields(table, (offset(day), call.second), dirt, number);
        table.word(call.topic.label());
        table.tenths(if dirt == Some(Dirt::BadValue) { -tenths } else { tenths });
        table.word(scores::label(call.score));
        table.flag(call.repeat);
        table.flag(call.failure.is_some());
        table.flag(transferred);
        table.flag(resolved);
        table.hundredths(call.score);
        table.word(match (misrouted, change) {
            (true, _) => "general",
            (false, Some(_)) => "benefit_change",
            (false, None) => call.topic.route(),
        });
        table.plain(&agent_id(call.agent));
        table.int(i64::from(wait));
        self.text.clear();
        if special {
            self.text.push_str(transcripts::SPECIAL);
        } else {
            let language = world.population.member(call.member).language;
            transcripts::write(&mut self.text, call, language, change, dice);
        }
        table.text(&self.text);
        table.end_row()
    }
}

fn agent_id(agent: u32) -> [u8; 8] {
    let mut id = *b"AGT00000";
    super::super::calendar::digits(&mut id[3..], agent);
    id
}

/// The change a benefits call is about, if any; more of them once the changes have been announced.
fn benefit_change(topic: Topic, day: usize, dice: &mut Dice) -> Option<&'static str> {
    let chance = if day >= SPIKE_DAY { 60 } else { 20 };
    (topic == Topic::Benefits && dice.percent(chance)).then(|| dice.pick(&transcripts::CHANGES))
}

fn handle_tenths(topic: Topic, change: bool, dice: &mut Dice) -> i64 {
    let long = match topic {
        Topic::Pharmacy => 34,
        Topic::Benefits if change => 45,
        Topic::Benefits => 20,
        Topic::Claims => 15,
        Topic::Billing => 12,
        Topic::Enrollment => 10,
        Topic::Technical => 8,
        Topic::Provider => 6,
        Topic::IdCard => 4,
    };
    let tenths = if dice.percent(long) { 201 + dice.below(180) } else { 30 + dice.below(86) + dice.below(85) };
    i64::from(tenths)
}
