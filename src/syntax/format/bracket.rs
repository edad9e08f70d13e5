//! The layout of what brackets enclose, and of `CASE … END`.

use super::clause::{Form, clauses, is_query};
use super::layout::{Gap, Layout, SHORT_QUERY, STEP};
use super::node::{Group, Node};

/// Characters of a bracket that is broken where a line is too long.
const LONG: usize = 40;

impl Layout<'_> {
    pub(super) fn group(&mut self, group: &Group) {
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
