//! Statements of a text: where each begins and ends.

use std::ops::Range;

use super::lexer::{Token, TokenKind};

/// The ranges of significant tokens between semicolons and notebook cell borders, empty ones left out.
///
/// A semicolon ends a statement at any depth of parentheses: none can stand inside them, so that an unclosed
/// parenthesis spoils one statement only. Inside `BEGIN … END` semicolons separate the block's own statements.
pub(crate) fn split(source: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut blocks = Blocks::default();
    for (index, token) in tokens.iter().enumerate() {
        let ends = match token.kind {
            TokenKind::CellSeparator => true,
            TokenKind::Semicolon => blocks.semicolon(),
            TokenKind::Word => {
                blocks.word(source, tokens, start, index);
                false
            }
            _ => false,
        };
        if ends {
            if start < index {
                statements.push(start..index);
            }
            start = index + 1;
            blocks = Blocks::default();
        }
    }
    if start < tokens.len() {
        statements.push(start..tokens.len());
    }
    statements
}

/// How many `BEGIN` and `CASE` of a scripting block are open.
#[derive(Default)]
struct Blocks {
    depth: usize,
    after_end: bool,
}

impl Blocks {
    fn semicolon(&mut self) -> bool {
        self.after_end = false;
        self.depth == 0
    }

    fn word(&mut self, source: &str, tokens: &[Token], start: usize, index: usize) {
        let text = tokens[index].text(source);
        // `t.end` is a name.
        if index > start && tokens[index - 1].kind == TokenKind::Dot {
            return;
        }
        // `END CASE` closes a CASE statement and opens nothing.
        let after_end = std::mem::take(&mut self.after_end);
        if text.eq_ignore_ascii_case("begin") {
            if self.depth > 0 || begins_block(source, tokens, start, index) {
                self.depth += 1;
            }
        } else if self.depth > 0 && text.eq_ignore_ascii_case("case") && !after_end {
            self.depth += 1;
        } else if self.depth > 0 && text.eq_ignore_ascii_case("end") {
            let closes_other = tokens.get(index + 1).is_some_and(|next| {
                ["if", "while", "for", "loop", "repeat"].iter().any(|word| next.text(source).eq_ignore_ascii_case(word))
            });
            if !closes_other {
                self.depth -= 1;
                self.after_end = true;
            }
        }
    }
}

/// A block opens a statement, follows a label, or is a procedure's body.
fn begins_block(source: &str, tokens: &[Token], start: usize, index: usize) -> bool {
    if index == start {
        return tokens.get(index + 1).is_some_and(|next| {
            next.kind != TokenKind::Semicolon && !next.text(source).eq_ignore_ascii_case("transaction")
        });
    }
    let before = &tokens[index - 1];
    before.kind == TokenKind::Colon
        || (before.text(source).eq_ignore_ascii_case("as")
            && tokens[start..index].iter().any(|token| token.text(source).eq_ignore_ascii_case("procedure")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::lexer::lex;

    fn statements(text: &str) -> Vec<String> {
        let mut tokens = lex(text).tokens;
        tokens.retain(|token| !token.kind.is_trivia());
        let ranges = split(text, &tokens);
        let place = |range: Range<usize>| tokens[range.start].span.to(tokens[range.end - 1].span);
        ranges.into_iter().map(|range| text[place(range).range()].to_string()).collect()
    }

    #[test]
    fn semicolons_end_statements() {
        assert_eq!(statements("a; b ;; c"), ["a", "b", "c"]);
        assert_eq!(statements("SELECT ';', $$;$$, `;` -- ;\n /* ; */; b"), ["SELECT ';', $$;$$, `;`", "b"]);
        assert_eq!(statements("SELECT CASE WHEN a THEN b END; c"), ["SELECT CASE WHEN a THEN b END", "c"]);
    }

    #[test]
    fn an_open_parenthesis_spoils_one_statement() {
        assert_eq!(statements("SELECT (1; SELECT 2"), ["SELECT (1", "SELECT 2"]);
    }

    #[test]
    fn blocks_hold_their_semicolons() {
        let block = "BEGIN DECLARE x INT; IF x > 1 THEN SET x = 2; END IF; CASE x WHEN 1 THEN SELECT 1; END CASE; \
                     l: BEGIN SELECT CASE WHEN a THEN b END; END l; END";
        assert_eq!(statements(&format!("{block}; SELECT 1")), [block, "SELECT 1"]);
        let procedure = "CREATE PROCEDURE p() AS BEGIN SELECT 1; SELECT 2; END";
        assert_eq!(statements(&format!("{procedure}; SELECT 1")), [procedure, "SELECT 1"]);
        assert_eq!(statements("BEGIN TRANSACTION; SELECT 1"), ["BEGIN TRANSACTION", "SELECT 1"]);
        assert_eq!(statements("SELECT begin, t.begin FROM t; SELECT 1").len(), 2);
    }

    #[test]
    fn notebook_cells_end_statements() {
        let notebook = "-- Databricks notebook source\n-- MAGIC %md x;y\n\n-- COMMAND ----------\nSELECT 1\n\
                        -- COMMAND ----------\n\n-- MAGIC %python\n-- MAGIC print(1)\n-- COMMAND ----------\nSELECT 2";
        assert_eq!(statements(notebook), ["SELECT 1", "SELECT 2"]);
    }
}
