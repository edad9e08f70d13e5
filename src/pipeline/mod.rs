//! The order of the stages: load → render → parse → analyze → desired → observe → plan → apply, and what runs after.
//!
//! Owns which stage gets what of which. Every stage is a function of values in a layer of its own; this module must
//! not know the command line. Shows nothing and asks nothing.

mod compile;
mod deploy;
mod documents;
mod error;
mod observe;
mod origin;
mod pipelines;
mod progress;
mod statements;
mod uses;
mod workspace;

pub use crate::remote::{QueryColumn, QueryResult};
pub use compile::{Compiled, Coverage, Selection, compile};
pub use deploy::{Deployment, left_behind, plan};
pub use error::PipelineError;
pub use progress::{DatasetOutcome, ExpectationOutcome, UpdateOutcome};
pub use workspace::Workspace;
