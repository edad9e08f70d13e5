//! Cases with their expectations inline.

mod corpus;
mod support;
mod types;
