//! The planted numbers of every day: calls, leaks, repeats, negative calls.
//!
//! Days are counted from the first day of the history; [`LAST_DAY`] is the as-of day, [`NEXT_DAY`] the day of the
//! incremental file set. One more day is planned, never written, so that events of `NEXT_DAY` know the calls after it.

use super::super::calendar::Calendar;
use super::super::quota::{apportion, scaled, share};
use super::topic::{Group, LANGUAGE_CLASSES, TOPICS, Topic};
use super::volumes::Source;

pub(crate) const HISTORY_DAYS: usize = 60;
pub(crate) const LAST_DAY: usize = HISTORY_DAYS - 1;
pub(crate) const NEXT_DAY: usize = HISTORY_DAYS;
pub(crate) const PLANNED_DAYS: usize = HISTORY_DAYS + 2;
/// The day of the benefit communication, 14 days before the as-of day.
pub(crate) const SPIKE_DAY: usize = LAST_DAY - 14;
const WEEK_BEFORE: usize = LAST_DAY - 7;

/// Of every thousand calls.
pub(crate) const REPEAT_SHARE: u64 = 235;
pub(crate) const NEGATIVE_SHARE: u64 = 326;

/// Leaks of a day without a story, by topic, at scale 1.
const OTHER_LEAKS: [(Topic, f64); 5] = [
    (Topic::Claims, 10.0),
    (Topic::Benefits, 6.0),
    (Topic::Enrollment, 4.0),
    (Topic::Provider, 5.0),
    (Topic::Technical, 5.0),
];
/// Calls without a digital failure by topic, in `TOPICS` order.
const OTHER_CALLS: [u64; 8] = [60, 110, 200, 180, 150, 50, 50, 48];
/// How readily those calls are repeats, in `TOPICS` order.
const OTHER_REPEATS: [u64; 8] = [100, 80, 120, 130, 110, 80, 80, 90];

/// Calls of a day after a failure that came too early to be avoidable (more than 30 minutes, less than 24 hours).
const LATE_SHARE: u64 = 300;

const BILLING_NEXT_DAY: f64 = 260.0;

/// Small ups and downs, so that no series is a ruled line; the same for every seed.
const RIPPLE: [u64; 9] = [1000, 984, 1013, 992, 1021, 1004, 978, 1009, 996];
const RAMP: [u64; 7] = [170, 192, 205, 213, 217, 219, 221];
/// Monday to Sunday.
const WEEKDAY: [u64; 7] = [1050, 1025, 1005, 1000, 990, 970, 960];

/// What is planned for the whole history and the days after it.
pub(crate) struct Quotas {
    /// By topic and day.
    avoidable: Vec<[u64; PLANNED_DAYS]>,
    other: [u64; PLANNED_DAYS],
    repeats: [u64; PLANNED_DAYS],
    negatives: [u64; PLANNED_DAYS],
}

impl Quotas {
    pub(crate) fn new(scale: f64, calendar: &Calendar) -> Self {
        let avoidable: Vec<[u64; PLANNED_DAYS]> = TOPICS.iter().map(|&topic| daily_leaks(topic, scale)).collect();
        let leaks: Vec<u64> =
            (0..PLANNED_DAYS).map(|day| avoidable.iter().map(|days| days[day] + late(days[day])).sum()).collect();
        let weight = |day: usize| WEEKDAY[calendar.weekday(offset(day))] * RIPPLE[day % RIPPLE.len()];
        let weights: Vec<u64> = (0..HISTORY_DAYS).map(weight).collect();
        let leaked: u64 = leaks[..HISTORY_DAYS].iter().sum();
        let history = apportion(Source::CallCenter.clean_rows(scale) - leaked, &weights);
        let mut other = [0; PLANNED_DAYS];
        other[..HISTORY_DAYS].copy_from_slice(&history);
        for (day, other) in other.iter_mut().enumerate().skip(HISTORY_DAYS) {
            *other = history.iter().sum::<u64>() * weight(day) / weights.iter().sum::<u64>();
        }
        let mut repeats = [0; PLANNED_DAYS];
        let mut negatives = [0; PLANNED_DAYS];
        let mut before = 0;
        for day in 0..PLANNED_DAYS {
            // Differences of rounded running totals, so that no window drifts from the share by more than a call.
            let after = before + leaks[day] + other[day];
            repeats[day] = share(after, REPEAT_SHARE) - share(before, REPEAT_SHARE);
            negatives[day] = share(after, NEGATIVE_SHARE) - share(before, NEGATIVE_SHARE);
            before = after;
        }
        Self { avoidable, other, repeats, negatives }
    }

    pub(crate) fn avoidable(&self, topic: Topic, day: usize) -> u64 {
        self.avoidable[topic as usize][day]
    }

    pub(crate) fn late(&self, topic: Topic, day: usize) -> u64 {
        late(self.avoidable(topic, day))
    }

    /// Calls of `day` after a failure within 24 hours.
    pub(crate) fn leaks(&self, day: usize) -> u64 {
        TOPICS.iter().map(|&topic| self.avoidable(topic, day) + self.late(topic, day)).sum()
    }

    pub(crate) fn calls(&self, day: usize) -> u64 {
        self.leaks(day) + self.other[day]
    }

    pub(crate) fn repeats(&self, day: usize) -> u64 {
        self.repeats[day]
    }

    pub(crate) fn negatives(&self, day: usize) -> u64 {
        self.negatives[day]
    }

