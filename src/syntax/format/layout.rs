//! Where lines begin.
//!
//! The author says what is broken: a bracket, list or condition with a line break of its own is laid out over lines,
//! and everything else stays in one. The layout says how: at which indentation, and what else must then begin a line.
//! A second look at its own result finds the same breaks.

use super::clause::{Clause, Form};
use super::node::Node;
use super::operator::{AND, OR, level};
use super::spacing::space_before;
use super::view::View;
use crate::syntax::lexer::TokenKind;

/// Spaces of one step.
pub(super) const STEP: usize = 2;
/// A query with so many clauses has a line for each, where it stands alone.
pub(super) const SHORT_QUERY: usize = 2;

/// What stands before a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gap {
    Joined,
    Space,
    /// A new line, with so many spaces.
    Line(usize),
}

/// Something that stands in one line and could be broken.
#[derive(Debug)]
pub(super) struct Break {
    /// Less is further out.
    pub(super) depth: usize,
    /// The pieces that would begin a line.
    pub(super) at: Vec<usize>,
    /// Characters that it takes in the source.
    pub(super) length: usize,
}

pub(super) struct Layout<'v> {
    pub(super) view: &'v View<'v>,
    /// The pieces that begin a line by the author's wish, or because there is no room.
    pub(super) wish: &'v [bool],
    pub(super) gaps: Vec<Gap>,
    /// The indentation of comments and tags that stand in lines of their own before a piece.
    pub(super) above: Vec<usize>,
    pub(super) breaks: Vec<Break>,
    /// Indentation of the current line.
    pub(super) line: usize,
    pub(super) depth: usize,
    /// Inside the elements of a table, whose lines are never broken.
    pub(super) in_elements: bool,
    /// The query is a table of `WITH`.
    pub(super) in_with: bool,
}

impl<'v> Layout<'v> {
    pub(super) fn new(view: &'v View<'v>, wish: &'v [bool]) -> Self {
        let count = view.pieces.len();
        Self {
            view,
            wish,
            gaps: vec![Gap::Joined; count],
            above: vec![0; count],
            breaks: Vec::new(),
            line: 0,
            depth: 0,
            in_elements: false,
            in_with: false,
        }
    }

    pub(super) fn join(&mut self, at: usize) {
        self.gaps[at] = if space_before(self.view, at) { Gap::Space } else { Gap::Joined };
        self.above[at] = self.line + STEP;
    }

    pub(super) fn begin(&mut self, at: usize, indent: usize) {
        self.gaps[at] = Gap::Line(indent);
        self.above[at] = indent;
        self.line = indent;
    }

