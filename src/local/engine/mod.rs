//! SQL execution on DuckDB: statements, and pipelines with exactly-once flows.
//!
//! DuckDB sees only what the lowering writes from the analyzer's bound trees, never text of the user. Owns privileges
//! checks, checkpoints and the event log's content; knows no HTTP.

mod authorize;
mod cancel;
pub(crate) mod catalog;
mod constraints;
mod csv;
mod error;
mod listing;
mod lower;
mod overflow;
pub mod pipeline;
mod policy;
pub(crate) mod privileges;
mod session;
mod source;
pub mod statement;

pub use cancel::CancelToken;
pub use error::{EngineError, ErrorClass, SqlError};
pub use session::{ParameterValue, Principal, Session};
