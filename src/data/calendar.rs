//! Dates as text, by their distance from the last day of the history.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::GenerateError;

/// Further back than the longest membership, and far enough ahead for the effective date of a new plan.
const BACK: i32 = 7_800;
const AHEAD: i32 = 45;
/// Months of the longest membership.
pub(crate) const LONGEST: u32 = 240;

pub(crate) struct Calendar {
    as_of: NaiveDate,
    text: Vec<[u8; 10]>,
    /// Days back to the same day of an earlier month, by months.
    months: Vec<u16>,
}

impl Calendar {
    pub(crate) fn new(as_of: NaiveDate) -> Result<Self, GenerateError> {
        if !(1980..=9989).contains(&as_of.year()) {
            return Err(GenerateError::Date(as_of));
        }
        let first = as_of.checked_sub_days(Days::new(BACK as u64)).ok_or(GenerateError::Date(as_of))?;
        let text = first.iter_days().take((BACK + AHEAD + 1) as usize).map(spell).collect();
        let months = (0..=LONGEST)
            .map(|months| as_of.checked_sub_months(Months::new(months)).ok_or(GenerateError::Date(as_of)))
            .map(|joined| joined.map(|joined| (as_of - joined).num_days() as u16))
            .collect::<Result<_, _>>()?;
        Ok(Self { as_of, text, months })
    }

    /// The date `offset` days after the last day of the history, as `YYYY-MM-DD`.
    pub(crate) fn date(&self, offset: i32) -> &[u8; 10] {
        &self.text[(offset + BACK) as usize]
    }

    /// `YYYYMMDD`, for identifiers and file names.
    pub(crate) fn stamp(&self, offset: i32) -> [u8; 8] {
        let date = self.date(offset);
        let mut stamp = [0; 8];
        stamp[..4].copy_from_slice(&date[..4]);
        stamp[4..6].copy_from_slice(&date[5..7]);
        stamp[6..].copy_from_slice(&date[8..]);
        stamp
    }

    /// Monday is 0.
    pub(crate) fn weekday(&self, offset: i32) -> usize {
        (self.as_of.weekday().num_days_from_monday() as i32 + offset).rem_euclid(7) as usize
    }

    /// How many days before the last day a membership of `months` full months began at the latest.
    pub(crate) fn months_back(&self, months: u32) -> u16 {
        self.months[months as usize]
    }

    /// The offset of the first day of the month after `offset`.
    pub(crate) fn next_month(&self, offset: i32) -> i32 {
        let mut day = offset + 1;
        while self.date(day)[8..] != *b"01" {
            day += 1;
        }
        day
    }
}

fn spell(date: NaiveDate) -> [u8; 10] {
    let mut text = *b"0000-00-00";
    digits(&mut text[..4], date.year() as u32);
    digits(&mut text[5..7], date.month());
    digits(&mut text[8..], date.day());
    text
}

/// Fills `slots` with the decimal digits of `value`, with leading zeros.
pub(crate) fn digits(slots: &mut [u8], mut value: u32) {
    for slot in slots.iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(date: &str) -> Calendar {
        Calendar::new(date.parse().unwrap()).unwrap()
    }

    #[test]
    fn dates_are_spelt_across_a_leap_day() {
        let calendar = calendar("2024-03-01");
        assert_eq!(calendar.date(-1), b"2024-02-29");
        assert_eq!(&calendar.stamp(0), b"20240301");
        assert_eq!(calendar.weekday(0), 4, "1 March 2024 was a Friday");
        assert_eq!(calendar.weekday(-6), 5);
        assert_eq!(calendar.date(calendar.next_month(0)), b"2024-04-01");
    }

    #[test]
    fn two_months_always_cover_the_history_of_sixty_days() {
        for date in ["2024-03-01", "2025-03-30", "2025-03-31", "2025-04-30", "2025-11-14"] {
            assert!(calendar(date).months_back(2) >= 59, "{date}");
        }
    }
}
