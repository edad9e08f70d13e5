//! The planted numbers of every day: calls, leaks, repeats, negative calls.
//!
//! Days are counted from the first day of the history; [`LAST_DAY`] is the as-of day, [`NEXT_DAY`] the day of the
//! incremental file set. One more day is planned, never written, so that events of `NEXT_DAY` know the calls after it.

use super::super::calendar::Calendar;
use super::super::quota::{apportion, scaled, share};
use super::rhythm::{self, risen};
use super::scores;
use super::topic::{CELLS, GROUPS, Group, LANGUAGE_CLASSES, TOPICS, Topic};
use super::volumes::Source;

pub(crate) const HISTORY_DAYS: usize = 60;
pub(crate) const LAST_DAY: usize = HISTORY_DAYS - 1;
pub(crate) const NEXT_DAY: usize = HISTORY_DAYS;
pub(crate) const PLANNED_DAYS: usize = HISTORY_DAYS + 2;
/// The day of the benefit communication, 14 days before the as-of day.
pub(crate) const SPIKE_DAY: usize = LAST_DAY - 14;
const WEEK_BEFORE: usize = LAST_DAY - 7;

/// The days up to the as-of day over which shares and promoter scores are told.
pub(crate) const WINDOW: usize = 30;

/// Of every thousand calls of the window.
const REPEAT_SHARE: u64 = 235;
const NEGATIVE_SHARE: u64 = 326;
/// Of every thousand calls of the as-of day: risen since the spike, but within 5 % of the window's, because a board of
/// that day stands beside the window's figure.
const LAST_REPEAT_SHARE: u64 = 243;
const LAST_NEGATIVE_SHARE: u64 = 342;

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

/// More readiness about billing once the spike has its full effect, of a thousand.
const BILLING_UNSETTLED: u64 = 800;

