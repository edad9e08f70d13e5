//! Questions about the pieces of a text that need a look at their neighbours only.

use super::piece::{Kind, Piece};
use crate::syntax::lexer::TokenKind;

/// The pieces, their words in lower case, and who stands beside whom.
pub(super) struct View<'t> {
    pub(super) text: &'t str,
    pub(super) pieces: Vec<Piece>,
    /// Empty for what is no word, and for a word that a printing tag is a part of.
    words: Vec<String>,
    /// The significant piece before each piece.
    before: Vec<Option<usize>>,
    /// The significant piece after each piece.
    after: Vec<Option<usize>>,
    /// `<` and `>` that enclose the arguments of a type.
    angles: Vec<bool>,
}

/// Words after which an operand begins, so that none has ended.
const BEFORE_OPERAND: [&str; 42] = [
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "in",
    "is",
    "like",
    "ilike",
    "rlike",
    "between",
    "then",
    "else",
    "when",
    "by",
    "on",
    "as",
    "having",
    "qualify",
    "limit",
    "offset",
    "distinct",
    "all",
    "using",
    "return",
    "interval",
    "case",
    "union",
    "except",
    "intersect",
    "minus",
    "join",
    "div",
    "with",
    "over",
    "set",
    "into",
    "to",
    "only",
    "if",
    "default",
];

impl<'t> View<'t> {
    pub(super) fn new(text: &'t str, pieces: Vec<Piece>) -> Self {
        let mut before = vec![None; pieces.len()];
        let mut after = vec![None; pieces.len()];
        let mut last = None;
        for (at, piece) in pieces.iter().enumerate() {
            before[at] = last;
            if piece.is_significant() {
                last = Some(at);
            }
        }
        let mut next = None;
        for (at, piece) in pieces.iter().enumerate().rev() {
            after[at] = next;
            if piece.is_significant() {
                next = Some(at);
            }
        }
        let words = (0..pieces.len()).map(|at| word(text, &pieces, at)).collect();
        let mut view = Self { text, angles: vec![false; pieces.len()], pieces, words, before, after };
        view.find_angles();
        view
    }

    pub(super) fn before(&self, at: usize) -> Option<usize> {
        self.before.get(at).copied().flatten()
    }

    pub(super) fn after(&self, at: usize) -> Option<usize> {
        self.after.get(at).copied().flatten()
    }

