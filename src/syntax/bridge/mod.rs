//! The way of a query or an expression into sqlparser's tree.
//!
//! Owns the lowering of lakesmith's tokens to sqlparser's, the rewrites of what sqlparser does not know (what they
//! leave out is kept in the [`SideTable`](crate::syntax::ast::SideTable)), the dialect, and the only reading of
//! sqlparser's errors. Every location in a tree is `Location { line: 1, column: byte offset + 1 }`, so that it points
//! into the whole text. Never prints a tree: sqlparser's printer loses hints, backticks and time travel.

mod calls;
mod chains;
mod dialect;
mod error;
mod intervals;
mod keyword;
mod lower;
mod operands;
mod pipes;
mod read_back;
mod relations;
mod rewrite;
mod slot;

#[cfg(test)]
mod tests;

pub(crate) use lower::Start;
pub use pipes::PIPED;
pub use read_back::{cast_type, offset_of};
pub(crate) use slot::{Slot, empty_expr, empty_query, expr, query};
