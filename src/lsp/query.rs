//! The shape of a statement read off its tokens alone, so that it is known while the statement does not parse: what
//! stands behind FROM, the queries in parentheses, the items of a SELECT list.

use std::ops::Range;

use crate::diag::Span;
use crate::syntax::{Token, TokenKind, lex};

/// Words that end a relation, so that none of them is an alias.
const NO_ALIAS: [&str; 38] = [
    "ON",
    "USING",
    "WHERE",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "NATURAL",
    "SEMI",
    "ANTI",
    "GROUP",
    "ORDER",
    "HAVING",
    "QUALIFY",
    "LIMIT",
    "OFFSET",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "MINUS",
    "WINDOW",
    "LATERAL",
    "PIVOT",
    "UNPIVOT",
    "TABLESAMPLE",
    "CLUSTER",
    "DISTRIBUTE",
    "SORT",
    "SELECT",
    "FROM",
    "SET",
    "WHEN",
    "VALUES",
    "WATERMARK",
    "TIMESTAMP",
    "VERSION",
];

pub(super) const ENDS_LIST: [&str; 12] = [
    "FROM",
    "WHERE",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "MINUS",
    "GROUP",
    "ORDER",
    "LIMIT",
    "QUALIFY",
    "HAVING",
    "WINDOW",
];

/// The tokens of one statement of a template, without blanks and comments.
pub(super) struct Query<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    Ref(String),
    Source(String),
    /// `{{ this }}`
    This,
    /// Parts with periods, without backticks.
    Named(String),
    /// A query in parentheses, by its tokens.
    Query(Range<usize>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Relation {
    pub(super) what: What,
    pub(super) alias: String,
    /// It is called by its own name.
    pub(super) plain: bool,
    /// The tokens where it begins, and where its alias stands.
    pub(super) start: usize,
    pub(super) named: Option<usize>,
}

/// Of a SELECT list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    pub(super) name: Option<String>,
    /// Where the name stands.
    pub(super) span: Span,
    /// A name without an alias: it gives the result its own.
    pub(super) bare: bool,
    /// `*`, or `alias.*`.
    pub(super) star: Option<Option<String>>,
}

impl<'t> Query<'t> {
    /// The statement around a place; between two statements the one before.
    pub(super) fn around(text: &'t str, offset: usize) -> Self {
        let mut tokens: Vec<Token> = Vec::new();
        for token in lex(text).tokens.into_iter().filter(|token| !token.kind.is_trivia()) {
            let ends = matches!(token.kind, TokenKind::Semicolon | TokenKind::CellSeparator);
            match (ends, token.span.range().start < offset) {
                (true, true) => tokens.clear(),
                (true, false) => break,
                (false, _) => tokens.push(token),
            }
        }
        Self { text, tokens }
    }

    pub(super) fn all(&self) -> Range<usize> {
        0..self.tokens.len()
    }

    pub(super) fn span(&self, index: usize) -> Option<Span> {
        self.tokens.get(index).map(|token| token.span)
    }

