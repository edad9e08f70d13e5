//! Names, places and other plain words about members.

use super::topic::Language;

static FEMALE: [&str; 24] = [
    "Mary", "Linda", "Barbara", "Susan", "Karen", "Nancy", "Donna", "Carol", "Sandra", "Ruth", "Sharon", "Michelle",
    "Laura", "Emily", "Kimberly", "Deborah", "Dorothy", "Lisa", "Ashley", "Angela", "Brenda", "Pamela", "Nicole",
    "Joyce",
];
static MALE: [&str; 24] = [
    "James", "Robert", "John", "Michael", "David", "William", "Richard", "Joseph", "Thomas", "Charles", "Daniel",
    "Matthew", "Anthony", "Mark", "Donald", "Steven", "Paul", "Andrew", "Kenneth", "George", "Kevin", "Brian",
    "Edward", "Ronald",
];
static FAMILY: [&str; 30] = [
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Thomas",
    "Moore", "Jackson", "Martin", "Lee", "Thompson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker",
    "Young", "Allen", "King", "Wright", "Scott", "Hill", "Green", "O'Brien",
];
static FEMALE_SPANISH: [&str; 12] =
    ["María", "Carmen", "Rosa", "Guadalupe", "Ana", "Elena", "Lucía", "Isabel", "Teresa", "Sofía", "Gloria", "Marta"];
static MALE_SPANISH: [&str; 12] =
    ["José", "Juan", "Luis", "Carlos", "Jorge", "Manuel", "Pedro", "Jesús", "Ramón", "Miguel", "Raúl", "Andrés"];
static FAMILY_SPANISH: [&str; 14] = [
    "García",
    "Rodríguez",
    "Martínez",
    "Hernández",
    "López",
    "González",
    "Pérez",
    "Sánchez",
    "Ramírez",
    "Torres",
    "Flores",
    "Rivera",
    "Gómez",
    "Díaz",
];
static FEMALE_CHINESE: [&str; 8] = ["Mei", "Li", "Fang", "Jing", "Yan", "Xia", "Hui", "Ling"];
static MALE_CHINESE: [&str; 8] = ["Wei", "Jun", "Ming", "Hao", "Lei", "Jian", "Tao", "Feng"];
static FAMILY_CHINESE: [&str; 8] = ["Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Huang", "Wu"];
static FEMALE_VIETNAMESE: [&str; 6] = ["Lan", "Hoa", "Mai", "Linh", "Thuy", "Huong"];
static MALE_VIETNAMESE: [&str; 6] = ["Minh", "Tuan", "Hung", "Duc", "Long", "Nam"];
static FAMILY_VIETNAMESE: [&str; 6] = ["Nguyen", "Tran", "Le", "Pham", "Hoang", "Vo"];

type Names = (&'static [&'static str], &'static [&'static str]);

/// First and family names.
pub(crate) fn names(language: Language, female: bool) -> Names {
    match (language, female) {
        (Language::English, true) => (&FEMALE, &FAMILY),
        (Language::English, false) => (&MALE, &FAMILY),
        (Language::Spanish, true) => (&FEMALE_SPANISH, &FAMILY_SPANISH),
        (Language::Spanish, false) => (&MALE_SPANISH, &FAMILY_SPANISH),
        (Language::Chinese, true) => (&FEMALE_CHINESE, &FAMILY_CHINESE),
        (Language::Chinese, false) => (&MALE_CHINESE, &FAMILY_CHINESE),
        (Language::Vietnamese, true) => (&FEMALE_VIETNAMESE, &FAMILY_VIETNAMESE),
        (Language::Vietnamese, false) => (&MALE_VIETNAMESE, &FAMILY_VIETNAMESE),
    }
}

/// A state, the first of its ZIP codes used here, how many follow, and how often members live there: English
/// speakers, Spanish speakers, others.
pub(crate) struct State {
    pub(crate) code: &'static str,
    pub(crate) zip_from: u32,
    pub(crate) zips: u32,
    weights: [u32; 3],
}

const fn state(code: &'static str, zip_from: u32, zips: u32, weights: [u32; 3]) -> State {
    State { code, zip_from, zips, weights }
}

pub(crate) static STATES: [State; 16] = [
    state("CA", 90001, 5900, [9, 24, 40]),
    state("TX", 75001, 4900, [9, 26, 14]),
    state("FL", 32003, 2900, [10, 20, 4]),
    state("NY", 10001, 4900, [7, 9, 12]),
    state("PA", 15001, 4500, [8, 2, 3]),
    state("OH", 43001, 2900, [8, 1, 2]),
    state("IL", 60001, 2900, [7, 4, 4]),
    state("GA", 30002, 1900, [6, 2, 3]),
    state("NC", 27006, 1900, [6, 1, 2]),
    state("MI", 48001, 1900, [7, 1, 2]),
    state("AZ", 85001, 1500, [4, 6, 2]),
    state("NJ", 7001, 1900, [4, 3, 4]),
    state("WA", 98001, 1400, [4, 1, 6]),
    state("MN", 55001, 1700, [4, 0, 1]),
    state("CO", 80001, 1600, [4, 2, 1]),
    state("TN", 37010, 1500, [5, 0, 1]),
];

pub(crate) fn state_weights(language: Language) -> [u32; 16] {
    let column = match language {
        Language::English => 0,
        Language::Spanish => 1,
        Language::Chinese | Language::Vietnamese => 2,
    };
    std::array::from_fn(|index| STATES[index].weights[column])
}

pub(crate) const INCOMES: [&str; 5] = ["under 25k", "25k-50k", "50k-75k", "75k-100k", "over 100k"];
pub(crate) const EDUCATION: [&str; 5] =
    ["Less than high school", "High school", "Some college", "Bachelor's degree", "Graduate degree"];
pub(crate) const SETTLEMENTS: [&str; 3] = ["urban", "suburban", "rural"];
pub(crate) const SEGMENTS: [&str; 4] = ["High Value", "Medium Value", "Low Value", "At Risk"];
