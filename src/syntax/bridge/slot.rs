//! One query or expression: lowered, parsed, and its errors located.

use sqlparser::ast::{Expr as AstExpr, Query as AstQuery, SetExpr, Value, ValueWithSpan, Values};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Span as AstSpan, Token as AstToken, TokenWithSpan};

use crate::diag::Span;
use crate::syntax::ast::{Expr, Query, SideTable};
use crate::syntax::error::SyntaxError;
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::with_room;

use super::dialect::LakeDialect;
use super::error::{END, Failure, convert, missing_paren, unclosed};
use super::lower::{Start, lower};

/// How deep sqlparser may recurse. Its frames and those of the tree's visitors fit a 2 MiB stack at this depth
/// (`deep_nesting_is_an_error` runs on such a stack).
const RECURSION_LIMIT: usize = 160;

/// The tokens of a query or an expression, with what is needed to talk about them.
pub(crate) struct Slot<'a> {
    pub(super) source: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) hints: &'a [Token],
    /// The place after the last token: of the token that ends the slot, or the statement's end.
    pub(super) after: Span,
}

impl<'a> Slot<'a> {
    pub(crate) fn new(source: &'a str, tokens: &'a [Token], hints: &'a [Token], after: Span) -> Self {
        Self { source, tokens, hints, after }
    }

    pub(crate) fn span(&self) -> Span {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span { start: self.after.start, end: self.after.start },
        }
    }

    /// The tokens of a part, which ends at another place.
    fn part(&self, start: usize, end: usize) -> Slot<'a> {
        let after = self.tokens.get(end).map_or(self.after, |token| token.span);
        Slot { source: self.source, tokens: &self.tokens[start..end], hints: self.hints, after }
    }
}

