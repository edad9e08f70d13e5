//! Where dirty rows stand among the clean ones.

use super::super::dice::Dice;
use super::volumes::DirtCount;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dirt {
    /// The row before, once more.
    Duplicate,
    MissingMember,
    UnknownMember,
    BadDate,
    BadValue,
}

impl Dirt {
    /// What a dirty row has in place of a timestamp or date.
    pub(crate) fn bad_date(number: u64) -> &'static str {
        ["not-a-date", "2025-13-45", "99/99/9999", "yesterday"][(number % 4) as usize]
    }
}

/// Hands out the dirty rows of a file set, evenly spread over its clean rows and in mixed order.
pub(crate) struct DirtPlan {
    order: Vec<Dirt>,
    handed_out: usize,
    clean_rows: u64,
    seen: u64,
    next_id: u64,
}

impl DirtPlan {
    /// Rejected rows are numbered after the clean ones, from `first_id`.
    pub(crate) fn new(count: DirtCount, clean_rows: u64, first_id: u64, dice: &mut Dice) -> Self {
        let kinds = [
            (Dirt::Duplicate, count.duplicates),
            (Dirt::MissingMember, count.missing_member),
            (Dirt::UnknownMember, count.unknown_member),
            (Dirt::BadDate, count.bad_date),
            (Dirt::BadValue, count.bad_value),
        ];
        let mut order: Vec<Dirt> = Vec::with_capacity(count.total() as usize);
        for (kind, number) in kinds {
            order.extend((0..number).map(|_| kind));
        }
        dice.shuffle(&mut order);
        Self { order, handed_out: 0, clean_rows, seen: 0, next_id: first_id }
    }

    /// Counts one clean row.
    pub(crate) fn clean_row(&mut self) {
        self.seen += 1;
    }

    /// The next dirty row, once it is due; a duplicate waits until `duplicable`.
    pub(crate) fn due(&mut self, duplicable: bool) -> Option<(Dirt, u64)> {
        let kind = *self.order.get(self.handed_out)?;
        let place = self.clean_rows * (self.handed_out as u64 + 1) / (self.order.len() as u64 + 1);
        if self.seen < place || (kind == Dirt::Duplicate && !duplicable) {
            return None;
        }
        self.handed_out += 1;
        if kind == Dirt::Duplicate {
            return Some((kind, 0));
        }
        self.next_id += 1;
        Some((kind, self.next_id - 1))
    }
}

/// The number of a member that no population has: scale 250 ends at two and a half million.
pub(crate) fn unknown_member(number: u64) -> u64 {
    99_000_000 + number % 1_000_000
}
