//! Carrying out a plan: lease, journal, state and the calls themselves, over the graph with bounded concurrency.
//!
//! Owns effects and their order, and what happens when the process dies between any two of them. Decides nothing:
//! every step comes from a plan.

mod cancel;
mod effects;
mod error;
mod lease;
mod observer;
mod recover;
mod run;
mod session;
mod step;
mod storage;

#[cfg(test)]
mod tests;

pub use cancel::{Cancel, Canceller, cancellation};
pub use effects::Effects;
pub use error::ApplyError;
pub use lease::holder;
pub use observer::{Observer, Silent};
pub use run::{Contents, Report, run};
pub use session::{Identity, Session, peek};
pub use storage::{Storage, WorkspaceStorage};
