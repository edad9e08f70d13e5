//! Reproducible random draws.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One independent stream of draws, named by seed, purpose and number (usually a day).
///
/// The draws are spelt out here, not taken from `rand`'s distributions, because those may change their values
/// between releases and the bytes of a data set must not.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, purpose: &str, stream: u64) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (slot, byte) in key[8..].iter_mut().zip(purpose.bytes()) {
            *slot = byte;
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    pub(crate) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.bits()) * u64::from(n)) >> 32) as u32
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(len as u32) as usize
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.index(list.len())]
    }

    /// An index into `weights`, each as likely as its weight.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (index, &weight) in weights.iter().enumerate() {
            if rest < weight {
                return index;
            }
            rest -= weight;
        }
        0
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    /// Marks exactly `count` of `len` positions: those with the highest `bias` plus a draw of `0..1000`.
    pub(crate) fn choose(&mut self, len: usize, count: u64, bias: impl Fn(usize) -> u32) -> Vec<bool> {
        let mut ranked: Vec<(u64, usize)> = (0..len)
            .map(|index| (((u64::from(bias(index))) << 22) + u64::from(self.bits()) * 1000 / 1024, index))
            .collect();
        ranked.sort_unstable_by(|left, right| right.cmp(left));
        let mut chosen = vec![false; len];
        for &(_, index) in ranked.iter().take(count as usize) {
            chosen[index] = true;
        }
        chosen
    }
}
