//! The way in: a text is laid out until it stays as it is, and compared with what it was.

use std::sync::Arc;

use super::keyword::keywords;
use super::layout::{Break, Layout};
use super::piece::{Kind, Piece, pieces};
use super::statements::statements;
use super::template::{BadTag, tags};
use super::view::View;
use super::write::resolve;
use crate::diag::{Code, Diagnostic, Location, SourceFile, Span};
use crate::syntax::lexer::{LexErrorKind, TokenKind};

/// Characters that a line should have at most.
const WIDTH: usize = 120;
/// A text is formatted until it stays as it is. Nearly all do after the first time.
pub(super) const ROUNDS: usize = 6;
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
pub(super) enum Failure {
    Tag(BadTag),
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

pub(super) fn once(original: &str) -> Result<String, Failure> {
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
        let gaps = resolve(&view, &statements, std::mem::take(&mut layout.gaps), &layout.above);
        let new = further(&layout.breaks, &gaps.lines(&view), view.pieces.len());
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

/// Of each line that is too long, the pieces of its outermost and longest part that can be broken.
fn further(breaks: &[Break], lines: &[(usize, usize, usize)], count: usize) -> Vec<usize> {
    let mut line_of = vec![0; count];
    for (line, (first, last, _)) in lines.iter().enumerate() {
        line_of[*first..=*last].fill(line);
    }
    let mut best: Vec<Option<&Break>> = vec![None; lines.len()];
    for found in breaks {
        let (Some(first), Some(last)) = (found.at.iter().min(), found.at.iter().max()) else { continue };
        let line = line_of[*first];
        let inside = line == line_of[*last] && *first > lines[line].0;
        let key = |found: &Break| (found.depth, std::cmp::Reverse(found.length));
        if inside && lines[line].2 > WIDTH && best[line].is_none_or(|other| key(found) < key(other)) {
            best[line] = Some(found);
        }
    }
    best.into_iter().flatten().flat_map(|found| found.at.iter().copied()).collect()
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
    let cut = |text: &str| -> Option<Vec<(Kind, String)>> {
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
