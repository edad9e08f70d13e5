//! The brackets of a statement, and what stands between them.

use super::view::View;
use crate::syntax::lexer::TokenKind;

/// Deeper statements are left as they are: the layout recurses over brackets.
const DEPTH: usize = 100;

#[derive(Debug)]
pub(super) enum Node {
    Leaf(usize),
    Group(Group),
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) open: usize,
    pub(super) inner: Vec<Node>,
    pub(super) close: usize,
    /// `CASE … END` instead of brackets.
    pub(super) is_case: bool,
}

impl Node {
    pub(super) fn first(&self) -> usize {
        match self {
            Self::Leaf(at) => *at,
            Self::Group(group) => group.open,
        }
    }

    pub(super) fn last(&self) -> usize {
        match self {
            Self::Leaf(at) => *at,
            Self::Group(group) => group.close,
        }
    }

    pub(super) fn leaf(&self) -> Option<usize> {
        match self {
            Self::Leaf(at) => Some(*at),
            Self::Group(_) => None,
        }
    }
}

struct Frame {
    open: usize,
    close: Option<TokenKind>,
    nodes: Vec<Node>,
}

/// The tree of the significant pieces `list`; nothing if brackets are not balanced, or are too deep.
pub(super) fn nodes(view: &View<'_>, list: &[usize]) -> Option<Vec<Node>> {
    let mut stack = vec![Frame { open: usize::MAX, close: None, nodes: Vec::new() }];
    for &at in list {
        let opened = if view.pieces[at].is(TokenKind::LeftParen) {
            Some(Some(TokenKind::RightParen))
        } else if view.pieces[at].is(TokenKind::LeftBracket) {
            Some(Some(TokenKind::RightBracket))
        } else {
            begins_case(view, at).then_some(None)
        };
        if let Some(close) = opened {
            if stack.len() > DEPTH {
                return None;
            }
            stack.push(Frame { open: at, close, nodes: Vec::new() });
            continue;
        }
        let closes = [TokenKind::RightParen, TokenKind::RightBracket].into_iter().find(|k| view.pieces[at].is(*k));
        if closes.is_some() {
            demote(&mut stack);
            let frame = stack.pop()?;
            if frame.close != closes {
                return None;
            }
            push(&mut stack, Node::Group(Group { open: frame.open, inner: frame.nodes, close: at, is_case: false }))?;
        } else if view.is_word(at, &["end"]) && !view.is_name(at) && in_case(&stack) {
            let frame = stack.pop()?;
            push(&mut stack, Node::Group(Group { open: frame.open, inner: frame.nodes, close: at, is_case: true }))?;
        } else {
            push(&mut stack, Node::Leaf(at))?;
        }
    }
    demote(&mut stack);
    let frame = stack.pop()?;
    (stack.is_empty() && frame.close.is_none()).then_some(frame.nodes)
}

fn push(stack: &mut [Frame], node: Node) -> Option<()> {
    stack.last_mut()?.nodes.push(node);
    Some(())
}

fn in_case(stack: &[Frame]) -> bool {
    stack.len() > 1 && stack.last().is_some_and(|frame| frame.close.is_none())
}

/// `CASE` without its `END` is a word as any other.
fn demote(stack: &mut Vec<Frame>) {
    while in_case(stack) {
        let Some(frame) = stack.pop() else { return };
        if let Some(parent) = stack.last_mut() {
            parent.nodes.push(Node::Leaf(frame.open));
            parent.nodes.extend(frame.nodes);
        }
    }
}

fn begins_case(view: &View<'_>, at: usize) -> bool {
    view.is_word(at, &["case"])
        && !view.is_name(at)
        && view.starts_operand(view.after(at))
        && !view.after(at).is_some_and(|next| view.is_word(next, &["from", "as", "end"]))
}
