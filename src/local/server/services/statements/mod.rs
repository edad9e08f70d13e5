//! Statement execution. <https://docs.databricks.com/api/workspace/statementexecution>
//!
//! `INLINE` results in `JSON_ARRAY`, in chunks. Statements live in memory: their results are gone with the process,
//! as the real ones are after an hour.

mod registry;
mod request;
mod result;
mod routes;

pub(crate) use registry::Statements;
pub(crate) use routes::{cancel, chunk, execute, get};
