//! A project as something else: a bundle for the official command line.

mod access;
mod bundle;
mod entries;
mod fields;

pub use bundle::Bundle;
pub use entries::Left;
