//! How members answer surveys: promoter scores by quota, and what goes with them.

use super::super::dice::Dice;

/// Detractors, passives, promoters of a hundred surveys: −55 and +35 points.
pub(crate) const WITH_LEAK: [u64; 3] = [66, 23, 11];
pub(crate) const WITHOUT_LEAK: [u64; 3] = [20, 25, 55];
/// Of everybody, on the days before that.
pub(crate) const EARLIER: [u64; 3] = [38, 24, 38];

/// The three answers of the promoter scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mood {
    Detractor,
    Passive,
    Promoter,
}

/// Hands out moods so that their shares are right after any number of surveys.
pub(crate) struct Moods {
    shares: [u64; 3],
    given: [u64; 3],
}

impl Moods {
    pub(crate) fn new(shares: [u64; 3]) -> Self {
        Self { shares, given: [0; 3] }
    }

    pub(crate) fn next_one(&mut self) -> Mood {
        let total = self.given.iter().sum::<u64>() + 1;
        let behind =
            |mood: Mood| (self.shares[mood as usize] * total) as i64 - (self.given[mood as usize] * 100) as i64;
        let mut mood = Mood::Detractor;
        for other in [Mood::Passive, Mood::Promoter] {
            if behind(other) > behind(mood) {
                mood = other;
            }
        }
        self.given[mood as usize] += 1;
        mood
    }

    /// How many of each of the next `count`, in the order of [`Mood`].
    pub(crate) fn next(&mut self, count: usize) -> [usize; 3] {
        let mut next = [0; 3];
        for _ in 0..count {
            next[self.next_one() as usize] += 1;
        }
        next
    }
}

pub(crate) struct Answers {
    pub(crate) nps: i64,
    pub(crate) csat: i64,
    pub(crate) effort: i64,
}

/// The promoter score of the mood, satisfaction (1 to 5) and effort (1 to 7, lower is better) to go with it.
pub(crate) fn answers(mood: Mood, dice: &mut Dice) -> Answers {
    let (nps, csat, effort) = match mood {
        Mood::Detractor => (dice.weighted(&[6, 6, 10, 12, 16, 22, 28]) as u32, dice.between(1, 3), dice.between(4, 7)),
        Mood::Passive => (dice.between(7, 8), dice.between(3, 4), dice.between(2, 5)),
        Mood::Promoter => (dice.between(9, 10), dice.between(4, 5), dice.between(1, 3)),
    };
    Answers { nps: i64::from(nps), csat: i64::from(csat), effort: i64::from(effort) }
}
