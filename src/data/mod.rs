//! Deterministic synthetic data for the solutions.
//!
//! Owns: what the rows say, how many there are, and their bytes. The same options give the same bytes on every
//! machine: every random draw comes from a ChaCha8 stream named by seed, source and day, and every planned figure
//! from integer largest-remainder rounding.
//!
//! Must not know: files, clocks, the terminal or any SQL. The caller supplies a [`Sink`] for the bytes and the date
//! the data ends on.

mod calendar;
mod dice;
mod error;
pub mod insurance;
mod quota;
mod sink;
mod table;

pub use error::GenerateError;
pub use sink::Sink;
