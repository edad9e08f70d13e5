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
