//! Names that only their own statement knows, read off its tokens: those of WITH, and aliases.

use std::ops::Range;

use super::query::{Query, What};
use crate::diag::Span;
use crate::syntax::TokenKind;

/// What a name stands for within its statement. `token` is where it is defined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// Of WITH.
    Named {
        name: String,
        token: usize,
    },
    Alias {
        alias: String,
        what: What,
        token: usize,
    },
}

impl Target {
    pub(super) fn token(&self) -> usize {
        match self {
            Self::Named { token, .. } | Self::Alias { token, .. } => *token,
        }
    }
}

impl Query<'_> {
    /// The name at a place.
    pub(super) fn name_at(&self, offset: usize) -> Option<usize> {
        let inside = |index: &usize| {
            let range = self.span(*index).map(Span::range).unwrap_or_default();
            range.start <= offset && offset <= range.end && self.is_name(*index)
        };
        self.all().find(inside)
    }

    /// What a name stands for, where it is one of WITH or an alias.
    pub(super) fn target(&self, index: usize) -> Option<Target> {
        let before = index.checked_sub(1);
        if !self.is_name(index) || before.is_some_and(|before| self.kind(before) == Some(TokenKind::Dot)) {
            return None;
        }
        let defined = |name: &str| {
            let (name, range) = self.named_queries().into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            // Name, AS, bracket, query.
            Some(Target::Named { name, token: range.start.checked_sub(3)? })
        };
        let word = self.word(index);
        if let Some(found) = defined(word).filter(|found| found.token() == index) {
            return Some(found);
        }
        let qualifies = self.kind(index + 1) == Some(TokenKind::Dot);
        let place = self.span(index)?.range().start;
        for range in self.enclosing(place).into_iter().rev() {
            for relation in self.relations(&range) {
                let called = relation.alias.eq_ignore_ascii_case(word);
                let own = matches!(&relation.what, What::Named(name) if name.eq_ignore_ascii_case(word));
                if relation.start == index && own && !qualifies {
                    return defined(word);
                }
                if relation.named == Some(index) || (qualifies && called && relation.named.is_some()) {
                    let token = relation.named?;
                    return Some(Target::Alias { alias: relation.alias, what: relation.what, token });
                }
                if qualifies && called {
                    return defined(word).filter(|_| own);
                }
            }
        }
        None
    }

    /// The names of WITH that a query at a place can read: those before it, and itself where it is recursive.
    pub(super) fn visible(&self, offset: usize) -> Vec<(String, Range<usize>)> {
        let recursive = self.all().any(|index| self.is(index, "WITH") && self.is(index + 1, "RECURSIVE"));
        let start = |index: usize| self.span(index).map_or(0, |span| span.range().start);
        let seen = |(_, range): &(String, Range<usize>)| {
            let end = self.span(range.end).map_or(usize::MAX, |span| span.range().start);
            if recursive { start(range.start) <= offset } else { end < offset }
        };
        self.named_queries().into_iter().filter(seen).collect()
    }
}
