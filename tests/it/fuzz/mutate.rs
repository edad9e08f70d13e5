//! New inputs from old ones: by tokens more than by bytes, so that they get past the lexer.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Inputs, and the tokens that occur in them.
pub struct Corpus {
    inputs: Vec<Vec<String>>,
    words: Vec<String>,
}

/// Bytes of an input at most: a long one takes its time, and is no hang.
const LONGEST: usize = 8_000;
const ODD: [&str; 40] = [
    "\u{0}",
    "\u{feff}",
    "\u{fdd0}",
    "\u{2028}",
    "\u{a0}",
    "é",
    "ß",
    "İ",
    "😀",
    "\u{301}",
    "\r\n",
    "\t",
    "'",
    "\"",
    "`",
    "$$",
    "${",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "/*",
    "*/",
    "--",
    "\\",
    "\\u{0}",
    "\\uD800",
    "9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999999999999999999999999",
    "1e400",
    "0.0000000000000000000000000000000000000001",
    "0x",
    "1e",
    ".",
    "9999-12-31",
    "-0",
    "NaN",
    "~",
];
const PAIRS: [(&str, &str); 10] = [
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("CASE WHEN ", " END"),
    ("NOT ", ""),
    ("-", ""),
    ("(SELECT ", ")"),
    ("ARRAY<", ">"),
    ("f(", ")"),
    ("- ", ""),
];

impl Corpus {
    pub fn new(inputs: Vec<String>) -> Self {
        let inputs: Vec<Vec<String>> = inputs.iter().map(|input| tokens(input)).collect();
        let mut words: Vec<String> = inputs.iter().flatten().filter(|word| !word.trim().is_empty()).cloned().collect();
        words.sort();
        words.dedup();
        Self { inputs, words }
    }

    pub fn mutated(&self, random: &mut ChaCha8Rng) -> String {
        let mut tokens = self.pick(random).to_vec();
        for _ in 0..random.random_range(1..7) {
            self.step(&mut tokens, random);
            if tokens.iter().map(String::len).sum::<usize>() > LONGEST {
                break;
            }
        }
        let mut text = tokens.concat();
        text.truncate(text.floor_char_boundary(LONGEST));
        if random.random_range(0..12) == 0 {
            text.truncate(text.floor_char_boundary(random.random_range(0..=text.len())));
        }
        text
    }

    fn pick(&self, random: &mut ChaCha8Rng) -> &[String] {
        &self.inputs[random.random_range(0..self.inputs.len())]
    }

    fn step(&self, tokens: &mut Vec<String>, random: &mut ChaCha8Rng) {
        let at = random.random_range(0..=tokens.len());
        let end = (at + random.random_range(0..10)).min(tokens.len());
        match random.random_range(0..11) {
            0 => drop(tokens.drain(at..end)),
            1 => {
                let part = tokens[at..end].to_vec();
                let to = random.random_range(0..=tokens.len());
                tokens.splice(to..to, part);
            }
            2 => tokens.insert(at, self.word(random)),
            3 if at < tokens.len() => tokens[at] = self.word(random),
            4 => {
                let other = self.pick(random);
                let from = random.random_range(0..=other.len());
                let to = (from + random.random_range(0..40)).min(other.len());
                tokens.splice(at..end, other[from..to].to_vec());
            }
            5 => {
                let (open, close) = PAIRS[random.random_range(0..PAIRS.len())];
                let depth = [1, 2, 20, 300][random.random_range(0..4)];
                tokens.insert(end, close.repeat(depth));
                tokens.insert(at, open.repeat(depth));
            }
            6 => {
                let part = tokens[at..end].concat();
                tokens.insert(at, part.repeat([2, 10, 200][random.random_range(0..3)]));
            }
            7 => tokens.insert(at, ODD[random.random_range(0..ODD.len())].to_string()),
            8 => tokens.truncate(at),
            9 if at < tokens.len() && tokens[at].chars().all(|c| c.is_ascii_digit()) => {
                tokens[at] = ODD[random.random_range(28..ODD.len())].to_string();
            }
            _ if at < tokens.len() => {
                let mut letters: Vec<char> = tokens[at].chars().collect();
                let place = random.random_range(0..=letters.len());
                letters.splice(place..place, ODD[random.random_range(0..ODD.len())].chars());
                tokens[at] = letters.into_iter().collect();
            }
            _ => {}
        }
    }

    fn word(&self, random: &mut ChaCha8Rng) -> String {
        let word = &self.words[random.random_range(0..self.words.len())];
        if random.random_range(0..2) == 0 { format!(" {word} ") } else { word.clone() }
    }
}

/// Words, numbers, quoted texts, white space and single other characters: good enough for SQL, YAML and JSON.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let of = |belongs: &dyn Fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let length = if first.is_alphanumeric() || first == '_' {
            of(&|c| c.is_alphanumeric() || c == '_')
        } else if first.is_whitespace() {
            of(&char::is_whitespace)
        } else if matches!(first, '\'' | '"' | '`') {
            rest[1..].find(first).map_or(1, |end| if end < 60 { end + 2 } else { 1 })
        } else {
            first.len_utf8()
        };
        tokens.push(rest[..length].to_string());
        rest = &rest[length..];
    }
    tokens
}

/// A part of an input that still fails, by taking away ever smaller pieces.
pub fn minimised(input: &str, fails: &dyn Fn(&str) -> bool) -> String {
    let mut best: Vec<char> = input.chars().collect();
    let mut size = best.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < best.len() {
            let mut shorter = best.clone();
            shorter.drain(at..(at + size).min(best.len()));
            let text: String = shorter.iter().collect();
            if fails(&text) {
                best = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    best.into_iter().collect()
}
