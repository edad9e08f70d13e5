//! The formatter of SQL templates.
//!
//! Works on tokens, comments and template tags, never on a tree that could be printed: whatever it does not know, it
//! leaves as it is. Owns where lines begin, where spaces stand and which keywords are in upper case; changes nothing
//! else, and checks that before it gives the text away. Knows nothing of projects, and of templates only where their
//! tags begin and end.

mod clause;
mod keyword;
mod layout;
mod node;
mod operator;
mod piece;
mod spacing;
mod statements;
mod template;
mod view;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::keyword::keywords;
use self::layout::Layout;
use self::piece::{Piece, pieces};
use self::statements::statements;
use self::template::tags;
use self::view::View;
use crate::diag::{Code, Diagnostic, Location, SourceFile, Span};
use crate::syntax::lexer::{LexErrorKind, TokenKind};

/// Characters that a line should have at most.
const WIDTH: usize = 120;
/// A text is formatted until it stays as it is. Nearly all do after the first time.
const ROUNDS: usize = 6;
/// Of broken lines in one text, each of which may need a further break inside.
const BREAKS: usize = 40;

/// The formatted text.
///
/// # Errors
/// Where the text cannot be cut into tokens, or template tags are not balanced: nothing may be moved then.
pub fn format(file: &Arc<SourceFile>) -> Result<String, Box<Diagnostic>> {
    let original = file.text();
    let mut text = original.to_string();
    for _ in 0..ROUNDS {
        let next = once(&text).map_err(|failure| Box::new(failure.diagnostic(file)))?;
        if next == text {
            return if same(original, &text) { Ok(text) } else { Ok(original.to_string()) };
        }
        text = next;
    }
    // No layout is better than one that changes whenever it is asked for.
    Ok(original.to_string())
}

/// Why a text cannot be formatted.
enum Failure {
    Tag(template::BadTag),
    Lex(LexErrorKind, Span),
}

impl Failure {
    fn diagnostic(self, file: &Arc<SourceFile>) -> Diagnostic {
        match self {
            Self::Tag(bad) => Diagnostic::error(Code::TEMPLATE_SYNTAX, bad.message).at(Location::new(file, bad.span)),
            Self::Lex(kind, span) => {
                let diagnostic = Diagnostic::error(Code::SQL_LEX, kind.message()).at(Location::new(file, span));
                match kind.hint() {
                    Some(hint) => diagnostic.hint(hint),
                    None => diagnostic,
                }
            }
        }
    }
}

/// The mark that some editors put before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

fn once(original: &str) -> Result<String, Failure> {
    let text = original.trim_start_matches(BYTE_ORDER_MARK);
    let mark = &original[..original.len() - text.len()];
    let tags = tags(text).map_err(Failure::Tag)?;
    let pieces = pieces(text, &tags).map_err(|(kind, span)| Failure::Lex(kind, span))?;
    let view = View::new(text, pieces.all);
    let statements = statements(&view, &pieces.masked, &pieces.tokens);
    let first_line = text.find('\n').unwrap_or(0);
    let line_break = if text[..first_line].ends_with('\r') { "\r\n" } else { "\n" };

    let mut wish = wishes(&view);
    let mut rounds = 0;
    let gaps = loop {
        let mut layout = Layout::new(&view, &wish);
        for statement in &statements {
            if let Some(nodes) = &statement.nodes {
                layout.statement(nodes, &statement.place);
            }
        }
        let gaps = write::resolve(&view, &statements, layout.gaps, &layout.above);
        let mut new: Vec<usize> = Vec::new();
        for (first, last, width) in gaps.lines(&view) {
            if width <= WIDTH {
                continue;
            }
            let inside = |at: &usize| first < *at && *at <= last;
            let fitting = layout.breaks.iter().filter(|found| found.at.iter().all(inside));
            if let Some(found) = fitting.min_by_key(|found| (found.depth, std::cmp::Reverse(found.length))) {
                new.extend(&found.at);
            }
        }
        rounds += 1;
        if new.is_empty() || rounds > BREAKS {
            break gaps;
        }
        new.into_iter().for_each(|at| wish[at] = true);
    };
    let trees: Vec<_> = statements.into_iter().filter_map(|statement| statement.nodes).collect();
    let upper = keywords(&view, &trees);
    Ok(format!("{mark}{}", gaps.text(&view, &upper, line_break)))
}

/// The significant pieces that the author began a line with, moved to where a line may begin: before operators and
/// behind commas.
fn wishes(view: &View<'_>) -> Vec<bool> {
    let count = view.pieces.len();
    let mut wish = vec![false; count];
    // What a comment or a tag stands before must begin a line, whatever it is.
    let mut must = vec![false; count];
    let mut from = 0;
    for at in (0..count).filter(|at| view.pieces[*at].is_significant()) {
        wish[at] = (from..=at).any(|at| at > 0 && view.pieces[at].lines > 0);
        must[at] = view.pieces[from..at].iter().any(|piece| piece.lines > 0 || piece.ends_line());
        wish[at] |= must[at];
        from = at + 1;
    }
    for at in 0..count {
        if !wish[at] || must[at] {
            continue;
        }
        if view.pieces[at].is(TokenKind::Comma)
            && let Some(next) = view.after(at)
        {
            wish[at] = false;
            wish[next] = true;
        } else if let Some(before) = view.before(at)
            && (view.is_binary(before) || view.is_word(before, &["and", "or"]))
            && !view.is(Some(before), &[TokenKind::FatArrow, TokenKind::Arrow])
            && !view.is_name(before)
        {
            wish[at] = false;
            wish[before] = true;
        }
    }
    wish
}

/// Whether two texts have the same pieces, but for the case of words.
fn same(one: &str, other: &str) -> bool {
    let cut = |text: &str| -> Option<Vec<(piece::Kind, String)>> {
        let tags = tags(text).ok()?;
        let pieces = pieces(text, &tags).ok()?;
        let text_of = |piece: &Piece| {
            let text = text[piece.range.clone()].to_string();
            if piece.is(TokenKind::Word) { text.to_ascii_uppercase() } else { text }
        };
        Some(pieces.all.iter().map(|piece| (piece.kind, text_of(piece))).collect())
    };
    matches!((cut(one), cut(other)), (Some(one), Some(other)) if one == other)
}
