//! The surveys. Post-call surveys of the last 30 days carry the planted net promoter scores.

use super::super::dice::Dice;
use super::super::quota::{even_part, scaled};
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::dirt::{Dirt, DirtPlan};
use super::feedback;
use super::generate::{Batch, YEAR};
use super::moods::{Answers, EARLIER, Mood, Moods, WITH_LEAK, WITHOUT_LEAK, answers};
use super::plan::{Call, DayPlan, Planner};
use super::quotas::{HISTORY_DAYS, WINDOW, offset};
use super::topic::Topic;
use super::volumes::Source;
use super::world::World;

const HEADER: &str = "survey_id,member_id,survey_date,nps_score,csat_score,effort_score,feedback_text,survey_type,\
                      call_id,survey_timestamp";

/// Surveys at scale 1; the annual ones take the rest.
const POST_CALL: f64 = 14_000.0;
const POST_DIGITAL: f64 = 4_000.0;
const PERIODIC: f64 = 4_350.0;
const SPECIAL_SECOND: u32 = 9 * 3600 + 45 * 60;

struct Counts {
    post_call: u64,
    post_digital: u64,
    periodic: u64,
    annual: u64,
}

impl Counts {
    fn new(scale: f64) -> Self {
        let [post_call, post_digital, periodic] = [POST_CALL, POST_DIGITAL, PERIODIC].map(|count| scaled(count, scale));
        let annual = Source::Surveys.clean_rows(scale) - post_call - post_digital - periodic;
        Self { post_call, post_digital, periodic, annual }
    }

    /// Post-call, post-digital, periodic, annual surveys of the day `offset` days after the as-of day.
    fn of_day(&self, offset: i32) -> [u64; 4] {
        let of_year = |total: u64| even_part(total, ((offset + YEAR - 1) % YEAR) as u64, YEAR as u64);
        let history = HISTORY_DAYS as i32;
        let of_history = |total: u64| match offset + history - 1 {
            day if day < 0 => 0,
            day => even_part(total, (day % history) as u64, HISTORY_DAYS as u64),
        };
        [of_history(self.post_call), of_history(self.post_digital), of_year(self.periodic), of_year(self.annual)]
    }
}

pub(crate) fn write(world: &World, batch: Batch, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let counts = Counts::new(world.scale);
    let clean_rows = batch.year().map(|offset| counts.of_day(offset).iter().sum::<u64>()).sum();
    let (number, dirty) = world.numbering(Source::Surveys, batch, clean_rows);
    let table = world.table(sink, Source::Surveys, batch, HEADER, clean_rows)?;
    let window = batch.last_day() + 1 - WINDOW;
    let mut rows = Rows {
        world,
        table,
        number,
        dirty,
        window,
        leaked: leaked_members(world, window..batch.last_day() + 1)?,
        after_call: [WITH_LEAK, WITHOUT_LEAK, EARLIER].map(Moods::new),
        otherwise: [WITH_LEAK, WITHOUT_LEAK, EARLIER].map(Moods::new),
    };
    let mut planner = Planner::new(world);
    if batch == Batch::NextDay {
        for _ in 0..HISTORY_DAYS {
            planner.next_day()?;
        }
    }
    for day_offset in batch.year() {
        let dice = &mut world.dice("surveys", (day_offset + YEAR) as u64);
        let [post_call, post_digital, periodic, annual] = counts.of_day(day_offset);
        if day_offset >= offset(0) {
            let plan = planner.next_day()?;
            rows.after_calls(&plan, post_call as usize, dice)?;
        }
        for (kind, count) in [("post_digital", post_digital), ("periodic", periodic), ("annual", annual)] {
            for _ in 0..count {
                rows.other(kind, day_offset, dice)?;
            }
        }
    }
    rows.table.finish()
}

/// Who has an avoidable billing leak on one of `days`.
fn leaked_members(world: &World, days: std::ops::Range<usize>) -> Result<Vec<bool>, GenerateError> {
    let mut leaked = vec![false; world.population.len() as usize];
    let mut planner = Planner::new(world);
    for day in 0..days.end {
        let plan = planner.next_day()?;
        if day < days.start {
            continue;
        }
        for call in plan.calls.iter().filter(|call| call.topic == Topic::Billing && call.is_avoidable()) {
            leaked[call.member as usize] = true;
        }
    }
    Ok(leaked)
}

struct Rows<'w, 's> {
    world: &'w World,
    table: Table<'s>,
    number: u64,
    dirty: DirtPlan,
    /// First day on which promoter scores are planted.
    window: usize,
    leaked: Vec<bool>,
    /// Of members with and without a billing leak in the window, and of everybody before it.
    after_call: [Moods; 3],
    /// The same for the other kinds of survey.
    otherwise: [Moods; 3],
}

