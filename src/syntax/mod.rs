//! The Databricks SQL front end: lossless tokens, statements with byte spans, and the only writer of Databricks SQL.
//!
//! Owns SQL text in both directions. Knows no catalog, no project and no template.

pub mod ast;
mod bridge;
mod entry;
mod error;
mod format;
mod lexer;
mod mentions;
mod parameters;
mod parse;
mod split;
mod stack;
mod types;
pub mod write;

pub use bridge::{PIPED, cast_type, offset_of};
pub(crate) use entry::outline_and_tokens;
pub use entry::{Parsed, complete, parse, parse_expr, parse_outline, parse_query, parse_type};
pub use error::SyntaxError;
pub use format::format;
pub(crate) use lexer::{Token, TokenKind, lex};
pub use mentions::mentions;
pub use parameters::{Configured, Unset, configure};
pub(crate) use stack::{deeper, with_much_room, with_room};
pub use types::{DataType, StructField};
