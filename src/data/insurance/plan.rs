//! The calls of each day, planned by quota.

use super::super::GenerateError;
use super::super::dice::Dice;
use super::super::quota::{apportion, share};
use super::details::{Details, in_pocket};
use super::quotas::{self, LAST_DAY};
use super::scores;
use super::topic::{CELLS, Device, GROUPS, Group, LANGUAGE_CLASSES, Language, TOPICS, Topic, cell, group_of};
use super::walk::Walk;
use super::world::World;

/// The failed digital interaction a call follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    /// Seconds before the call.
    pub(crate) before: u32,
    pub(crate) code: u8,
    pub(crate) device: Device,
    /// Within 30 minutes.
    pub(crate) avoidable: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) number: u64,
    pub(crate) member: u32,
    /// Of the day.
    pub(crate) second: u32,
    pub(crate) topic: Topic,
    pub(crate) failure: Option<Failure>,
    pub(crate) repeat: bool,
    pub(crate) score: i64,
    pub(crate) agent: u32,
}

impl Call {
    pub(crate) fn is_negative(&self) -> bool {
        self.score <= scores::NEGATIVE
    }

    pub(crate) fn is_avoidable(&self) -> bool {
        self.failure.is_some_and(|failure| failure.avoidable)
    }
}

/// The calls of one day in the order of their time.
#[derive(Default)]
pub(crate) struct DayPlan {
    pub(crate) day: usize,
    pub(crate) calls: Vec<Call>,
}

pub(crate) const SPECIAL_CALL_SECOND: u32 = 9 * 3600 + 18 * 60;
/// Seconds from the special member's failure, at 09:04, to the call.
const SPECIAL_BEFORE: u32 = 14 * 60;
/// Calls by hour, from seven in the morning.
const HOURS: [u32; 14] = [6, 8, 10, 11, 10, 9, 8, 8, 8, 7, 5, 4, 3, 3];

/// Produces the days one after the other; every run gives the same.
pub(crate) struct Planner<'w> {
    world: &'w World,
    walk: Walk<'w>,
    day: usize,
    calls_so_far: u64,
}