    /// Calls of `day` without a digital failure, by topic.
    pub(crate) fn other(&self, day: usize) -> Vec<u64> {
        apportion(self.other[day], &rippled(&OTHER_CALLS, day))
    }

    /// `repeats` split over the calls without a digital failure by topic.
    pub(crate) fn other_repeats(&self, day: usize, repeats: u64) -> Vec<u64> {
        let weights: Vec<u64> =
            self.other(day).iter().zip(OTHER_REPEATS).map(|(calls, weight)| calls * weight).collect();
        apportion(repeats, &weights)
    }
}

fn rippled(weights: &[u64], day: usize) -> Vec<u64> {
    weights.iter().enumerate().map(|(index, weight)| weight * RIPPLE[(day * 5 + index * 4) % RIPPLE.len()]).collect()
}

fn late(avoidable: u64) -> u64 {
    share(avoidable, LATE_SHARE)
}

/// Days after the as-of day; negative for the days before.
pub(crate) const fn offset(day: usize) -> i32 {
    day as i32 - LAST_DAY as i32
}

fn daily_leaks(topic: Topic, scale: f64) -> [u64; PLANNED_DAYS] {
    let mut days = [0; PLANNED_DAYS];
    let mut plan = |from: usize, to: usize, total: f64, weights: &[u64]| {
        let cycle: Vec<u64> = weights.iter().copied().cycle().take(to - from).collect();
        days[from..to].copy_from_slice(&apportion(scaled(total, scale), &cycle));
    };
    let (last, trend, before) = match topic {
        Topic::Billing => {
            plan(0, SPIKE_DAY, 110.0 * SPIKE_DAY as f64, &RIPPLE);
            plan(SPIKE_DAY, WEEK_BEFORE, RAMP.iter().sum::<u64>() as f64, &RAMP);
            (250.0, 1.14, WEEK_BEFORE)
        }
        Topic::IdCard => (150.0, 1.08, 0),
        Topic::Pharmacy => (200.0, 1.03, 0),
        Topic::Claims | Topic::Benefits | Topic::Enrollment | Topic::Provider | Topic::Technical => {
            let daily = OTHER_LEAKS.iter().find(|(other, _)| *other == topic).map_or(0.0, |(_, daily)| *daily);
            (daily, 1.0, 0)
        }
    };
    if before < WEEK_BEFORE {
        plan(before, WEEK_BEFORE, last / trend * (WEEK_BEFORE - before) as f64, &RIPPLE);
    }
    plan(WEEK_BEFORE, LAST_DAY, last / trend * 7.0, &RIPPLE);
    days[LAST_DAY..].fill(scaled(last, scale));
    if topic == Topic::Billing {
        // The day after the history goes on rising, so that the incremental run visibly moves the numbers.
        days[NEXT_DAY] = scaled(BILLING_NEXT_DAY, scale);
    }
    days
}

/// Leaks of one topic and day by cell.
pub(crate) fn leak_cells(topic: Topic, day: usize, count: u64, population: &[u64]) -> Vec<u64> {
    let by_group = |group: usize| population[group * LANGUAGE_CLASSES..][..LANGUAGE_CLASSES].iter().sum::<u64>();
    match topic {
        Topic::Billing => {
            let groups: [u64; 3] = if day >= SPIKE_DAY { [60, 24, 16] } else { [30, 32, 38] };
            let counts = apportion(count, &groups);
            (0..groups.len())
                .flat_map(|group| apportion(counts[group], &population[group * LANGUAGE_CLASSES..][..LANGUAGE_CLASSES]))
                .collect()
        }
        Topic::IdCard => {
            // English, Spanish, other: Spanish speakers are a fifth of the members.
            let languages = apportion(count, &[30, 62, 8]);
            let groups: Vec<u64> = (0..population.len() / LANGUAGE_CLASSES).map(by_group).collect();
            let parts: Vec<Vec<u64>> = languages.iter().map(|&count| apportion(count, &groups)).collect();
            (0..population.len()).map(|cell| parts[cell % LANGUAGE_CLASSES][cell / LANGUAGE_CLASSES]).collect()
        }
        Topic::Pharmacy | Topic::Claims | Topic::Benefits | Topic::Enrollment | Topic::Provider | Topic::Technical => {
            apportion(count, population)
        }
    }
}

/// Repeats among the avoidable leaks of a topic and group, per thousand.
pub(crate) fn leak_repeat_share(topic: Topic, group: Group) -> u64 {
    match (topic, group) {
        (Topic::Billing, Group::MapdNew) => 280,
        (Topic::Billing, Group::MapdTenured) => 180,
        (Topic::Billing, Group::Commercial) => 150,
        (Topic::IdCard, _) => 220,
        (Topic::Pharmacy, _) => 240,
        _ => 200,
    }
}

/// Mean and half width of the sentiment of avoidable leaks, in hundredths.
pub(crate) fn leak_sentiment(topic: Topic, group: Group) -> (i64, i64) {
    match (topic, group) {
        (Topic::Billing, Group::MapdNew) => (-65, 30),
        (Topic::Billing, Group::MapdTenured) => (-40, 35),
        (Topic::Billing, Group::Commercial) => (-30, 40),
        (Topic::IdCard, _) => (-22, 50),
        _ => (-20, 50),
    }
}

/// Of every thousand billing leaks: with the eligibility message, and on a phone.
pub(crate) fn billing_causes(day: usize) -> (u64, u64) {
    if day >= SPIKE_DAY { (780, 820) } else { (220, 600) }
}
