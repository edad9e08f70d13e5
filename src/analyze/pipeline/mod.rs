//! A pipeline as a whole: its datasets and flows, bound in the order of their dependencies.
//!
//! Owns what Lakeflow adds to SQL: streaming rules, flows and their targets, expectations, AUTO CDC.

mod again;
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
mod streaming;
mod whole;

pub use again::{Again, Rebound};
pub use flow::Views;
pub use model::{
    Analysis, BoundCdc, BoundExpectation, BoundRowFilter, Dataset, Each, Flow, FlowKind, PipelineAnalysis,
    TrackedColumns,
};
pub use order::{Made, Makes, Mentions, makes, reads, referred};
pub use run::{analyze, analyze_each, analyze_one};
