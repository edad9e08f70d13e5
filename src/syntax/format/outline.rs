//! The layout of a whole statement: what stands before its query, and where the query begins.

use super::clause::{Clause, Form, clauses, is_query};
use super::layout::{Layout, SHORT_QUERY, STEP};
use super::node::{Group, Node};

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

impl Layout<'_> {
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
}
