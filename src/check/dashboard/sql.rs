//! The SQL of datasets: where it stands, and the session statements before it.

use crate::check::Embedded;
use crate::check::document::{items, text};
use crate::diag::Span;
use crate::ident::Identifier;
use crate::project::yaml::Node;
use crate::syntax::{Token, TokenKind, lex};

/// A dataset's query.
pub struct DatasetQuery {
    pub dataset: String,
    pub sql: Embedded,
    /// The catalog and the schema that complete the names in it, where the dataset says them.
    pub namespace: (Option<Identifier>, Option<Identifier>),
}

/// A text in braces, `{{ name }}`: the legacy form of parameters.
pub(super) struct Braces {
    pub(super) name: String,
    pub(super) span: Span,
}

/// Those outside of strings and comments, where they stand for SQL.
pub(super) fn braces(sql: &str) -> Vec<Braces> {
    if !sql.contains("{{") {
        return Vec::new();
    }
    let tokens: Vec<Token> = lex(sql).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let double = |pair: &[Token], kind: TokenKind| matches!(pair, [one, other] if one.kind == kind && other.kind == kind && one.span.end == other.span.start);
    let (mut found, mut rest) = (Vec::new(), tokens.as_slice());
    while let Some(open) = rest.windows(2).position(|pair| double(pair, TokenKind::LeftBrace)) {
        let inside = &rest[open + 2..];
        let close = inside.windows(2).position(|pair| double(pair, TokenKind::RightBrace)).unwrap_or(inside.len());
        let end = inside.get(close + 1).or(rest.last()).map_or(rest[open + 1].span.end, |token| token.span.end);
        let from = rest[open + 1].span.range().end;
        let to = inside.get(close).map_or(sql.len(), |token| token.span.range().start);
        let name = sql.get(from..to).unwrap_or_default().trim().to_string();
        found.push(Braces { name, span: Span { start: rest[open].span.start, end } });
        rest = inside.get(close + 2..).unwrap_or_default();
    }
    found
}

/// The queries of a dashboard, as they are to be bound. Texts with `{{ }}` are not SQL before somebody chose values, which
/// `parameters` says, and are left out, as are those behind statements that make things of the session.
pub fn queries(root: &Node) -> Vec<DatasetQuery> {
    let queries = items(root, "datasets").iter().filter_map(|dataset| {
        let sql = of(dataset)?;
        if !braces(sql.text()).is_empty() {
            return None;
        }
        let name = |key: &str| Identifier::object(text(dataset, key)?).ok();
        let mut namespace = (name("catalog"), name("schema"));
        if makes_session(sql.text()) {
            return None;
        }
        let query = without_session(sql.text(), &mut namespace);
        Some(DatasetQuery { dataset: text(dataset, "name")?.to_string(), sql: sql.rewritten(query), namespace })
    });
    queries.collect()
}

/// lakeview-genie-alerts.md A2: `queryLines`, in older exports `query`.
pub(super) fn of(dataset: &Node) -> Option<Embedded> {
    Embedded::of(dataset.get("queryLines").or_else(|| dataset.get("query"))?)
}

/// Real dashboards begin with `SET …;` and `USE …;` (lakeview-genie-alerts.md A2). These are blanked, so that places
/// stay what they are; what `USE` chooses goes into the namespace.
fn without_session(sql: &str, namespace: &mut (Option<Identifier>, Option<Identifier>)) -> String {
    let tokens: Vec<Token> = lex(sql).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let mut out = sql.to_string();
    let mut rest = tokens.as_slice();
    while let Some(at) = rest.iter().position(|token| token.kind == TokenKind::Semicolon) {
        let (statement, behind) = rest.split_at(at);
        let words: Vec<&str> = statement.iter().map(|token| token.text(sql)).collect();
        match words.as_slice() {
            [] => {}
            [set, ..] if set.eq_ignore_ascii_case("SET") => {}
            [used, names @ ..] if used.eq_ignore_ascii_case("USE") => use_names(names, namespace),
            _ => break,
        }
        let (Some(semicolon), start) = (behind.first(), rest.first()) else { break };
        let start = start.map_or(0, |token| token.span.range().start);
        let end = semicolon.span.range().end;
        let blank: String = sql.get(start..end).unwrap_or_default().chars().map(blank).collect();
        out.replace_range(start..end, &blank);
        rest = behind.get(1..).unwrap_or_default();
    }
    out
}

