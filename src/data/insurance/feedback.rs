//! What members write in surveys.

use super::super::dice::Dice;
use super::moods::Mood;
use super::topic::Topic;

/// The survey of the journey playback.
pub(crate) const SPECIAL: &str = "Confusing bill and plan rules";

pub(crate) fn after_call(topic: Topic, mood: Mood, dice: &mut Dice) -> &'static str {
    if dice.percent(35) {
        return "";
    }
    match mood {
        Mood::Detractor if dice.percent(75) => dice.pick(complaints(topic)),
        Mood::Detractor | Mood::Passive | Mood::Promoter => general(mood, dice),
    }
}

pub(crate) fn general(mood: Mood, dice: &mut Dice) -> &'static str {
    dice.pick(match mood {
        Mood::Detractor => &[
            "Too long on hold, and no answer in the end",
            "I was transferred twice and had to explain everything again",
            "The letter, the website and the agent all said different things",
            "Very disappointed",
            "Nobody could tell me what changes next year",
        ],
        Mood::Passive => &[
            "It was OK, but it took a while",
            "Fine, though I would rather do this online",
            "The agent was nice, the answer was not complete",
            "Average",
            "",
        ],
        Mood::Promoter => &[
            "Very friendly and quick",
            "Everything was solved in one call, thank you!",
            "Clear answers, great service",
            "The app works well for me",
            "",
        ],
    })
}

fn complaints(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Billing => &[
            "The app says I am not eligible to pay, that makes no sense",
            "My bill changed and nobody explained why",
            "I could not pay online and had to call",
        ],
        Topic::IdCard => {
            &["No ID card in Spanish in the app", "The download never works", "Still waiting for my card, second call"]
        }
        Topic::Pharmacy => &[
            "My copay went up without notice",
            "The refill button does not work, so I have to call every month",
            "Prior authorization takes forever",
        ],
        Topic::Claims => &["Claim denied, reason unclear", "Months of waiting for one claim"],
        Topic::Benefits => &[
            "Confusing benefit changes",
            "I do not understand what is covered next year",
            "The letter is impossible to read",
        ],
        Topic::Enrollment => &["Comparing plans online is broken", "Too many plan rules"],
        Topic::Provider => &["The directory is out of date", "No doctor nearby takes my plan"],
        Topic::Technical => &["I can never log in", "The code does not arrive"],
    }
}