impl Rows<'_, '_> {
    /// Which of the three moods applies.
    fn group(&self, member: u32, day_offset: i32) -> usize {
        if day_offset < offset(self.window) { 2 } else { usize::from(!self.leaked[member as usize]) }
    }

    /// Surveys after `count` calls of the day; the unhappiest callers give the lowest scores.
    fn after_calls(&mut self, plan: &DayPlan, count: usize, dice: &mut Dice) -> Result<(), GenerateError> {
        let special = self.world.population.special();
        let chosen =
            dice.choose(plan.calls.len(), count as u64, |place| u32::from(plan.calls[place].member == special) * 5_000);
        let mut groups: [Vec<(i64, &Call)>; 3] = Default::default();
        for (call, _) in plan.calls.iter().zip(chosen).filter(|(_, chosen)| *chosen) {
            let group = self.group(call.member, offset(plan.day));
            let rank = if call.member == special { i64::MIN } else { call.score + i64::from(dice.below(60)) };
            groups[group].push((rank, call));
        }
        let mut surveys: Vec<(&Call, Mood)> = Vec::with_capacity(count);
        for (group, calls) in groups.iter_mut().enumerate() {
            calls.sort_by_key(|(rank, call)| (*rank, call.number));
            let [detractors, passives, _] = self.after_call[group].next(calls.len());
            surveys.extend(calls.iter().enumerate().map(|(place, (_, call))| {
                let mood = if place < detractors {
                    Mood::Detractor
                } else if place < detractors + passives {
                    Mood::Passive
                } else {
                    Mood::Promoter
                };
                (*call, mood)
            }));
        }
        surveys.sort_by_key(|(call, _)| call.number);
        for (call, mood) in surveys {
            self.after_call(plan.day, call, mood, dice)?;
        }
        Ok(())
    }

    fn after_call(&mut self, day: usize, call: &Call, mood: Mood, dice: &mut Dice) -> Result<(), GenerateError> {
        let special = call.member == self.world.population.special();
        let second = if special { SPECIAL_SECOND } else { call.second + dice.between(40 * 60, 150 * 60) };
        let (answers, text) = if special {
            (Answers { nps: 2, csat: 1, effort: 7 }, feedback::SPECIAL)
        } else {
            (answers(mood, dice), feedback::after_call(call.topic, mood, dice))
        };
        let call_id = Some(self.world.call_id(call.number));
        self.rows("post_call", call.member, (offset(day), second), call_id, &answers, text, dice)
    }

    fn other(&mut self, kind: &'static str, day_offset: i32, dice: &mut Dice) -> Result<(), GenerateError> {
        let member = self.world.population.joined_by(day_offset, dice);
        let group = self.group(member, day_offset);
        let mood = self.otherwise[group].next_one();
        let answers = answers(mood, dice);
        let text = feedback::general(mood, dice);
        let second = dice.between(8 * 3600, 21 * 3600);
        self.rows(kind, member, (day_offset, second), None, &answers, text, dice)
    }

    /// A clean row, and the dirty rows that are due after it.
    #[expect(clippy::too_many_arguments, reason = "the fields of one row, none of which travels further")]
    fn rows(
        &mut self,
        kind: &'static str,
        member: u32,
        moment: (i32, u32),
        call_id: Option<u64>,
        answers: &Answers,
        text: &'static str,
        dice: &mut Dice,
    ) -> Result<(), GenerateError> {
        self.row(self.number, None, kind, member, moment, call_id, answers, text)?;
        self.number += 1;
        self.dirty.clean_row();
        while let Some((dirt, number)) = self.dirty.due(true) {
            if dirt == Dirt::Duplicate {
                self.table.repeat_row()?;
                continue;
            }
            let member = self.world.population.any(dice);
            self.row(number, Some(dirt), "periodic", member, moment, None, answers, "")?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one row, none of which travels further")]
    fn row(
        &mut self,
        number: u64,
        dirt: Option<Dirt>,
        kind: &'static str,
        member: u32,
        (day_offset, second): (i32, u32),
        call_id: Option<u64>,
        answers: &Answers,
        text: &'static str,
    ) -> Result<(), GenerateError> {
        let table = &mut self.table;
        let bad_value = dirt == Some(Dirt::BadValue);
        table.id("SRV", number);
        self.world.who_field(table, member, dirt, number);
        self.world.date_field(table, day_offset, dirt, number);
        table.int(if bad_value && number.is_multiple_of(2) { 14 } else { answers.nps });
        table.int(if bad_value && !number.is_multiple_of(2) { 9 } else { answers.csat });
        table.int(answers.effort);
        table.text(text);
        table.word(kind);
        match call_id {
            Some(number) => table.id("CALL", number),
            None => table.empty(),
        }
        if dirt == Some(Dirt::BadDate) {
            table.empty();
        } else {
            table.timestamp(self.world.calendar.date(day_offset), second);
        }
        table.end_row()
    }
}
