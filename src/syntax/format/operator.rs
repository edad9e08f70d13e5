//! How tightly operators bind, as far as the indentation of continued lines shows it.

use super::node::Node;
use super::view::View;
use crate::syntax::lexer::TokenKind;

pub(super) const OR: u8 = 1;
pub(super) const AND: u8 = 2;
const COMPARISON: u8 = 3;

/// The level of the operator that a node is; less binds less. 0 is a keyword that an item goes on with.
pub(super) fn level(view: &View<'_>, nodes: &[Node], at: usize) -> Option<u8> {
    let leaf = nodes.get(at)?.leaf()?;
    if at == 0 || view.is_name(leaf) {
        return None;
    }
    let next_word = |words: &[&str]| view.after(leaf).is_some_and(|next| view.is_word(next, words));
    let before_word = |word: &str| view.before(leaf).is_some_and(|before| view.is_word(before, &[word]));
    match view.word(leaf) {
        "" => symbol(view, leaf),
        "as" if view.is(view.after(leaf), &[TokenKind::LeftParen]) => None,
        "as" | "on" | "then" | "using" | "filter" | "over" | "watermark" | "tablesample" => Some(0),
        "or" => Some(OR),
        "and" => (!is_of_between(view, nodes, at)).then_some(AND),
        "in" | "like" | "ilike" | "rlike" | "between" if before_word("not") => None,
        "in" | "like" | "ilike" | "rlike" | "between" | "is" => Some(COMPARISON),
        "not" if next_word(&["in", "like", "ilike", "rlike", "between"]) => Some(COMPARISON),
        "div" => Some(6),
        _ => None,
    }
}

fn symbol(view: &View<'_>, leaf: usize) -> Option<u8> {
    use TokenKind as K;
    if !view.is_binary(leaf) {
        return None;
    }
    let any = |kinds: &[K]| view.is(Some(leaf), kinds);
    if any(&[K::Equal, K::NotEqual, K::NullSafeEqual, K::Less, K::LessEqual, K::Greater, K::GreaterEqual]) {
        Some(COMPARISON)
    } else if any(&[K::Concat, K::Pipe, K::Ampersand, K::Caret, K::ShiftLeft]) {
        Some(4)
    } else if any(&[K::Plus, K::Minus]) {
        Some(5)
    } else if any(&[K::Star, K::Slash, K::Percent]) {
        Some(6)
    } else {
        None
    }
}

/// The `AND` of `BETWEEN … AND`.
fn is_of_between(view: &View<'_>, nodes: &[Node], at: usize) -> bool {
    for node in nodes[..at].iter().rev() {
        let Some(leaf) = node.leaf() else { continue };
        if view.is_word(leaf, &["between"]) {
            return true;
        }
        if view.is_word(leaf, &["and", "or", "when", "then", "on", "where"]) {
            return false;
        }
    }
    false
}