impl<'w> Planner<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        let walk = Walk::new(&world.population, &mut world.dice("walk", 0));
        Self { world, walk, day: 0, calls_so_far: 0 }
    }

    /// Whether `member` calls about `topic` on `day` or on a later day planned so far.
    pub(crate) fn calls_from(&self, topic: Topic, member: u32, day: usize) -> bool {
        self.walk.calls_from(topic, member, day)
    }

    pub(crate) fn next_day(&mut self) -> Result<DayPlan, GenerateError> {
        let day = self.day;
        let dice = &mut self.world.dice("plan", day as u64);
        self.walk.start_day();
        let mut calls = Vec::with_capacity(self.world.quotas.calls(day) as usize);
        self.leaks(&mut calls, dice)?;
        self.other_calls(&mut calls, dice)?;
        Details { world: self.world, day }.assign(&mut calls, dice);
        calls.sort_unstable_by_key(|call| (call.second, call.member, call.topic));
        for call in &mut calls {
            self.calls_so_far += 1;
            call.number = self.calls_so_far;
            self.walk.remember(call.topic, call.member, call.failure.is_some(), in_pocket(call.agent));
        }
        self.day += 1;
        Ok(DayPlan { day, calls })
    }

    fn leaks(&mut self, calls: &mut Vec<Call>, dice: &mut Dice) -> Result<(), GenerateError> {
        let population = self.world.population.cell_sizes();
        for topic in TOPICS {
            for avoidable in [true, false] {
                let quotas = &self.world.quotas;
                let count = if avoidable { quotas.avoidable(topic, self.day) } else { quotas.late(topic, self.day) };
                let cells = quotas::leak_cells(topic, self.day, count, population);
                for group in GROUPS {
                    let first = group as usize * LANGUAGE_CLASSES;
                    let counts = &cells[first..first + LANGUAGE_CLASSES];
                    let thousandths = quotas::leak_repeat_share(topic, group, self.day, avoidable);
                    let repeats = apportion(share(counts.iter().sum(), thousandths), counts);
                    for (class, (&count, &repeats)) in counts.iter().zip(&repeats).enumerate() {
                        self.leaks_of_cell(calls, topic, first + class, (count, repeats), avoidable, dice)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn leaks_of_cell(
        &mut self,
        calls: &mut Vec<Call>,
        topic: Topic,
        cell_index: usize,
        (count, repeats): (u64, u64),
        avoidable: bool,
        dice: &mut Dice,
    ) -> Result<(), GenerateError> {
        let home = cell(Group::MapdNew, Language::English);
        for place in 0..count {
            let special = self.day == LAST_DAY
                && topic == Topic::Billing
                && avoidable
                && cell_index == home
                && place + 1 == count;
            let (member, repeat) = if special {
                let member = self.world.population.special();
                self.walk.call_by(topic, member, self.day);
                (member, false)
            } else {
                self.caller(topic, cell_index, place < repeats, dice)?
            };
            let mut call = self.call(topic, member, repeat, dice);
            let before = if avoidable { dice.between(2 * 60, 27 * 60) } else { late_by(self.day, call.second, dice) };
            call.failure = Some(Failure { before, code: 0, device: Device::Desktop, avoidable });
            if special {
                call.second = SPECIAL_CALL_SECOND;
                call.failure = Some(Failure { before: SPECIAL_BEFORE, code: 0, device: Device::MobileApp, avoidable });
            }
            calls.push(call);
        }
        Ok(())
    }

    /// A caller of the cell. A repeat falls back to the rest of the group, then (in the first days of the history,
    /// when hardly anyone has called before) to a first call.
    fn caller(
        &mut self,
        topic: Topic,
        cell_index: usize,
        repeat: bool,
        dice: &mut Dice,
    ) -> Result<(u32, bool), GenerateError> {
        if repeat {
            let first = group_of(cell_index) as usize * LANGUAGE_CLASSES;
            for cells in [cell_index..cell_index + 1, first..first + LANGUAGE_CLASSES] {
                if let Some(member) = self.walk.repeat_call(topic, cells, self.day, false, dice) {
                    return Ok((member, true));
                }
            }
        }
        Ok((self.walk.first_call(topic, cell_index, self.day)?, false))
    }

    fn other_calls(&mut self, calls: &mut Vec<Call>, dice: &mut Dice) -> Result<(), GenerateError> {
        let done = calls.iter().filter(|call| call.repeat).count() as u64;
        let repeats = self.world.quotas.repeats(self.day).saturating_sub(done);
        let by_topic = self.world.quotas.other(self.day);
        let repeats_by_topic = self.world.quotas.other_repeats(self.day, repeats);
        for topic in TOPICS {
            let count = by_topic[topic as usize];
            let mut made = 0;
            while made < repeats_by_topic[topic as usize].min(count) {
                let Some(member) = self.walk.repeat_call(topic, 0..CELLS, self.day, true, dice) else {
                    break;
                };
                calls.push(self.call(topic, member, true, dice));
                made += 1;
            }
            let cells = apportion(count - made, self.world.population.cell_sizes());
            for (cell_index, count) in cells.into_iter().enumerate() {
                for _ in 0..count {
                    let member = self.walk.first_call(topic, cell_index, self.day)?;
                    calls.push(self.call(topic, member, false, dice));
                }
            }
        }
        Ok(())
    }

    fn call(&self, topic: Topic, member: u32, repeat: bool, dice: &mut Dice) -> Call {
        let second = (7 + dice.weighted(&HOURS) as u32) * 3600 + dice.below(3600);
        Call { number: 0, member, second, topic, failure: None, repeat, score: 0, agent: 0 }
    }
}

/// 45 minutes to 22 hours before the call, mostly by day, and inside the history.
fn late_by(day: usize, second: u32, dice: &mut Dice) -> u32 {
    let most = if day == 0 { second - 600 } else { 22 * 3600 };
    let mut before = dice.between(45 * 60, most);
    for _ in 0..3 {
        let at = (second + 86_400 - before) % 86_400;
        if at >= 6 * 3600 {
            break;
        }
        before = dice.between(45 * 60, most);
    }
    before
}
