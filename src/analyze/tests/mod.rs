//! Cases with their expectations inline.

mod errors;
mod lineage;
mod pipelines;
mod support;
mod tree;
mod types;
