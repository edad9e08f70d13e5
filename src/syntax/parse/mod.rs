//! The statement parser: recursive descent over tokens, one file a family of statements.
//!
//! Owns the grammar around queries and expressions; what stands inside those goes through `bridge`.

mod alter;
mod clauses;
mod columns;
mod container;
mod cursor;
mod dataset;
mod dml;
mod flow;
mod function;
mod grant;
mod object;
mod show;
mod slot;
mod statement;
mod table;
mod types;

#[cfg(test)]
mod tests;

pub(crate) use cursor::{Cursor, describe_text, identifier};
pub(crate) use statement::{outline, statement};
pub(crate) use types::data_type;
