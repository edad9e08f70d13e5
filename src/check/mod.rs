//! The rules that a project must keep beyond its SQL: dashboards, Genie spaces, alerts, grants, governance, jobs.
//!
//! Owns what is wrong and how it is said, as functions from facts (bound queries, documents, YAML, the lineage) to
//! findings. Must not know how the facts were made, where findings are shown, or any workspace.

mod embedded;
pub mod governance;

pub use embedded::Embedded;
