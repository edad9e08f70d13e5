//! The pieces that a formatter moves: tokens, comments and template tags, each with the white space before it.

use std::ops::Range;

use super::template::{Tag, TagKind, masked};
use crate::diag::Span;
use crate::syntax::lexer::{LexErrorKind, Token, TokenKind, lex};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Sql(TokenKind),
    Tag(TagKind),
}

#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Line breaks in the white space before it.
    pub(super) lines: usize,
    /// Whether there is any white space before it.
    pub(super) space: bool,
    /// Characters between the start of the line and the piece.
    pub(super) column: usize,
}

impl Piece {
    pub(super) fn is(&self, kind: TokenKind) -> bool {
        self.kind == Kind::Sql(kind)
    }

    pub(super) fn is_print(&self) -> bool {
        self.kind == Kind::Tag(TagKind::Print)
    }

    /// A tag that stands for no text of its own.
    pub(super) fn is_silent_tag(&self) -> bool {
        matches!(self.kind, Kind::Tag(TagKind::Block | TagKind::Border | TagKind::Note))
    }

    pub(super) fn is_border(&self) -> bool {
        self.kind == Kind::Tag(TagKind::Border)
    }

    /// A comment that ends with its line.
    pub(super) fn ends_line(&self) -> bool {
        use TokenKind::{CellSeparator, LineComment, Magic, NotebookHeader};
        matches!(self.kind, Kind::Sql(LineComment | Magic | NotebookHeader | CellSeparator))
    }

    /// What belongs to a notebook's form always begins its line.
    pub(super) fn is_notebook(&self) -> bool {
        matches!(self.kind, Kind::Sql(TokenKind::Magic | TokenKind::NotebookHeader | TokenKind::CellSeparator))
    }

    /// Neither comment nor silent tag: what a statement consists of.
    pub(super) fn is_significant(&self) -> bool {
        match self.kind {
            Kind::Sql(kind) => !kind.is_trivia() && kind != TokenKind::CellSeparator,
            Kind::Tag(kind) => kind == TagKind::Print,
        }
    }
}

/// A text cut into pieces.
pub(super) struct Pieces {
    pub(super) all: Vec<Piece>,
    /// The significant tokens of the masked text, by which statements are found.
    pub(super) tokens: Vec<Token>,
    pub(super) masked: String,
}

pub(super) fn pieces(text: &str, tags: &[Tag]) -> Result<Pieces, (LexErrorKind, Span)> {
    let masked = masked(text, tags);
    let lexed = lex(&masked);
    if let Some(error) = lexed.errors.first() {
        return Err(*error);
    }
    let mut all: Vec<Piece> = Vec::with_capacity(lexed.tokens.len() / 2);
    let mut gap = 0..0;
    for token in &lexed.tokens {
        let range = token.span.range();
        if token.kind == TokenKind::Whitespace {
            gap.end = range.end;
            continue;
        }
        for (kind, range) in split(token.kind, range, tags) {
            let before = &text[gap];
            let lines = before.matches('\n').count();
            // Only of interest for what begins a line.
            let column = if lines > 0 || all.is_empty() {
                let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
                text[line..range.start].chars().count()
            } else {
                0
            };
            gap = range.end..range.end;
            all.push(Piece { kind, lines, space: !before.is_empty(), column, range });
        }
    }
    let mut tokens = lexed.tokens;
    tokens.retain(|token| !token.kind.is_trivia());
    Ok(Pieces { all, tokens, masked })
}

/// A word of the masked text may hold tags; strings, comments and quoted names keep theirs inside.
fn split(kind: TokenKind, range: Range<usize>, tags: &[Tag]) -> Vec<(Kind, Range<usize>)> {
    if kind != TokenKind::Word {
        return vec![(Kind::Sql(kind), range)];
    }
    let first = tags.partition_point(|tag| tag.range.end <= range.start);
    let inside = tags[first..].iter().take_while(|tag| tag.range.end <= range.end && tag.range.start >= range.start);
    let mut parts = Vec::new();
    let mut at = range.start;
    for tag in inside {
        if at < tag.range.start {
            parts.push((Kind::Sql(kind), at..tag.range.start));
        }
        parts.push((Kind::Tag(tag.kind), tag.range.clone()));
        at = tag.range.end;
    }
    if at < range.end {
        parts.push((Kind::Sql(kind), at..range.end));
    }
    parts
}
