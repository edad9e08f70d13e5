//! A folder that is no project, taken for one: what belongs to a pipeline, what is a script, which names mean what.
//!
//! Owns what is assumed, and says it. The project that comes out is written as a manifest and resource files and goes
//! through the same stages as any other.

mod classify;
mod group;
mod infer;
mod pieces;
mod python;
mod write;

pub(super) use group::plain;
pub use infer::{Adopted, adopt};
pub(super) use pieces::{Piece, has_blanks};
