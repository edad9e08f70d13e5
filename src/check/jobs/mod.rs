//! Rules of jobs: when they start, as whom, and what their tasks hand to each other.
//!
//! `resource` has read every field and reported those that the REST API does not know; here it is judged whether they
//! can mean anything together.

mod identity;
mod limits;
mod rules;
mod schedule;
mod tasks;
mod values;
mod zones;

pub use identity::runs_as as identity;
pub(in crate::check) use identity::{address, run_as};
pub use rules::{JobFacts, check};
pub(in crate::check) use schedule::{never_due, time_zone};

#[cfg(test)]
mod tests;
