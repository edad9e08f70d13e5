//! Which words are keywords where they stand, and so are written in upper case.
//!
//! Most words of Databricks SQL may be names, too. A word is a keyword here only if its neighbours leave no doubt.

use super::clause::{clauses, is_query};
use super::node::Node;
use super::view::View;
use crate::syntax::lexer::TokenKind;

/// Between two operands.
const INFIX: [&str; 13] =
    ["and", "or", "in", "is", "like", "ilike", "rlike", "between", "div", "as", "on", "not", "escape"];
/// What begins a statement or goes on with its beginning.
const HEAD: [&str; 39] = [
    "create",
    "or",
    "replace",
    "refresh",
    "private",
    "streaming",
    "table",
    "materialized",
    "view",
    "temporary",
    "temp",
    "function",
    "flow",
    "schema",
    "catalog",
    "volume",
    "external",
    "if",
    "not",
    "exists",
    "drop",
    "alter",
    "insert",
    "into",
    "overwrite",
    "merge",
    "delete",
    "update",
    "grant",
    "revoke",
    "on",
    "use",
    "show",
    "describe",
    "policy",
    "procedure",
    "truncate",
    "from",
    "database",
];
/// Phrases of declarations, each up to the token that makes it sure: `'` a text, `(` a parenthesis, `w` a word.
const PHRASES: [&str; 34] = [
    "comment '",
    "tblproperties (",
    "cluster by (",
    "cluster by auto w",
    "partitioned by (",
    "location '",
    "as select w",
    "as with w",
    "as auto cdc into w",
    "auto cdc into w",
    "keys (",
    "sequence by w",
    "stored as scd type w",
    "track history on * except (",
    "columns * except (",
    "apply as delete when w",
    "apply as truncate when w",
    "ignore null updates w",
    "primary key (",
    "foreign key (",
    "expect (",
    "on violation drop row",
    "on violation fail update",
    "not null",
    "returns w",
    "language w",
    "deterministic w",
    "language sql",
    "with row filter w",
    "using columns (",
    "generated always as (",
    "schedule every w",
    "schedule cron '",
    "when matched w",
];

/// Words that may follow a literal; before any other word, `null` may be the name of a column.
const AFTER_LITERAL: [&str; 15] =
    ["as", "and", "or", "then", "when", "else", "end", "from", "where", "is", "in", "on", "union", "group", "order"];

/// For each piece, whether it is to be written in upper case.
pub(super) struct Keywords<'v> {
    view: &'v View<'v>,
    upper: Vec<bool>,
}

pub(super) fn keywords<'v>(view: &'v View<'v>, statements: &[Vec<Node>]) -> Vec<bool> {
    let mut keywords = Keywords { view, upper: vec![false; view.pieces.len()] };
    for nodes in statements {
        keywords.statement(nodes);
    }
    keywords.upper
}

impl Keywords<'_> {
    fn mark(&mut self, at: usize) {
        if !self.view.word(at).is_empty() && !self.view.is_name(at) && !self.touches_tag(at) {
            self.upper[at] = true;
        }
    }

    /// Also a silent tag may be in the middle of a name: `a{% if b %}c{% endif %}`.
    fn touches_tag(&self, at: usize) -> bool {
        let tag = |at: usize| self.view.pieces.get(at).is_some_and(|piece| piece.is_silent_tag() || piece.is_print());
        let joined_after = self.view.pieces.get(at + 1).is_some_and(|next| !next.space) && tag(at + 1);
        (self.view.glued(at) && tag(at - 1)) || joined_after
    }

    fn statement(&mut self, nodes: &[Node]) {
        let first = nodes.first().and_then(Node::leaf);
        if first.is_some_and(|first| {
            HEAD.contains(&self.view.word(first)) && !self.view.is_word(first, &["or", "not", "on"])
        }) {
            self.head(nodes);
            self.phrases(nodes);
        }
        self.list(nodes);
    }

    /// `CREATE OR REFRESH STREAMING TABLE` before a name.
    fn head(&mut self, nodes: &[Node]) {
        for pair in nodes.windows(2) {
            let Some(at) = pair[0].leaf().filter(|at| HEAD.contains(&self.view.word(*at))) else { return };
            let next = pair[1].first();
            let named = self.view.pieces[next].is_print()
                || self.view.is(Some(next), &[TokenKind::Word, TokenKind::QuotedWord, TokenKind::String]);
            if !named || self.view.is_name(at) {
                return;
            }
            self.mark(at);
        }
    }

    fn phrases(&mut self, nodes: &[Node]) {
        let mut at = 0;
        while at < nodes.len() {
            let length = PHRASES.iter().find_map(|phrase| self.phrase(nodes, at, phrase));
            at += length.unwrap_or(1);
            if let Node::Group(group) = &nodes[at - length.unwrap_or(1)]
                && !group.is_case
            {
                self.elements(&group.inner);
            }
        }
    }

    /// The elements of a table.
    fn elements(&mut self, nodes: &[Node]) {
        let mut at = 0;
        while at < nodes.len() {
            let begins = at == 0 || self.view.is(self.view.before(nodes[at].first()), &[TokenKind::Comma]);
            if begins && let (Some(word), Some(next)) = (nodes[at].leaf(), nodes.get(at + 1)) {
                let named = self.view.is(Some(next.first()), &[TokenKind::Word, TokenKind::QuotedWord]);
                let expects = nodes
                    .get(at + 2)
                    .and_then(Node::leaf)
                    .is_some_and(|third| self.view.is_word(third, &["expect", "primary", "foreign", "check"]));
                if named && expects && self.view.is_word(word, &["constraint"]) {
                    self.mark(word);
                }
            }
            at += PHRASES.iter().find_map(|phrase| self.phrase(nodes, at, phrase)).unwrap_or(1);
        }
    }

    /// Marks a phrase that begins at a node; gives how many nodes its words are.
    fn phrase(&mut self, nodes: &[Node], at: usize, phrase: &str) -> Option<usize> {
        let mut words = Vec::new();
        let mut node = at;
        for part in phrase.split(' ') {
            let first = nodes.get(node)?.first();
            let fits = match part {
                "'" => self.view.is(Some(first), &[TokenKind::String]),
                "(" => self.view.pieces[first].is(TokenKind::LeftParen),
                "*" => self.view.pieces[first].is(TokenKind::Star),
                "w" => !self.view.is(Some(first), &[TokenKind::Comma, TokenKind::Semicolon, TokenKind::Equal]),
                word => self.view.is_word(first, &[word]) && !self.view.is_name(first),
            };
            if !fits {
                return None;
            }
            if !matches!(part, "'" | "(" | "*" | "w") {
                words.push(first);
            }
            node += 1;
        }
        let length = words.len();
        for word in words {
            self.mark(word);
        }
        Some(length)
    }

    fn list(&mut self, nodes: &[Node]) {
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
