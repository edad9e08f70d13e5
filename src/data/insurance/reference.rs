//! The reference data: communications, past interventions, the action library and the simulated impact.

use super::super::quota::{apportion, scaled, share};
use super::super::table::Table;
use super::super::{GenerateError, Sink};
use super::generate::FileRows;
use super::quotas::{self, SPIKE_DAY};
use super::topic::Topic;
use super::world::World;

const COMMUNICATIONS: &str = "communication_id,sent_date,audience_segment,plan_type,channel,topic,title,body,is_aep";
const INTERVENTIONS: &str = "intervention_id,action_id,issue,go_live_date,baseline_daily_calls,after_daily_calls,\
                             realised_reduction_pct,cx_lift,cost_usd,status";
const ACTIONS: &str = "action_id,issue,lever,title,description,owner,effort_label,effort_days,time_to_impact_days,\
                       cx_impact_score,base_reduction_pct";
const SIMULATION: &str = "day_offset,issue,calls,repeat_calls,is_simulated";

/// An issue is named by the topic of its calls.
const BILLING: Topic = Topic::Billing;
const ID_CARD: Topic = Topic::IdCard;
const PHARMACY: Topic = Topic::Pharmacy;

/// Days before the as-of day, audience, plan, channel, topic, title, body, annual enrollment.
type Communication = (
    i32,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    bool,
);

const SENT: [Communication; 8] = [
    (
        -52,
        "All",
        "",
        "email",
        "Wellness",
        "Time for your annual exam",
        "Preventive care is covered, with no copay.",
        false,
    ),
    (
        -41,
        "Commercial",
        "PPO",
        "email",
        "Provider",
        "New clinics in your network",
        "We have added 140 clinics.",
        false,
    ),
    (
        -33,
        "Spanish",
        "",
        "mail",
        "ID Card",
        "Your new ID card",
        "Download it in the app, or ask for a printed one.",
        false,
    ),
    (
        -24,
        "MAPD Tenured",
        "MAPD",
        "mail",
        "Benefits",
        "Annual notice of changes",
        "Dental allowance, specialist copays and drug tiers change next year; see the booklet.",
        true,
    ),
    (
        quotas::offset(SPIKE_DAY),
        "MAPD New",
        "MAPD",
        "email",
        "Billing",
        "AEP: new billing and eligibility rules for your plan",
        "From today some payment options depend on your plan. If an option is not available, the app shows \"Your plan is not eligible for this option\".",
        true,
    ),
    (
        -12,
        "MAPD Tenured",
        "MAPD",
        "app",
        "Pharmacy",
        "Drug tiers are changing",
        "Check the new copay of your medicines.",
        true,
    ),
    (
        -9,
        "All",
        "",
        "app",
        "Digital",
        "A faster app",
        "Refills and payments are now one tap away.",
        false,
    ),
    (
        -3,
        "Commercial",
        "",
        "email",
        "Enrollment",
        "Open enrollment",
        "Compare plans online before the deadline.",
        false,
    ),
];

/// Action, days before the as-of day, calls before and after, reduction in hundredths of a percent, lift in tenths
/// of an NPS point, cost in dollars.
const PAST: [(&str, Topic, i32, i64, i64, i64, i64, i64); 10] = [
    ("ACT-BILL-UX", BILLING, -310, 4_000, 3_736, 660, 31, 82_000),
    ("ACT-BILL-UX", BILLING, -190, 4_000, 3_716, 710, 35, 78_000),
    ("ACT-BILL-IVR", BILLING, -280, 4_000, 3_924, 190, 12, 21_000),
    ("ACT-BILL-IVR", BILLING, -150, 4_000, 3_912, 220, 14, 19_000),
    ("ACT-BILL-SCRIPT", BILLING, -260, 4_000, 3_960, 100, 9, 6_000),
    ("ACT-BILL-SCRIPT", BILLING, -120, 4_000, 3_952, 120, 11, 5_500),
    ("ACT-ID-LANG", ID_CARD, -170, 2_500, 2_375, 500, 28, 40_000),
    ("ACT-ID-SCRIPT", ID_CARD, -90, 2_500, 2_475, 100, 7, 5_000),
    ("ACT-RX-REFILL", PHARMACY, -210, 3_800, 3_648, 400, 22, 66_000),
    ("ACT-RX-IVR", PHARMACY, -75, 3_800, 3_743, 150, 10, 17_000),
];

