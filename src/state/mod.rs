//! What lakesmith remembers of a target between runs: the state document, the journal of a run, and the lease.
//!
//! Owns the formats and their pure rules: versions, replay after a crash, who may take a lease. Knows neither where
//! the bytes are kept nor how they travel; `apply` does that.

mod document;
mod journal;
mod lease;

pub use document::{FORMAT_VERSION, Record, State, StateError, TakenUp};
pub use journal::{Entry, Line, Operation, Outcome, Pending, Recovery, decode_lines, encode_line, recover};
pub use lease::{Holder, Lease, Standing};
