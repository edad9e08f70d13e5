//! Lineage, for people and for programs.

mod dot;
mod html;
mod json;
mod part;
mod tree;

pub(in crate::cli) use dot::dot;
pub(in crate::cli) use html::html;
pub(in crate::cli) use json::{json, place};
pub(in crate::cli) use part::{Part, label};
pub(in crate::cli) use tree::tree;