    pub(super) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// A name without its backticks, or the token as it is.
    pub(super) fn word(&self, index: usize) -> &'t str {
        self.tokens.get(index).map(|token| token.text(self.text).trim_matches('`')).unwrap_or_default()
    }

    pub(super) fn is(&self, index: usize, word: &str) -> bool {
        self.kind(index) == Some(TokenKind::Word) && self.word(index).eq_ignore_ascii_case(word)
    }

    pub(super) fn is_name(&self, index: usize) -> bool {
        matches!(self.kind(index), Some(TokenKind::Word | TokenKind::QuotedWord))
    }

    fn any(&self, index: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(index, word))
    }

    /// Behind the bracket that closes the one at `open`; the end where none does.
    fn behind(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for index in open..self.tokens.len() {
            match self.kind(index) {
                Some(TokenKind::LeftParen | TokenKind::LeftBrace | TokenKind::LeftBracket) => depth += 1,
                Some(TokenKind::RightParen | TokenKind::RightBrace | TokenKind::RightBracket) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return index + 1;
                    }
                }
                _ => {}
            }
        }
        self.tokens.len()
    }

    fn opens(&self, index: usize) -> bool {
        matches!(self.kind(index), Some(TokenKind::LeftParen | TokenKind::LeftBrace | TokenKind::LeftBracket))
    }

    fn begins_query(&self, index: usize) -> bool {
        self.any(index, &["SELECT", "WITH", "FROM"])
    }

    /// The tokens of a range that are in no bracket within it, in order.
    fn top(&self, range: &Range<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        let mut index = range.start;
        while index < range.end {
            found.push(index);
            index = if self.opens(index) { self.behind(index) } else { index + 1 };
        }
        found
    }

    /// The innermost query around a place.
    pub(super) fn innermost(&self, offset: usize) -> Range<usize> {
        self.enclosing(offset).pop().unwrap_or_else(|| self.all())
    }

    /// The queries around a place, each within the one before it.
    pub(super) fn enclosing(&self, offset: usize) -> Vec<Range<usize>> {
        let mut found = vec![self.all()];
        for open in self.all().filter(|index| self.kind(*index) == Some(TokenKind::LeftParen)) {
            let end = self.behind(open);
            let closed = end.checked_sub(1).filter(|last| self.kind(*last) == Some(TokenKind::RightParen));
            let start = self.tokens.get(open).map_or(0, |token| token.span.range().end);
            let stop = closed.and_then(|last| self.tokens.get(last)).map_or(usize::MAX, |last| last.span.range().start);
            if self.begins_query(open + 1) && start <= offset && offset <= stop {
                found.push(open + 1..closed.unwrap_or(end));
            }
        }
        found
    }

    /// The query that a name of WITH stands for.
    pub(super) fn named_query(&self, name: &str) -> Option<Range<usize>> {
        self.named_queries().into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, range)| range)
    }

    pub(super) fn named_queries(&self) -> Vec<(String, Range<usize>)> {
        let mut found = Vec::new();
        for index in self.all().filter(|index| self.is(*index, "AS") && self.opens(index + 1)) {
            let before = index.checked_sub(2);
            let listed = before.is_some_and(|before| {
                self.any(before, &["WITH", "RECURSIVE"]) || self.kind(before) == Some(TokenKind::Comma)
            });
            if listed && self.is_name(index - 1) && self.begins_query(index + 2) {
                let end = self.behind(index + 1);
                let last = end.saturating_sub(1);
                let inner = if self.kind(last) == Some(TokenKind::RightParen) { last } else { end };
                found.push((self.word(index - 1).to_string(), index + 2..inner));
            }
        }
        found
    }

    /// What stands behind FROM and JOIN of a query itself.
    pub(super) fn relations(&self, range: &Range<usize>) -> Vec<Relation> {
        let mut found = Vec::new();
        for index in self.top(range) {
            if !self.any(index, &["FROM", "JOIN", "UPDATE", "INTO"]) {
                continue;
            }
            let mut next = index + 1;
            loop {
                let (relation, end) = self.relation(next);
                found.extend(relation);
                if end >= range.end || self.kind(end) != Some(TokenKind::Comma) {
                    break;
                }
                next = end + 1;
            }
        }
        found
    }

    fn relation(&self, start: usize) -> (Option<Relation>, usize) {
        if self.any(start, &["STREAM", "LATERAL", "ONLY"]) {
            if self.is(start, "STREAM") && self.kind(start + 1) == Some(TokenKind::LeftParen) {
                let (inner, _) = self.relation(start + 2);
                let what = inner.map(|inner| (inner.what, inner.alias));
                return self.aliased(what, start, self.behind(start + 1));
            }
            return self.relation(start + 1);
        }
        match self.kind(start) {
            Some(TokenKind::LeftBrace) => {
                let end = self.behind(start);
                self.aliased(self.tag(start, end), start, end)
            }
            Some(TokenKind::LeftParen) => {
                let end = self.behind(start);
                let query = start + 1..end.saturating_sub(1).max(start + 1);
                self.aliased(Some((What::Query(query), String::new())), start, end)
            }
            Some(TokenKind::Word | TokenKind::QuotedWord) => {
                let mut parts = vec![self.word(start)];
                let mut end = start + 1;
                while self.kind(end) == Some(TokenKind::Dot) && self.is_name(end + 1) {
                    parts.push(self.word(end + 1));
                    end += 2;
                }
                if self.kind(end) == Some(TokenKind::LeftParen) {
                    return (None, self.behind(end));
                }
                let last = parts.last().copied().unwrap_or_default().to_string();
                self.aliased(Some((What::Named(parts.join(".")), last)), start, end)
            }
            _ => (None, start),
        }
    }

    fn tag(&self, start: usize, end: usize) -> Option<(What, String)> {
        let function = (start..end).find(|index| self.any(*index, &["ref", "source", "this"]))?;
        if self.is(function, "this") {
            return Some((What::This, String::new()));
        }
        let text = (function..end).find(|index| self.kind(*index).is_some_and(TokenKind::is_string))?;
        let text = self.word(text).trim_matches(['\'', '"']).to_string();
        let last = text.rsplit('.').next().unwrap_or_default().to_string();
        let what = if self.is(function, "ref") { What::Ref(text) } else { What::Source(text) };
        Some((what, last))
    }

    fn aliased(&self, what: Option<(What, String)>, start: usize, mut end: usize) -> (Option<Relation>, usize) {
        let said = self.is(end, "AS");
        end += usize::from(said);
        let (mut alias, mut named) = (None, None);
        if self.is_name(end) && !self.any(end, &NO_ALIAS) && !(self.is(end, "AS")) {
            alias = Some(self.word(end).to_string());
            named = Some(end);
            end += 1;
        }
        let plain = alias.is_none();
        (what.map(|(what, own)| Relation { what, alias: alias.unwrap_or(own), plain, start, named }), end)
    }

    /// The items of a query's first SELECT list.
    pub(super) fn items(&self, range: &Range<usize>) -> Vec<Item> {
        let top = self.top(range);
        let Some(at) = top.iter().position(|index| self.is(*index, "SELECT")) else { return Vec::new() };
        let mut items = Vec::new();
        let mut item: Vec<usize> = Vec::new();
        for index in top.into_iter().skip(at + 1) {
            if item.is_empty() && self.any(index, &["DISTINCT", "ALL"]) {
                continue;
            }
            if self.any(index, &ENDS_LIST)
                && !matches!(item.first(), Some(first) if self.kind(*first) == Some(TokenKind::Star))
            {
                break;
            }
            if self.is(index, "FROM") {
                break;
            }
            if self.kind(index) == Some(TokenKind::Comma) {
                items.extend(self.item(&item));
                item.clear();
            } else {
                item.push(index);
            }
        }
        items.extend(self.item(&item));
        items
    }

    fn item(&self, tokens: &[usize]) -> Option<Item> {
        let (first, last) = (*tokens.first()?, *tokens.last()?);
        let star = |qualifier| Item { name: None, span: Span::default(), bare: false, star: Some(qualifier) };
        if self.kind(first) == Some(TokenKind::Star) {
            return Some(star(None));
        }
        if let [name, dot, all, ..] = tokens
            && self.is_name(*name)
            && (self.kind(*dot), self.kind(*all)) == (Some(TokenKind::Dot), Some(TokenKind::Star))
        {
            return Some(star(Some(self.word(*name).to_string())));
        }
        let chain = |(at, index): (usize, &usize)| match at % 2 {
            0 => self.is_name(*index),
            _ => self.kind(*index) == Some(TokenKind::Dot),
        };
        let bare = tokens.len() % 2 == 1 && tokens.iter().enumerate().all(chain);
        let after_dot = tokens.len() > 1 && self.kind(tokens[tokens.len() - 2]) == Some(TokenKind::Dot);
        let named = self.is_name(last) && !self.any(last, &["END", "NULL", "TRUE", "FALSE"]) && (bare || !after_dot);
        let span = self.tokens.get(last).map(|token| token.span).unwrap_or_default();
        let name = named.then(|| self.word(last).to_string());
        Some(Item { name, span, bare, star: None })
    }
}
