//! Which words are keywords where they stand, and so are written in upper case.
//!
//! Most words of Databricks SQL may be names, too. A word is a keyword here only if its neighbours leave no doubt.

use super::node::Node;
use super::view::View;
use crate::syntax::lexer::TokenKind;

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

/// For each piece, whether it is to be written in upper case.
pub(super) struct Keywords<'v> {
    pub(super) view: &'v View<'v>,
    pub(super) upper: Vec<bool>,
}

pub(super) fn keywords<'v>(view: &'v View<'v>, statements: &[Vec<Node>]) -> Vec<bool> {
    let mut keywords = Keywords { view, upper: vec![false; view.pieces.len()] };
    for nodes in statements {
        keywords.statement(nodes);
    }
    keywords.upper
}

impl Keywords<'_> {
    pub(super) fn mark(&mut self, at: usize) {
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
        for (node, part) in (at..).zip(phrase.split(' ')) {
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
        }
        let length = words.len();
        for word in words {
            self.mark(word);
        }
        Some(length)
    }
}
