//! The members as the other sources need to know them: a few bytes each.

use super::super::calendar::{Calendar, LONGEST};
use super::super::dice::Dice;
use super::super::quota::apportion;
use super::topic::{CELLS, GROUPS, Group, LANGUAGE_CLASSES, Language, cell};

const GROUP_SHARES: [u64; 3] = [24, 26, 50];
/// English, Spanish, Chinese, Vietnamese.
const LANGUAGE_SHARES: [u64; 4] = [70, 20, 6, 4];
const LANGUAGES: [Language; 4] = [Language::English, Language::Spanish, Language::Chinese, Language::Vietnamese];
/// Longer than the history, so that nobody calls before joining.
const SHORTEST_TENURE: u32 = 2;
const SPECIAL_TENURE: u16 = 4;
/// Of the commercial members, per cent, with less than a year.
const NEW_COMMERCIAL: u32 = 18;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plan {
    Mapd,
    Ppo,
    Hmo,
    Pos,
    Epo,
}

impl Plan {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Plan::Mapd => "MAPD",
            Plan::Ppo => "PPO",
            Plan::Hmo => "HMO",
            Plan::Pos => "POS",
            Plan::Epo => "EPO",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Adoption {
    High,
    Medium,
    Low,
}

impl Adoption {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Adoption::High => "high",
            Adoption::Medium => "medium",
            Adoption::Low => "low",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) group: Group,
    pub(crate) language: Language,
    pub(crate) plan: Plan,
    pub(crate) adoption: Adoption,
    pub(crate) tenure_months: u16,
    /// Days from joining to the as-of day.
    pub(crate) joined_before: u16,
}

impl Member {
    pub(crate) fn cell(self) -> usize {
        cell(self.group, self.language)
    }
}

pub(crate) struct Population {
    members: Vec<Member>,
    /// The members of each cell in the order in which they are drawn; the special member is in none.
    order: Vec<Vec<u32>>,
    cell_sizes: [u64; CELLS],
    tenured: Vec<u32>,
}

impl Population {
    pub(crate) fn new(count: u64, seed: u64, calendar: &Calendar) -> Self {
        let dice = &mut Dice::new(seed, "population", 0);
        let mut kinds = Vec::with_capacity(count as usize);
        for (group, size) in GROUPS.into_iter().zip(apportion(count, &GROUP_SHARES)) {
            for (language, size) in LANGUAGES.into_iter().zip(apportion(size, &LANGUAGE_SHARES)) {
                kinds.extend((0..size).map(|_| (group, language)));
            }
        }
        dice.shuffle(&mut kinds);
        // The special member, the last one, is a new Medicare member who speaks English.
        let special = kinds.len() - 1;
        let wanted = (Group::MapdNew, Language::English);
        let twin = kinds.iter().position(|&kind| kind == wanted).unwrap_or(special);
        kinds.swap(twin, special);
        let mut members: Vec<Member> = kinds.into_iter().map(|kind| member(kind, dice, calendar)).collect();
        members[special].adoption = Adoption::High;
        members[special].tenure_months = SPECIAL_TENURE;
        members[special].joined_before = calendar.months_back(SPECIAL_TENURE.into()) + 10;
        let mut cell_sizes = [0; CELLS];
        for member in &members {
            cell_sizes[member.cell()] += 1;
        }
        let order = (0..CELLS).map(|cell| draw_order(cell, &members, dice)).collect();
        let tenured = (0..members.len() as u32).filter(|&index| members[index as usize].joined_before > 370).collect();
        Self { members, order, cell_sizes, tenured }
    }

    pub(crate) fn len(&self) -> u32 {
        self.members.len() as u32
    }

    pub(crate) fn member(&self, index: u32) -> Member {
        self.members[index as usize]
    }

    /// The member whose journey is told minute by minute.
    pub(crate) fn special(&self) -> u32 {
        self.len() - 1
    }

    pub(crate) fn order(&self, cell: usize) -> &[u32] {
        &self.order[cell]
    }

    /// Members by cell, the special one included.
    pub(crate) fn cell_sizes(&self) -> &[u64; CELLS] {
        &self.cell_sizes
    }

    pub(crate) fn any(&self, dice: &mut Dice) -> u32 {
        dice.below(self.len())
    }

    /// A member who had joined by the day `offset` days after the as-of day.
    pub(crate) fn joined_by(&self, offset: i32, dice: &mut Dice) -> u32 {
        for _ in 0..4 {
            let index = self.any(dice);
            if i32::from(self.member(index).joined_before) >= -offset {
                return index;
            }
        }
        self.tenured[dice.index(self.tenured.len())]
    }
}

fn member((group, language): (Group, Language), dice: &mut Dice, calendar: &Calendar) -> Member {
    let plan = match group {
        Group::MapdNew | Group::MapdTenured => Plan::Mapd,
        Group::Commercial => [Plan::Ppo, Plan::Hmo, Plan::Pos, Plan::Epo][dice.weighted(&[44, 32, 12, 12])],
    };
    let new = match group {
        Group::MapdNew => true,
        Group::MapdTenured => false,
        Group::Commercial => dice.percent(NEW_COMMERCIAL),
    };
    let tenure = if new {
        dice.between(SHORTEST_TENURE, 11)
    } else if group == Group::MapdTenured {
        dice.between(12, 180)
    } else {
        dice.between(12, LONGEST)
    };
    // Up to 27 days more never complete another month.
    let joined_before = calendar.months_back(tenure) + dice.below(28) as u16;
    let adoption = [Adoption::High, Adoption::Medium, Adoption::Low][dice.weighted(&[40, 38, 22])];
    Member { group, language, plan, adoption, tenure_months: tenure as u16, joined_before }
}

/// A random order, in which the languages of a mixed cell alternate in proportion, so that any stretch of the walk
/// through the cell has them in proportion too.
fn draw_order(wanted: usize, members: &[Member], dice: &mut Dice) -> Vec<u32> {
    let special = members.len() - 1;
    let mut by_language: [Vec<u32>; 4] = Default::default();
    for (index, member) in members[..special].iter().enumerate() {
        if member.cell() == wanted {
            by_language[member.language as usize].push(index as u32);
        }
    }
    let mut placed: Vec<(u64, u32)> = Vec::new();
    for list in &mut by_language {
        dice.shuffle(list);
        let len = list.len() as u64;
        placed.extend(
            list.iter().enumerate().map(|(place, &index)| ((2 * place as u64 + 1) * 1_000_000_000 / (2 * len), index)),
        );
    }
    placed.sort_unstable();
    placed.into_iter().map(|(_, index)| index).collect()
}

const _: () = assert!(LANGUAGE_CLASSES == 3, "English, Spanish and the rest");
