//! Examples and benchmarks: what they read and which parameters they have. The caller binds them.

use crate::analyze::Session;
use crate::check::Embedded;
use crate::check::document::{finding, inner, items, place_of, text};
use crate::check::markers::{markers, significant};
use crate::diag::{Code, Diagnostic, Diagnostics, Span};
use crate::ident::TableName;
use crate::project::yaml::Node;
use crate::syntax::{DataType, TokenKind, parse_type};

use super::tables::Sources;

/// The whole queries of a space, and what their findings are reported under.
pub fn queries(root: &Node) -> Vec<(Code, Embedded)> {
    let examples = examples(root).filter_map(|example| Some((Code::GENIE_QUERY, Embedded::of(example.get("sql")?)?)));
    let benchmarks = answers(root).filter_map(|sql| Some((Code::GENIE_BENCHMARK, Embedded::of(sql)?)));
    examples.chain(benchmarks).collect()
}

fn examples(root: &Node) -> impl Iterator<Item = &Node> {
    root.at(&["instructions", "example_question_sqls"]).and_then(Node::as_list).unwrap_or_default().iter()
}

/// The SQL of the benchmarks' answers.
fn answers(root: &Node) -> impl Iterator<Item = &Node> {
    let questions = root.at(&["benchmarks", "questions"]).and_then(Node::as_list).unwrap_or_default();
    let answers = questions.iter().flat_map(|question| items(question, "answer"));
    answers.filter(|answer| text(answer, "format") == Some("SQL")).filter_map(|answer| answer.get("content"))
}

pub(super) fn check(root: &Node, sources: &Sources, session: &Session<'_>, out: &mut Diagnostics) {
    for example in examples(root) {
        for parameter in items(example, "parameters") {
            declaration(parameter, out);
        }
        let Some(written) = example.get("sql") else { continue };
        let Some(sql) = Embedded::of(written).filter(|sql| !sql.text().trim().is_empty()) else {
            let message = "the example has no SQL, and teaches nothing";
            let place = written.as_list().and_then(<[Node]>::first).unwrap_or(written);
            out.push(Diagnostic::error(Code::GENIE_QUERY, message).at(inner(place)));
            continue;
        };
        unlisted(&sql, sources, session, out);
        parameters(example, &sql, out);
    }
    for sql in answers(root).filter_map(Embedded::of) {
        unlisted(&sql, sources, session, out);
    }
    questions(root, out);
}

/// A query over a table that the space does not have: readers may not see it, and Genie does not know it.
fn unlisted(sql: &Embedded, sources: &Sources, session: &Session<'_>, out: &mut Diagnostics) {
    let mut told = Sources::new();
    for (table, span) in tables(sql.text()) {
        if sources.contains(&table) || session.catalog.table(&table).is_none() || !told.insert(table.clone()) {
            continue;
        }
        let message = format!("the query reads `{table}`, which is no table of the space");
        let found = finding(false, Code::GENIE_UNLISTED, message, sql.locate(span));
        out.push(found.hint("add it to `data_sources`, or read another"));
    }
}

/// Names of three parts.
fn tables(sql: &str) -> Vec<(TableName, Span)> {
    let tokens = significant(sql);
    let is_word =
        |at: usize| tokens.get(at).filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord));
    let is_dot = |at: usize| tokens.get(at).is_some_and(|token| token.kind == TokenKind::Dot);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let starts = at.checked_sub(1).is_none_or(|before| !is_dot(before));
        let (Some(first), Some(_), Some(last)) = (is_word(at), is_word(at + 2), is_word(at + 4)) else { continue };
        if starts && is_dot(at + 1) && is_dot(at + 3) {
            let span = first.span.to(last.span);
            let name = sql.get(span.range()).and_then(|text| TableName::parse(&text.replace('`', "")).ok());
            found.extend(name.map(|name| (name, span)));
        }
    }
    found
}

/// What is seen as a type beside the names of SQL types (lakeview-genie-alerts.md C1; the service documents no list).
const HINTS: [&str; 6] = ["NUMBER", "INTEGER", "DATETIME", "TEXT", "LONG", "NUMERIC"];

/// The type of a parameter, and its default.
fn declaration(parameter: &Node, out: &mut Diagnostics) {
    let Some(hint) = text(parameter, "type_hint") else { return };
    let folded = hint.trim().to_uppercase();
    let ty = parse_type(&folded).ok();
    if ty.is_none() && !HINTS.contains(&folded.as_str()) {
        let message = format!("the type `{hint}` of a parameter is not known");
        let known = ["STRING", "DATE", "TIMESTAMP", "BOOLEAN", "INT", "BIGINT", "DOUBLE", "DECIMAL"].into_iter();
        let found = finding(false, Code::GENIE_PARAMETER, message, place_of(parameter, "type_hint"));
        out.push(found.suggest(&folded, known.chain(HINTS)));
        return;
    }
    let values = parameter.at(&["default_value", "values"]).and_then(Node::as_list).unwrap_or_default();
    for node in values {
        let Some(value) = node.as_str().map(str::trim) else { continue };
        let is_number = || value.parse::<f64>().is_ok();
        let is_whole = || value.parse::<i128>().is_ok();
        let fits = match (&ty, folded.as_str()) {
            // What begins like a day is one, with or without a time behind it.
            (Some(DataType::Date | DataType::Timestamp | DataType::TimestampNtz), _) | (_, "DATETIME") => {
                let dated = value.chars().next().is_some_and(|c| c.is_ascii_digit());
                let day = value.get(..10).unwrap_or(value);
                !dated || chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok()
            }
            (Some(DataType::Boolean), _) => ["true", "false"].contains(&value.to_lowercase().as_str()),
            (Some(DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt), _) => is_whole(),
            (_, "INTEGER" | "LONG") => is_whole(),
            (Some(ty), _) if ty.is_numeric() => is_number(),
            (_, "NUMBER" | "NUMERIC") => is_number(),
            _ => true,
        };
        if !fits {
            let message = format!("`{value}` is no value of a parameter that is {hint}");
            out.push(finding(false, Code::GENIE_PARAMETER, message, inner(node)));
        }
    }
}

