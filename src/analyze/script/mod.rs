//! Statements that are run one after another, with the variables, the temporary tables and the settings of a session:
//! files of SQL, `BEGIN … END`, procedures (Databricks documentation, "SQL scripting").
//!
//! Owns what each statement leaves to the next ones. What is not known (a text that is computed, a schema that depends
//! on the way through the script) is never an error.

mod assign;
mod block;
mod copy;
mod dynamic;
mod running;

pub use running::{Observed, Observer, Running};
