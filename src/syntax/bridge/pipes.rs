//! Pipe operators (Databricks documentation, "SQL Pipeline Syntax", "Piped operation").
//!
//! sqlparser knows BigQuery's, which differ in most places: there is no `SELECT DISTINCT`, a set operation needs its
//! parentheses, a join must begin with some words and not with others. So an operator that is a clause of ordinary
//! queries becomes such a query over [`PIPED`], inside the one operator of sqlparser's that holds any query:
//! `|> WHERE a` is given to it as `|> UNION ALL (SELECT * WHERE a)`. What was written is noted beside the tree.

use sqlparser::tokenizer::Token as AstToken;

use crate::syntax::ast::Pipe;
use crate::syntax::error::Parse;
use crate::syntax::lexer::{Token, TokenKind};

use super::lower::{Frame, Lowering};

/// The relation to the left of a pipe operator. No table has this name: it cannot be written.
pub const PIPED: &str = "|>";

impl Lowering<'_, '_> {
    pub(super) fn pipe(&mut self, token: Token) -> Parse<()> {
        self.join(token.span)?;
        let frame = self.frame();
        frame.end_select();
        *frame = Frame {
            selects: frame.selects,
            joins: frame.joins,
            set_operators: frame.set_operators,
            grouped_sets: frame.grouped_sets,
            silent: frame.silent,
            cast: frame.cast,
            table_argument: frame.table_argument,
            ..Frame::default()
        };
        self.emit(AstToken::VerticalBarRightAngleBracket, token.span)?;
        let Some(word) = self.token(0).filter(|word| word.kind == TokenKind::Word) else { return Ok(()) };
        let Some(pipe) = operator(word.text(self.slot.source)) else { return Ok(()) };
        self.side.pipes.insert(word.span.start, pipe);
        self.closing.push(self.at + self.pipe_length());
        let span = word.span;
        for token in [AstToken::make_keyword("UNION"), AstToken::make_keyword("ALL"), AstToken::LParen] {
            self.push(token, span);
        }
        if pipe == Pipe::Select {
            return Ok(());
        }
        self.push(AstToken::make_keyword("SELECT"), span);
        match pipe {
            Pipe::Select => {}
            Pipe::Extend => self.at += 1,
            Pipe::Filter | Pipe::Organize => self.push(AstToken::Mul, span),
            Pipe::Relation | Pipe::SetOperation => {
                self.push(AstToken::Mul, span);
                self.push(AstToken::make_keyword("FROM"), span);
                self.push_name(PIPED.to_string(), Some('`'), span);
            }
        }
        Ok(())
    }

    /// The distance to the next operator, or to what ends the query.
    fn pipe_length(&self) -> usize {
        let mut depth = 0usize;
        let mut ahead = 0;
        while let Some(kind) = self.kind(ahead) {
            match kind {
                TokenKind::LeftParen | TokenKind::LeftBracket => depth += 1,
                TokenKind::PipeOperator | TokenKind::RightParen if depth == 0 => return ahead,
                TokenKind::RightParen | TokenKind::RightBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            ahead += 1;
        }
        ahead
    }
}

/// `None` for those that sqlparser reads as Databricks does (`SET`, `DROP`, `AS`, `AGGREGATE`), and for what is none.
fn operator(word: &str) -> Option<Pipe> {
    Some(match word.to_ascii_uppercase().as_str() {
        "SELECT" => Pipe::Select,
        "EXTEND" => Pipe::Extend,
        "WHERE" => Pipe::Filter,
        "ORDER" | "LIMIT" | "OFFSET" | "SORT" | "CLUSTER" | "DISTRIBUTE" => Pipe::Organize,
        "JOIN" | "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS" | "SEMI" | "ANTI" | "NATURAL" | "PIVOT" | "UNPIVOT"
        | "TABLESAMPLE" => Pipe::Relation,
        "UNION" | "INTERSECT" | "EXCEPT" | "MINUS" => Pipe::SetOperation,
        _ => return None,
    })
}
