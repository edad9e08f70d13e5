//! Long rows of `OR`, `AND`, `||` and `UNION`, which programs write.
//!
//! sqlparser makes of a row of operators a tree as deep as the row is long, which everything later walks by recursion.
//! These operators are associative, so parentheses around groups of operands, in groups of groups, make a shallow tree
//! of the same meaning. The first and the last operand stay outside: only between two operators of a row is it certain
//! where an operand begins and ends.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::keywords::Keyword;

use crate::syntax::lexer::{Token, TokenKind};

use super::keyword::{begins_clause, keyword};

/// Rows that are no longer stay as they are.
const LONG: usize = 150;
/// Operands, or groups of them, in one pair of parentheses.
const WIDTH: usize = 16;
/// What a row that was grouped adds to the depth of the tree, at most: three rows inside each other (`||` in `AND` in
/// `OR`) of a million operands each, in groups of [`WIDTH`].
pub(super) const DEPTH: usize = 3 * 5 * WIDTH;

/// Where parentheses have to be added, by the positions of tokens.
#[derive(Default)]
pub(super) struct Chains {
    /// How many open before the token.
    pub(super) opens: BTreeMap<usize, usize>,
    /// How many close before the token.
    pub(super) closes: BTreeMap<usize, usize>,
    /// The operators whose rows were grouped.
    pub(super) operators: BTreeSet<usize>,
}

/// Operators of one kind with nothing between them that ends the row.
#[derive(Default)]
struct Row(Vec<usize>);

/// The rows of the innermost open bracket or `CASE`.
#[derive(Default)]
struct Level {
    or: Row,
    and: Row,
    concat: Row,
    union: Row,
    /// Tokens of the set operator, with `ALL` or `DISTINCT`, and whether it is `ALL`.
    of_union: (usize, bool),
    /// `BETWEEN`s that wait for their `AND`.
    between: usize,
    case: bool,
}

impl Chains {
    pub(super) fn of(tokens: &[Token], source: &str) -> Self {
        let mut chains = Self::default();
        // Each operator has an operand.
        if tokens.len() < 2 * LONG {
            return chains;
        }
        let mut levels = vec![Level::default()];
        for (at, token) in tokens.iter().enumerate() {
            chains.step(&mut levels, tokens, at, token, source);
        }
        while let Some(level) = levels.pop() {
            chains.end(level);
        }
        chains
    }

    fn step(&mut self, levels: &mut Vec<Level>, tokens: &[Token], at: usize, token: &Token, source: &str) {
        use TokenKind as K;
        let word = match token.kind {
            K::Word => keyword(token.text(source)),
            _ => Keyword::NoKeyword,
        };
        let is_name = || at.checked_sub(1).is_some_and(|before| tokens[before].kind == K::Dot);
        match (token.kind, word) {
            (K::LeftParen | K::LeftBracket, _) => return levels.push(Level::default()),
            (_, Keyword::CASE) if !is_name() => return levels.push(Level { case: true, ..Level::default() }),
            (K::RightParen | K::RightBracket, _) => {
                while levels.len() > 1
                    && let Some(level) = levels.pop()
                {
                    let is_case = level.case;
                    self.end(level);
                    if !is_case {
                        break;
                    }
                }
                return;
            }
            (_, Keyword::END) if levels.last().is_some_and(|level| level.case) => {
                return levels.pop().into_iter().for_each(|level| self.end(level));
            }
            _ => {}
        }
        let Some(level) = levels.last_mut() else { return };
        match (token.kind, word) {
            (K::Concat, _) => level.concat.0.push(at),
            (_, Keyword::OR) => {
                self.group(&mut level.concat, 1);
                self.group(&mut level.and, 1);
                level.or.0.push(at);
            }
            (_, Keyword::AND) => {
                self.group(&mut level.concat, 1);
                match level.between.checked_sub(1) {
                    Some(left) => level.between = left,
                    None => level.and.0.push(at),
                }
            }
            (_, Keyword::UNION) => {
                self.end_expression(level);
                let next = tokens.get(at + 1).map_or("", |next| next.text(source));
                let all = next.eq_ignore_ascii_case("all");
                let of = (1 + usize::from(all || next.eq_ignore_ascii_case("distinct")), all);
                if level.union.0.is_empty() || of != level.of_union {
                    let length = level.of_union.0;
                    self.group(&mut level.union, length);
                    level.of_union = of;
                }
                level.union.0.push(at);
            }
            // It binds more strongly: it is inside of an operand. `* EXCEPT (…)` is none.
            (_, Keyword::INTERSECT) => self.end_expression(level),
            (_, Keyword::EXCEPT) if at > 0 && tokens[at - 1].kind == K::Star => {}
            (_, Keyword::EXCEPT | Keyword::MINUS) | (K::PipeOperator, _) => {
                self.end_expression(level);
                let length = level.of_union.0;
                self.group(&mut level.union, length);
            }
            (K::Comma | K::Arrow | K::FatArrow, _)
            | (
                _,
                Keyword::FROM
                | Keyword::JOIN
                | Keyword::ON
                | Keyword::LATERAL
                | Keyword::AS
                | Keyword::WHEN
                | Keyword::THEN
                | Keyword::ELSE,
            ) => self.end_expression(level),
            (_, word) if begins_clause(word) => self.end_expression(level),
            (_, Keyword::BETWEEN) => {
                self.group(&mut level.concat, 1);
                level.between += 1;
            }
            // These may bind less strongly than `||`.
            (
                _,
                Keyword::NOT
                | Keyword::IS
                | Keyword::IN
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::RLIKE
                | Keyword::REGEXP
                | Keyword::ESCAPE
                | Keyword::DIV
                | Keyword::COLLATE
                | Keyword::INTERVAL,
            ) => self.group(&mut level.concat, 1),
            // Names and values, and what belongs to them.
            (K::Word | K::QuotedWord | K::Number | K::Dot | K::DoubleColon | K::TryCast, _) => {}
            (kind, _) if kind.is_string() => {}
            _ => self.group(&mut level.concat, 1),
        }
    }

    fn end_expression(&mut self, level: &mut Level) {
        self.group(&mut level.concat, 1);
        self.group(&mut level.and, 1);
        self.group(&mut level.or, 1);
        level.between = 0;
    }

    fn end(&mut self, mut level: Level) {
        self.end_expression(&mut level);
        let length = level.of_union.0;
        self.group(&mut level.union, length);
    }

    /// Ends a row of operators of so many tokens each.
    fn group(&mut self, row: &mut Row, length: usize) {
        let operators = std::mem::take(&mut row.0);
        if operators.len() <= LONG {
            return;
        }
        // The operand behind one operator ends at the next.
        let operands: Vec<(usize, usize)> = operators.windows(2).map(|pair| (pair[0] + length, pair[1])).collect();
        self.operators.extend(&operators);
        self.divide(&operands);
    }

    fn divide(&mut self, operands: &[(usize, usize)]) {
        if operands.len() <= WIDTH {
            return;
        }
        for part in operands.chunks(operands.len().div_ceil(WIDTH)) {
            if let ([(start, _), .., (_, end)], true) = (part, part.len() > 1) {
                *self.opens.entry(*start).or_default() += 1;
                *self.closes.entry(*end).or_default() += 1;
                self.divide(part);
            }
        }
    }
}
