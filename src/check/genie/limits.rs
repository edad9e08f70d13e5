//! Sizes (lakeview-genie-alerts.md C1, "sizes" and "product limits").

use crate::check::document::{finding, inner, items};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::{Node, Value};

const TABLES: usize = 30;
const INSTRUCTIONS: usize = 100;
const SNIPPETS: usize = 200;
const CHARACTERS: usize = 25_000;
const ITEMS: usize = 10_000;

pub(super) fn check(root: &Node, out: &mut Diagnostics) {
    sizes(root, out);
    let list = |path: &[&str]| root.at(path).and_then(Node::as_list).unwrap_or_default();
    let texts = list(&["instructions", "text_instructions"]);
    if let Some(second) = texts.get(1) {
        let found = Diagnostic::error(Code::GENIE_LIMIT, "a space has at most one text of instructions");
        out.push(found.at(inner(second)).hint("put all into the `content` of the first"));
    }
    let mut at_most = |lists: &[&[Node]], most: usize, what: &str| {
        let count: usize = lists.iter().map(|list| list.len()).sum();
        if let Some(first) = lists.iter().copied().flatten().nth(most) {
            let message = format!("{count} {what}, and {most} are allowed");
            out.push(finding(false, Code::GENIE_LIMIT, message, inner(first)).hint("this is the first too many"));
        }
    };
    let (tables, views) = (list(&["data_sources", "tables"]), list(&["data_sources", "metric_views"]));
    at_most(&[tables, views], TABLES, "tables and views");
    let (examples, functions) =
        (list(&["instructions", "example_question_sqls"]), list(&["instructions", "sql_functions"]));
    at_most(&[texts, examples, functions], INSTRUCTIONS, "instructions");
    let snippets = root.at(&["instructions", "sql_snippets"]);
    let snippets = |key: &str| snippets.map(|snippets| items(snippets, key)).unwrap_or_default();
    let joins = list(&["instructions", "join_specs"]);
    at_most(
        &[joins, snippets("filters"), snippets("expressions"), snippets("measures")],
        SNIPPETS,
        "joins and snippets",
    );
}

/// Texts and lists of any place.
fn sizes(node: &Node, out: &mut Diagnostics) {
    let mut error = |message: String| out.push(Diagnostic::error(Code::GENIE_LIMIT, message).at(inner(node)));
    match &node.value {
        Value::String(text) if text.len() > CHARACTERS && text.chars().count() > CHARACTERS => {
            error(format!("a text of {} characters, and {CHARACTERS} are allowed", text.chars().count()));
        }
        Value::List(items) => {
            if items.len() > ITEMS {
                error(format!("a list of {} items, and {ITEMS} are allowed", items.len()));
            }
            items.iter().for_each(|item| sizes(item, out));
        }
        Value::Map(entries) => entries.iter().for_each(|entry| sizes(&entry.node, out)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, instructions};

    fn tables(count: usize) -> String {
        let tables: Vec<String> = (0..count).map(|at| format!(r#"{{"identifier": "x.y.t{at:03}"}}"#)).collect();
        format!(r#"{{"version": 2, "data_sources": {{"tables": [{}]}}}}"#, tables.join(", "))
    }

    #[test]
    fn thirty_tables() {
        assert_clean(&tables(30), "");
        assert_finds(&tables(31), "LS711 warning", r#"{"identifier": "x.y.t030"}"#, "31 tables and views, and 30");
    }

    #[test]
    fn one_text_of_instructions() {
        let text = |last: char| format!(r#"{{"id": "{}{last}", "content": ["x"]}}"#, "0".repeat(31));
        assert_clean(&instructions(&format!(r#""text_instructions": [{}]"#, text('1'))), "");
        let two = instructions(&format!(r#""text_instructions": [{}, {}]"#, text('1'), text('2')));
        assert_finds(&two, "LS711 error", &text('2'), "at most one text");
    }

    #[test]
    fn long_texts() {
        let long = |length: usize| {
            let id = "0".repeat(32);
            instructions(&format!(r#""text_instructions": [{{"id": "{id}", "content": ["{}"]}}]"#, "x".repeat(length)))
        };
        assert_clean(&long(25_000), "");
        assert_finds(&long(25_001), "LS711 error", &"x".repeat(25_001), "a text of 25001 characters");
    }
}
