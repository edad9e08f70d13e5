//! Where the clauses of a query begin.

use super::node::Node;
use super::view::View;
use crate::syntax::lexer::TokenKind;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// `WITH`: its tables begin at the indentation of the query.
    With,
    /// A list that has one item a line, or all in the line of its keyword.
    List,
    /// Conditions, relations and the rest: continued where the author broke the line.
    Free,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Clause {
    /// The first node, in the list that was searched.
    pub(super) at: usize,
    /// Nodes of its keywords.
    pub(super) head: usize,
    pub(super) form: Form,
    pub(super) is_select: bool,
    /// `PARTITION BY`, `ORDER BY`, `ROWS …`: what a window consists of.
    pub(super) is_window: bool,
}

/// Words that no operand of a clause begins with.
const NO_OPERAND: [&str; 14] =
    ["from", "where", "group", "order", "having", "qualify", "limit", "union", "as", "and", "or", "is", "in", "join"];

/// The clauses that begin in a list of nodes, in order.
pub(super) fn clauses(view: &View<'_>, nodes: &[Node]) -> Vec<Clause> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < nodes.len() {
        match clause(view, nodes, at) {
            Some(clause) => {
                at += clause.head.max(1);
                found.push(clause);
            }
            None => at += 1,
        }
    }
    found
}

/// Whether nodes are to be laid out by clauses: a query, or the inside of a window.
pub(super) fn is_query(clauses: &[Clause]) -> bool {
    clauses.iter().any(|clause| clause.is_select)
        || clauses.first().is_some_and(|first| first.at == 0 && (first.is_window || first.form == Form::With))
}

struct Words<'v, 'n> {
    view: &'v View<'v>,
    nodes: &'n [Node],
}

impl Words<'_, '_> {
    fn word(&self, at: usize) -> &str {
        self.nodes.get(at).and_then(Node::leaf).map_or("", |leaf| self.view.word(leaf))
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words.contains(&self.word(at))
    }

    fn before(&self, at: usize) -> Option<usize> {
        at.checked_sub(1).and_then(|before| self.nodes.get(before)).map(Node::last)
    }

    /// What stands before may be the end of the clause before.
    fn may_begin(&self, at: usize) -> bool {
        let before = self.before(at);
        before.is_none() || self.view.ends_operand(before) || self.view.is(before, &[TokenKind::Star])
    }

    fn operand(&self, at: usize) -> bool {
        let first = self.nodes.get(at).map(Node::first);
        self.view.starts_operand(first) && !self.is(at, &NO_OPERAND)
    }
}

fn clause(view: &View<'_>, nodes: &[Node], at: usize) -> Option<Clause> {
    let words = Words { view, nodes };
    let leaf = nodes.get(at)?.leaf()?;
    let of = |head: usize, form: Form| {
        let (is_select, is_window) = (false, false);
        Some(Clause { at, head, form, is_select, is_window })
    };
    if view.pieces[leaf].is(TokenKind::PipeOperator) {
        return of(1, Form::Free);
    }
    if view.word(leaf).is_empty() || view.is_name(leaf) {
        return None;
    }
    let begins = words.may_begin(at);
    match view.word(leaf) {
        "select" => {
            let before = words.before(at);
            let after_clause = before.is_none_or(|before| {
                view.ends_operand(Some(before))
                    || view.is_word(before, &["as", "return", "all", "distinct", "union"])
                    || view.is_word(before, &["except", "intersect", "minus", "name"])
            });
            let head = if words.is(at + 1, &["distinct", "all"]) && words.operand(at + 2) { 2 } else { 1 };
            let clause = of(head, Form::List)?;
            (after_clause && words.operand(at + 1)).then_some(Clause { is_select: true, ..clause })
        }
        "with" => {
            let first = at == 0 || words.is(at - 1, &["as"]);
            let head = if words.is(at + 1, &["recursive"]) { 2 } else { 1 };
            of(head, Form::With).filter(|_| first && words.operand(at + head))
        }
        "from" | "where" | "having" | "qualify" => {
            of(1, Form::Free).filter(|_| at > 0 && begins && words.operand(at + 1))
        }
        "limit" | "offset" => of(1, Form::Free).filter(|_| at > 0 && begins && words.operand(at + 1)),
        word @ ("group" | "order" | "cluster" | "sort" | "distribute" | "partition") => {
            let clause = of(2, Form::List).filter(|_| begins && words.is(at + 1, &["by"]) && words.operand(at + 2))?;
            Some(Clause { is_window: word != "group", ..clause })
        }
        "rows" | "range" => {
            let frame = words.is(at + 1, &["between", "unbounded", "current"]);
            let clause = of(1, Form::Free).filter(|_| begins && frame)?;
            Some(Clause { is_window: true, ..clause })
        }
        "window" => of(1, Form::Free).filter(|_| at > 0 && begins && words.is(at + 2, &["as"])),
        "union" | "except" | "intersect" | "minus" => {
            let mut head = 1;
            if words.is(at + head, &["all", "distinct"]) {
                head += 1;
            }
            let star = view.is(words.before(at), &[TokenKind::Star]);
            let query = match nodes.get(at + head)? {
                Node::Leaf(next) => view.is_word(*next, &["select", "from", "values", "table", "with", "by"]),
                Node::Group(group) => group.inner.first().is_some_and(|first| {
                    view.is_word(first.first(), &["select", "with", "from"])
                        || view.pieces[first.first()].is(TokenKind::LeftParen)
                }),
            };
            of(head, Form::Free).filter(|_| begins && !star && (query || head == 2))
        }
        "lateral" => {
            let head = if words.is(at + 2, &["outer"]) { 3 } else { 2 };
            of(head, Form::Free).filter(|_| at > 0 && begins && words.is(at + 1, &["view"]))
        }
        "pivot" | "unpivot" => {
            of(1, Form::Free).filter(|_| at > 0 && begins && matches!(nodes.get(at + 1), Some(Node::Group(_))))
        }
        _ => of(join(&words, at)?, Form::Free).filter(|_| at > 0 && begins),
    }
}

/// The number of words of `LEFT OUTER JOIN` and its like.
fn join(words: &Words<'_, '_>, at: usize) -> Option<usize> {
    let mut end = at;
    for part in
        [&["natural"][..], &["inner", "left", "right", "full", "cross", "anti", "semi"], &["outer", "semi", "anti"]]
    {
        if words.is(end, part) {
            end += 1;
        }
    }
    (words.is(end, &["join"]) && words.operand(end + 1)).then_some(end + 1 - at)
}
