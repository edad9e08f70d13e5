//! Bound trees as DuckDB SQL with the meaning that they have on Databricks.
//!
//! Owns every difference between the two engines (shared reference `engine.md` §3): arithmetic, casts, nulls, dates,
//! patterns. Resolves nothing: names and types are decided in the tree. What has no exact translation is refused.

mod aggregate;
mod answer;
mod cast;
mod charset;
mod event_log;
mod expr;
mod files;
mod function;
mod join;
mod moment;
mod pattern;
mod regex;
mod relation;
mod types;
mod window;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use answer::{lower_answer, lower_assigned, lower_inserted, proved};
pub(crate) use expr::Lowering;
pub(crate) use relation::{lower_query, output_name};
pub(crate) use types::duck_type;
