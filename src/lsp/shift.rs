//! From a text to an older state of it, for what is known of the older one only.

/// The parts that two texts share at both ends.
pub(super) struct Shift {
    prefix: usize,
    /// Where the shared end begins in each.
    now: usize,
    then: usize,
}

impl Shift {
    pub(super) fn between(now: &str, then: &str) -> Self {
        let same = |(a, b): &(u8, u8)| a == b;
        let prefix = now.bytes().zip(then.bytes()).take_while(same).count();
        let rest = now.len().min(then.len()) - prefix;
        let suffix = now.bytes().rev().zip(then.bytes().rev()).take(rest).take_while(same).count();
        Self { prefix, now: now.len() - suffix, then: then.len() - suffix }
    }

    /// `None` for what is new.
    pub(super) fn back(&self, offset: usize) -> Option<usize> {
        if offset <= self.prefix { Some(offset) } else { (offset >= self.now).then(|| offset - self.now + self.then) }
    }
}
