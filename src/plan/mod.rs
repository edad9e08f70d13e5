//! Deciding what to do: (desired, state, observed) → plan, and nothing else.
//!
//! Owns the decisions and their reasons: actions, field differences, risks. Pure and sync; knows no HTTP.

mod attached;
mod bind;
mod compute;
mod diff;
mod document;
mod drift;
mod edits;
mod grants;
mod names;
mod others;
mod permissions;
mod removal;
mod risk;
mod select;
mod statement;

#[cfg(test)]
mod tests;

pub use bind::bound;
pub use compute::{Request, compute};
pub use document::{
    Action, Counts, FieldChange, Files, PLAN_VERSION, Plan, PlanError, Selected, Step, Texts, Unmanaged,
};
pub use drift::deployed;
pub use edits::{Overwrite, TAKEN_OVER, overwritten};
pub use grants::given_after;
pub use others::Others;
pub use select::{Pattern, SelectError, select};