    pub(super) fn source(&self, at: usize) -> &'t str {
        self.text.get(self.pieces[at].range.clone()).unwrap_or_default()
    }

    /// In lower case; empty if it is none.
    pub(super) fn word(&self, at: usize) -> &str {
        &self.words[at]
    }

    pub(super) fn is_word(&self, at: usize, words: &[&str]) -> bool {
        words.contains(&self.word(at))
    }

    pub(super) fn is(&self, at: Option<usize>, kinds: &[TokenKind]) -> bool {
        at.is_some_and(|at| kinds.iter().any(|kind| self.pieces[at].is(*kind)))
    }

    pub(super) fn is_angle(&self, at: usize) -> bool {
        self.angles[at]
    }

    /// No white space, and nothing else, between a piece and the one before it.
    pub(super) fn glued(&self, at: usize) -> bool {
        at > 0 && !self.pieces[at].space
    }

    /// Part of a path, a parameter or a named argument: a name, whatever the word is.
    pub(super) fn is_name(&self, at: usize) -> bool {
        use TokenKind::{At, Colon, Dot, FatArrow};
        self.is(self.before(at), &[Dot, At])
            || self.is(self.after(at), &[Dot, FatArrow])
            || (self.glued(at) && self.is(self.before(at), &[Colon]))
    }

    pub(super) fn ends_operand(&self, at: Option<usize>) -> bool {
        use TokenKind as K;
        let Some(at) = at else { return false };
        match self.pieces[at].kind {
            Kind::Tag(_) => true,
            Kind::Sql(K::Word) => {
                let group_by_all =
                    self.is_word(at, &["all"]) && self.before(at).is_some_and(|by| self.is_word(by, &["by"]));
                !BEFORE_OPERAND.contains(&self.word(at)) || self.is_name(at) || group_by_all
            }
            Kind::Sql(kind) => matches!(
                kind,
                K::QuotedWord
                    | K::Number
                    | K::String
                    | K::RawString
                    | K::HexString
                    | K::DollarString
                    | K::RightParen
                    | K::RightBracket
                    | K::Question
            ),
        }
    }

    pub(super) fn starts_operand(&self, at: Option<usize>) -> bool {
        use TokenKind as K;
        let Some(at) = at else { return false };
        match self.pieces[at].kind {
            Kind::Tag(_) => true,
            Kind::Sql(kind) => matches!(
                kind,
                K::Word
                    | K::QuotedWord
                    | K::Number
                    | K::String
                    | K::RawString
                    | K::HexString
                    | K::DollarString
                    | K::LeftParen
                    | K::Minus
                    | K::Plus
                    | K::Star
                    | K::Tilde
                    | K::Bang
                    | K::Colon
                    | K::Question
            ),
        }
    }

    /// An operator between two operands.
    pub(super) fn is_binary(&self, at: usize) -> bool {
        use TokenKind as K;
        match self.pieces[at].kind {
            Kind::Sql(
                K::Equal
                | K::NotEqual
                | K::NullSafeEqual
                | K::LessEqual
                | K::GreaterEqual
                | K::Concat
                | K::ShiftLeft
                | K::Arrow
                | K::FatArrow,
            ) => true,
            Kind::Sql(K::Less | K::Greater) => !self.angles[at] && self.ends_operand_or_angle(self.before(at)),
            Kind::Sql(K::Slash | K::Percent | K::Pipe | K::Ampersand | K::Caret | K::Star) => {
                self.ends_operand(self.before(at)) && self.starts_operand(self.after(at)) && !self.is_star_of_select(at)
            }
            Kind::Sql(K::Plus | K::Minus) => {
                // `x -1` may be an operand after a keyword that is not known here.
                let signed = self.pieces[at].space && self.after(at).is_some_and(|next| self.glued(next));
                let word = self.before(at).is_some_and(|before| self.pieces[before].is(K::Word));
                self.ends_operand(self.before(at)) && self.starts_operand(self.after(at)) && !(signed && word)
            }
            _ => false,
        }
    }

    /// `SELECT /*+ hint */ *` and `COLUMNS * EXCEPT (…)`: a star that multiplies nothing.
    fn is_star_of_select(&self, at: usize) -> bool {
        self.pieces[at].is(TokenKind::Star)
            && (self.after(at).is_some_and(|next| {
                self.is_word(next, &["except", "from", "exclude", "replace", "where", "as"]) && !self.is_name(next)
            }) || self.before(at).is_some_and(|before| self.is_word(before, &["columns"])))
    }

    fn ends_operand_or_angle(&self, at: Option<usize>) -> bool {
        self.ends_operand(at) || self.is(at, &[TokenKind::Greater])
    }

    /// `ARRAY<…>`, `MAP<…>` and `STRUCT<…>`, as far as they are closed.
    fn find_angles(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.pieces.len() {
            if !self.pieces[at].is_significant() {
                continue;
            }
            if self.pieces[at].is(TokenKind::Less) {
                let typed = self.before[at].is_some_and(|before| self.is_word(before, &["array", "map", "struct"]));
                if typed {
                    open.push(at);
                } else {
                    open.clear();
                }
            } else if self.pieces[at].is(TokenKind::Greater) {
                if let Some(start) = open.pop() {
                    self.angles[start] = true;
                    self.angles[at] = true;
                }
            } else if self.is(Some(at), &[TokenKind::Semicolon]) {
                open.clear();
            }
        }
    }
}

fn word(text: &str, pieces: &[Piece], at: usize) -> String {
    let is_print = |at: usize| pieces.get(at).is_some_and(Piece::is_print);
    let piece = &pieces[at];
    let begins_in_tag = at > 0 && !piece.space && is_print(at - 1);
    let ends_in_tag = pieces.get(at + 1).is_some_and(|next| !next.space) && is_print(at + 1);
    if !piece.is(TokenKind::Word) || begins_in_tag || ends_in_tag {
        return String::new();
    }
    text[piece.range.clone()].to_ascii_lowercase()
}
