//! What is said in a call: a few templates by topic, mood and language.

use super::super::dice::Dice;
use super::codes;
use super::plan::Call;
use super::topic::{Language, Topic};

/// The benefit changes members ask about.
pub(crate) const CHANGES: [&str; 5] = [
    "drug tier change",
    "specialist copay change",
    "dental allowance change",
    "plan premium change",
    "eligibility rule change",
];

/// The call of the journey playback.
pub(crate) const SPECIAL: &str = "Member: Hi, I was in the app to pay my bill and I just have a question about a message. \
Agent: Of course, what does it say? \
Member: \"Your plan is not eligible for this option.\" I have paid there for three months, so I stopped and called. \
Agent: Your plan moved to new payment rules with the annual enrollment changes, so that option is closed for it. \
Member: Nobody explained that. The letter says one thing, the bill says another, and the app says I am not eligible. \
Agent: I understand. I can take the payment here, but I cannot see why the amount differs. \
Member: This is ridiculous. I have been on the phone for almost twenty minutes and I still do not know what I owe. \
I am really upset, and I will look at another plan.";

/// Opens a call that follows a failed self-service attempt; `{}` is the message on the screen.
const AFTER_FAILURE: [&str; 4] = [
    "I just tried this online and it says \"{}\".",
    "The app stopped me with \"{}\", so I am calling instead.",
    "I gave up on the website. All I see is \"{}\".",
    "It told me \"{}\" and I could not go on.",
];
const AFTER_FAILURE_SPANISH: [&str; 3] = [
    "Intenté descargar mi tarjeta y la aplicación dice \"{}\".",
    "La página no me deja, sale el mensaje \"{}\" en inglés.",
    "No encuentro mi tarjeta en español, solo veo \"{}\".",
];
const AGAIN: [&str; 4] = [
    "I called about this a few days ago.",
    "This is the second time I call.",
    "Last time I was told it was fixed, but it is not.",
    "I am calling back about the same thing.",
];

const UNHAPPY: [&str; 6] = [
    "This is really frustrating, and nobody can tell me why.",
    "I am not happy with this answer at all.",
    "I have wasted my whole morning on this.",
    "It makes no sense, I feel passed around.",
    "I want to speak with a supervisor, please.",
    "If it stays like this I will change my plan.",
];
const CALM: [&str; 4] = [
    "OK, I will wait for it then.",
    "All right, thank you.",
    "Fine, I will check again tomorrow.",
    "OK, I understand.",
];
const HAPPY: [&str; 5] = [
    "Great, that is exactly what I needed, thank you!",
    "Perfect, you have been very helpful.",
    "Oh, that was easy. Thanks a lot!",
    "Wonderful, that solves it.",
    "Thank you for taking the time to explain it.",
];
const UNHAPPY_SPANISH: [&str; 3] = [
    "Estoy muy molesta, nadie me ayuda en mi idioma.",
    "Esto no puede ser, necesito la tarjeta hoy.",
    "Ya llamé antes y sigo sin tarjeta.",
];
const CALM_SPANISH: [&str; 3] = ["Está bien, gracias.", "De acuerdo, espero el correo.", "Muy amable, muchas gracias."];

fn questions(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Billing => &[
            "My bill is higher than last month, why?",
            "I do not understand the two amounts on my statement.",
            "I want to pay my premium, but the option is gone.",
            "Was my payment received?",
        ],
        Topic::IdCard => &[
            "I need a copy of my ID card for an appointment.",
            "My ID card still shows the old plan.",
            "I never received my ID card.",
            "The pharmacy does not accept the number on my card.",
        ],
        Topic::Pharmacy => &[
            "I need a refill, and the pharmacy says it is not covered.",
            "Why did the copay of my medicine go up?",
            "Is the prior authorization for my prescription approved?",
            "My mail order refill has not arrived.",
        ],
        Topic::Claims => &[
            "My claim was denied, and I do not know why.",
            "Is the claim for my MRI still pending?",
            "The doctor says you have not paid yet.",
            "Is the prior authorization for my surgery decided?",
        ],
        Topic::Benefits => &[
            "Does my plan cover physical therapy?",
            "What is my deductible this year?",
            "Do I need a referral for a specialist?",
        ],
        Topic::Enrollment => &[
            "I want to compare plans for next year.",
            "When does my new plan start?",
            "How do I add my wife to the plan?",
        ],
        Topic::Provider => &[
            "Is my doctor still in the network?",
            "I am looking for a dermatologist nearby.",
            "The clinic in your directory has closed.",
        ],
        Topic::Technical => {
            &["I cannot log in.", "The app does not send me the code.", "My account is locked, can you open it?"]
        }
    }
}

fn answers(topic: Topic) -> &'static [&'static str] {
    match topic {
        Topic::Billing => &["Let me go through the statement with you.", "I can take the payment by phone."],
        Topic::IdCard => &["I will send a new card by mail today.", "I can email you a copy right now."],
        Topic::Pharmacy => &[
            "I see the refill, the prior authorization is under review.",
            "The drug moved to another tier this month.",
        ],
        Topic::Claims => &["I see it here, it is waiting for records.", "I will ask for a review of that claim."],
        Topic::Benefits => &["Let me look at your benefits for next year.", "That is covered, with a copay."],
        Topic::Enrollment => &["Let me compare both plans for you.", "It starts on the first of next month."],
        Topic::Provider => &["I will check the directory for you.", "There are three in your area."],
        Topic::Technical => &["I have reset your account.", "Please try the link I have just sent."],
    }
}

pub(crate) fn write(text: &mut String, call: &Call, language: Language, change: Option<&str>, dice: &mut Dice) {
    let spanish = language == Language::Spanish && call.topic == Topic::IdCard;
    text.push_str("Member: ");
    if let Some(failure) = call.failure {
        let message = codes::codes(call.topic)[usize::from(failure.code)].message;
        fill(text, dice.pick(if spanish { &AFTER_FAILURE_SPANISH } else { &AFTER_FAILURE }), message);
    } else if let Some(change) = change {
        text.push_str("I have a letter about a ");
        text.push_str(change);
        text.push_str(", and I am confused about what it means for me.");
    } else {
        text.push_str(dice.pick(questions(call.topic)));
    }
    if call.repeat {
        text.push(' ');
        text.push_str(dice.pick(&AGAIN));
    }
    text.push_str(" Agent: ");
    text.push_str(if spanish { "Le envío una copia por correo ahora mismo." } else { dice.pick(answers(call.topic)) });
    text.push_str(" Member: ");
    let close: &[&str] = match (call.is_negative(), spanish) {
        (true, true) => &UNHAPPY_SPANISH,
        (true, false) => &UNHAPPY,
        (false, true) => &CALM_SPANISH,
        (false, false) if call.score >= -super::scores::NEGATIVE => &HAPPY,
        (false, false) => &CALM,
    };
    text.push_str(dice.pick(close));
}

fn fill(text: &mut String, template: &str, value: &str) {
    match template.split_once("{}") {
        Some((before, after)) => {
            text.push_str(before);
            text.push_str(value);
            text.push_str(after);
        }
        None => text.push_str(template),
    }
}
