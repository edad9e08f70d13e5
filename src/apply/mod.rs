//! Carrying out a plan: lease, journal, state and the calls themselves, over the graph with bounded concurrency.
//!
//! Owns effects and their order, and what happens when the process dies between any two of them. Decides nothing:
//! every step comes from a plan.

mod cancel;
mod document;
mod effects;
mod error;
mod journal;
mod lease;
mod observer;
mod recover;
mod repair;
mod run;
mod session;
mod step;
mod storage;

#[cfg(test)]
mod tests;

pub use cancel::{Cancel, Canceller, cancellation};
pub use document::{HISTORY, RELEASES};
pub use effects::Effects;
pub use error::ApplyError;
pub use lease::{Patience, holder};
pub use observer::{Observer, Silent};
pub use repair::{Inspection, Repair, Source, inspect, repair, unlock};
pub use run::{Contents, Pace, Report, finish_unchanged, run};
pub use session::{Identity, Session, occupied, peek};
pub use storage::{Storage, WorkspaceStorage};
