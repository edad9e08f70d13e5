//! The facts that the lineage of a project is made of: from bound statements, definitions, documents and resources.
//!
//! Each source of facts is a file here; [`crate::lineage`] knows what the facts mean.

mod cases;
mod collect;
mod defined;
mod documents;
mod resources;
mod traced;

pub use collect::lineage;
pub(super) use traced::Traced;
