//! Statements end to end, on a store in a temporary folder.

mod names;
mod statements;
mod support;
