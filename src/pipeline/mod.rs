//! The stages and their order: load → render → parse → analyze → desired → observe → plan → apply.
//!
//! The only place that knows the order. Each stage is a function from value to value; a later one cannot be called
//! without what the earlier one made. Shows nothing and asks nothing: `cli` does.

mod compile;
mod deploy;
mod documents;
mod error;
mod facts;
mod observe;
mod workspace;

pub use compile::{Compiled, compile};
pub use deploy::{Deployment, plan};
pub use error::PipelineError;
pub use workspace::Workspace;

#[cfg(test)]
mod tests;
