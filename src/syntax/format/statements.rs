//! The statements of a template, and the pieces of SQL inside its macros.

use super::clause::clauses;
use super::node::{Node, nodes};
use super::outline::Place;
use super::view::View;
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::split::split;

/// Pieces that are laid out together.
pub(super) struct Statement {
    /// The significant pieces, in order; never empty.
    pub(super) pieces: Vec<usize>,
    /// Nothing if the text is kept as it is.
    pub(super) nodes: Option<Vec<Node>>,
    pub(super) place: Place,
}

/// Statements whose text is a value, or that hold statements of their own.
const VERBATIM: [&str; 9] = ["set", "add", "list", "begin", "declare", "reset", "analyze", "cache", "explain"];
/// Statements in which `SELECT` and its like are names of privileges.
const PLAIN: [&str; 7] = ["grant", "revoke", "deny", "show", "alter", "drop", "comment"];

pub(super) fn statements(view: &View<'_>, masked: &str, tokens: &[Token]) -> Vec<Statement> {
    let mut lists: Vec<(Vec<usize>, bool)> = Vec::new();
    let mut at = 0;
    let mut depth = 0usize;
    for range in split(masked, tokens) {
        let start = tokens[range.start].span.start as usize;
        let end = tokens[range.end - 1].span.end as usize;
        // A macro's text is a statement of its own, or a part of one.
        let mut list = Vec::new();
        while at < view.pieces.len() && view.pieces[at].range.start < end {
            if view.pieces[at].is_border() {
                lists.push((std::mem::take(&mut list), depth > 0));
                depth = if ends_macro(view.source(at)) { depth.saturating_sub(1) } else { depth + 1 };
            } else if view.pieces[at].range.start < start {
                // Comments, and what ended the statement before.
            } else if view.pieces[at].is_significant() {
                list.push(at);
            }
            at += 1;
        }
        lists.push((list, depth > 0));
    }
    lists.retain(|(list, _)| !list.is_empty());
    lists.into_iter().map(|(pieces, in_macro)| statement(view, pieces, in_macro)).collect()
}

fn ends_macro(tag: &str) -> bool {
    tag[2..].trim_start_matches(['-', '+']).trim_start().starts_with("end")
}

fn statement(view: &View<'_>, pieces: Vec<usize>, in_macro: bool) -> Statement {
    let first = pieces[0];
    let column = view.pieces[first].column;
    let is_script = pieces.iter().any(|at| view.pieces[*at].is(TokenKind::Semicolon));
    let is_value = view.is_word(first, &VERBATIM) && !view.is_name(first);
    let nodes = nodes(view, &pieces).filter(|_| !is_script && !is_value);
    let base = match &nodes {
        Some(nodes) if in_macro => margin(view, nodes, &pieces).unwrap_or(column),
        _ => 0,
    };
    let place = Place {
        first: if in_macro { column } else { 0 },
        base,
        written: if in_macro { base } else { column },
        creates: view.is_word(first, &["create"]),
        plain: view.is_word(first, &PLAIN),
    };
    Statement { pieces, nodes, place }
}

/// The text of a macro is indented for the place that it is inserted at: the line that continues it with the least
/// indentation tells how far. A query's clauses stand below each other.
fn margin(view: &View<'_>, nodes: &[Node], pieces: &[usize]) -> Option<usize> {
    if clauses(view, nodes).iter().any(|clause| clause.is_select) {
        return None;
    }
    let lines = pieces.iter().skip(1).map(|at| &view.pieces[*at]).filter(|piece| piece.lines > 0);
    lines.map(|piece| piece.column).min()
}
