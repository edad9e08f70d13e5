//! lakesmith compiles a whole Databricks lakehouse before it is deployed.
//!
//! The layers, what each owns and what it must not know: ARCHITECTURE.md.

pub mod analyze;
pub mod api;
pub mod apply;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod data;
pub mod demo;
pub mod diag;
pub mod graph;
pub mod ident;
pub mod lineage;
pub mod local;
pub mod lsp;
pub mod pipeline;
pub mod plan;
pub mod project;
pub mod release;
pub mod remote;
pub mod render;
pub mod resource;
pub mod state;
pub mod syntax;
pub mod sys;
