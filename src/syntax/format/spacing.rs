//! Whether a space belongs between two pieces of one line.

use super::piece::Kind;
use super::view::View;
use crate::syntax::lexer::TokenKind;

/// Keywords that a space separates from a parenthesis; no function has these names.
const SPACE_BEFORE_PAREN: [&str; 17] = [
    "in", "as", "over", "and", "or", "not", "on", "where", "then", "else", "when", "by", "from", "select", "having",
    "qualify", "using",
];

/// Whether a space belongs before a significant piece. What is not known to be the same either way stays as it was
/// written.
pub(super) fn space_before(view: &View<'_>, at: usize) -> bool {
    use TokenKind as K;
    let had = !view.glued(at);
    let Some(before) = view.before(at) else { return had };
    let kind = |at: usize| match view.pieces[at].kind {
        Kind::Sql(kind) => Some(kind),
        Kind::Tag(_) => None,
    };
    let (a, b) = (kind(before), kind(at));
    if matches!(b, Some(K::Comma | K::Semicolon)) {
        return false;
    }
    if matches!(a, Some(K::LeftParen | K::LeftBracket)) || matches!(b, Some(K::RightParen | K::RightBracket)) {
        return false;
    }
    if matches!(a, Some(K::Comma | K::Semicolon)) {
        return true;
    }
    // What a tag stands for may be joined with what it touches.
    let (Some(a), Some(b)) = (a, b) else { return had };
    if view.is_angle(before) || view.is_angle(at) {
        return angle_space(view, before, at, had);
    }
    // `>>` is two tokens.
    if a == K::Greater && b == K::Greater {
        return had;
    }
    if view.is_binary(before) || view.is_binary(at) {
        return true;
    }
    match (a, b) {
        (K::Word, K::LeftParen) => had || (!view.is_name(before) && view.is_word(before, &SPACE_BEFORE_PAREN)),
        (K::RightParen | K::RightBracket, K::Word | K::QuotedWord | K::String | K::Number) => true,
        (_, K::PipeOperator) | (K::PipeOperator, _) => true,
        _ => had,
    }
}

/// `ARRAY<STRUCT<a: INT>> COMMENT`.
fn angle_space(view: &View<'_>, before: usize, at: usize, had: bool) -> bool {
    use TokenKind::{Greater, Less, Word};
    let (opens, closes) = (view.pieces[before].is(Less), view.pieces[at].is(Greater));
    if opens || closes || view.pieces[at].is(Less) {
        // `> >` and `< >` are not joined to another operator.
        return had && (view.pieces[before].is(Less) && view.pieces[at].is(Greater));
    }
    had || view.pieces[at].is(Word)
}