struct Action {
    id: &'static str,
    issue: Topic,
    lever: &'static str,
    title: &'static str,
    description: &'static str,
    owner: &'static str,
    effort: (&'static str, i64),
    days_to_impact: i64,
    /// Of ten, in tenths.
    cx_impact: i64,
    /// In hundredths of a percent.
    reduction: i64,
}

const SPRINT: (&str, i64) = ("1 sprint", 10);
const WEEK: (&str, i64) = ("1 week", 5);
const THREE_DAYS: (&str, i64) = ("3 days", 3);

const LIBRARY: [Action; 9] = [
    Action {
        id: "ACT-BILL-UX",
        issue: BILLING,
        lever: "digital",
        title: "Digital UX Fix",
        description: "Change the MAPD billing eligibility message and add clear next steps.",
        owner: "Digital",
        effort: SPRINT,
        days_to_impact: 14,
        cx_impact: 90,
        reduction: 600,
    },
    Action {
        id: "ACT-BILL-IVR",
        issue: BILLING,
        lever: "comms",
        title: "IVR Messaging Update",
        description: "Proactive MAPD billing message in IVR: \"If you're seeing a message in the app, here's what it means…\"",
        owner: "Comms",
        effort: WEEK,
        days_to_impact: 7,
        cx_impact: 70,
        reduction: 200,
    },
    Action {
        id: "ACT-BILL-SCRIPT",
        issue: BILLING,
        lever: "ops",
        title: "Agent Script Update",
        description: "Simplified explanation macro for MAPD billing calls.",
        owner: "Contact Center",
        effort: THREE_DAYS,
        days_to_impact: 3,
        cx_impact: 60,
        reduction: 100,
    },
    Action {
        id: "ACT-ID-LANG",
        issue: ID_CARD,
        lever: "digital",
        title: "Spanish ID card download",
        description: "Offer the ID card and its error messages in Spanish.",
        owner: "Digital",
        effort: SPRINT,
        days_to_impact: 14,
        cx_impact: 80,
        reduction: 450,
    },
    Action {
        id: "ACT-ID-FAQ",
        issue: ID_CARD,
        lever: "comms",
        title: "ID card FAQ",
        description: "Explain in English and Spanish how to get a card, in the app and by text message.",
        owner: "Comms",
        effort: WEEK,
        days_to_impact: 7,
        cx_impact: 60,
        reduction: 180,
    },
    Action {
        id: "ACT-ID-SCRIPT",
        issue: ID_CARD,
        lever: "ops",
        title: "One-call ID card macro",
        description: "Send the card by email during the call, so that nobody has to call again.",
        owner: "Contact Center",
        effort: THREE_DAYS,
        days_to_impact: 3,
        cx_impact: 50,
        reduction: 100,
    },
    Action {
        id: "ACT-RX-REFILL",
        issue: PHARMACY,
        lever: "digital",
        title: "Refill status and reasons",
        description: "Show why a refill is blocked, and start the prior authorization from the same page.",
        owner: "Digital",
        effort: SPRINT,
        days_to_impact: 14,
        cx_impact: 80,
        reduction: 400,
    },
    Action {
        id: "ACT-RX-IVR",
        issue: PHARMACY,
        lever: "comms",
        title: "Refill IVR self-service",
        description: "Let callers hear the status of a refill before they reach an agent.",
        owner: "Comms",
        effort: WEEK,
        days_to_impact: 7,
        cx_impact: 60,
        reduction: 150,
    },
    Action {
        id: "ACT-RX-TRAIN",
        issue: PHARMACY,
        lever: "ops",
        title: "Pharmacy call coaching",
        description: "Coach the agents with the longest pharmacy calls and the most repeat calls.",
        owner: "Contact Center",
        effort: WEEK,
        days_to_impact: 10,
        cx_impact: 60,
        reduction: 120,
    },
];

/// Billing leaks on the days after go-live, in calls of the sample at scale 1: 212.5 on average, 15 % fewer than on
/// the as-of day.
const AFTER: f64 = 2_975.0;
/// How they fall from day to day, and the share of repeat calls with them.
const AFTER_SHAPE: [u64; 14] = [238, 232, 228, 224, 220, 217, 214, 210, 207, 204, 201, 197, 194, 189];
const AFTER_REPEAT_SHAPE: [u64; 14] = [952, 910, 872, 832, 805, 782, 765, 744, 723, 703, 685, 668, 648, 621];
/// Of every thousand.
const AFTER_REPEATS: u64 = 180;

pub(crate) fn write(world: &World, sink: &mut dyn Sink, rows: &mut FileRows) -> Result<(), GenerateError> {
    rows.insert("benefit_communications", communications(world, sink)?);
    rows.insert("interventions", interventions(world, sink)?);
    rows.insert("action_library", action_library(sink)?);
    rows.insert("impact_simulation", impact_simulation(world, sink)?);
    Ok(())
}

fn table<'s>(sink: &'s mut dyn Sink, name: &str, header: &'static str) -> Result<Table<'s>, GenerateError> {
    Table::begin(sink, format!("reference/{name}/{name}"), header, 0)
}

fn communications(world: &World, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "benefit_communications", COMMUNICATIONS)?;
    for (place, (day, audience, plan, channel, topic, title, body, aep)) in SENT.into_iter().enumerate() {
        table.id("COM", place as u64 + 1);
        table.plain(world.calendar.date(day));
        for value in [audience, plan, channel, topic, title, body] {
            table.text(value);
        }
        table.flag(aep);
        table.end_row()?;
    }
    table.finish()
}

