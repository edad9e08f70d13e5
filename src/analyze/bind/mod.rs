//! Binding: names to columns, operators and functions to signatures, clauses to relational algebra.
//!
//! Owns Databricks' name resolution. Every clause of the tree is consumed or refused, never passed over.

mod access;
mod aggregate;
mod argument;
mod binder;
mod call;
mod cast;
mod cte;
mod event_log;
mod expr;
mod file_options;
mod files;
mod frame;
mod from;
mod generator;
mod group;
mod interval;
mod join;
mod lambda;
mod literal;
mod measure;
mod name;
mod naming;
mod operator;
mod order;
mod output;
mod pipe;
mod pivot;
mod predicate;
mod query;
mod scope;
mod select;
mod set;
mod special;
mod subquery;
mod table;
mod table_function;
mod time;
mod user;
mod whole;
mod window;

pub(crate) use binder::{Binder, Forbidden};
#[cfg(test)]
pub(crate) use table_function::names as table_functions;
