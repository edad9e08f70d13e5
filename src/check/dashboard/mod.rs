//! AI/BI dashboards (`.lvdash.json`).
//!
//! The service stores almost any JSON, and what it stores need not render: these rules are where a tile that would
//! stay blank is found. Sources: lakeview-genie-alerts.md A; which rules real exports break, and are warnings
//! therefore, is measured in A15b. Unknown keys and unknown values are kept and not judged.

mod datasets;
mod encodings;
mod entry;
mod expression;
mod fields;
mod filters;
mod kinds;
mod layout;
mod limits;
mod model;
mod pages;
mod parameters;
mod sql;
mod values;
mod vega;

pub use entry::check;
pub use sql::{DatasetQuery, queries};

#[cfg(test)]
pub(in crate::check) mod testing;
