//! How days differ: by weekday, by chance, and by what the benefit communication stirs up.

use super::super::calendar::Calendar;
use super::super::dice::Dice;
use super::super::quota::{apportion, share};
use super::quotas::{LAST_DAY, PLANNED_DAYS, SPIKE_DAY, WINDOW, offset};
use super::scores;

/// What makes the days of one kind of call differ, of a thousand.
pub(crate) struct Swing {
    purpose: &'static str,
    /// Monday to Sunday. After a weekend of waiting more people call again, and angrier.
    week: [u64; 7],
    /// How far chance moves a day up or down.
    chance: i64,
    /// How much more once the spike has its full effect: lines are busier for everybody.
    rise: u64,
}

pub(crate) const REPEATS: Swing =
    Swing { purpose: "repeats of a day", week: [1045, 1020, 995, 985, 1000, 965, 970], chance: 40, rise: 40 };
pub(crate) const NEGATIVES: Swing =
    Swing { purpose: "negatives of a day", week: [1200, 1060, 940, 880, 1000, 1070, 920], chance: 140, rise: 60 };
/// From the spike day on, how much of its effect is there, of a thousand: it takes days to show.
const RISE: [u64; 5] = [350, 600, 800, 920, 1000];

/// `full` of a thousand once the spike has its full effect, nothing before it.
pub(crate) fn risen(day: usize, full: u64) -> u64 {
    match day.checked_sub(SPIKE_DAY) {
        Some(since) => share(full, RISE[since.min(RISE.len() - 1)]),
        None => 0,
    }
}

impl Swing {
    /// How strong each day is, in millionths.
    pub(crate) fn strength(&self, seed: u64, calendar: &Calendar) -> [u64; PLANNED_DAYS] {
        // The same chances for each half of the window in another order, so that none is worse off as a whole.
        let chances: Vec<i64> = (0..PLANNED_DAYS.div_ceil(WINDOW / 2))
            .flat_map(|half| {
                let dice = &mut Dice::new(seed, self.purpose, half as u64);
                scores::spread(WINDOW / 2, 1000, self.chance, dice)
            })
            .collect();
        std::array::from_fn(|day| {
            let week = self.week[calendar.weekday(offset(day))];
            week * chances[day].unsigned_abs() * (1000 + risen(day, self.rise)) / 1000
        })
    }
}

/// A count for every day: its own part, and as much by weight as the total of the window leaves.
///
/// The total of the window up to the as-of day is `total`, of which the as-of day has `last`. The days outside the
/// window get what they would as days of the window.
pub(crate) fn fill(
    own: &[u64; PLANNED_DAYS],
    weights: &[u64; PLANNED_DAYS],
    total: u64,
    last: u64,
) -> [u64; PLANNED_DAYS] {
    let open = LAST_DAY + 1 - WINDOW..LAST_DAY;
    let left = total.saturating_sub(last + own[open.clone()].iter().sum::<u64>());
    let weight: u64 = weights[open.clone()].iter().sum();
    let mut days: [u64; PLANNED_DAYS] = std::array::from_fn(|day| own[day] + rounded(left, weights[day], weight));
    for (day, part) in open.clone().zip(apportion(left, &weights[open])) {
        days[day] = own[day] + part;
    }
    days[LAST_DAY] = last;
    days
}

fn rounded(total: u64, weight: u64, weights: u64) -> u64 {
    let exact = u128::from(total) * u128::from(weight) + u128::from(weights / 2);
    (exact / u128::from(weights.max(1))) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_has_its_total_and_the_days_outside_follow_their_weights() {
        let own = [7; PLANNED_DAYS];
        let weights: [u64; PLANNED_DAYS] = std::array::from_fn(|day| 90 + day as u64 * 3 % 20);
        let days = fill(&own, &weights, 10_001, 400);
        assert_eq!(days[LAST_DAY + 1 - WINDOW..=LAST_DAY].iter().sum::<u64>(), 10_001);
        assert_eq!(days[LAST_DAY], 400);
        for day in (0..PLANNED_DAYS).filter(|&day| day != LAST_DAY) {
            let twin = (0..PLANNED_DAYS).find(|&other| weights[other] == weights[day]).unwrap();
            assert!(days[day].abs_diff(days[twin]) <= 1, "{day}: {} and {}", days[day], days[twin]);
        }
    }

    #[test]
    fn nothing_rises_before_the_spike() {
        assert_eq!([SPIKE_DAY - 1, SPIKE_DAY, LAST_DAY].map(|day| risen(day, 100)), [0, 35, 100]);
    }
}
