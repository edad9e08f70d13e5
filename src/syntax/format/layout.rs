//! Where lines begin.
//!
//! The author says what is broken: a bracket, list or condition with a line break of its own is laid out over lines,
//! and everything else stays in one. The layout says how: at which indentation, and what else must then begin a line.
//! A second look at its own result finds the same breaks.

use super::clause::{Clause, Form, clauses, is_query};
use super::node::{Group, Node};
use super::operator::{AND, OR, level};
use super::spacing::space_before;
use super::view::View;
use crate::syntax::lexer::TokenKind;

/// Spaces of one step.
pub(super) const STEP: usize = 2;
/// A query with so many clauses has a line for each, where it stands alone.
const SHORT_QUERY: usize = 2;

/// Characters of a bracket that is broken where a line is too long.
const LONG: usize = 40;

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
    view: &'v View<'v>,
    /// The pieces that begin a line by the author's wish, or because there is no room.
    wish: &'v [bool],
    pub(super) gaps: Vec<Gap>,
    /// The indentation of comments and tags that stand in lines of their own before a piece.
    pub(super) above: Vec<usize>,
    pub(super) breaks: Vec<Break>,
    /// Indentation of the current line.
    line: usize,
    depth: usize,
    /// Inside the elements of a table, whose lines are never broken.
    in_elements: bool,
    /// The query is a table of `WITH`.
    in_with: bool,
}

/// Where a statement stands.
pub(super) struct Place {
    /// Indentation of its first line.
    pub(super) first: usize,
    /// Indentation of what continues it without any.
    pub(super) base: usize,
    /// The column that the author gave to `base`.
    pub(super) written: usize,
    /// It creates something, so that its first bracket holds elements.
    pub(super) creates: bool,
    /// Its `SELECT` is no query.
    pub(super) plain: bool,
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

    fn join(&mut self, at: usize) {
        self.gaps[at] = if space_before(self.view, at) { Gap::Space } else { Gap::Joined };
        self.above[at] = self.line + STEP;
    }

    fn begin(&mut self, at: usize, indent: usize) {
        self.gaps[at] = Gap::Line(indent);
        self.above[at] = indent;
        self.line = indent;
    }

