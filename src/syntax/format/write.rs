//! From decisions to text.

use super::layout::Gap;
use super::statements::Statement;
use super::view::View;
use crate::syntax::lexer::TokenKind;

/// What every piece gets: the white space before it.
pub(super) struct Gaps {
    pub(super) gaps: Vec<Gap>,
    /// Pieces that are copied with the white space before them.
    verbatim: Vec<bool>,
}

/// Adds to the gaps of significant pieces those of comments and tags.
pub(super) fn resolve(view: &View<'_>, statements: &[Statement], mut gaps: Vec<Gap>, above: &[usize]) -> Gaps {
    let count = view.pieces.len();
    let mut verbatim = vec![false; count];
    // The indentation of what follows the last piece of a macro's text.
    let mut margin = vec![0; count];
    for statement in statements {
        let (Some(first), Some(last)) = (statement.pieces.first(), statement.pieces.last()) else { continue };
        margin[*last] = statement.place.base;
        if statement.nodes.is_none() {
            verbatim[*first + 1..=*last].fill(true);
            gaps[*first] = Gap::Line(statement.place.first);
        }
    }
    let mut start = 0;
    for at in 0..=count {
        let ends = view.pieces.get(at).is_none_or(|piece| piece.is_significant() || piece.is_border());
        if !ends {
            continue;
        }
        let next = (at < count).then_some(at);
        run(view, start, next, &mut gaps, above, &margin);
        start = at + 1;
    }
    first_in_line(view, statements, &mut gaps);
    Gaps { gaps, verbatim }
}

/// Comments and silent tags from `start` up to the significant piece, the macro's border or the end that follows.
fn run(view: &View<'_>, start: usize, next: Option<usize>, gaps: &mut [Gap], above: &[usize], margin: &[usize]) {
    let end = next.unwrap_or(view.pieces.len());
    let before = start.checked_sub(1);
    let border = next.filter(|next| view.pieces[*next].is_border());
    let indent = match next {
        Some(next) if border.is_none() => above[next],
        _ => before.map_or(0, |before| margin[before]),
    };
    for (at, gap) in gaps.iter_mut().enumerate().take(end).skip(start) {
        let piece = &view.pieces[at];
        *gap = if piece.is_notebook() {
            Gap::Line(0)
        } else if piece.lines > 0 || at == 0 || view.pieces[at - 1].ends_line() {
            Gap::Line(indent)
        } else if piece.space {
            Gap::Space
        } else {
            Gap::Joined
        };
    }
    let Some(next) = next else { return };
    let piece = &view.pieces[next];
    if border.is_some() {
        // A macro's own tags stand where the author put them.
        gaps[next] = written(view, next, piece.column);
        return;
    }
    if start == end {
        return;
    }
    let own_line = view.pieces[start..end].iter().any(|piece| piece.ends_line())
        || (start..end).any(|at| matches!(gaps[at], Gap::Line(_)) && piece.lines > 0);
    let last = &view.pieces[end - 1];
    if !piece.space && last.is_silent_tag() {
        // Joined to a tag: the line can only begin before it.
        if matches!(gaps[next], Gap::Line(_)) {
            let free = (start..end)
                .rev()
                .find(|at| view.pieces[*at].space && (at + 1..=end - 1).all(|at| !view.pieces[at].space));
            if let Some(free) = free {
                gaps[free] = Gap::Line(indent);
            }
        }
        gaps[next] = Gap::Joined;
    } else if matches!(gaps[next], Gap::Line(_)) {
        // A comment that the author put before something in its line stays there.
        if piece.lines == 0 && last.is(TokenKind::BlockComment) && matches!(gaps[end - 1], Gap::Line(_)) {
            gaps[next] = if piece.space { Gap::Space } else { Gap::Joined };
        }
    } else if own_line {
        gaps[next] = Gap::Line(indent);
    } else {
        gaps[next] = if piece.space { Gap::Space } else { Gap::Joined };
    }
}

