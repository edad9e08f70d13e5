//! The way of a query or an expression into sqlparser's tree.
//!
//! Owns the lowering of lakesmith's tokens to sqlparser's, the rewrites of what sqlparser does not know (what they
//! leave out is kept in the [`SideTable`](crate::syntax::ast::SideTable)), the dialect, and the only reading of
//! sqlparser's errors. Every location in a tree is `Location { line: 1, column: byte offset + 1 }`, so that it points
//! into the whole text. Never prints a tree: sqlparser's printer loses hints, backticks and time travel.

mod calls;
mod dialect;
mod error;
mod intervals;
mod keyword;
mod lower;
mod operands;
mod relations;
mod rewrite;
mod slot;

#[cfg(test)]
mod tests;

pub(crate) use slot::{Slot, empty_expr, empty_query, expr, query, relation};

use crate::diag::Span;
use crate::syntax::types::DataType;

/// The byte span behind a span of sqlparser's tree; `None` where the tree has none.
pub fn offset_of(span: sqlparser::tokenizer::Span) -> Option<Span> {
    let start = span.start.column.checked_sub(1)?;
    let end = span.end.column.checked_sub(1)?;
    Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
}

/// The type of a `CAST` in a tree that this module made. `None` for a type that it did not read.
pub fn cast_type(data_type: &sqlparser::ast::DataType) -> Option<DataType> {
    match data_type {
        sqlparser::ast::DataType::Custom(name, modifiers) if modifiers.is_empty() => match name.0.as_slice() {
            [part] => crate::syntax::parse_type(&part.as_ident()?.value).ok(),
            _ => None,
        },
        _ => None,
    }
}
