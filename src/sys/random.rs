//! Randomness, injected: ids and tokens.

use std::sync::Mutex;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

pub struct Random(Mutex<ChaCha20Rng>);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// Seeded by the operating system.
    pub fn from_os() -> Self {
        let mut seed = [0; 32];
        // The system's generator can fail only before it is seeded at boot; then process id and time must do.
        if getrandom::fill(&mut seed).is_err() {
            let now = chrono::Utc::now().timestamp_nanos_opt().unwrap_or_default().to_le_bytes();
            seed[..8].copy_from_slice(&now);
            seed[8..12].copy_from_slice(&std::process::id().to_le_bytes());
        }
        Self(Mutex::new(ChaCha20Rng::from_seed(seed)))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        // A poisoned lock only means that another thread panicked between two draws: the generator is still sound.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A version 4 UUID.
    pub fn uuid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// `2 * N` hexadecimal digits.
    pub fn hex<const N: usize>(&self) -> String {
        self.bytes::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
