//! Error codes of failed digital interactions.

use super::super::dice::Dice;
use super::topic::{Language, Topic};

pub(crate) struct Code {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    /// The seed's `failure_reason`.
    pub(crate) reason: &'static str,
    /// How often the member gives up instead of being stopped, per cent.
    abandoned: u32,
    weight: u32,
}

const fn code(code: &'static str, message: &'static str, reason: &'static str, abandoned: u32, weight: u32) -> Code {
    Code { code, message, reason, abandoned, weight }
}

/// The eligibility message of the story, in the billing list.
pub(crate) const ELIGIBILITY: u8 = 0;
const LANGUAGE_MISSING: u8 = 0;

static BILLING: [Code; 5] = [
    code("ELIG_MSG", "Your plan is not eligible for this option", "eligibility_message", 88, 22),
    code("PAY_DECLINED", "Your payment could not be processed", "payment_declined", 20, 34),
    code("BILL_TIMEOUT", "The billing page took too long to load", "timeout", 70, 20),
    code("AUTOPAY_ERR", "We could not save your autopay settings", "autopay_error", 35, 12),
    code("BALANCE_MISMATCH", "Your balance is being updated, please try later", "balance_unavailable", 60, 12),
];
static ID_CARD: [Code; 4] = [
    code("LANG_UNAVAIL", "Your ID card is not available in your language", "language_unavailable", 30, 12),
    code("PDF_FAIL", "We could not create your ID card", "document_error", 10, 48),
    code("ID_TIMEOUT", "The download took too long", "timeout", 55, 25),
    code("CARD_NOT_READY", "Your new ID card is not ready yet", "card_not_ready", 20, 15),
];
static PHARMACY: [Code; 5] = [
    code("RX_NO_REFILLS", "No refills remaining for this prescription", "no_refills", 15, 30),
    code("RX_PA_REQUIRED", "Prior authorization is required", "prior_auth_required", 25, 26),
    code("RX_TOO_SOON", "It is too soon to refill this prescription", "refill_too_soon", 20, 20),
    code("RX_PRICE_CHANGE", "The copay of this drug has changed", "copay_changed", 75, 14),
    code("RX_SYNC_ERR", "Your pharmacy could not be reached", "pharmacy_unreachable", 10, 10),
];
static CLAIMS: [Code; 3] = [
    code("CLAIM_NOT_FOUND", "We could not find this claim", "claim_not_found", 20, 45),
    code("EOB_UNAVAIL", "Your explanation of benefits is not available yet", "document_unavailable", 30, 35),
    code("CLAIM_TIMEOUT", "Claims took too long to load", "timeout", 60, 20),
];
static BENEFITS: [Code; 3] = [
    code("BEN_UNCLEAR", "Benefit details are changing for your plan", "benefit_change", 80, 50),
    code("BEN_NOT_FOUND", "No benefits match your search", "no_result", 55, 30),
    code("BEN_TIMEOUT", "Benefits took too long to load", "timeout", 60, 20),
];
static ENROLLMENT: [Code; 2] = [
    code("PLAN_UNAVAIL", "This plan is not offered in your area", "plan_unavailable", 50, 55),
    code("COMPARE_ERR", "We could not compare these plans", "compare_error", 40, 45),
];
static PROVIDER: [Code; 2] = [
    code("DIR_NO_RESULT", "No provider matches your search", "no_result", 60, 65),
    code("DIR_STALE", "This provider is no longer in the network", "directory_stale", 40, 35),
];
static TECHNICAL: [Code; 3] = [
    code("LOGIN_LOCKED", "Your account is locked", "account_locked", 10, 35),
    code("LOGIN_MFA", "The code you entered is not valid", "mfa_failed", 30, 40),
    code("LOGIN_PASSWORD", "Your user name or password is not correct", "wrong_password", 25, 25),
];

pub(crate) fn codes(topic: Topic) -> &'static [Code] {
    match topic {
        Topic::Billing => &BILLING,
        Topic::IdCard => &ID_CARD,
        Topic::Pharmacy => &PHARMACY,
        Topic::Claims => &CLAIMS,
        Topic::Benefits => &BENEFITS,
        Topic::Enrollment => &ENROLLMENT,
        Topic::Provider => &PROVIDER,
        Topic::Technical => &TECHNICAL,
    }
}

/// A code by its everyday weight, from the list without its first `skip` entries.
fn draw(topic: Topic, skip: usize, dice: &mut Dice) -> u8 {
    let mut weights = [0; 5];
    let list = &codes(topic)[skip..];
    for (weight, code) in weights.iter_mut().zip(list) {
        *weight = code.weight;
    }
    (skip + dice.weighted(&weights[..list.len()])) as u8
}

/// The code of a failure in an interaction that belongs to `topic`.
pub(crate) fn everyday_code(topic: Topic, language: Language, dice: &mut Dice) -> u8 {
    match (topic, language) {
        (Topic::IdCard, Language::Spanish) if dice.percent(60) => LANGUAGE_MISSING,
        (Topic::IdCard, Language::English) => draw(topic, 1, dice),
        _ => draw(topic, 0, dice),
    }
}

/// A billing code other than the eligibility message.
pub(crate) fn other_billing_code(dice: &mut Dice) -> u8 {
    draw(Topic::Billing, 1, dice)
}

pub(crate) fn is_abandoned(topic: Topic, code: u8, dice: &mut Dice) -> bool {
    dice.percent(codes(topic)[usize::from(code)].abandoned)
}