fn written(view: &View<'_>, at: usize, column: usize) -> Gap {
    let piece = &view.pieces[at];
    if piece.lines > 0 || at == 0 || view.pieces[at - 1].ends_line() {
        Gap::Line(column)
    } else if piece.space {
        Gap::Space
    } else {
        Gap::Joined
    }
}

/// The first piece of a macro's text may stand in the line of the tag; a statement may follow a tag, too.
fn first_in_line(view: &View<'_>, statements: &[Statement], gaps: &mut [Gap]) {
    for statement in statements {
        let Some(&first) = statement.pieces.first() else { continue };
        let piece = &view.pieces[first];
        let after_tag = first > 0 && view.pieces[first - 1].is_silent_tag();
        if after_tag && piece.lines == 0 {
            gaps[first] = if piece.space { Gap::Space } else { Gap::Joined };
        }
    }
}

impl Gaps {
    /// Lines as ranges of pieces, with the characters of the longest part of each.
    pub(super) fn lines(&self, view: &View<'_>) -> Vec<(usize, usize, usize)> {
        let mut lines: Vec<(usize, usize, usize)> = Vec::new();
        let mut column = 0;
        for (at, piece) in view.pieces.iter().enumerate() {
            let begins = at == 0 || self.begins(at).is_some();
            if begins {
                column = self.begins(at).unwrap_or(0);
                lines.push((at, at, 0));
            } else if self.gaps[at] == Gap::Space {
                column += 1;
            }
            let Some(line) = lines.last_mut() else { continue };
            line.1 = at;
            // A comment at the end of a line does not break what is before it.
            if piece.ends_line() && !begins {
                continue;
            }
            let text = view.source(at);
            let mut parts = text.split('\n');
            column += parts.next().map_or(0, |part| part.chars().count());
            line.2 = line.2.max(column);
            if let Some(last) = parts.next_back() {
                column = last.chars().count();
            }
            line.2 = line.2.max(column);
        }
        lines
    }

    fn begins(&self, at: usize) -> Option<usize> {
        match self.gaps[at] {
            Gap::Line(indent) if !self.verbatim[at] => Some(indent),
            _ => None,
        }
    }

    pub(super) fn text(&self, view: &View<'_>, upper: &[bool], line_break: &str) -> String {
        let mut out = String::with_capacity(view.text.len() + 64);
        for (at, piece) in view.pieces.iter().enumerate() {
            if self.verbatim[at] {
                let from = view.pieces[at - 1].range.end;
                out.push_str(view.text.get(from..piece.range.end).unwrap_or_default());
                continue;
            }
            match self.gaps[at] {
                Gap::Line(indent) => {
                    if at > 0 {
                        out.push_str(line_break);
                        if piece.lines > 1 && may_have_blank_line(view, at) {
                            out.push_str(line_break);
                        }
                    }
                    out.extend(std::iter::repeat_n(' ', indent));
                }
                Gap::Space if at > 0 => out.push(' '),
                Gap::Space | Gap::Joined => {}
            }
            let text = view.source(at);
            if upper[at] { out.push_str(&text.to_ascii_uppercase()) } else { out.push_str(text) }
        }
        if !out.is_empty() {
            out.push_str(line_break);
        }
        out
    }
}

/// Between statements and the items of lists, before a query, and around comments and tags.
fn may_have_blank_line(view: &View<'_>, at: usize) -> bool {
    use TokenKind::{Comma, LeftParen, RightParen, Semicolon};
    let (before, here) = (&view.pieces[at - 1], &view.pieces[at]);
    if here.is(RightParen) || before.is(LeftParen) {
        return false;
    }
    !here.is_significant()
        || !before.is_significant()
        || [Comma, Semicolon].iter().any(|kind| before.is(*kind))
        || view.is_word(at, &["select", "union", "except", "intersect", "minus", "with"])
}
