//! Faults on demand: a test asks for the next matching requests to be slow, to be held up, to be answered otherwise or
//! not at all. They are armed when the server starts or through `/_lakesmith/faults`, with the bearer token. What there
//! is, `docs/local-workspace.md` tells users.

mod armed;
mod eventual;
mod fault;
mod inflict;
mod target;

pub(crate) use armed::{Faults, add, clear, list};
pub use fault::{Eventual, Fault, Hold, RetryAfter, Trickle};
pub(crate) use inflict::{Circumstances, Faulty, inflict};
pub(crate) use target::Target;
