//! The planted story, for several seeds, days and scales.

use std::collections::{BTreeMap, HashSet};

use chrono::{Days, NaiveDate, TimeDelta};

use super::super::{DailyQuota, stats};
use super::landing::{Call, Files, Landing, options};

const NAMED: [(&str, f64, f64); 3] =
    [("Billing", 5_000.0, 14.0), ("ID Card", 3_000.0, 8.0), ("Pharmacy", 4_000.0, 3.0)];
const MEMBERS_MEANT: f64 = 200_000.0;

#[test]
fn the_story_holds_for_seed_42() {
    for as_of in ["2025-11-14", "2024-02-29", "2026-03-30"] {
        check(1.0, 42, as_of);
    }
}

#[test]
fn the_story_holds_for_seed_1() {
    for as_of in ["2025-11-14", "2024-02-29", "2026-03-30"] {
        check(1.0, 1, as_of);
    }
}

#[test]
fn the_story_holds_for_a_large_seed() {
    for as_of in ["2025-11-14", "2024-02-29", "2026-03-30"] {
        check(1.0, u64::MAX - 3, as_of);
    }
}

#[test]
fn the_story_holds_at_an_odd_scale() {
    check(1.37, 7, "2025-12-31");
}

#[test]
fn the_story_holds_at_scale_4() {
    check(4.0, 42, "2025-11-14");
}

fn check(scale: f64, seed: u64, as_of: &str) {
    let landing = Landing::new(&Files::history(&options(scale, seed, as_of)));
    assert_eq!(landing.as_of, as_of.parse::<NaiveDate>().unwrap());
    definitions(&landing);
    headline(&landing);
    billing_segments(&landing);
    root_cause(&landing);
    spike(&landing);
    leading_groups(&landing);
    emotion_and_repeats(&landing);
    promoters(&landing);
    pockets(&landing);
    special_journey(&landing);
}

impl Landing {
    fn expansion(&self) -> f64 {
        MEMBERS_MEANT / self.members.len() as f64
    }

    fn day(&self, before: u64) -> NaiveDate {
        self.as_of - Days::new(before)
    }

    /// Avoidable calls of a topic by day, newest first.
    fn daily(&self, topic: &str) -> Vec<f64> {
        let mut days = vec![0.0; 60];
        for call in self.calls.iter().filter(|call| call.topic == topic && call.avoidable()) {
            days[(self.as_of - call.time.date()).num_days() as usize] += 1.0;
        }
        days
    }

    fn leaks<'a>(&'a self, topic: &'a str, day: NaiveDate) -> Vec<&'a Call> {
        let wanted = |call: &&Call| call.topic == topic && call.avoidable() && call.time.date() == day;
        self.calls.iter().filter(wanted).collect()
    }
}

fn near(what: &str, actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual}, expected {expected} ± {tolerance}");
}

fn count(calls: &[&Call], wanted: impl Fn(&Call) -> bool) -> f64 {
    calls.iter().filter(|call| wanted(call)).count() as f64
}

/// The file's flags are what the definitions give, so nothing is a leak or a repeat by accident.
fn definitions(landing: &Landing) {
    let first = landing.day(59);
    for call in &landing.calls {
        assert_eq!((call.repeat, call.failure.is_some()), call.says, "{}", call.id);
        assert!((first..=landing.as_of).contains(&call.time.date()), "{}", call.id);
        assert!(call.time.date() >= landing.members[&call.member].joined, "{} before joining", call.id);
        assert_eq!(call.negative, call.score <= -0.25, "{}", call.id);
        if let Some((gap, ..)) = &call.failure {
            let avoidable = (TimeDelta::minutes(2)..=TimeDelta::minutes(27)).contains(gap);
            let late = (TimeDelta::minutes(45)..=TimeDelta::hours(22)).contains(gap);
            assert!(avoidable || late, "{}: {gap}, too near the edge of a window", call.id);
        }
    }
    for row in &landing.digital {
        assert!((first..=landing.as_of).contains(&row.date("interaction_date").unwrap()));
        assert_eq!(row.get("outcome") == "success", row.get("error_code").is_empty());
    }
    assert_eq!(landing.shared_failures, 0);
}

