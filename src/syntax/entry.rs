//! The ways in: a file, a stand-alone query, expression or type.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Location, SourceFile};

use super::ast::{Expr, Query, Statement};
use super::error::{Parse, SyntaxError};
use super::lexer::{Token, TokenKind, lex, lex_part};
use super::parse::{Cursor, data_type, outline, statement};
use super::split::split;
use super::types::DataType;

/// A file's statements in order, and what is wrong with them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parsed {
    pub statements: Vec<Statement>,
    pub diagnostics: Diagnostics,
    /// Whether queries and expressions of a pipeline's statements are left out: [`complete`] reads them.
    pub outline: bool,
}

/// Parses a file. An error in one statement hides no other statement.
pub fn parse(file: &Arc<SourceFile>) -> Parsed {
    let (tokens, hints, mut diagnostics) = significant(file);
    let statements = split(file.text(), &tokens)
        .into_iter()
        .map(|range| statement(file, &tokens[range], &hints, &mut diagnostics))
        .collect();
    Parsed { statements, diagnostics, outline: false }
}

/// Parses a file, but not the queries and expressions of what a pipeline makes: their trees are ten times as large as
/// all the rest, so that those of a large project are better made one at a time, when they are needed.
pub fn parse_outline(file: &Arc<SourceFile>) -> Parsed {
    outline_and_tokens(file).0
}

/// As [`parse_outline`], with the tokens that the grammar sees.
pub(crate) fn outline_and_tokens(file: &Arc<SourceFile>) -> (Parsed, Vec<Token>) {
    let (tokens, hints, mut diagnostics) = significant(file);
    let statements = split(file.text(), &tokens)
        .into_iter()
        .map(|range| outline(file, &tokens[range], &hints, &mut diagnostics))
        .collect();
    (Parsed { statements, diagnostics, outline: true }, tokens)
}

/// The whole of a statement of an outline.
pub fn complete(file: &Arc<SourceFile>, statement: &Statement) -> (Statement, Diagnostics) {
    // What the lexer found was reported with the outline.
    let lexed = lex_part(file.text(), statement.span);
    let hints: Vec<Token> = lexed.tokens.iter().filter(|token| token.kind == TokenKind::Hint).copied().collect();
    let mut tokens = lexed.tokens;
    tokens.retain(|token| !token.kind.is_trivia());
    let mut diagnostics = Diagnostics::default();
    let whole = self::statement(file, &tokens, &hints, &mut diagnostics);
    (whole, diagnostics)
}

/// Parses a text that is one query, as a dashboard dataset is; a closing semicolon is allowed.
pub fn parse_query(file: &Arc<SourceFile>) -> (Option<Query>, Diagnostics) {
    whole(file, |cursor| cursor.query_to_end())
}

/// Parses a text that is one expression.
pub fn parse_expr(file: &Arc<SourceFile>) -> (Option<Expr>, Diagnostics) {
    whole(file, |cursor| {
        if cursor.at_end() {
            return Err(cursor.expected("an expression"));
        }
        Ok(cursor.expr_until(cursor.tokens.len()))
    })
}

fn whole<T>(file: &Arc<SourceFile>, read: impl FnOnce(&mut Cursor<'_>) -> Parse<T>) -> (Option<T>, Diagnostics) {
    let (mut tokens, hints, mut diagnostics) = significant(file);
    while tokens.last().is_some_and(|token| token.kind == TokenKind::Semicolon) {
        tokens.pop();
    }
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let mut cursor = Cursor::new(file.text(), &tokens, &hints);
    let result = match tokens.iter().position(|token| token.kind == TokenKind::Semicolon) {
        Some(at) => Err(SyntaxError::new(tokens[at].span, "expected the end of the text, found another statement")),
        None => read(&mut cursor),
    };
    let value = match result {
        Ok(value) => Some(value).filter(|_| cursor.errors.is_empty()),
        Err(error) => {
            cursor.errors.push(error);
            None
        }
    };
    diagnostics.extend(cursor.errors.into_iter().map(|error| error.diagnostic(file)));
    (value, diagnostics)
}

/// Parses the text of a data type; spans in the error are of this text.
pub fn parse_type(text: &str) -> Result<DataType, SyntaxError> {
    let lexed = lex(text);
    if let Some((kind, span)) = lexed.errors.first() {
        return Err(SyntaxError::new(*span, kind.message()));
    }
    let tokens: Vec<Token> = lexed.tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let mut cursor = Cursor::new(text, &tokens, &[]);
    let value = data_type(&mut cursor)?;
    if cursor.at_end() { Ok(value) } else { Err(cursor.expected("the end of the type")) }
}

/// The tokens that the grammar sees, the hints, and what the lexer found wrong.
fn significant(file: &Arc<SourceFile>) -> (Vec<Token>, Vec<Token>, Diagnostics) {
    let lexed = lex(file.text());
    let diagnostics = lexed.errors.iter().map(|(kind, span)| {
        let diagnostic = Diagnostic::error(Code::SQL_LEX, kind.message()).at(Location::new(file, *span));
        match kind.hint() {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    });
    let diagnostics = diagnostics.collect();
    let hints = lexed.tokens.iter().filter(|token| token.kind == TokenKind::Hint).copied().collect();
    let mut tokens = lexed.tokens;
    tokens.retain(|token| !token.kind.is_trivia());
    (tokens, hints, diagnostics)
}
