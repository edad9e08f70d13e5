//! The contents of the reference data: communications, past interventions, actions, the simulated impact.

use super::quotas::{self, SPIKE_DAY};
use super::topic::Topic;

/// An issue is named by the topic of its calls.
pub(crate) const BILLING: Topic = Topic::Billing;
const ID_CARD: Topic = Topic::IdCard;
const PHARMACY: Topic = Topic::Pharmacy;

/// Days before the as-of day, audience, plan, channel, topic, title, body, annual enrollment.
pub(crate) type Communication =
    (i32, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str, bool);

pub(crate) const SENT: [Communication; 8] = [
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
    (-41, "Commercial", "PPO", "email", "Provider", "New clinics in your network", "We have added 140 clinics.", false),
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
    (-9, "All", "", "app", "Digital", "A faster app", "Refills and payments are now one tap away.", false),
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

/// What was done before, or is simulated.
pub(crate) struct Intervention {
    pub(crate) action: &'static str,
    pub(crate) issue: Topic,
    /// Days after the as-of day.
    pub(crate) go_live: i32,
    /// Daily calls of all members before and after.
    pub(crate) calls: (i64, i64),
    /// In hundredths of a percent.
    pub(crate) reduction: i64,
    /// In tenths of a promoter point.
    pub(crate) lift: i64,
    pub(crate) dollars: i64,
    pub(crate) completed: bool,
}

const fn completed(
    action: &'static str,
    issue: Topic,
    go_live: i32,
    calls: (i64, i64),
    reduction: i64,
    lift: i64,
    dollars: i64,
) -> Intervention {
    Intervention { action, issue, go_live, calls, reduction, lift, dollars, completed: true }
}

/// The mean reductions of the billing actions are 6.85, 2.05 and 1.10 %: $1.0M, $300K and $160K of $14.6M a year.
pub(crate) const INTERVENTIONS: [Intervention; 11] = [
    completed("ACT-BILL-UX", BILLING, -310, (4_000, 3_736), 660, 31, 82_000),
    completed("ACT-BILL-UX", BILLING, -190, (4_000, 3_716), 710, 35, 78_000),
    completed("ACT-BILL-IVR", BILLING, -280, (4_000, 3_924), 190, 12, 21_000),
    completed("ACT-BILL-IVR", BILLING, -150, (4_000, 3_912), 220, 14, 19_000),
    completed("ACT-BILL-SCRIPT", BILLING, -260, (4_000, 3_960), 100, 9, 6_000),
    completed("ACT-BILL-SCRIPT", BILLING, -120, (4_000, 3_952), 120, 11, 5_500),
    completed("ACT-ID-LANG", ID_CARD, -170, (2_500, 2_375), 500, 28, 40_000),
    completed("ACT-ID-SCRIPT", ID_CARD, -90, (2_500, 2_475), 100, 7, 5_000),
    completed("ACT-RX-REFILL", PHARMACY, -210, (3_800, 3_648), 400, 22, 66_000),
    completed("ACT-RX-IVR", PHARMACY, -75, (3_800, 3_743), 150, 10, 17_000),
    Intervention {
        action: "ACT-BILL-UX",
        issue: BILLING,
        go_live: 1,
        calls: (5_000, 4_250),
        reduction: 1_500,
        lift: 90,
        dollars: 105_000,
        completed: false,
    },
];

pub(crate) struct Action {
    pub(crate) id: &'static str,
    pub(crate) issue: Topic,
    pub(crate) lever: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) effort: (&'static str, i64),
    pub(crate) days_to_impact: i64,
    /// Of ten, in tenths.
    pub(crate) cx_impact: i64,
    /// In hundredths of a percent.
    pub(crate) reduction: i64,
}

const SPRINT: (&str, i64) = ("1 sprint", 10);
const WEEK: (&str, i64) = ("1 week", 5);
const THREE_DAYS: (&str, i64) = ("3 days", 3);

pub(crate) const LIBRARY: [Action; 9] = [
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
pub(crate) const AFTER: f64 = 2_975.0;
/// How they fall from day to day, and the share of repeat calls with them.
pub(crate) const AFTER_SHAPE: [u64; 14] = [238, 232, 228, 224, 220, 217, 214, 210, 207, 204, 201, 197, 194, 189];
pub(crate) const AFTER_REPEAT_SHAPE: [u64; 14] = [952, 910, 872, 832, 805, 782, 765, 744, 723, 703, 685, 668, 648, 621];
/// Of every thousand.
pub(crate) const AFTER_REPEATS: u64 = 180;
