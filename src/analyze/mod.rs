//! Names, types, coercions, functions, lineage and checks: SQL trees in, bound trees and diagnostics out.
//!
//! Owns Databricks' name resolution and type rules. Knows no template, no file and no network; is never async.

mod bind;
pub mod bound;
mod entry;
mod functions;
mod guard;
mod lineage;
pub mod pipeline;
mod session;
mod table;
mod types;
mod walk;

#[cfg(test)]
mod tests;

pub use entry::{BoundFunction, ScalarRule, bind_function, bind_partial, bind_query, bind_scalar};
pub use guard::referred_tables;
pub use lineage::{Lineage, Origin, lineage, tables};
pub use session::{FileSchemas, Session};
pub use table::{BoundTable, bind_table};
pub(crate) use types::store_assignable;

/// Dates and moments as texts.
pub(crate) mod literals {
    pub(crate) use super::types::{date, timestamp};
}
