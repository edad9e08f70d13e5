//! The built-in functions: one table a family, and the choice of a signature.
//!
//! Owns names, arities, parameter types and result types (Databricks documentation, "Built-in functions").
//! Knows nothing of how a function is computed.

mod aggregate;
mod collection;
mod datetime;
mod describe;
mod generator;
mod geo;
mod json;
mod math;
mod misc;
mod model;
mod model_call;
mod registry;
mod resolve;
mod rules;
mod shapes;
mod sketch;
mod string;
mod window;

pub use describe::{builtin_names, describe};
pub(crate) use model::{Function, Kind, Nulls, Param};
pub(crate) use registry::{find, is_special, known};
pub(crate) use resolve::{Mismatch, arity_text, cast, coerce, fits, fitting, pick, resolve};
pub(crate) use rules::{constant_int, constant_string, digits};
