//! What flows where in a whole project: columns of files and tables, through queries, into dashboards, Genie spaces,
//! grants, filters, masks, alerts and jobs.
//!
//! Owns the graph and the questions that are asked of it. Must not know templates, HTTP, or how answers are shown.

mod build;
mod diff;
mod find;
mod graph;
mod impact;
mod walk;

#[cfg(test)]
mod tests;

pub use build::{Builder, Locate};
pub use diff::{Difference, Privilege};
pub use find::{NotFound, Selection};
pub use graph::{Edge, EdgeKind, Graph, NodeId, NodeKind, Privileges, Tag};
pub use impact::{Breakage, Change, Impact};
pub use walk::{Direction, Flow, Reached};
