//! Keywords of queries and expressions.

use super::clause::{clauses, is_query};
use super::keyword::Keywords;
use super::node::Node;
use crate::syntax::lexer::TokenKind;

/// Between two operands.
const INFIX: [&str; 13] =
    ["and", "or", "in", "is", "like", "ilike", "rlike", "between", "div", "as", "on", "not", "escape"];

/// Words that may follow a literal; before any other word, `null` may be the name of a column.
const AFTER_LITERAL: [&str; 15] =
    ["as", "and", "or", "then", "when", "else", "end", "from", "where", "is", "in", "on", "union", "group", "order"];

impl Keywords<'_> {
    pub(super) fn list(&mut self, nodes: &[Node]) {
        let clauses = clauses(self.view, nodes);
        if is_query(&clauses) {
            for clause in &clauses {
                for node in &nodes[clause.at..(clause.at + clause.head).min(nodes.len())] {
                    node.leaf().into_iter().for_each(|leaf| self.mark(leaf));
                }
            }
            self.directions(nodes);
        }
        for (index, node) in nodes.iter().enumerate() {
            match node {
                Node::Leaf(at) => self.leaf(nodes, index, *at),
                Node::Group(group) => {
                    if group.is_case {
                        self.mark(group.open);
                        self.mark(group.close);
                        for leaf in group.inner.iter().filter_map(Node::leaf) {
                            if self.view.is_word(leaf, &["when", "then", "else"]) {
                                self.mark(leaf);
                            }
                        }
                    }
                    self.list(&group.inner);
                }
            }
        }
    }

    /// `DESC NULLS LAST` behind an item of `ORDER BY`.
    fn directions(&mut self, nodes: &[Node]) {
        let mut ordered = false;
        for (index, node) in nodes.iter().enumerate() {
            let Some(at) = node.leaf() else { continue };
            let word =
                |offset: usize| nodes.get(index + offset).and_then(Node::leaf).map_or("", |at| self.view.word(at));
            if self.upper[at] {
                if self.view.is_word(at, &["order", "sort"]) {
                    ordered = true;
                } else if !self.view.is_word(at, &["by"]) {
                    ordered = false;
                }
                continue;
            }
            let ends = |offset: usize| {
                let next = nodes.get(index + offset).map(Node::first);
                next.is_none_or(|next| {
                    self.view.is(Some(next), &[TokenKind::Comma, TokenKind::Semicolon])
                        || self.view.is_word(next, &["limit", "rows", "range", "offset", "nulls", "union"])
                })
            };
            if !ordered || !self.view.ends_operand(self.view.before(at)) {
                continue;
            }
            if matches!(word(0), "asc" | "desc") && ends(1) {
                self.mark(at);
            }
            if word(0) == "nulls" && matches!(word(1), "first" | "last") && ends(2) {
                self.mark(at);
                nodes[index + 1].leaf().into_iter().for_each(|leaf| self.upper[leaf] = true);
            }
        }
    }

    fn leaf(&mut self, nodes: &[Node], index: usize, at: usize) {
        let view = self.view;
        let (before, after) = (view.before(at), view.after(at));
        let follows = |words: &[&str]| after.is_some_and(|after| view.is_word(after, words));
        let word = view.word(at);
        if INFIX.contains(&word) {
            let operands = (view.ends_operand(before) || before.is_some_and(|b| view.is_word(b, &["not", "is"])))
                && view.starts_operand(after)
                && !follows(&["from", "where", "as", "group", "order"])
                && index > 0
                && index + 1 < nodes.len();
            if operands {
                self.mark(at);
            }
        }
        match word {
            "not" if !view.ends_operand(before) && view.starts_operand(after) && index + 1 < nodes.len() => {
                self.mark(at)
            }
            "null" | "true" | "false" => {
                let placed = before.is_some_and(|before| {
                    // Options are often written as in other languages.
                    !view.ends_operand(Some(before))
                        && !view.is_word(before, &["as"])
                        && !view.pieces[before].is(TokenKind::FatArrow)
                });
                let goes_on = !view.is(after, &[TokenKind::LeftParen, TokenKind::QuotedWord])
                    && (!view.is(after, &[TokenKind::Word]) || follows(&AFTER_LITERAL));
                if placed && goes_on {
                    self.mark(at);
                }
            }
            "over" if view.is(before, &[TokenKind::RightParen]) && view.is(after, &[TokenKind::LeftParen]) => {
                self.mark(at);
            }
            "distinct"
                if view.is(before, &[TokenKind::LeftParen])
                    && index == 0
                    && view.starts_operand(after)
                    && nodes.len() > 1 =>
            {
                self.mark(at)
            }
            "exists" if view.is(after, &[TokenKind::LeftParen]) && !view.ends_operand(before) => self.mark(at),
            _ => {}
        }
    }
}
