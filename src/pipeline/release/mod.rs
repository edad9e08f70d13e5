//! Releases: making them, keeping them in the workspace beside the state, and what must be true before one is promoted.

mod build;
mod deployed;
mod genie;
mod promote;
mod queries;
mod store;
mod verify;

pub use build::{Built, Given, build};
pub use deployed::{Recorded, Recording};
pub use promote::{Promotion, Refusal, examine_for, own_state, undeclared};
pub use store::Kept;
pub use verify::Trial;
