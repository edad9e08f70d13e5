//! Writing the project's files for an object that is there already, so that a plan of them has nothing to do.
//!
//! Makes texts; who asks writes them and binds the resource.

mod draft;
mod found;
mod names;
mod yaml;

pub use draft::{Draft, ImportError, Request};
pub(super) use yaml::plain as plain_yaml;