/// Calls of a day after a failure that came too early to be avoidable (more than 30 minutes, less than 24 hours).
const LATE_SHARE: u64 = 300;
/// Of every thousand of them; more about billing once the spike has its full effect.
const LATE_REPEATS: u64 = 235;
const LATE_BILLING_REPEATS: u64 = 125;

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
    /// `population` is the number of members by cell.
    pub(crate) fn new(scale: f64, seed: u64, calendar: &Calendar, population: &[u64; CELLS]) -> Self {
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
        let nothing = [0; PLANNED_DAYS];
        let mut quotas = Self { avoidable, other, repeats: nothing, negatives: nothing };
        quotas.plan_repeats(seed, calendar, population);
        quotas.plan_negatives(seed, calendar, population);
        // Nobody has called before the first day.
        quotas.repeats[0] = 0;
        quotas
    }

    /// Repeats: leaks by topic and group, and of the other calls what the window's share leaves.
    fn plan_repeats(&mut self, seed: u64, calendar: &Calendar, population: &[u64; CELLS]) {
        let strength = rhythm::REPEATS.strength(seed, calendar);
        let weights = std::array::from_fn(|day| self.readiness(day).iter().sum::<u64>() * strength[day]);
        let own = std::array::from_fn(|day| self.leak_repeats(day, population).iter().sum());
        self.repeats = rhythm::fill(
            &own,
            &weights,
            share(self.calls_of_window(), REPEAT_SHARE),
            share(self.calls(LAST_DAY), LAST_REPEAT_SHARE),
        );
    }

    /// Negative calls: avoidable leaks by topic and group, what topic, failure and repetition add to the rest, and
    /// of the rest what the window's share leaves. So the rest is no happier on days with more leaks.
    fn plan_negatives(&mut self, seed: u64, calendar: &Calendar, population: &[u64; CELLS]) {
        let strength = rhythm::NEGATIVES.strength(seed, calendar);
        let weights = std::array::from_fn(|day| {
            let avoidable: u64 = TOPICS.iter().map(|&topic| self.avoidable(topic, day)).sum();
            (self.calls(day) - avoidable) * strength[day]
        });
        let own = std::array::from_fn(|day| self.leak_negatives(day, population) + self.unease(day, population));
        self.negatives = rhythm::fill(
            &own,
            &weights,
            share(self.calls_of_window(), NEGATIVE_SHARE),
            share(self.calls(LAST_DAY), LAST_NEGATIVE_SHARE),
        );
    }

    fn calls_of_window(&self) -> u64 {
        (LAST_DAY + 1 - WINDOW..=LAST_DAY).map(|day| self.calls(day)).sum()
    }

    /// Repeats among the leaks of `day`: avoidable and late ones.
    fn leak_repeats(&self, day: usize, population: &[u64]) -> [u64; 2] {
        let of = |topic: Topic, count: u64, avoidable: bool| -> u64 {
            let by_group = leak_groups(topic, day, count, population);
            by_group.map(|(group, count)| share(count, leak_repeat_share(topic, group, day, avoidable))).sum()
        };
        let avoidable = TOPICS.iter().map(|&topic| of(topic, self.avoidable(topic, day), true)).sum();
        let late = TOPICS.iter().map(|&topic| of(topic, self.late(topic, day), false)).sum();
        [avoidable, late]
    }

    /// Negative calls among the avoidable leaks of `day`.
    fn leak_negatives(&self, day: usize, population: &[u64]) -> u64 {
        let of = |topic: Topic| -> u64 {
            let by_group = leak_groups(topic, day, self.avoidable(topic, day), population);
            by_group
                .map(|(group, count)| {
                    let (mean, half) = leak_sentiment(topic, group);
                    scores::even(count as usize, mean, half).iter().filter(|&&score| score <= scores::NEGATIVE).count()
                })
                .sum::<usize>() as u64
        };
        TOPICS.into_iter().map(of).sum()
    }

    /// How many more negative calls topics, failures and repetition bring among the calls that are not avoidable.
    fn unease(&self, day: usize, population: &[u64]) -> u64 {
        let [avoidable_repeats, _] = self.leak_repeats(day, population);
        let others = self.other(day);
        let by_topic = |topic: Topic| {
            let (late, other) = (self.late(topic, day), others[topic as usize]);
            late * u64::from(unease(topic, false, true)) + other * u64::from(unease(topic, false, false))
        };
        let repeats = self.repeats(day).saturating_sub(avoidable_repeats) * u64::from(UNEASE_OF_REPEAT);
        (TOPICS.into_iter().map(by_topic).sum::<u64>() + repeats) / 1000
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
        apportion(repeats, &self.readiness(day))
    }

    /// Calls without a digital failure by topic, weighted by how readily they are repeats.
    fn readiness(&self, day: usize) -> Vec<u64> {
        let weight = |topic: Topic| {
            let unsettled = if topic == Topic::Billing { risen(day, BILLING_UNSETTLED) } else { 0 };
            OTHER_REPEATS[topic as usize] * (1000 + unsettled) / 1000
        };
        self.other(day).iter().zip(TOPICS).map(|(calls, topic)| calls * weight(topic)).collect()
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

/// Leaks of one topic and day by group.
fn leak_groups(topic: Topic, day: usize, count: u64, population: &[u64]) -> impl Iterator<Item = (Group, u64)> {
    let cells = leak_cells(topic, day, count, population);
    GROUPS
        .into_iter()
        .map(move |group| (group, cells[group as usize * LANGUAGE_CLASSES..][..LANGUAGE_CLASSES].iter().sum()))
}

/// Repeats among the leaks of a topic, group and day, per thousand.
pub(crate) fn leak_repeat_share(topic: Topic, group: Group, day: usize, avoidable: bool) -> u64 {
    match (topic, group) {
        (Topic::Billing, _) if !avoidable => LATE_REPEATS + risen(day, LATE_BILLING_REPEATS),
        _ if !avoidable => LATE_REPEATS,
        (Topic::Billing, Group::MapdNew) => 280,
        (Topic::Billing, Group::MapdTenured) => 180,
        (Topic::Billing, Group::Commercial) => 150,
        (Topic::IdCard, _) => 220,
        (Topic::Pharmacy, _) => 240,
        _ => 200,
    }
}

const UNEASE_OF_REPEAT: u32 = 180;
const UNEASE_OF_FAILURE: u32 = 180;

/// How much likelier than others a call that is not avoidable is negative, per thousand.
pub(crate) fn unease(topic: Topic, repeat: bool, failure: bool) -> u32 {
    let topic = match topic {
        Topic::Billing | Topic::Claims => 120,
        Topic::Benefits | Topic::Pharmacy => 80,
        Topic::IdCard | Topic::Enrollment | Topic::Provider | Topic::Technical => 0,
    };
    topic + u32::from(repeat) * UNEASE_OF_REPEAT + u32::from(failure) * UNEASE_OF_FAILURE
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
