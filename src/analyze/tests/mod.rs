//! Cases with their expectations inline.

mod support;
mod types;
