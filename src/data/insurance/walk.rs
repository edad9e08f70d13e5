//! Finds members for calls, so that a call is a repeat exactly when it is planned as one.
//!
//! A repeat, by the definition the SQL applies, is a call of the same member about the same topic with another one in
//! the 168 hours before. Calls lie between 07:00 and 21:00. So a repeat takes a member who called two to six days
//! before (34 to 158 hours), and a first call takes one who has not called for eight days or more (at least 178
//! hours). The gap of two days also keeps a repeat out of the 24 hours after a failure that its first call followed;
//! when no failure came before either call, the repeat may come on the very next day (at least 10 hours).

use std::collections::VecDeque;
use std::ops::Range;

use super::super::GenerateError;
use super::super::dice::Dice;
use super::population::Population;
use super::topic::{CELLS, TOPICS, Topic};

const FIRST_CALL_GAP: u8 = 8;
const NEXT_DAY: usize = 1;
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
    recent: Vec<VecDeque<Callers>>,
}

/// Without a failure before the call, and with one.
type Callers = [Vec<u32>; 2];

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
            days.push_front(Callers::default());
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

    /// Someone of `cells` who called about `topic` two to six days ago, or yesterday when neither that call nor, as
    /// `plain` says, this one follows a failure; none when nobody is left.
    pub(crate) fn repeat_call(
        &mut self,
        topic: Topic,
        cells: Range<usize>,
        day: usize,
        plain: bool,
        dice: &mut Dice,
    ) -> Option<u32> {
        let slots = topic as usize * CELLS + cells.start..topic as usize * CELLS + cells.end;
        let available: usize = self.waiting(slots.clone(), plain).map(|(_, callers)| callers.len()).sum();
        if available == 0 {
            return None;
        }
        let mut taken = None;
        for _ in 0..TRIES {
            let found = self.locate(slots.clone(), plain, dice.index(available))?;
            taken = Some(found);
            let (slot, age, kind, place) = found;
            if self.recent[slot][age][kind][place] & POCKET != 0 {
                break;
            }
        }
        let (slot, age, kind, place) = taken?;
        let member = self.recent[slot][age][kind].swap_remove(place) & !POCKET;
        self.last_call[topic as usize][member as usize] = day as u8;
        Some(member)
    }

    /// The callers who may call again today, with slot, age and kind.
    fn waiting(&self, slots: Range<usize>, plain: bool) -> impl Iterator<Item = ((usize, usize, usize), &Vec<u32>)> {
        slots.flat_map(move |slot| {
            let days = self.recent[slot].iter().enumerate();
            days.flat_map(move |(age, callers)| {
                let kinds = if age >= REPEAT_FROM { callers.len() } else { usize::from(plain && age == NEXT_DAY) };
                callers.iter().take(kinds).enumerate().map(move |(kind, callers)| ((slot, age, kind), callers))
            })
        })
    }

    fn locate(&self, slots: Range<usize>, plain: bool, mut place: usize) -> Option<(usize, usize, usize, usize)> {
        for ((slot, age, kind), callers) in self.waiting(slots, plain) {
            if place < callers.len() {
                return Some((slot, age, kind, place));
            }
            place -= callers.len();
        }
        None
    }

    /// Records a call of today, so that it can be followed by a repeat.
    pub(crate) fn remember(&mut self, topic: Topic, member: u32, failure: bool, pocket: bool) {
        let slot = topic as usize * CELLS + self.population.member(member).cell();
        if let Some(today) = self.recent[slot].front_mut() {
            today[usize::from(failure)].push(if pocket { member | POCKET } else { member });
        }
    }

    /// Whether `member` calls about `topic` on `day` or on a planned day after it.
    pub(crate) fn calls_from(&self, topic: Topic, member: u32, day: usize) -> bool {
        let last = self.last_call[topic as usize][member as usize];
        last != NEVER && usize::from(last) >= day
    }
}
