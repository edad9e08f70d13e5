//! A pipeline as a whole: its datasets and flows, bound in the order of their dependencies.
//!
//! Owns what Lakeflow adds to SQL: streaming rules, flows and their targets, expectations, AUTO CDC.

mod assign;
mod cdc;
mod collect;
mod dataset;
mod expectation;
mod flow;
mod model;
mod order;
mod run;
mod schema;

pub use model::{
    BoundCdc, BoundExpectation, BoundRowFilter, Dataset, Flow, FlowKind, PipelineAnalysis, TrackedColumns,
};
pub use order::{Outline, outline};
pub use run::{analyze, analyze_one};
