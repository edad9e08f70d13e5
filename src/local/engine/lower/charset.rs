//! Sets of characters, as ranges of code points.

const LAST: u32 = 0x10_FFFF;

#[derive(Default)]
pub(super) struct Class {
    pub(super) ranges: Vec<(u32, u32)>,
    /// Properties that only RE2 knows the characters of.
    pub(super) others: Vec<String>,
    pub(super) negated: bool,
}

impl Class {
    pub(super) fn chars(self) -> Vec<(u32, u32)> {
        if self.negated { negated(&self.ranges) } else { self.ranges }
    }

    pub(super) fn text(&self) -> String {
        let ranges = merged(self.ranges.clone());
        if ranges.is_empty() && self.others.is_empty() {
            return if self.negated { "(?s:.)" } else { "[^\\x{0}-\\x{10FFFF}]" }.to_string();
        }
        let ranges: String = ranges.iter().map(|(a, b)| format!("\\x{{{a:x}}}-\\x{{{b:x}}}")).collect();
        format!("[{}{ranges}{}]", if self.negated { "^" } else { "" }, self.others.concat())
    }
}

fn merged(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut all: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (start, last) in ranges {
        match all.last_mut() {
            Some(before) if start <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => all.push((start, last)),
        }
    }
    all
}

pub(super) fn negated(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let (mut all, mut next) = (Vec::new(), 0);
    for (start, last) in merged(ranges.to_vec()) {
        if start > next {
            all.push((next, start - 1));
        }
        next = last + 1;
    }
    if next <= LAST {
        all.push((next, LAST));
    }
    all
}

pub(super) fn intersection(a: Option<Vec<(u32, u32)>>, b: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let Some(a) = a else { return merged(b) };
    // Not (not a or not b).
    let outside = [negated(&a), negated(&b)].concat();
    negated(&outside)
}

/// The letters of ASCII in a range, in the other case.
pub(super) fn other_case(start: u32, last: u32) -> Vec<(u32, u32)> {
    let within = |from: u32, to: u32| (start.max(from), last.min(to));
    let (lower, upper) = (within(97, 122), within(65, 90));
    let mut all = Vec::new();
    if lower.0 <= lower.1 {
        all.push((lower.0 - 32, lower.1 - 32));
    }
    if upper.0 <= upper.1 {
        all.push((upper.0 + 32, upper.1 + 32));
    }
    all
}
