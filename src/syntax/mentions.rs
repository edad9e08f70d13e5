//! Names that a text may use, read off its tokens: too many, never too few.
//!
//! Where a name stands decides whether it is a relation, a column or an alias; that takes the whole grammar. What only
//! needs to come before something else can do with what may be meant.

use std::collections::HashSet;

use crate::ident::{Identifier, QualifiedName};

use super::lexer::{Token, TokenKind, lex};

/// Every name in the text whose last part is among `known`: bare, in backticks, and in strings, which `IDENTIFIER`
/// may turn into a name.
pub fn mentions(text: &str, known: &HashSet<Identifier>) -> Vec<QualifiedName> {
    let tokens: Vec<Token> = lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let is_name =
        |at: usize| tokens.get(at).is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].kind.is_string() {
            let inside = tokens[at].string_value(text);
            let parts: Option<Vec<Identifier>> =
                inside.split('.').map(|part| Identifier::new(part.trim_matches('`')).ok()).collect();
            found.extend(parts.filter(|parts| parts.last().is_some_and(|last| known.contains(last))));
        }
        if !is_name(at) {
            at += 1;
            continue;
        }
        let start = at;
        while tokens.get(at + 1).is_some_and(|token| token.kind == TokenKind::Dot) && is_name(at + 2) {
            at += 2;
        }
        if is_known(tokens[at], text, known) {
            let names = tokens[start..=at].iter().step_by(2);
            let parts: Option<Vec<Identifier>> =
                names.map(|token| Identifier::new(token.name_value(text)).ok()).collect();
            found.extend(parts);
        }
        at += 1;
    }
    found.into_iter().filter_map(|parts| QualifiedName::new(parts).ok()).collect()
}

fn is_known(token: Token, text: &str, known: &HashSet<Identifier>) -> bool {
    Identifier::new(token.name_value(text)).is_ok_and(|name| known.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_may_mean_a_relation() {
        let known = ["t", "u", "odd name"].map(|name| Identifier::new(name).unwrap()).into();
        let found = |text: &str| mentions(text, &known).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found("SELECT a FROM s.T, STREAM(u) JOIN c.s.`odd name` USING (id)"), ["s.T", "u", "c.s.odd name"]);
        assert_eq!(found("SELECT * FROM IDENTIFIER('s.t') -- u"), ["s.t"]);
        assert_eq!(found("SELECT t.id FROM other"), [] as [&str; 0]);
        assert_eq!(found("SELECT f(t) FROM LIVE.u"), ["t", "LIVE.u"]);
    }
}
