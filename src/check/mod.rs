//! The rules that a project must keep beyond its SQL: dashboards, Genie spaces, alerts, grants, governance, jobs.
//!
//! Owns what is wrong and how it is said, as functions from facts (bound queries, documents, YAML, the lineage) to
//! findings. Must not know how the facts were made, where findings are shown, or any workspace.
//!
//! A finding is an error only where it is proved that the project cannot mean what it says. What files that work
//! contain is at most a warning.

pub mod alert;
pub mod dashboard;
mod document;
mod embedded;
mod entries;
pub mod genie;
pub mod governance;
pub mod grants;
pub mod jobs;
mod markers;
pub mod pipelines;
pub mod project;
pub mod secrets;
pub mod sensitive;
pub mod templates;

pub use document::{Outputs, columns_of};
pub use embedded::Embedded;
pub(crate) use entries::entries;

#[cfg(test)]
mod testing;
