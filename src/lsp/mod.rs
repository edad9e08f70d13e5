//! The language server: what editors ask about a project, answered from what was learned of it.
//!
//! A state machine from messages to messages ([`Server`]): it knows open texts, asks its driver for checks, publishes
//! what they find, and, when there is time or somebody asks, for what answers are made from, kept as values
//! ([`Snapshot`]). Reads no files, knows no clock and no thread; `cli` drives it.
//!
//! Language Server Protocol Specification 3.17 (microsoft.github.io/language-server-protocol).

mod answers;
mod at;
mod completion;
mod definition;
mod diagnostics;
mod document;
mod facts;
mod frame;
mod hover;
mod initialize;
mod job;
mod keys;
mod local;
mod macros;
mod position;
mod protocol;
mod query;
mod references;
mod rename;
mod requests;
mod scope;
mod server;
mod session;
mod shift;
mod target;
mod trial;
mod uri;

pub use facts::{Facts, Snapshot};
pub use frame::{Frame, read, write};
pub use job::{Done, Job, Outcome, Task};
pub use server::{Input, Output, Server};

#[cfg(test)]
mod tests;
