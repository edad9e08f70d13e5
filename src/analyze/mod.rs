//! Names, types, coercions, functions, lineage and checks: SQL trees in, bound trees and diagnostics out.
//!
//! Owns Databricks' name resolution and type rules. Knows no template, no file and no network; is never async.

mod alter;
mod bind;
pub mod bound;
mod change;
mod entry;
mod functions;
mod guard;
mod lineage;
mod metrics;
mod near;
pub mod pipeline;
mod policy;
mod script;
mod session;
mod table;
mod trace;
mod types;
mod variables;
mod walk;

#[cfg(test)]
mod tests;

pub use alter::{Alterations, check_upkeep};
pub use bound::Proof;
pub use change::{bind_change, written_by};
pub use entry::{BoundFunction, ScalarRule, bind_function, bind_partial, bind_query, bind_scalar};
pub use functions::{builtin_names, describe};
pub use guard::referred_tables;
pub use lineage::{Lineage, Origin, lineage, tables};
pub use metrics::{MetricJoin, Metrics, bind_metrics, metric_columns};
pub use script::{Observed, Observer, Running};
pub use session::{FileSchemas, Session};
pub use table::{BoundTable, bind_table};
pub use trace::{How, Output, Role, Source, Trace, Use, trace, trace_flow, trace_row};
pub(crate) use types::store_assignable;
pub use variables::Variables;

/// Dates and moments as texts.
pub(crate) mod literals {
    pub(crate) use super::types::{date, timestamp};
}