    fn wishes(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| self.wish[node.first()])
    }

    /// A wish anywhere after the first piece of an item.
    fn is_broken(&self, nodes: &[Node]) -> bool {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return false };
        (first.first() + 1..=last.last()).any(|at| self.wish[at])
    }

    fn length(&self, first: usize, last: usize) -> usize {
        self.view.pieces[last].range.end.saturating_sub(self.view.pieces[first].range.start)
    }

    fn could_break(&mut self, depth: usize, at: Vec<usize>, length: usize) {
        if !at.is_empty() && !self.in_elements && !at.iter().any(|at| self.wish[*at]) {
            self.breaks.push(Break { depth, at, length });
        }
    }

    pub(super) fn statement(&mut self, nodes: &[Node], place: &Place) {
        let Some(first) = nodes.first() else { return };
        self.begin(first.first(), place.first);
        self.line = place.base;
        let clauses = if place.plain { Vec::new() } else { clauses(self.view, nodes) };
        let query = clauses.iter().find(|clause| clause.is_select || clause.form == Form::With).map(|clause| clause.at);
        let query = query.filter(|_| is_query(&clauses) || clauses.iter().any(|clause| clause.is_select));
        let Some(query) = query else {
            return self.free(nodes, place);
        };
        let of_query: Vec<Clause> = clauses.into_iter().filter(|clause| clause.at >= query).collect();
        let keyword = query
            .checked_sub(1)
            .filter(|at| nodes[*at].leaf().is_some_and(|leaf| self.view.is_word(leaf, &["as", "return"])));
        let begins = keyword.unwrap_or(query);
        let is_short = of_query.len() <= SHORT_QUERY && of_query.iter().all(|clause| clause.form != Form::With);
        if is_short && !self.wishes(&nodes[begins.max(1)..]) {
            let mut at: Vec<usize> = of_query.iter().skip(1).map(|clause| nodes[clause.at].first()).collect();
            if begins > 0 {
                at.push(nodes[begins].first());
            }
            self.could_break(0, at, usize::MAX);
            return self.free(nodes, place);
        }
        self.free(&nodes[..begins], place);
        if begins > 0 {
            self.begin(nodes[begins].first(), place.base);
        }
        if keyword.is_some() {
            self.join(nodes[query].first());
        }
        self.query(nodes, &of_query, place.base);
    }

    /// A statement without a query, or what stands before it: broken where the author broke it.
    fn free(&mut self, nodes: &[Node], place: &Place) {
        let mut elements = place.creates;
        let mut heads = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let at = node.first();
            if index > 0 {
                if self.wish[at] {
                    let continues = self.view.pieces[at].lines > 0 && self.view.pieces[at].column > place.written;
                    self.begin(at, if continues { place.base + STEP } else { place.base });
                } else {
                    self.join(at);
                    if place.creates && self.is_head(at) {
                        heads.push(at);
                    }
                }
            }
            if let Node::Group(group) = node {
                self.in_elements = elements && !group.is_case && self.is_long_list(group);
                elements = false;
                self.group(group);
                self.in_elements = false;
            }
        }
        if let (Some(first), Some(last)) = (nodes.first(), nodes.last()) {
            let length = self.length(first.first(), last.last());
            self.could_break(0, heads, length);
        }
        self.conditions(nodes);
    }

    /// Elements of a table are one a line; the arguments of a function may be broken as those of a call.
    fn is_long_list(&self, group: &Group) -> bool {
        self.wishes(&group.inner)
    }

    fn is_head(&self, at: usize) -> bool {
        let words = ["comment", "tblproperties", "cluster", "partitioned", "location", "returns", "return", "keys"];
        let more = ["sequence", "stored", "track", "apply", "using", "when", "on"];
        (self.view.is_word(at, &words) || self.view.is_word(at, &more)) && self.view.ends_operand(self.view.before(at))
    }

    /// Clauses in lines of their own; the first is already placed.
    fn query(&mut self, nodes: &[Node], clauses: &[Clause], indent: usize) {
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
    fn items<'n>(&self, nodes: &'n [Node]) -> Vec<&'n [Node]> {
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
    fn item(&mut self, nodes: &[Node], base: usize) {
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
    fn conditions(&mut self, nodes: &[Node]) {
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

    fn group(&mut self, group: &Group) {
        let in_with = std::mem::take(&mut self.in_with);
        self.depth += 1;
        if group.is_case {
            self.case(group)
        } else {
            self.bracket(group, in_with)
        }
        self.depth -= 1;
        self.in_with = in_with;
    }

    fn bracket(&mut self, group: &Group, in_with: bool) {
        let nodes = &group.inner;
        let Some(first) = nodes.first() else {
            if self.wish[group.close] {
                // A comment inside.
                self.above[group.close] = self.line + STEP;
                self.gaps[group.close] = Gap::Line(self.line);
            } else {
                self.join(group.close);
            }
            return;
        };
        let clauses = clauses(self.view, nodes);
        let query = is_query(&clauses);
        let long = in_with && query && (clauses.len() > SHORT_QUERY || clauses.iter().any(|c| c.form == Form::With));
        let outer = self.line;
        if long || self.wishes(nodes) || self.wish[group.close] {
            let inner = outer + STEP;
            let elements = std::mem::take(&mut self.in_elements) && !query;
            self.begin(first.first(), inner);
            if query {
                let head = clauses.first().map_or(nodes.len(), |clause| clause.at);
                if head > 0 {
                    self.list(&nodes[..head], inner);
                    self.begin(nodes[head].first(), inner);
                }
                self.query(nodes, &clauses, inner);
            } else {
                self.in_elements = elements;
                self.list(nodes, inner);
                self.in_elements = false;
            }
            self.begin(group.close, outer);
            self.above[group.close] = inner;
            return;
        }
        self.join(first.first());
        for (index, item) in self.items(nodes).into_iter().enumerate() {
            if index > 0 {
                self.join(item[0].first());
            }
            self.item(item, outer);
        }
        self.join(group.close);
        let mut at = vec![first.first()];
        if query {
            at.extend(clauses.iter().map(|clause| nodes[clause.at].first()));
        } else {
            at.extend(self.items(nodes).iter().map(|item| item[0].first()));
        }
        at.dedup();
        let length = self.length(first.first(), nodes[nodes.len() - 1].last());
        // Little is won by breaking what is short.
        if length > LONG {
            self.could_break(self.depth * 4 - 2, at, length);
        }
    }

    /// The items of a broken bracket; the first is already placed.
    fn list(&mut self, nodes: &[Node], inner: usize) {
        let items = self.items(nodes);
        // Operators of the only item stand below each other.
        let base = if items.len() == 1 { inner.saturating_sub(STEP) } else { inner };
        for (index, item) in items.iter().enumerate() {
            let at = item[0].first();
            if index > 0 {
                if self.wish[at] { self.begin(at, inner) } else { self.join(at) }
            }
            self.item(item, base);
        }
        if !self.in_elements {
            let firsts: Vec<usize> = items.iter().skip(1).map(|item| item[0].first()).collect();
            let open: Vec<usize> = firsts.into_iter().filter(|at| !self.wish[*at]).collect();
            let length = nodes.last().map_or(0, |last| self.length(nodes[0].first(), last.last()));
            self.could_break(self.depth * 4, open, length);
        }
    }

    fn case(&mut self, group: &Group) {
        let nodes = &group.inner;
        let branches: Vec<usize> = (0..nodes.len())
            .filter(|at| nodes[*at].leaf().is_some_and(|leaf| self.view.is_word(leaf, &["when", "else"])))
            .collect();
        let base = self.line;
        let head = branches.first().copied().unwrap_or(nodes.len());
        let broken = self.wishes(nodes) || self.wish[group.close];
        if let Some(first) = nodes[..head].first() {
            self.join(first.first());
            self.item(&nodes[..head], base);
        }
        for (index, start) in branches.iter().enumerate() {
            let end = branches.get(index + 1).copied().unwrap_or(nodes.len());
            let at = nodes[*start].first();
            if broken {
                self.begin(at, base + STEP);
                self.item(&nodes[*start..end], base + STEP);
            } else {
                self.join(at);
                self.item(&nodes[*start..end], base);
            }
        }
        if broken {
            self.begin(group.close, base);
            self.above[group.close] = base + STEP;
        } else {
            self.join(group.close);
            let at = branches.iter().map(|at| nodes[*at].first()).chain([group.close]).collect();
            let length = self.length(group.open, group.close);
            self.could_break(self.depth * 4 - 2, at, length);
        }
    }
}
