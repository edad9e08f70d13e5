//! Type rules: coercion, decimals, literals, assignment.
//!
//! Source: Databricks documentation, "SQL data type rules"; where it is silent, Apache Spark with
//! `spark.sql.ansi.enabled` is the reference (expected values in the tests come from it).

mod assign;
mod coercion;
mod decimal;
mod interval;
mod literal;
mod order;

pub(crate) use assign::{Stored, can_cast, store_assignable, stored_as};
pub(crate) use coercion::{implicit, least_common, least_common_all, least_common_without_texts};
pub(crate) use decimal::{
    Arithmetic, adjusted, arithmetic, average, decimal, decimal_of, rounded, summed, total_digits,
};
pub(crate) use interval::{Unit, parse as parse_interval};
pub(crate) use literal::{date, has_region, number, timestamp};
pub(crate) use order::{holds_map, holds_variant, orderable};
