//! Statements: text in, rows or an effect out, on behalf of a principal.
//!
//! Each statement is one transaction. What the grammar knows and this module does not run is refused with
//! `UNSUPPORTED_FEATURE`; nothing is ignored.

mod alter;
mod container;
mod dml;
mod entry;
mod function;
mod grant;
mod guard;
mod owned;
mod properties;
mod query;
mod recursion;
mod show;
mod table;
mod undeclared;

#[cfg(test)]
mod tests;

pub(super) use container::refuse_collation;
pub use entry::{Answer, AnswerColumn, MAX_ANSWER, RowSink, Take, execute, execute_script, row_bytes};
pub(super) use properties::check as check_properties;
