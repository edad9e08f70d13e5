//! What a data set will contain, without generating it.

use super::super::GenerateError;
use super::super::quota::share;
use super::quotas::{self, HISTORY_DAYS, LAST_DAY};
use super::topic::{GROUPS, LANGUAGE_CLASSES, TOPICS, Topic};
use super::volumes::{SOURCES, Source};
use super::world::{GenerateOptions, World};

/// Rows of one source in the history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceCount {
    pub source: &'static str,
    pub rows: u64,
    /// Rows left after duplicates and rejected rows are taken out.
    pub clean: u64,
    pub duplicates: u64,
    pub missing_member: u64,
    pub unknown_member: u64,
    pub bad_date: u64,
    pub bad_value: u64,
}

/// A planted number of the as-of day, in rows, not weighted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoryQuota {
    pub name: String,
    pub rows: u64,
}

/// The planted numbers of one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DailyQuota {
    pub date: String,
    pub calls: u64,
    pub repeat_calls: u64,
    pub negative_calls: u64,
    /// Calls within 30 minutes of a digital failure: billing, ID card, pharmacy, other topics.
    pub billing_leaks: u64,
    pub id_card_leaks: u64,
    pub pharmacy_leaks: u64,
    pub other_leaks: u64,
    /// Calls more than 30 minutes and less than 24 hours after one.
    pub late_leaks: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statistics {
    pub sources: Vec<SourceCount>,
    pub story: Vec<StoryQuota>,
    pub days: Vec<DailyQuota>,
}

/// Row counts and quotas for the options.
pub fn stats(options: &GenerateOptions) -> Result<Statistics, GenerateError> {
    let world = World::new(options)?;
    Ok(Statistics {
        sources: SOURCES.iter().map(|&source| source_count(source, world.scale)).collect(),
        story: story(&world),
        days: (0..HISTORY_DAYS).map(|day| daily(&world, day)).collect(),
    })
}

fn source_count(source: Source, scale: f64) -> SourceCount {
    let dirt = source.dirt(scale);
    SourceCount {
        source: source.name(),
        rows: source.rows(scale),
        clean: source.clean_rows(scale),
        duplicates: dirt.duplicates,
        missing_member: dirt.missing_member,
        unknown_member: dirt.unknown_member,
        bad_date: dirt.bad_date,
        bad_value: dirt.bad_value,
    }
}

fn story(world: &World) -> Vec<StoryQuota> {
    let mut story = Vec::new();
    let mut add = |name: String, rows: u64| story.push(StoryQuota { name, rows });
    for topic in [Topic::Billing, Topic::IdCard, Topic::Pharmacy] {
        let count = world.quotas.avoidable(topic, LAST_DAY);
        add(format!("{} leaks", topic.label()), count);
        let cells = quotas::leak_cells(topic, LAST_DAY, count, world.population.cell_sizes());
        for group in GROUPS {
            let of_group = cells[group as usize * LANGUAGE_CLASSES..][..LANGUAGE_CLASSES].iter().sum();
            add(format!("{} leaks, {}", topic.label(), group.label()), of_group);
            let repeats = share(of_group, quotas::leak_repeat_share(topic, group, LAST_DAY, true));
            add(format!("{} leaks, {}, repeat calls", topic.label(), group.label()), repeats);
        }
        let spanish = (0..GROUPS.len()).map(|group| cells[group * LANGUAGE_CLASSES + 1]).sum();
        add(format!("{} leaks, Spanish", topic.label()), spanish);
    }
    let billing = world.quotas.avoidable(Topic::Billing, LAST_DAY);
    let (eligibility, mobile) = quotas::billing_causes(LAST_DAY);
    add("Billing leaks, eligibility message".to_owned(), share(billing, eligibility));
    add("Billing leaks, mobile".to_owned(), share(billing, mobile));
    story
}

fn daily(world: &World, day: usize) -> DailyQuota {
    let quotas = &world.quotas;
    let [billing, id_card, pharmacy, others @ ..] = TOPICS.map(|topic| quotas.avoidable(topic, day));
    DailyQuota {
        date: String::from_utf8_lossy(world.calendar.date(quotas::offset(day))).into_owned(),
        calls: quotas.calls(day),
        repeat_calls: quotas.repeats(day),
        negative_calls: quotas.negatives(day),
        billing_leaks: billing,
        id_card_leaks: id_card,
        pharmacy_leaks: pharmacy,
        other_leaks: others.iter().sum(),
        late_leaks: TOPICS.iter().map(|&topic| quotas.late(topic, day)).sum(),
    }
}