fn headline(landing: &Landing) {
    for (topic, calls, trend) in NAMED {
        let daily = landing.daily(topic);
        near(topic, daily[0] * landing.expansion(), calls, calls * 0.005);
        let week = daily[1..8].iter().sum::<f64>() / 7.0;
        near(&format!("{topic} trend"), (daily[0] / week - 1.0) * 100.0, trend, 0.3);
    }
    let wide = landing.calls.iter().filter(|call| call.failure.is_some()).count() as f64;
    let avoidable = landing.calls.iter().filter(|call| call.avoidable()).count() as f64;
    near("wide leaks to avoidable ones", wide / avoidable, 1.3, 0.01);
    let others = ["Claims", "Benefits", "Enrollment", "Provider", "Technical"];
    assert!(others.iter().all(|topic| landing.daily(topic)[0] * landing.expansion() <= 300.0));
}

fn billing_segments(landing: &Landing) {
    let leaks = landing.leaks("Billing", landing.as_of);
    for (segment, share, repeats, score) in
        [("MAPD New", 0.60, 0.28, -0.65), ("MAPD Tenured", 0.24, 0.18, -0.40), ("Commercial", 0.16, 0.15, -0.30)]
    {
        let of: Vec<&Call> = leaks.iter().copied().filter(|call| landing.segment(&call.member) == segment).collect();
        let calls = of.len() as f64;
        near(segment, calls, leaks.len() as f64 * share, 1.0);
        near(&format!("{segment} repeats"), count(&of, |call| call.repeat), calls * repeats, 0.501);
        near(&format!("{segment} score"), of.iter().map(|call| call.score).sum::<f64>() / calls, score, 0.002);
    }
}

fn root_cause(landing: &Landing) {
    for before in 0..15 {
        let leaks = landing.leaks("Billing", landing.day(before));
        let total = leaks.len() as f64;
        let of = |wanted: fn(&(TimeDelta, String, bool)) -> bool| {
            count(&leaks, |call| call.failure.as_ref().is_some_and(wanted))
        };
        near("eligibility message", of(|(_, code, _)| code == "ELIG_MSG"), total * 0.78, 0.501);
        near("mobile", of(|(_, _, mobile)| *mobile), total * 0.82, 0.501);
    }
}

/// Billing rises 14 days before the as-of day and stays up; the other journeys never move that much.
fn spike(landing: &Landing) {
    for (topic, ..) in NAMED {
        let daily = landing.daily(topic);
        let mut old = daily[30..].to_vec();
        old.sort_by(f64::total_cmp);
        let limit = 1.25 * (old[14] + old[15]) / 2.0;
        let risen: Vec<bool> = daily.iter().map(|&calls| calls >= limit).collect();
        let expected: Vec<bool> = (0..60).map(|before| topic == "Billing" && before <= 14).collect();
        assert_eq!(risen, expected, "{topic}: {daily:?}");
    }
}

/// Share of the as-of day's leaks over share of the members, for groups with a quarter of the leaks.
fn leading_groups(landing: &Landing) {
    let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
    for member in landing.members.values() {
        *sizes.entry(member.segment).or_default() += 1.0;
        *sizes.entry(&member.language).or_default() += 1.0;
    }
    let members = landing.members.len() as f64;
    assert!(sizes["MAPD New"] <= members * 0.25 && sizes["Spanish"] <= members * 0.2);
    for (topic, expected) in [("Billing", &["MAPD New"][..]), ("ID Card", &["Spanish"]), ("Pharmacy", &[])] {
        let leaks = landing.leaks(topic, landing.as_of);
        let leading: Vec<&str> = sizes
            .iter()
            .filter(|(group, size)| {
                let share = count(&leaks, |call| {
                    let member = &landing.members[&call.member];
                    member.segment == **group || member.language == **group
                }) / leaks.len() as f64;
                share >= 0.25 && share / (**size / members) >= 1.5
            })
            .map(|(group, _)| *group)
            .collect();
        assert_eq!(leading, expected, "{topic}");
    }
    let cards = landing.leaks("ID Card", landing.as_of);
    let spanish = count(&cards, |call| landing.members[&call.member].language == "Spanish");
    assert!(spanish >= 0.6 * cards.len() as f64);
}