fn parameters(example: &Node, sql: &Embedded, out: &mut Diagnostics) {
    let declared = items(example, "parameters");
    let names: Vec<&str> = declared.iter().filter_map(|parameter| text(parameter, "name")).collect();
    let used = markers(sql.text());
    for marker in used.iter().filter(|marker| !names.iter().any(|name| name.eq_ignore_ascii_case(&marker.keyword))) {
        let message = format!("the example uses the parameter `{}`, and does not declare it", marker.keyword);
        let found = finding(false, Code::GENIE_PARAMETER, message, sql.locate(marker.span));
        out.push(found.suggest(&marker.keyword, names.iter().copied()));
    }
    for parameter in declared {
        let Some(name) = text(parameter, "name") else { continue };
        if !used.iter().any(|marker| marker.keyword.eq_ignore_ascii_case(name)) {
            let message = format!("the example does not use its parameter `{name}`");
            out.push(finding(false, Code::GENIE_PARAMETER, message, place_of(parameter, "name")));
        }
    }
}

/// The same question twice in one list teaches nothing.
fn questions(root: &Node, out: &mut Diagnostics) {
    for path in [["config", "sample_questions"], ["instructions", "example_question_sqls"], ["benchmarks", "questions"]]
    {
        let list = root.at(&path).and_then(Node::as_list).unwrap_or_default();
        let asked = list.iter().filter_map(|item| {
            let question = item.get("question")?;
            let text: String = question.as_list()?.iter().filter_map(Node::as_str).collect();
            Some((text.trim().to_lowercase(), question.as_list()?.first()?))
        });
        let mut first: std::collections::BTreeMap<String, &Node> = std::collections::BTreeMap::new();
        for (text, node) in asked {
            match first.get(&text) {
                Some(before) => {
                    let message = "the question is asked twice".to_string();
                    let found = finding(false, Code::GENIE_DUPLICATE, message, inner(node));
                    out.push(found.related(inner(before), "the first"));
                }
                None => drop(first.insert(text, node)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds};

    fn example(sql: &str, parameters: &str) -> String {
        let (id, sql) = ("0".repeat(32), serde_json::Value::from(sql));
        format!(
            r#"{{"version": 2, "data_sources": {{"tables": [{{"identifier": "shop.gold.orders"}}]}}, "instructions": {{"example_question_sqls": [{{"id": "{id}", "question": ["q"], "sql": [{sql}], "parameters": [{parameters}]}}]}}}}"#
        )
    }

    #[test]
    fn tables_of_examples_are_tables_of_the_space() {
        assert_clean(&example("SELECT id FROM shop.gold.orders", ""), "");
        assert_clean(&example("SELECT id FROM elsewhere.gold.orders", ""), "");
        let text = example("SELECT name\nFROM `shop`.gold.customers", "");
        assert_finds(&text, "LS713 warning", "`shop`.gold.customers", "which is no table of the space");
    }

    #[test]
    fn parameters_are_declared_and_used() {
        let since = r#"{"name": "since", "type_hint": "DATE"}"#;
        let sql = "SELECT id FROM shop.gold.orders WHERE ordered_on >= :since";
        assert_clean(&example(sql, since), "");
        assert_finds(&example(sql, ""), "LS714 warning", ":since", "does not declare it");
        assert_finds(&example("SELECT id FROM shop.gold.orders", since), "LS714 warning", "since", "does not use");
    }

    #[test]
    fn questions_are_asked_once() {
        let one = |last: u8| format!(r#"{{"id": "{}{last}", "question": ["How many?"]}}"#, "0".repeat(31));
        let text = format!(r#"{{"version": 2, "config": {{"sample_questions": [{}, {}]}}}}"#, one(1), one(2));
        assert_finds(&text, "LS715 warning", "How many?", "asked twice");
    }

    #[test]
    fn examples_have_sql() {
        assert_finds(&example("  ", ""), "LS703 error", "  ", "has no SQL");
    }

    #[test]
    fn parameters_have_a_type_and_a_default_of_it() {
        let sql = "SELECT id FROM shop.gold.orders WHERE ordered_on >= :since";
        let since = |hint: &str, default: &str| {
            example(
                sql,
                &format!(r#"{{"name": "since", "type_hint": "{hint}", "default_value": {{"values": ["{default}"]}}}}"#),
            )
        };
        for (hint, default) in
            [("DATE", "2026-01-01"), ("STRING", "x"), ("NUMBER", "1.5"), ("Integer", "7"), ("DATE", "today")]
        {
            assert_clean(&since(hint, default), "LS714");
        }
        assert_finds(&since("DAET", "2026-01-01"), "LS714 warning", "DAET", "is not known");
        assert_finds(&since("DATE", "2026-13-01"), "LS714 warning", "2026-13-01", "is no value");
        assert_finds(&since("BIGINT", "many"), "LS714 warning", "many", "is no value");
    }
}
