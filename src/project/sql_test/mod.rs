//! `sql/<solution>/tests/*.yml`: rows that tables are given, and the rows that must come out. What the tables and
//! their columns are is not known here; every name and value keeps its place for whoever knows.

mod cases;
mod csv;
mod rows;

pub use cases::{Given, Outcome, SqlTest, TestReader, sql_tests};
pub use rows::{Cell, Row, Rows};
