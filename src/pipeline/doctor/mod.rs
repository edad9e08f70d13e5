//! Can a workspace be deployed to, and what of it stands in the way?
//!
//! Every check is made whatever came of the others, but for those that need what another one did not find. Changes
//! nothing but a probe in the folder of the state, which it removes.

mod access;
mod checks;
mod diagnose;
mod finding;
mod needs;
mod standing;

pub use diagnose::diagnose;
pub use finding::{Check, Examination, Finding, Verdict};
pub use needs::Needs;