/// Does a statement before the query make what only the session has, as `CREATE TEMP FUNCTION …;`? Dashboards of
/// Databricks' own do; what the query reads is not known then.
fn makes_session(sql: &str) -> bool {
    let tokens: Vec<Token> = lex(sql).tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let mut statements = tokens.split(|token| token.kind == TokenKind::Semicolon).filter(|tokens| !tokens.is_empty());
    // The last one is the query.
    statements.next_back();
    statements.any(|tokens| {
        let first = tokens.first().map(|token| token.text(sql)).unwrap_or_default();
        let temporary = |token: &Token| ["TEMP", "TEMPORARY"].iter().any(|w| token.text(sql).eq_ignore_ascii_case(w));
        first.eq_ignore_ascii_case("DECLARE")
            || (first.eq_ignore_ascii_case("CREATE") && tokens.iter().take(5).any(temporary))
    })
}

/// As many bytes as before, lines where they were.
fn blank(c: char) -> String {
    if c == '\n' { c.to_string() } else { " ".repeat(c.len_utf8()) }
}

/// `USE CATALOG c`, `USE SCHEMA s`, `USE c.s`, `USE s`.
fn use_names(words: &[&str], namespace: &mut (Option<Identifier>, Option<Identifier>)) {
    let name = |word: &str| Identifier::object(word.trim_matches('`')).ok();
    match words {
        [what, catalog] if what.eq_ignore_ascii_case("CATALOG") => namespace.0 = name(catalog),
        [what, schema] if ["SCHEMA", "DATABASE"].iter().any(|word| what.eq_ignore_ascii_case(word)) => {
            namespace.1 = name(schema);
        }
        [catalog, ".", schema] | [_, catalog, ".", schema] => *namespace = (name(catalog), name(schema)),
        [schema] => namespace.1 = name(schema),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_statements_are_blanked_and_obeyed() {
        let mut namespace = (None, None);
        let sql = "SET use_cached_result = false;\nUSE CATALOG main; USE SCHEMA gold;\nSELECT 1; ";
        let query = without_session(sql, &mut namespace);
        assert_eq!(query.len(), sql.len());
        assert_eq!(query.trim(), "SELECT 1;");
        assert_eq!(query.find("SELECT"), sql.find("SELECT"));
        assert_eq!(namespace, (Identifier::object("main").ok(), Identifier::object("gold").ok()));
    }

    #[test]
    fn what_a_session_has_is_not_known() {
        let made = "CREATE TEMP FUNCTION half(n INT) RETURNS INT RETURN n / 2;\n-- then\nSELECT half(2)";
        assert!(makes_session(made));
        assert!(makes_session("SET a = b; CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1 AS temp; SELECT * FROM v;"));
        assert!(makes_session("DECLARE since DATE; SELECT since"));
        assert!(!makes_session("SET a = b; SELECT 1;"));
        assert!(!makes_session("CREATE TEMPORARY VIEW v AS SELECT 1"));
    }

    #[test]
    fn braces_are_found_where_they_stand_for_sql() {
        let told = |sql: &str| -> Vec<(String, String)> {
            let text = |found: &Braces| sql[found.span.range()].to_string();
            braces(sql).into_iter().map(|found| (found.name.clone(), text(&found))).collect()
        };
        let pair = |name: &str, text: &str| (name.to_string(), text.to_string());
        assert_eq!(
            told("SELECT '{{ a }}' FROM {{ b }}.t -- {{ c }}\nWHERE x > {{d}}"),
            [pair("b", "{{ b }}"), pair("d", "{{d}}")]
        );
        assert_eq!(told("SELECT {{ open"), [pair("open", "{{ open")]);
        assert_eq!(told("SELECT '{{ a }}', m{ {1} }"), []);
    }

    #[test]
    fn a_second_query_stays() {
        let sql = "SELECT 1; SELECT 2";
        assert_eq!(without_session(sql, &mut (None, None)), sql);
    }
}
