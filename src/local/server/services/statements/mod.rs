//! Statement execution. <https://docs.databricks.com/api/workspace/statementexecution>
//!
//! Results in `JSON_ARRAY`, in chunks: `INLINE` up to 25 MiB, and by `EXTERNAL_LINKS` of any size. Statements live in
//! memory and on disk as long as the process: then their results are gone, as the real ones are after an hour.

mod links;
mod recorded;
mod registry;
mod request;
mod result;
mod routes;

pub(crate) use links::{FOLDER as RESULTS, ROUTE as RESULT_ROUTE, download};
pub(crate) use recorded::{Recorded, recorded, run_recorded};
pub(crate) use registry::Statements;
pub(crate) use routes::{cancel, chunk, execute, get};
