//! Refuses templates that are nested so deeply that the engine's recursions would overflow the stack.
//!
//! The engine counts brackets and statements itself, but not chains: signs, `not`, calls, attributes, filters,
//! operators, `if … else` and `elif` make its syntax tree as deep as they are long. So they are counted here, on the
//! tokens, before anything is parsed.

use std::ops::Range;

use minijinja::machinery::{Token, Tokenizer};
use minijinja::syntax::SyntaxConfig;

/// What one expression may chain and nest; the longest expression of the repository's templates has 12.
const LIMIT: usize = 200;

/// Where a template is too deep. What the tokenizer refuses is left to the parser, which says it better.
pub(super) fn too_deep(text: &str, name: &str, syntax: SyntaxConfig) -> Option<Range<usize>> {
    let mut tokenizer = Tokenizer::new(text, name, false, syntax);
    let mut depth = Depth::default();
    while let Ok(Some((token, span))) = tokenizer.next_token() {
        if depth.after(&token) > LIMIT {
            return Some(span.start_offset as usize..span.end_offset as usize);
        }
    }
    None
}

#[derive(Default)]
struct Depth {
    /// For each open bracket of the tag, and for the tag itself: links since the last comma, which begins a new tree.
    links: Vec<usize>,
    /// For each open `if` statement: its branches, each of which the parser nests in the one before.
    branches: Vec<usize>,
    in_block: bool,
}

impl Depth {
    /// The depth of the syntax tree after a token, at most.
    fn after(&mut self, token: &Token<'_>) -> usize {
        let begins = std::mem::replace(&mut self.in_block, matches!(token, Token::BlockStart));
        match token {
            Token::TemplateData(_) => {}
            Token::VariableStart | Token::BlockStart => self.links = vec![0],
            Token::VariableEnd | Token::BlockEnd => self.links.clear(),
            Token::Ident("if") if begins => self.branches.push(1),
            Token::Ident("elif") if begins => self.branches.last_mut().into_iter().for_each(|count| *count += 1),
            Token::Ident("endif") if begins => drop(self.branches.pop()),
            Token::BracketOpen | Token::ParenOpen | Token::BraceOpen => {
                self.link();
                self.links.push(0);
            }
            Token::BracketClose | Token::ParenClose | Token::BraceClose => drop(self.links.pop()),
            Token::Comma => self.links.last_mut().into_iter().for_each(|count| *count = 0),
            Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::FloorDiv
            | Token::Pow
            | Token::Mod
            | Token::Tilde
            | Token::Dot
            | Token::Pipe
            | Token::Ident("not" | "and" | "or" | "if" | "else" | "is") => self.link(),
            _ => {}
        }
        self.links.iter().sum::<usize>() + self.branches.iter().sum::<usize>()
    }

    fn link(&mut self) {
        match self.links.last_mut() {
            Some(count) => *count += 1,
            // More brackets were closed than opened.
            None => self.links.push(1),
        }
    }
}
