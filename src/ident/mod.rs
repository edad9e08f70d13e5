//! Validated names and hashes: the words that every other module speaks.
//!
//! Owns the case rule and the quoting of Databricks names and texts. Knows no format, no file and no network.

mod glob;
mod hash;
mod literal;
mod name;

pub use glob::glob;
pub use hash::{ContentHash, ContentHasher};
pub use literal::string_literal;
pub use name::{Identifier, NameError, QualifiedName, TableName};
