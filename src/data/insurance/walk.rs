//! Finds members for calls, so that a call is a repeat exactly when it is planned as one.
//!
//! A repeat, by the definition the SQL applies, is a call of the same member about the same topic with another one in
//! the 168 hours before. Calls lie between 07:00 and 21:00. So a repeat takes a member who called two to six days
//! before (34 to 158 hours), and a first call takes one who has not called for eight days or more (at least 178
//! hours). The gap of two days also keeps a repeat out of the 24 hours after a failure that its first call followed.

use std::collections::VecDeque;

use super::super::GenerateError;
use super::super::dice::Dice;
use super::population::Population;
use super::topic::{CELLS, TOPICS, Topic};

const FIRST_CALL_GAP: u8 = 8;
const REPEAT_FROM: usize = 2;
const REPEAT_TO: usize = 6;
const NEVER: u8 = u8::MAX;
/// Marks a call by an agent whose callers tend to call again.
const POCKET: u32 = 1 << 31;
const TRIES: usize = 4;

pub(crate) struct Walk<'w> {
    population: &'w Population,
    /// Day of the last call, by topic and member.
    last_call: Vec<Vec<u8>>,
    /// Next place in the order of the cell, by topic and cell.
    cursor: Vec<usize>,
    /// Callers of recent days who have not called again, newest day first, by topic and cell.
    recent: Vec<VecDeque<Vec<u32>>>,
}

impl<'w> Walk<'w> {
    pub(crate) fn new(population: &'w Population, dice: &mut Dice) -> Self {
        let cells = TOPICS.len() * CELLS;
        Self {
            population,
            last_call: vec![vec![NEVER; population.len() as usize]; TOPICS.len()],
            cursor: (0..cells).map(|slot| dice.index(population.order(slot % CELLS).len())).collect(),
            recent: vec![VecDeque::new(); cells],
        }
    }

    pub(crate) fn start_day(&mut self) {
        for days in &mut self.recent {
            days.push_front(Vec::new());
            days.truncate(REPEAT_TO + 1);
        }
    }

    /// Someone of `cell` who has not called about `topic` lately.
    pub(crate) fn first_call(&mut self, topic: Topic, cell: usize, day: usize) -> Result<u32, GenerateError> {
        let order = self.population.order(cell);
        let cursor = &mut self.cursor[topic as usize * CELLS + cell];
        let last_call = &mut self.last_call[topic as usize];
        for _ in 0..order.len() {
            let member = order[*cursor];
            *cursor = if *cursor + 1 == order.len() { 0 } else { *cursor + 1 };
            let last = &mut last_call[member as usize];
            if *last == NEVER || day as u8 - *last >= FIRST_CALL_GAP {
                *last = day as u8;
                return Ok(member);
            }
        }
        Err(GenerateError::NoMemberLeft { topic: topic.label(), day })
    }

    /// Lets a member outside the draw order make a first call.
    pub(crate) fn call_by(&mut self, topic: Topic, member: u32, day: usize) {
        self.last_call[topic as usize][member as usize] = day as u8;
    }

    /// Someone of `cells` who called about `topic` two to six days ago; none when nobody is left.
    pub(crate) fn repeat_call(
        &mut self,
        topic: Topic,
        cells: std::ops::Range<usize>,
        day: usize,
        dice: &mut Dice,
    ) -> Option<u32> {
        let slots = topic as usize * CELLS + cells.start..topic as usize * CELLS + cells.end;
        let available: usize = self.recent[slots.clone()].iter().flat_map(older).map(Vec::len).sum();
        if available == 0 {
            return None;
        }
        let mut taken = None;
        for _ in 0..TRIES {
            let found = self.locate(slots.clone(), dice.index(available))?;
            taken = Some(found);
            if self.recent[found.0][found.1][found.2] & POCKET != 0 {
                break;
            }
        }
        let (slot, age, place) = taken?;
        let member = self.recent[slot][age].swap_remove(place) & !POCKET;
        self.last_call[topic as usize][member as usize] = day as u8;
        Some(member)
    }

    fn locate(&self, slots: std::ops::Range<usize>, mut place: usize) -> Option<(usize, usize, usize)> {
        for slot in slots {
            for (age, callers) in self.recent[slot].iter().enumerate().skip(REPEAT_FROM) {
                if place < callers.len() {
                    return Some((slot, age, place));
                }
                place -= callers.len();
            }
        }
        None
    }

    /// Records a call of today, so that it can be followed by a repeat.
    pub(crate) fn remember(&mut self, topic: Topic, member: u32, pocket: bool) {
        let slot = topic as usize * CELLS + self.population.member(member).cell();
        if let Some(today) = self.recent[slot].front_mut() {
            today.push(if pocket { member | POCKET } else { member });
        }
    }

    /// Whether `member` calls about `topic` on `day` or on a planned day after it.
    pub(crate) fn calls_from(&self, topic: Topic, member: u32, day: usize) -> bool {
        let last = self.last_call[topic as usize][member as usize];
        last != NEVER && usize::from(last) >= day
    }
}

fn older(days: &VecDeque<Vec<u32>>) -> impl Iterator<Item = &Vec<u32>> {
    days.iter().skip(REPEAT_FROM)
}
