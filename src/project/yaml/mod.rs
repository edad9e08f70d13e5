//! YAML with a place for every key and value.
//!
//! Owns the tree that every YAML file of a project is read into (the manifest, resources, sources, tests) and the
//! decoding of maps into typed values, which collects all findings of a file and not only the first. The parser is
//! the event parser of the `serde_yaml` package: serde's own data model would lose the places.

mod fields;
mod json;
mod node;
mod parse;
mod quote;
mod scalar;
mod text;

pub use fields::Fields;
pub(crate) use fields::first_line;
pub use node::{Entry, Located, Node, Style, Value};
pub use parse::{is_noncharacter, parse};

#[cfg(test)]
mod tests;