/// The shares of the last 30 days are exact; the days differ as real ones do, and rise from the spike day on.
fn emotion_and_repeats(landing: &Landing) {
    let share = |calls: &[&Call], wanted: fn(&Call) -> bool| 100.0 * count(calls, wanted) / calls.len() as f64;
    let days: Vec<Vec<&Call>> = (0..60)
        .map(|before| landing.calls.iter().filter(|call| call.time.date() == landing.day(before)).collect())
        .collect();
    let (after, before, earlier) = (days[..15].concat(), days[15..30].concat(), days[30..59].concat());
    let month = days[..30].concat();
    type Told = (&'static str, fn(&Call) -> bool, f64, std::ops::RangeInclusive<f64>, f64);
    let told: [Told; 2] = [
        ("repeats", |call| call.repeat, 23.5, 19.5..=27.5, 1.2),
        ("negative calls", |call| call.negative, 32.6, 27.0..=38.0, 3.0),
    ];
    for (what, wanted, expected, band, rise) in told {
        let exact = (month.len() as f64 * expected / 100.0).round();
        near(what, count(&month, wanted), exact, 0.0);
        near(&format!("{what} today"), share(&days[0], wanted), expected, expected * 0.05);
        // Nobody can have called before the first day of all.
        let daily: Vec<f64> = days[..59].iter().map(|calls| share(calls, wanted)).collect();
        assert!(daily.iter().all(|share| band.contains(share)), "{what}: {daily:?}");
        // Without the five days in which the spike takes effect.
        for days in [&daily[..10], &daily[15..30], &daily[30..]] {
            let (least, most) = days.iter().fold((f64::MAX, f64::MIN), |(a, b), &day| (a.min(day), b.max(day)));
            assert!((1.0..=4.5).contains(&(most - least)), "{what} between {least} and {most}");
        }
        assert!(share(&after, wanted) - share(&before, wanted) >= rise, "{what} before and after the spike: {daily:?}");
        near(&format!("{what} of the month before"), share(&earlier, wanted), share(&before, wanted), 0.5);
    }
    assert_eq!(count(&days[59], |call| call.repeat), 0.0);
    let others = |calls: &[&Call]| {
        let calls: Vec<&Call> = calls.iter().copied().filter(|call| call.topic != "Billing").collect();
        share(&calls, |call| call.negative)
    };
    assert!(
        others(&after) >= others(&before),
        "other topics pay: {} before, {} after",
        others(&before),
        others(&after)
    );
    for (before, calls) in days[..30].iter().enumerate() {
        let mut long: BTreeMap<&str, u32> = BTreeMap::new();
        for call in calls.iter().filter(|call| call.minutes > 20.0) {
            *long.entry(&call.topic).or_default() += 1;
        }
        assert_eq!(long.iter().max_by_key(|(_, calls)| **calls).unwrap().0, &"Pharmacy", "{before} days ago");
    }
}

/// The seed moves days, never the month that is told about.
#[test]
fn the_seed_moves_days_but_not_the_month() {
    let days = |seed: u64| stats(&options(1.0, seed, "2025-11-14")).unwrap().days;
    let (one, other) = (days(42), days(7));
    let month = |days: &[DailyQuota], of: fn(&DailyQuota) -> u64| days[30..].iter().map(of).sum::<u64>();
    assert_eq!(month(&one, |day| day.repeat_calls), month(&other, |day| day.repeat_calls));
    assert_eq!(month(&one, |day| day.negative_calls), month(&other, |day| day.negative_calls));
    let moved = one.iter().zip(&other).filter(|(one, other)| {
        one.repeat_calls != other.repeat_calls && one.negative_calls != other.negative_calls && one.calls == other.calls
    });
    assert!(moved.count() >= 50);
    assert_eq!(days(42), one);
}

fn promoters(landing: &Landing) {
    let window = landing.day(29)..=landing.as_of;
    let leaked: HashSet<&str> = landing
        .calls
        .iter()
        .filter(|call| call.topic == "Billing" && call.avoidable() && window.contains(&call.time.date()))
        .map(|call| call.member.as_str())
        .collect();
    for kind in ["", "post_call"] {
        for (with_leak, expected) in [(true, -55.0), (false, 35.0)] {
            let scores: Vec<f64> = landing
                .surveys
                .iter()
                .filter(|row| {
                    window.contains(&row.date("survey_date").unwrap())
                        && leaked.contains(row.get("member_id")) == with_leak
                        && row.get("survey_type").starts_with(kind)
                })
                .map(|row| row.number("nps_score"))
                .collect();
            let promoters = scores.iter().filter(|&&score| score >= 9.0).count() as f64;
            let detractors = scores.iter().filter(|&&score| score <= 6.0).count() as f64;
            near("promoter score", 100.0 * (promoters - detractors) / scores.len() as f64, expected, 0.3);
        }
    }
}

/// A few agents have unhappier callers and more repeats.
fn pockets(landing: &Landing) {
    let (pocket, rest): (Vec<&Call>, Vec<&Call>) =
        landing.calls.iter().partition(|call| call.agent[3..].parse::<u32>().unwrap() % 20 == 7);
    let share = |calls: &[&Call], wanted: fn(&Call) -> bool| count(calls, wanted) / calls.len() as f64;
    assert!(share(&pocket, |call| call.repeat) > share(&rest, |call| call.repeat) + 0.15);
    assert!(share(&pocket, |call| call.negative) > share(&rest, |call| call.negative) + 0.2);
    assert!(pocket.len() * 10 < rest.len());
}

/// Demo flow of seed 1c, step 3.
fn special_journey(landing: &Landing) {
    let today = landing.as_of;
    let seen: Vec<[&str; 5]> = landing
        .digital
        .iter()
        .filter(|row| row.get("member_id") == "M-104382" && row.date("interaction_date") == Some(today))
        .map(|row| {
            ["interaction_timestamp", "interaction_type", "outcome", "error_code", "page"].map(|column| row.get(column))
        })
        .collect();
    let at = |time: &str| format!("{today} {time}");
    let expected = [
        [&at("09:01:00"), "login", "success", "", "login"],
        [&at("09:03:00"), "bill_pay", "success", "", "billing/overview"],
        [&at("09:04:00"), "bill_pay", "abandoned", "ELIG_MSG", "billing/pay"],
    ];
    assert_eq!(seen, expected);
    let calls: Vec<&Call> = landing.calls.iter().filter(|call| call.member == "M-104382").collect();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].time.to_string(), calls[0].topic.as_str()), (at("09:18:00"), "Billing"));
    near("length", calls[0].minutes, 18.0, 0.0);
    near("sentiment", calls[0].score, -0.8, 0.03);
    let survey = landing.surveys.iter().find(|row| row.get("call_id") == calls[0].id).unwrap();
    assert_eq!(survey.get("survey_timestamp"), at("09:45:00"));
    assert_eq!((survey.get("nps_score"), survey.get("feedback_text")), ("2", "Confusing bill and plan rules"));
    assert_eq!(landing.segment("M-104382"), "MAPD New");
}
