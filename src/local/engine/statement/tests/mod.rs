//! Statements end to end, on a store in a temporary folder.

mod alter;
mod missing;
mod names;
mod refused;
mod replace;
mod statements;
mod support;