/// Parses a whole slot as a query, which it is by itself or with what [`Start`] puts around it.
pub(crate) fn query(slot: &Slot<'_>, start: Start) -> Result<Query, Vec<SyntaxError>> {
    let (ast, side) = run(slot, start, |parser: &mut Parser<'_>| parser.parse_query())?;
    if with_room(|| changes_rows(&ast)) {
        let words = ["insert", "update", "delete", "merge"];
        let at = slot.tokens.iter().find(|token| {
            token.kind == TokenKind::Word && words.iter().any(|word| token.text(slot.source).eq_ignore_ascii_case(word))
        });
        let span = at.map_or(slot.span(), |token| token.span);
        return Err(vec![SyntaxError::new(span, "a query cannot change rows; expected `SELECT`")]);
    }
    Ok(Query { span: slot.span(), ast, side })
}

/// sqlparser reads `INSERT`, `UPDATE`, `DELETE` and `MERGE` where a query stands.
fn changes_rows(query: &AstQuery) -> bool {
    fn body(set: &SetExpr) -> bool {
        match set {
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => true,
            SetExpr::SetOperation { left, right, .. } => body(left) || body(right),
            SetExpr::Query(query) => changes_rows(query),
            SetExpr::Select(_) | SetExpr::Values(_) | SetExpr::Table(_) => false,
        }
    }
    let common = query.with.iter().flat_map(|with| &with.cte_tables);
    body(&query.body) || common.into_iter().any(|table| changes_rows(&table.query))
}

/// Parses a whole slot as an expression.
pub(crate) fn expr(slot: &Slot<'_>) -> Result<Expr, Vec<SyntaxError>> {
    let (ast, side) = run(slot, Start::Slot, |parser: &mut Parser<'_>| parser.parse_expr())?;
    Ok(Expr { span: slot.span(), ast: Box::new(ast), side })
}

/// What stands in the tree for a query that is not valid; its statement is dropped.
pub(crate) fn empty_query() -> Box<AstQuery> {
    let values = Values { explicit_row: false, value_keyword: false, rows: Vec::new() };
    Box::new(AstQuery {
        with: None,
        body: Box::new(SetExpr::Values(values)),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    })
}

/// What stands in the tree for an expression that is not valid; its statement is dropped.
pub(crate) fn empty_expr() -> Box<AstExpr> {
    Box::new(AstExpr::Value(ValueWithSpan { value: Value::Null, span: AstSpan::empty() }))
}

fn run<T>(
    slot: &Slot<'_>,
    start: Start,
    parse: impl Fn(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<(T, SideTable), Vec<SyntaxError>> {
    // The lexer has reported what no token can be made of.
    if slot.tokens.iter().any(|token| token.kind == TokenKind::Unknown) {
        return Err(Vec::new());
    }
    let lowered = lower(slot, start)?;
    let (tokens, side) = (lowered.tokens, lowered.side);
    match parse_all(tokens, &parse) {
        Ok(value) => Ok((value, side)),
        Err(failure) => {
            let error = innermost(slot).unwrap_or_else(|| convert(slot, &failure));
            // An error in front of a parenthesis that is never closed is what was left when it was given up.
            Err(vec![match unclosed(slot, slot.tokens.len()) {
                Some(open) if error.span.start < open.start => missing_paren(slot, open),
                _ => error,
            }])
        }
    }
}

pub(super) fn parse_all<T>(
    tokens: Vec<TokenWithSpan>,
    parse: &impl Fn(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<T, Failure> {
    let dialect = LakeDialect::default();
    let mut parser = Parser::new(&dialect).with_recursion_limit(RECURSION_LIMIT).with_tokens_with_locations(tokens);
    // The parser's own limits bound the depth; a server's thread has less stack than they need in an unoptimized build.
    let result = with_room(|| parse(&mut parser)).and_then(|value| match parser.peek_token_ref() {
        token if token.token == AstToken::EOF => Ok(value),
        token => parser.expected_ref(END, token),
    });
    result.map_err(|error| {
        let furthest = dialect.furthest.get();
        let taken = parser.index().saturating_sub(1);
        while parser.index() > 0 {
            parser.prev_token();
        }
        let offset = |index: usize| {
            let column = parser.peek_nth_token_ref(index).span.start.column;
            u32::try_from(column).ok().and_then(|column| column.checked_sub(1))
        };
        Failure { furthest: offset(furthest), taken: offset(taken), error }
    })
}

/// The error of the innermost subquery that is not valid by itself. sqlparser tries a parenthesis as a subquery, then
/// as a join, and reports the join's error; asked for the subquery alone, it tells what is wrong with it.
fn innermost(slot: &Slot<'_>) -> Option<SyntaxError> {
    let mut open = Vec::new();
    let mut groups = Vec::new();
    for (index, token) in slot.tokens.iter().enumerate() {
        match token.kind {
            TokenKind::LeftParen => open.push(index + 1),
            TokenKind::RightParen => groups.extend(open.pop().map(|start| (start, index, true))),
            _ => {}
        }
    }
    groups.extend(open.into_iter().rev().map(|start| (start, slot.tokens.len(), false)));
    for (start, end, closed) in groups {
        if !opens_query(slot, start) {
            continue;
        }
        let part = slot.part(start, end);
        let Ok(lowered) = lower(&part, Start::Slot) else {
            continue;
        };
        match parse_all(lowered.tokens, &|parser: &mut Parser<'_>| parser.parse_query()) {
            Err(failure) => return Some(convert(&part, &failure)),
            Ok(_) if !closed => {
                let mut error = SyntaxError::new(part.after, "expected `)` that closes the subquery");
                error.related = Some((slot.tokens[start - 1].span, "the subquery is opened here"));
                return Some(error);
            }
            Ok(_) => {}
        }
    }
    None
}

fn opens_query(slot: &Slot<'_>, start: usize) -> bool {
    slot.tokens.get(start).is_some_and(|token| {
        let text = token.text(slot.source);
        ["select", "with", "from"].iter().any(|word| text.eq_ignore_ascii_case(word))
    })
}