    pub(super) fn wishes(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| self.wish[node.first()])
    }

    /// A wish anywhere after the first piece of an item.
    fn is_broken(&self, nodes: &[Node]) -> bool {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return false };
        (first.first() + 1..=last.last()).any(|at| self.wish[at])
    }

    pub(super) fn length(&self, first: usize, last: usize) -> usize {
        self.view.pieces[last].range.end.saturating_sub(self.view.pieces[first].range.start)
    }

    pub(super) fn could_break(&mut self, depth: usize, at: Vec<usize>, length: usize) {
        if !at.is_empty() && !self.in_elements && !at.iter().any(|at| self.wish[*at]) {
            self.breaks.push(Break { depth, at, length });
        }
    }

    /// Clauses in lines of their own; the first is already placed.
    pub(super) fn query(&mut self, nodes: &[Node], clauses: &[Clause], indent: usize) {
        for (index, clause) in clauses.iter().enumerate() {
            let end = clauses.get(index + 1).map_or(nodes.len(), |next| next.at);
            let part = &nodes[clause.at..end];
            if index > 0 {
                self.begin(part[0].first(), indent);
            }
            let head = clause.head.min(part.len());
            for node in &part[1..head] {
                self.join(node.first());
            }
            self.clause(clause, part, &part[head..], indent);
        }
    }

    fn clause(&mut self, clause: &Clause, part: &[Node], body: &[Node], indent: usize) {
        let Some(first) = body.first() else { return };
        match clause.form {
            Form::With => {
                self.in_with = true;
                for (index, item) in self.items(body).into_iter().enumerate() {
                    let at = item[0].first();
                    // A tag or a comment may stand between `WITH` and its first table.
                    let apart = self.wish[at] && !self.view.pieces[at - 1].is_significant();
                    if index > 0 || apart {
                        self.begin(at, indent)
                    } else {
                        self.join(at)
                    }
                    self.item(item, indent);
                }
                self.in_with = false;
            }
            Form::List => {
                let items = self.items(body);
                let firsts: Vec<usize> = items.iter().map(|item| item[0].first()).collect();
                let several = items.len() > 1;
                let broken = firsts.iter().any(|at| self.wish[*at])
                    || (several && items.iter().any(|item| self.is_broken(item)));
                // Columns have a line each; keys may share one.
                let shared: Vec<usize> = firsts.iter().skip(1).copied().filter(|at| !self.wish[*at]).collect();
                for (index, item) in items.into_iter().enumerate() {
                    let at = item[0].first();
                    if broken && (index == 0 || clause.is_select || self.wish[at]) {
                        self.begin(at, indent + STEP);
                    } else {
                        self.join(at);
                    }
                    self.item(item, if broken { indent + STEP } else { indent });
                }
                if broken && !clause.is_select {
                    self.could_break(self.depth * 4, shared, 0);
                }
                if several && !broken {
                    let length = self.length(part[0].first(), part[part.len() - 1].last());
                    self.could_break(self.depth * 4, firsts, length);
                }
            }
            Form::Free => {
                self.join(first.first());
                self.item(body, indent);
            }
        }
    }

    /// Items of a list: after commas, and before and after a tag that has a line of its own.
    pub(super) fn items<'n>(&self, nodes: &'n [Node]) -> Vec<&'n [Node]> {
        let mut items = Vec::new();
        let mut start = 0;
        for at in 1..nodes.len() {
            let comma = nodes[at - 1].leaf().is_some_and(|leaf| self.view.pieces[leaf].is(TokenKind::Comma));
            if comma || self.is_alone(&nodes[at]) || self.is_alone(&nodes[at - 1]) {
                items.push(&nodes[start..at]);
                start = at;
            }
        }
        if start < nodes.len() {
            items.push(&nodes[start..]);
        }
        items
    }

    /// A printing tag in a line of its own, which may stand for any number of items.
    fn is_alone(&self, node: &Node) -> bool {
        let Some(at) = node.leaf() else { return false };
        self.view.pieces[at].is_print()
            && self.wish[at]
            && self.view.after(at).is_some_and(|next| self.wish[next])
            && !self.view.is(self.view.after(at), &[TokenKind::Comma])
    }

    /// The pieces of one item behind its first, which is already placed.
    pub(super) fn item(&mut self, nodes: &[Node], base: usize) {
        let levels: Vec<Option<u8>> = (0..nodes.len()).map(|at| level(self.view, nodes, at)).collect();
        let mut wished: Vec<bool> = nodes.iter().map(|node| self.wish[node.first()]).collect();
        // Where one operator begins a line, every AND and OR outside of it does.
        for looser in [AND, OR] {
            let begins =
                levels.iter().zip(&wished).any(|(level, wished)| *wished && level.is_some_and(|at| at >= looser));
            if begins {
                levels
                    .iter()
                    .zip(&mut wished)
                    .filter(|(level, _)| **level == Some(looser))
                    .for_each(|(_, w)| *w = true);
            }
        }
        // Levels of operators that begin a line, the loosest first.
        let mut used: Vec<u8> = Vec::new();
        for (level, wished) in levels.iter().zip(&wished) {
            if let Some(level) = level.filter(|level| *level > 0 && *wished && !used.contains(level)) {
                used.push(level);
            }
        }
        for (index, node) in nodes.iter().enumerate() {
            let at = node.first();
            if index > 0 {
                let comma = nodes[index - 1].leaf().is_some_and(|leaf| self.view.pieces[leaf].is(TokenKind::Comma));
                match levels[index] {
                    Some(level) if wished[index] => {
                        let looser = used.iter().filter(|used| **used < level).count();
                        self.begin(at, base + STEP * (1 + if level == 0 { 0 } else { looser }));
                    }
                    _ if self.wish[at] && (comma || self.is_alone(node) || self.is_alone(&nodes[index - 1])) => {
                        self.begin(at, base + STEP);
                    }
                    _ => self.join(at),
                }
            }
            if let Node::Group(group) = node {
                self.group(group);
            }
        }
        self.conditions(nodes);
    }

    /// `AND` or `OR` of a condition, whichever is looser, could begin lines.
    pub(super) fn conditions(&mut self, nodes: &[Node]) {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return };
        let at = |wanted: u8| -> Vec<usize> {
            let nodes = (1..nodes.len()).filter(|at| level(self.view, nodes, *at) == Some(wanted));
            nodes.collect()
        };
        let mut found = at(OR);
        if found.is_empty() {
            found = at(AND);
        }
        if found.is_empty() {
            return;
        }
        let on = (1..nodes.len()).find(|at| nodes[*at].leaf().is_some_and(|leaf| self.view.is_word(leaf, &["on"])));
        let pieces: Vec<usize> = on.into_iter().chain(found).map(|at| nodes[at].first()).collect();
        let length = self.length(first.first(), last.last());
        self.could_break(self.depth * 4 + 1, pieces, length);
    }
}
