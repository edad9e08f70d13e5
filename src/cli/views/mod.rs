//! What commands show, for people and for programs.

pub(super) mod check;
pub(super) mod count;
pub(super) mod data;
pub(super) mod demo;
pub(super) mod diagnostics;
pub(super) mod json;
pub(super) mod junit;
pub(super) mod plan;
pub(super) mod render;
pub(super) mod result;
pub(super) mod run;
pub(super) mod status;
pub(super) mod test;
pub(super) mod unified;