fn interventions(world: &World, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "interventions", INTERVENTIONS)?;
    let simulated = ("ACT-BILL-UX", BILLING, 1, 5_000, 4_250, 1_500, 90, 105_000);
    for (place, row) in PAST.into_iter().chain([simulated]).enumerate() {
        let (action, issue, day, before, after, reduction, lift, cost) = row;
        table.id("INT", place as u64 + 1);
        table.word(action);
        table.word(issue.label());
        table.plain(world.calendar.date(day));
        table.int(before);
        table.int(after);
        table.hundredths(reduction);
        table.tenths(lift);
        table.int(cost);
        table.word(if place < PAST.len() { "completed" } else { "simulated" });
        table.end_row()?;
    }
    table.finish()
}

fn action_library(sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "action_library", ACTIONS)?;
    for action in &LIBRARY {
        for value in [
            action.id,
            action.issue.label(),
            action.lever,
            action.title,
            action.description,
            action.owner,
        ] {
            table.text(value);
        }
        let (label, days) = action.effort;
        table.word(label);
        table.int(days);
        table.int(action.days_to_impact);
        table.tenths(action.cx_impact);
        table.hundredths(action.reduction);
        table.end_row()?;
    }
    table.finish()
}

fn impact_simulation(world: &World, sink: &mut dyn Sink) -> Result<u64, GenerateError> {
    let mut table = table(sink, "impact_simulation", SIMULATION)?;
    let total = scaled(AFTER, world.scale);
    let calls = apportion(total, &AFTER_SHAPE);
    let repeats = apportion(share(total, AFTER_REPEATS), &AFTER_REPEAT_SHAPE);
    for (day, (calls, repeats)) in (1..).zip(calls.into_iter().zip(repeats)) {
        table.int(day);
        table.word(BILLING.label());
        table.int(calls as i64);
        table.int(repeats as i64);
        table.flag(true);
        table.end_row()?;
    }
    table.finish()
}
