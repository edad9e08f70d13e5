//! What a planned call is like: cause of the failure, device, sentiment, agent.

use super::super::dice::Dice;
use super::super::quota::{scaled, share};
use super::codes::{self, ELIGIBILITY};
use super::plan::Call;
use super::quotas::{self, LAST_DAY};
use super::scores;
use super::topic::{Device, GROUPS, Group, TOPICS, Topic};
use super::world::World;

const SPECIAL_SCORE: i64 = -80;
const AGENTS: f64 = 120.0;
/// Every twentieth agent, from the eighth: their callers are less happy and call again more often.
const POCKET_EVERY: u32 = 20;
const POCKET_PLACE: u32 = 7;

pub(crate) fn agents(scale: f64) -> u32 {
    scaled(AGENTS, scale) as u32
}

pub(crate) fn in_pocket(agent: u32) -> bool {
    agent % POCKET_EVERY == POCKET_PLACE
}

/// Fills in the calls of one day.
pub(crate) struct Details<'w> {
    pub(crate) world: &'w World,
    pub(crate) day: usize,
}

impl Details<'_> {
    pub(crate) fn assign(&self, calls: &mut [Call], dice: &mut Dice) {
        self.causes(calls, dice);
        self.sentiment(calls, dice);
        self.hands(calls, dice);
    }

    fn is_special(&self, call: &Call) -> bool {
        self.day == LAST_DAY && call.member == self.world.population.special()
    }

    /// Error codes and devices of the failures; exact shares for billing.
    fn causes(&self, calls: &mut [Call], dice: &mut Dice) {
        let (eligibility, mobile) = quotas::billing_causes(self.day);
        for avoidable in [true, false] {
            let places: Vec<usize> = (0..calls.len())
                .filter(|&place| {
                    let call = &calls[place];
                    call.topic == Topic::Billing && call.failure.is_some_and(|failure| failure.avoidable == avoidable)
                })
                .collect();
            let total = places.len() as u64;
            let with_message = dice.choose(places.len(), share(total, eligibility), |place| {
                let call = &calls[places[place]];
                let group = match self.world.population.member(call.member).group {
                    Group::MapdNew => 1200,
                    Group::MapdTenured => 700,
                    Group::Commercial => 0,
                };
                if self.is_special(call) { 9_000 } else { group }
            });
            let on_phone = dice.choose(places.len(), share(total, mobile), |place| {
                if self.is_special(&calls[places[place]]) { 9_000 } else { 0 }
            });
            for (index, &place) in places.iter().enumerate() {
                let special = self.is_special(&calls[place]);
                if let Some(failure) = &mut calls[place].failure {
                    failure.code = if with_message[index] { ELIGIBILITY } else { codes::other_billing_code(dice) };
                    failure.device = match (on_phone[index], special || dice.percent(72)) {
                        (true, true) => Device::MobileApp,
                        (true, false) => Device::MobileWeb,
                        (false, _) => Device::Desktop,
                    };
                }
            }
        }
        for call in calls.iter_mut().filter(|call| call.topic != Topic::Billing) {
            let language = self.world.population.member(call.member).language;
            if let Some(failure) = &mut call.failure {
                failure.code = codes::everyday_code(call.topic, language, dice);
                failure.device = any_device(dice);
            }
        }
    }

    /// Exact means for avoidable leaks by topic and group, then as many negative calls as the day's quota asks for.
    fn sentiment(&self, calls: &mut [Call], dice: &mut Dice) {
        for topic in TOPICS {
            for group in GROUPS {
                let places: Vec<usize> = (0..calls.len())
                    .filter(|&place| {
                        let call = &calls[place];
                        call.topic == topic
                            && call.is_avoidable()
                            && self.world.population.member(call.member).group == group
                    })
                    .collect();
                let (mean, half) = quotas::leak_sentiment(topic, group);
                let mut spread = scores::spread(places.len(), mean, half, dice);
                if let Some(special) = places.iter().position(|&place| self.is_special(&calls[place])) {
                    let near = (0..spread.len()).min_by_key(|&index| (spread[index] - SPECIAL_SCORE).abs());
                    spread.swap(special, near.unwrap_or(special));
                }
                for (&place, score) in places.iter().zip(spread) {
                    calls[place].score = score;
                }
            }
        }
        let negative = calls.iter().filter(|call| call.is_avoidable() && call.is_negative()).count() as u64;
        let wanted = self.world.quotas.negatives(self.day).saturating_sub(negative);
        let rest = |billing: bool| -> Vec<usize> {
            let of = |call: &Call| !call.is_avoidable() && (call.topic == Topic::Billing) == billing;
            (0..calls.len()).filter(|&place| of(&calls[place])).collect()
        };
        let unease = |place: usize| {
            let call: &Call = &calls[place];
            quotas::unease(call.topic, call.repeat, call.failure.is_some())
        };
        // Each part by itself, so that chance does not shift anger from one to the other.
        let parts = [rest(true), rest(false)];
        let uneasy = parts.each_ref().map(|part| part.iter().map(|&place| u64::from(unease(place))).sum::<u64>());
        let all = (parts[0].len() + parts[1].len()).max(1) as u64;
        let alike = (wanted * 1000).saturating_sub(uneasy[0] + uneasy[1]) * parts[0].len() as u64 / all;
        let of_billing = share(uneasy[0] + alike, 1).min(wanted).min(parts[0].len() as u64);
        let chosen = [(&parts[0], of_billing), (&parts[1], wanted - of_billing)]
            .map(|(part, wanted)| dice.choose(part.len(), wanted, |place| unease(part[place])));
        for (part, chosen) in parts.iter().zip(chosen) {
            for (&place, negative) in part.iter().zip(chosen) {
                calls[place].score = scores::draw(negative, dice);
            }
        }
    }

    /// Agents: unhappy and repeated calls land with the agents of the pocket more often.
    fn hands(&self, calls: &mut [Call], dice: &mut Dice) {
        let agents = agents(self.world.scale);
        let pockets = (agents - POCKET_PLACE).div_ceil(POCKET_EVERY);
        for call in calls {
            let chance = 3 + 7 * u32::from(call.is_negative()) + 6 * u32::from(call.repeat);
            call.agent = if dice.percent(chance) {
                dice.below(pockets) * POCKET_EVERY + POCKET_PLACE
            } else {
                let agent = dice.below(agents);
                if in_pocket(agent) { agent - 1 } else { agent }
            };
        }
    }
}

pub(crate) fn any_device(dice: &mut Dice) -> Device {
    [Device::MobileApp, Device::MobileWeb, Device::Desktop][dice.weighted(&[46, 20, 34])]
}
