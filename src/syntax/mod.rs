//! The Databricks SQL front end: lossless tokens, statements with byte spans, and the only writer of Databricks SQL.
//!
//! Owns SQL text in both directions. Knows no catalog, no project and no template.

pub mod ast;
mod types;

pub use types::{DataType, StructField};
