//! What commands show, for people and for programs.

pub(super) mod auth;
pub(super) mod check;
pub(super) mod count;
pub(super) mod data;
pub(super) mod demo;
pub(super) mod diagnostics;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod github;
pub(super) mod impact;
pub(super) mod json;
pub(super) mod junit;
pub(super) mod lineage;
mod markdown;
pub(super) mod plan;
pub(super) mod plan_markdown;
pub(super) mod render;
pub(super) mod result;
pub(super) mod run;
pub(super) mod sarif;
pub(super) mod state;
pub(super) mod status;
pub(super) mod test;
mod test_junit;
pub(super) mod unified;
mod xml;
