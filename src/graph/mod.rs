//! Dependency graphs: building, cycles with their places, one stable order and its reverse.
//!
//! Owns ordering. Knows neither what the nodes are nor what is done with them.

mod dag;

pub use dag::{Cycle, Graph};
