//! The statement parser: recursive descent over tokens, one file a family of statements.
//!
//! Owns the grammar around queries and expressions; what stands inside those goes through `bridge`.

mod alter;
mod alter_column;
mod clauses;
mod columns;
mod container;
mod cursor;
mod dataset;
mod dml;
mod flow;
mod function;
mod governance;
mod grant;
mod hive;
mod inspect;
mod maintain;
mod merge;
mod object;
mod routine;
mod schedule;
mod script;
mod session;
mod settings;
mod slot;
mod statement;
mod table;
mod types;

#[cfg(test)]
mod tests;

pub(crate) use cursor::{Cursor, describe_text, identifier, stand_in};
pub(crate) use statement::{outline, statement};
pub(crate) use types::data_type;
