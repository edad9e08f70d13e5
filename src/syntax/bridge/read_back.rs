//! What lakesmith put into sqlparser's tree, read back out of it.

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
