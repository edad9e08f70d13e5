//! Updates of pipelines: files of SQL in, tables kept up to date.
//!
//! Each flow is one transaction: target rows, how far it has read its sources, expectation counts, the table's record
//! and its event-log rows commit together, so that a killed update resumes without a lost or doubled row. Streams read
//! commits and files that they have not read yet; materialized views are computed anew when something they read has
//! changed (shared reference `lakeflow-sql.md` §4).

mod cdc;
mod clauses;
mod compile;
mod dataset;
mod declared;
mod events;
mod expectation;
mod model;
mod replace;
mod run;
mod schedule;
mod source;
mod streaming;
mod target;
mod views;

#[cfg(test)]
mod tests;

pub use model::{
    DatasetReport, ExpectationReport, Failure, Outcome, Progress, UpdateOptions, UpdateReport, UpdateSpec,
};
pub use run::run_update;
