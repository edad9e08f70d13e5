//! Rules of grants: what is granted twice or in vain, and whether those who are shown something can read it.
//!
//! Who is a member of which group only the workspace knows, so that a right which is not found is an error only where
//! the project itself decides about it.

mod consumers;
mod held;
mod parents;
mod rules;

pub use consumers::{Consumer, consumers};
pub use held::{Held, Holdings};
pub use rules::{GrantFacts, check};

#[cfg(test)]
mod tests;
