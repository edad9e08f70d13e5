//! Sensitive columns, followed through the lineage: whatever holds their values must be protected, too.
//!
//! A value stays sensitive as it is copied, cut, joined to others or chosen by a condition. It ends where it cannot be
//! seen any more: in a hash, a length, a comparison, a count or another figure of many values. An aggregate that
//! returns one of its values (`min`, `max`, `any_value`, `collect_list`, …) does not end it, and what only decides
//! which rows there are carries nothing. What the analyzer does not understand is not followed: no finding is a guess.

mod derive;
mod rules;

pub use rules::{Facts, Protection, check};

#[cfg(test)]
mod tests;
