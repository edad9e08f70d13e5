//! lakesmith compiles a whole Databricks lakehouse before it is deployed.
//!
//! | layer | owns |
//! |---|---|
//! | [`ident`], [`diag`] | names, hashes, diagnostics |
//! | [`sys`] | the only door to files, clock, environment, randomness |
//! | [`project`], [`render`] | the manifest and the templates |
//! | [`syntax`], [`catalog`], [`analyze`] | SQL text, schemas, the bound and typed tree |
//! | [`local`] | the embedded workspace: engine, store, HTTP server |

pub mod analyze;
pub mod catalog;
pub mod diag;
pub mod ident;
pub mod project;
pub mod render;
pub mod syntax;
pub mod sys;
