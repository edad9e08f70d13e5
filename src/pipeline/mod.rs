//! The order of the stages: load → render → parse → analyze → desired → observe → plan → apply, and what runs after.
//!
//! Owns which stage gets what of which. Every stage is a function of values in a layer of its own; this module must
//! not know the command line.

mod compile;
mod documents;
mod origin;
mod pipelines;
mod statements;
mod uses;

pub use compile::{Compiled, Coverage, Selection, compile};
pub use crate::remote::{QueryColumn, QueryResult};
