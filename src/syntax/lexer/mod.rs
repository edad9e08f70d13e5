//! Lossless tokens of Databricks SQL.
//!
//! Owns the cutting of a text into tokens and trivia, and the values of literals. Knows no grammar.
//! The tokens laid end to end are the text, whatever the text is; what cannot be a token is reported beside them.

mod number;
mod scan;
mod string;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use number::NumberParts;
pub(crate) use scan::{lex, lex_part};
pub(crate) use token::{LexErrorKind, Token, TokenKind};
