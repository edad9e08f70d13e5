//! sqlparser's dialect for what Databricks accepts.

use std::any::TypeId;
use std::cell::Cell;

use sqlparser::ast::{BinaryOperator, CastKind, Expr, ObjectName, UnaryOperator};
use sqlparser::dialect::{DatabricksDialect, Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// The token that `?::` is lowered to.
pub(super) const TRY_CAST: &str = "?::";
/// The token that `>>>` is lowered to.
pub(super) const UNSIGNED_SHIFT: &str = ">>>";

/// Binds tighter than a cast: `a:b::INT` casts `a:b`.
const PREC_PATH: u8 = 60;
/// Between `+` and `&`, as in Spark's grammar.
const PREC_SHIFT: u8 = 26;

/// Databricks as `sqlparser` knows it, with what it gets wrong put right. One value serves one parse.
#[derive(Debug, Default)]
pub(super) struct LakeDialect {
    /// The furthest token at which an operator was looked for: where an error is, when speculation was rewound.
    pub(super) furthest: Cell<usize>,
}

/// Keywords that sqlparser must see itself where an operand begins: those that open an expression of their own, and
/// those that end one, so that its errors stay as they are. Any other keyword is a name there.
fn opens_expression(keyword: Keyword) -> bool {
    use Keyword as K;
    matches!(
        keyword,
        K::TRUE
            | K::FALSE
            | K::NULL
            | K::CASE
            | K::CAST
            | K::TRY_CAST
            | K::SAFE_CAST
            | K::CONVERT
            | K::TRY_CONVERT
            | K::CURRENT_TIMESTAMP
            | K::CURRENT_TIME
            | K::CURRENT_DATE
            | K::LOCALTIME
            | K::LOCALTIMESTAMP
            | K::EXISTS
            | K::EXTRACT
            | K::CEIL
            | K::FLOOR
            | K::POSITION
            | K::SUBSTR
            | K::SUBSTRING
            | K::OVERLAY
            | K::TRIM
            | K::INTERVAL
            | K::ARRAY
            | K::NOT
            | K::MATCH
            | K::STRUCT
            | K::PRIOR
            | K::MAP
            | K::LAMBDA
            | K::WITH
            | K::SELECT
            | K::WHERE
            | K::GROUP
            | K::SORT
            | K::HAVING
            | K::ORDER
            | K::LATERAL
            | K::LIMIT
            | K::OFFSET
            | K::FETCH
            | K::UNION
            | K::EXCEPT
            | K::INTERSECT
            | K::MINUS
            | K::CLUSTER
            | K::DISTRIBUTE
            | K::VALUES
            | K::FROM
            | K::INTO
            | K::END
            | K::WHEN
            | K::THEN
            | K::ELSE
            | K::AND
            | K::OR
            | K::ON
            | K::USING
            | K::JOIN
            | K::IN
            | K::IS
            | K::LIKE
            | K::BETWEEN
            | K::AS
            | K::BY
            | K::QUALIFY
            | K::WINDOW
            | K::OVER
            | K::DISTINCT
            | K::ALL
            | K::DEFAULT
            | K::GROUPING
            | K::TABLE
            | K::OPERATOR
    )
}

impl Dialect for LakeDialect {
    /// Checks by type inside sqlparser stay Databricks'.
    fn dialect(&self) -> TypeId {
        TypeId::of::<DatabricksDialect>()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        DatabricksDialect.is_delimited_identifier_start(ch)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        DatabricksDialect.identifier_quote_style(identifier)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_'
    }

    /// `CASE` and `NOT` open an expression only: falling back to a column of that name would hide the error inside.
    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        matches!(keyword, Keyword::CASE | Keyword::NOT) || DatabricksDialect.is_reserved_for_identifier(keyword)
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let token = parser.peek_token_ref();
        match &token.token {
            // sqlparser tries to read a data type at every operand first. These operands cannot be one; most are these.
            Token::Word(word) if !opens_expression(word.keyword) => {
                let ident = word.clone().into_ident(token.span);
                match parser.peek_nth_token_ref(1).token {
                    Token::LParen => {
                        parser.advance_token();
                        Some(parser.parse_function(ObjectName::from(vec![ident])))
                    }
                    Token::Arrow | Token::SingleQuotedString(_) => None,
                    Token::Word(_) if parser.peek_nth_token_ref(2).token == Token::Arrow => None,
                    _ => {
                        parser.advance_token();
                        Some(Ok(Expr::Identifier(ident)))
                    }
                }
            }
            Token::Number(..) | Token::SingleQuotedString(_) => Some(parser.parse_value().map(Expr::Value)),
            Token::Tilde => {
                parser.advance_token();
                let operand = parser.parse_subexpr(self.prec_value(Precedence::MulDivModOp));
                Some(operand.map(|expr| Expr::UnaryOp { op: UnaryOperator::BitwiseNot, expr: Box::new(expr) }))
            }
            _ => None,
        }
    }

    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::CustomBinaryOperator(operator) if operator == TRY_CAST => {
                parser.advance_token();
                Some(parser.parse_data_type().map(|data_type| Expr::Cast {
                    kind: CastKind::TryCast,
                    expr: Box::new(expr.clone()),
                    data_type,
                    format: None,
                }))
            }
            Token::Word(word) if word.keyword == Keyword::DIV => {
                parser.advance_token();
                Some(parser.parse_subexpr(precedence).map(|right| Expr::BinaryOp {
                    left: Box::new(expr.clone()),
                    op: BinaryOperator::MyIntegerDivide,
                    right: Box::new(right),
                }))
            }
            _ => None,
        }
    }

    /// Where Spark's operators bind differently from sqlparser's defaults (`SqlBaseParser.g4`, `valueExpression`).
    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        self.furthest.set(self.furthest.get().max(parser.index()));
        match &parser.peek_token_ref().token {
            Token::CustomBinaryOperator(operator) if operator == TRY_CAST => {
                Some(Ok(self.prec_value(Precedence::DoubleColon)))
            }
            Token::CustomBinaryOperator(operator) if operator == UNSIGNED_SHIFT => Some(Ok(PREC_SHIFT)),
            Token::ShiftLeft | Token::ShiftRight => Some(Ok(PREC_SHIFT)),
            Token::StringConcat => Some(Ok(self.prec_value(Precedence::PlusMinus))),
            Token::Colon => match parser.peek_nth_token_ref(1).token {
                Token::SingleQuotedString(_) | Token::Number(..) => Some(Ok(self.prec_unknown())),
                _ => Some(Ok(PREC_PATH)),
            },
            _ => None,
        }
    }

    /// `INTERVAL '3 days 2 hours'` has its units inside.
    fn require_interval_qualifier(&self) -> bool {
        false
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_numeric_prefix(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_struct_literal(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn supports_group_by_with_modifier(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_optimize_table(&self) -> bool {
        true
    }

    fn supports_bang_not_operator(&self) -> bool {
        true
    }

    fn supports_cte_without_as(&self) -> bool {
        true
    }

    fn supports_select_item_multi_column_alias(&self) -> bool {
        true
    }

    fn supports_map_literal_with_angle_brackets(&self) -> bool {
        true
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        true
    }

    fn supports_select_wildcard_replace(&self) -> bool {
        true
    }

    fn supports_from_first_select(&self) -> bool {
        true
    }

    fn supports_pipe_operator(&self) -> bool {
        true
    }

    /// `first(a IGNORE NULLS)` (Spark's `primaryExpression`).
    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    /// `ORDER BY ALL` (Databricks documentation, "ORDER BY clause").
    fn supports_order_by_all(&self) -> bool {
        true
    }

    /// The sample stands before the alias (Spark's `relationPrimary`).
    fn supports_table_sample_before_alias(&self) -> bool {
        true
    }

    /// `FROM (t)` and `FROM ((SELECT …)) AS a` (Spark's `aliasedRelation`).
    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    /// `<<`, `>>` and `>>>` (Databricks documentation, "`<<` operator").
    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }
}
