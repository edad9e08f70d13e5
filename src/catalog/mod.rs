//! What is known of tables, views, volumes and functions: schemas as values, and where they come from.
//!
//! Owns the schema model and layering. Knows no HTTP: a remote catalog is filled by `remote`.

mod layered;
mod model;
pub mod system;

pub use layered::LayeredCatalog;
pub use model::{Catalog, ColumnInfo, FunctionInfo, MemoryCatalog, RelationKind, TableInfo};
