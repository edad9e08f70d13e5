//! What commands show, for people and for programs.

pub(super) mod diagnostics;
pub(super) mod json;
pub(super) mod render;
