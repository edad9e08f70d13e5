//! Python files of pipelines, read for the datasets that they declare. Nothing is executed.
//!
//! Owns the tokens of Python and the decorators and calls of the pipeline API. Knows nothing of SQL or of catalogs.

mod datasets;
mod tokens;

pub use datasets::{Declarations, Declared, declarations};
