//! A project as something else: a bundle for the official command line.

mod bundle;
mod fields;

pub use bundle::{Bundle, Left};
