//! Tests of SQL: rows are put where a model reads, the model is run, what comes out is compared.
//!
//! [`prepare`] judges a solution's test files against what the project makes (part of the check, so that `check` finds
//! what is wrong with them, too), [`assemble`] adds the SQL that is to run, [`run`] runs a case in a workspace that
//! nobody else uses, [`compare`] says what is different. Which workspace that is, the caller knows.

mod assemble;
mod compare;
mod literal;
mod prepare;
mod readers;
mod run;
mod typed;
mod value;

pub use assemble::{ReadyTest, assemble};
pub use compare::{DiffRow, Mismatch, RowDiff};
pub use prepare::PreparedTest;
pub(super) use prepare::{Home, Made, id, table_of};
pub use run::{Bench, Verdict, run};

#[cfg(test)]
mod tests;
