//! Cases with their expectations inline.

mod changes;
mod errors;
mod functions;
mod guards;
mod lineage;
mod pipelines;
mod scripts;
mod support;
mod tree;
mod types;
