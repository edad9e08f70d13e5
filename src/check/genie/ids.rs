//! Identities: 32 hexadecimal digits, unique, and lists in their order (lakeview-genie-alerts.md C1).

use std::collections::BTreeMap;

use crate::check::document::{finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics, Location};
use crate::project::yaml::Node;

/// A list whose items have an id.
struct Listed {
    path: &'static [&'static str],
    /// Ids must differ inside of a group.
    group: &'static str,
    /// Does the service refuse another order? What it sorts by itself is a warning.
    strict: bool,
}

const fn of_instructions(path: &'static [&'static str]) -> Listed {
    Listed { path, group: "instructions", strict: true }
}

const LISTS: &[Listed] = &[
    Listed { path: &["config", "sample_questions"], group: "questions", strict: false },
    Listed { path: &["benchmarks", "questions"], group: "questions", strict: false },
    of_instructions(&["instructions", "text_instructions"]),
    of_instructions(&["instructions", "example_question_sqls"]),
    of_instructions(&["instructions", "sql_functions"]),
    of_instructions(&["instructions", "join_specs"]),
    of_instructions(&["instructions", "sql_snippets", "filters"]),
    of_instructions(&["instructions", "sql_snippets", "expressions"]),
    of_instructions(&["instructions", "sql_snippets", "measures"]),
];

pub(super) fn check(root: &Node, out: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, (&str, Location)> = BTreeMap::new();
    for listed in LISTS {
        let list = root.at(listed.path).and_then(Node::as_list).unwrap_or_default();
        for item in list {
            let Some(id) = text(item, "id").filter(|id| !id.is_empty()) else {
                let message = "the item has no `id`".to_string();
                let found = Diagnostic::error(Code::GENIE_ID, message).at(inner(item));
                out.push(found.hint("32 hexadecimal digits, lower case; they decide the order of the list"));
                continue;
            };
            let place = place_of(item, "id");
            if id.len() != 32 || !id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
                let message = format!("the id `{id}` is not 32 hexadecimal digits, lower case");
                out.push(Diagnostic::error(Code::GENIE_ID, message).at(place.clone()));
            }
            match seen.get(id) {
                Some((group, first)) => {
                    let found = finding(
                        *group == listed.group,
                        Code::GENIE_DUPLICATE_ID,
                        format!("the id `{id}` occurs twice"),
                        place,
                    );
                    out.push(found.related(first.clone(), "the first"));
                }
                None => drop(seen.insert(id, (listed.group, place))),
            }
        }
        let identifier = |item| text(item, "identifier").unwrap_or_default();
        let keys = list.iter().filter_map(|item| Some(((text(item, "id")?, identifier(item)), place_of(item, "id"))));
        sorted(keys, "id", listed.strict, out);
    }
    for tables in ["tables", "metric_views"] {
        let list = root.get("data_sources").map(|sources| items(sources, tables)).unwrap_or_default();
        ordered(list, "identifier", out);
        list.iter().for_each(|table| ordered(items(table, "column_configs"), "column_name", out));
    }
}

fn ordered(list: &[Node], key: &'static str, out: &mut Diagnostics) {
    sorted(list.iter().filter_map(|item| Some((text(item, key)?, place_of(item, key)))), key, true, out);
}

/// Tells the first item that stands behind a greater one.
fn sorted<K: PartialOrd>(keys: impl Iterator<Item = (K, Location)>, key: &str, strict: bool, out: &mut Diagnostics) {
    let keys: Vec<(K, Location)> = keys.collect();
    if let Some(pair) = keys.windows(2).find(|pair| pair[0].0 > pair[1].0) {
        let message = format!("the list must be sorted by `{key}`");
        let found = finding(strict, Code::GENIE_ORDER, message, pair[1].1.clone());
        out.push(found.related(pair[0].1.clone(), "this belongs behind it"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds};

    fn id(last: char) -> String {
        format!("{}{last}", "0".repeat(31))
    }

    fn samples(ids: &[&str]) -> String {
        let items: Vec<String> = ids.iter().map(|id| format!(r#"{{"id": "{id}", "question": ["q {id}"]}}"#)).collect();
        format!(r#"{{"version": 2, "config": {{"sample_questions": [{}]}}}}"#, items.join(", "))
    }

    fn texts(ids: &[&str]) -> String {
        samples(ids).replace("config", "instructions").replace("sample_questions", "join_specs")
    }

    #[test]
    fn ids_are_hexadecimal() {
        assert_clean(&samples(&[&id('1'), &id('a')]), "");
        assert_finds(&samples(&["sq-001"]), "LS708 error", "sq-001", "is not 32 hexadecimal digits");
        assert_finds(&samples(&[&id('A')]), "LS708 error", &id('A'), "lower case");
        let text = r#"{"version": 2, "config": {"sample_questions": [{"question": ["q"]}]}}"#;
        assert_finds(text, "LS708 error", r#"{"question": ["q"]}"#, "has no `id`");
    }

    #[test]
    fn ids_are_unique_in_their_group() {
        assert_finds(&samples(&[&id('1'), &id('1')]), "LS709 error", &id('1'), "occurs twice");
        let one = format!(r#"{{"id": "{}", "question": ["q"]}}"#, id('1'));
        let text = format!(
            r#"{{"version": 2, "config": {{"sample_questions": [{one}]}}, "instructions": {{"text_instructions": [{one}]}}}}"#
        );
        assert_finds(&text, "LS709 warning", &id('1'), "occurs twice");
    }

    #[test]
    fn lists_are_sorted() {
        assert_finds(&texts(&[&id('2'), &id('1')]), "LS710 error", &id('1'), "sorted by `id`");
        // C1: samples and benchmarks are sorted by the service.
        assert_finds(&samples(&[&id('2'), &id('1')]), "LS710 warning", &id('1'), "sorted by `id`");
        let text = r#"{"version": 2, "data_sources": {"tables": [{"identifier": "x.y.b"}, {"identifier": "x.y.a"}]}}"#;
        assert_finds(text, "LS710 error", "x.y.a", "sorted by `identifier`");
        let text = r#"{"version": 2, "data_sources": {"tables": [{"identifier": "x.y.b", "column_configs": [{"column_name": "b"}, {"column_name": "a"}]}]}}"#;
        assert_finds(text, "LS710 error", "a", "sorted by `column_name`");
    }
}
