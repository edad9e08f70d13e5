//! Genie spaces (`.geniespace.json`): tables, questions and the SQL that a space is taught with.
//!
//! Source: lakeview-genie-alerts.md C1. What the service refuses is an error; limits of the product, which move, and
//! what it repairs by itself are warnings.

mod entry;
mod ids;
mod limits;
mod shape;
mod snippets;
mod sql;
mod tables;

pub use entry::check;
pub use sql::queries;

#[cfg(test)]
mod testing;
