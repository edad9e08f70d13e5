//! The version, and values that must be lists.

use crate::check::document::{everywhere, finding, inner, items, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::project::yaml::Node;

/// Names of version 1, and what version 2 calls them.
const RENAMED: [(&str, &str); 2] =
    [("get_example_values", "enable_format_assistance"), ("build_value_dictionary", "enable_entity_matching")];

const RELATIONSHIPS: [&str; 4] = [
    "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--",
    "--rt=FROM_RELATIONSHIP_TYPE_ONE_TO_MANY--",
    "--rt=FROM_RELATIONSHIP_TYPE_ONE_TO_ONE--",
    "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_MANY--",
];

pub(super) fn check(root: &Node, out: &mut Diagnostics) {
    version(root, out);
    // Elsewhere some of these are texts, for example the description of the space itself around an export.
    let (everything, sources, instructions) = (Some(root), root.get("data_sources"), root.get("instructions"));
    for (key, part) in [
        ("question", everything),
        ("sql", everything),
        ("content", everything),
        ("description", sources),
        ("synonyms", sources),
        ("usage_guidance", instructions),
        ("instruction", instructions),
    ] {
        let mut found = Vec::new();
        part.into_iter().for_each(|part| everywhere(part, key, &mut found));
        for node in found.into_iter().filter(|node| node.as_str().is_some()) {
            let message = format!("`{key}` must be a list of texts");
            let found = Diagnostic::error(Code::GENIE_SHAPE, message).at(inner(node));
            out.push(found.hint("put the text between `[` and `]`"));
        }
    }
    misspelt(root, &[], out);
    for join in root.at(&["instructions", "join_specs"]).and_then(Node::as_list).unwrap_or_default() {
        relationship(join, out);
    }
    for question in root.get("benchmarks").map(|all| items(all, "questions")).unwrap_or_default() {
        answer(question, out);
    }
}

/// The keys of what a list of keys leads to (lakeview-genie-alerts.md C1). Wrappers around an export and later versions
/// have others, so that only a slip of a known one is worth a word.
const KEYS: [(&[&str], &[&str]); 10] = [
    (&[], &["version", "config", "data_sources", "instructions", "benchmarks"]),
    (&["config"], &["sample_questions"]),
    (&["data_sources"], &["tables", "metric_views"]),
    (&["data_sources", "tables"], &SOURCE),
    (&["data_sources", "metric_views"], &SOURCE),
    (
        &["data_sources", "tables", "column_configs"],
        &["column_name", "description", "synonyms", "exclude", "enable_format_assistance", "enable_entity_matching"],
    ),
    (&["instructions"], &["text_instructions", "example_question_sqls", "sql_functions", "join_specs", "sql_snippets"]),
    (&["instructions", "example_question_sqls"], &["id", "question", "sql", "usage_guidance", "parameters"]),
    (&["instructions", "join_specs"], &["id", "left", "right", "sql", "comment", "instruction"]),
    (&["benchmarks"], &["questions"]),
];
const SOURCE: [&str; 3] = ["identifier", "description", "column_configs"];

fn misspelt(node: &Node, path: &[&str], out: &mut Diagnostics) {
    for item in node.as_list().unwrap_or_default() {
        misspelt(item, path, out);
    }
    let Some((_, known)) = KEYS.iter().find(|(at, _)| *at == path) else { return };
    for entry in node.as_map().unwrap_or_default() {
        if known.contains(&entry.key.as_str()) {
            misspelt(&entry.node, &[path, &[entry.key.as_str()]].concat(), out);
        } else if let Some(near) = did_you_mean(&entry.key, known.iter().copied()) {
            let message = format!("the key `{}` is not known here", entry.key);
            let found = Diagnostic::warning(Code::GENIE_KEY, message).at(entry.key_location.clone());
            out.push(found.hint(format!("did you mean `{near}`?")));
        }
    }
}

fn version(root: &Node, out: &mut Diagnostics) {
    let Some(node) = root.get("version") else {
        let found = Diagnostic::error(Code::GENIE_VERSION, "the space has no `version`").at(inner(root));
        out.push(found.hint("write `\"version\": 2`"));
        return;
    };
    match node.as_i64() {
        Some(1) => {}
        Some(2) => {
            for (old, new) in RENAMED {
                let mut found = Vec::new();
                keys(root, old, &mut found);
                for place in found {
                    let message = format!("version 2 has no `{old}`");
                    let found = finding(false, Code::GENIE_VERSION, message, place.clone());
                    out.push(found.hint(format!("it is called `{new}` there")));
                }
            }
        }
        _ => {
            let message = "the version of a space is 1 or 2".to_string();
            out.push(Diagnostic::error(Code::GENIE_VERSION, message).at(inner(node)));
        }
    }
}

/// Where a key stands, at every depth.
fn keys<'n>(node: &'n Node, key: &str, out: &mut Vec<&'n crate::diag::Location>) {
    for entry in node.as_map().unwrap_or_default() {
        if entry.key == key {
            out.push(&entry.key_location);
        }
        keys(&entry.node, key, out);
    }
    for item in node.as_list().unwrap_or_default() {
        keys(item, key, out);
    }
}

/// The condition, and behind it the kind of relationship as a comment of its own.
fn relationship(join: &Node, out: &mut Diagnostics) {
    let Some(sql) = join.get("sql").filter(|sql| sql.as_list().is_some()) else { return };
    let mut error = |message: &str, node: &Node| {
        let found = Diagnostic::error(Code::GENIE_SHAPE, message).at(inner(node));
        out.push(found.hint(format!("for many to one: `{}`", RELATIONSHIPS[0])));
    };
    match items(join, "sql") {
        [_, kind] if kind.as_str().is_some_and(|kind| RELATIONSHIPS.contains(&kind.trim())) => {}
        [_, kind] => error("this is no kind of relationship", kind),
        _ => error("the SQL of a join is a condition and the kind of relationship", sql),
    }
}

fn answer(question: &Node, out: &mut Diagnostics) {
    let answers = items(question, "answer");
    let message = match answers {
        [only] if text(only, "format") == Some("SQL") => return,
        [only] if only.get("format").is_some() => {
            let found = Diagnostic::error(Code::GENIE_SHAPE, "the answer of a benchmark is SQL");
            out.push(found.at(place_of(only, "format")));
            return;
        }
        _ => "a benchmark has exactly one answer, with the format `SQL`",
    };
    let place = question.get("answer").map_or_else(|| inner(question), inner);
    out.push(Diagnostic::error(Code::GENIE_SHAPE, message).at(place));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds, assert_hint, instructions};

    #[test]
    fn versions() {
        assert_clean(r#"{"version": 1}"#, "");
        assert_clean(r#"{"version": 2}"#, "");
        assert_finds("{}", "LS712 error", "{}", "the space has no `version`");
        assert_finds(r#"{"version": 3}"#, "LS712 error", "3", "is 1 or 2");
        let text = r#"{"version": 2, "data_sources": {"tables": [{"identifier": "x.y.z", "column_configs": [{"column_name": "a", "get_example_values": true}]}]}}"#;
        assert_finds(text, "LS712 warning", "\"get_example_values\"", "version 2 has no");
        assert_hint(text, "LS712", "it is called `enable_format_assistance` there");
        assert_clean(&text.replace("\"version\": 2", "\"version\": 1"), "");
    }

    /// C3, "Other messages": `Expected an array for question`.
    #[test]
    fn texts_are_lists() {
        let id = "0".repeat(32);
        let text = format!(
            r#"{{"version": 2, "config": {{"sample_questions": [{{"id": "{id}", "question": "How many?"}}]}}}}"#
        );
        assert_finds(&text, "LS716 error", "How many?", "`question` must be a list of texts");
    }

    /// C1: `description` of a table is a list of texts; around an export it is one text (C1, wrapped spaces).
    #[test]
    fn descriptions_are_lists_within_the_space() {
        let table = |value: &str| {
            format!(
                r#"{{"version": 2, "description": "A space", "data_sources": {{"tables": [{{"identifier": "x.y.z", "description": {value}}}]}}}}"#
            )
        };
        assert_finds(&table(r#""Claims""#), "LS716 error", "Claims", "`description` must be a list of texts");
        assert_clean(&table(r#"["Claims"]"#), "");
    }

    #[test]
    fn slips_of_known_keys() {
        let text = r#"{"version": 2, "config": {"sample_question": []}}"#;
        assert_finds(text, "LS740 warning", "\"sample_question\"", "the key `sample_question` is not known here");
        assert_hint(text, "LS740", "did you mean `sample_questions`?");
        assert_clean(r#"{"version": 2, "config": {"anything": []}, "etag": "1"}"#, "");
    }

    /// C1, "join_specs.sql".
    #[test]
    fn joins_say_their_relationship() {
        let join = |sql: &str| {
            let id = "0".repeat(32);
            instructions(&format!(
                r#""join_specs": [{{"id": "{id}", "left": {{"identifier": "x.y.a", "alias": "a"}}, "right": {{"identifier": "x.y.b", "alias": "b"}}, "sql": {sql}}}]"#
            ))
        };
        assert_clean(&join(r#"["`a`.`id` = `b`.`id`", "--rt=FROM_RELATIONSHIP_TYPE_MANY_TO_ONE--"]"#), "LS716");
        assert_finds(
            &join(r#"["`a`.`id` = `b`.`id`"]"#),
            "LS716 error",
            r#"["`a`.`id` = `b`.`id`"]"#,
            "the SQL of a join",
        );
        assert_finds(
            &join(r#"["a.id = b.id", "MANY_TO_ONE"]"#),
            "LS716 error",
            "MANY_TO_ONE",
            "no kind of relationship",
        );
    }

    #[test]
    fn benchmarks_have_one_answer() {
        let id = "0".repeat(32);
        let benchmark = |answer: &str| {
            format!(
                r#"{{"version": 2, "benchmarks": {{"questions": [{{"id": "{id}", "question": ["q"], "answer": {answer}}}]}}}}"#
            )
        };
        assert_clean(&benchmark(r#"[{"format": "SQL", "content": ["SELECT 1"]}]"#), "");
        assert_finds(&benchmark("[]"), "LS716 error", "[]", "exactly one answer");
        assert_finds(&benchmark(r#"[{"format": "TEXT", "content": ["x"]}]"#), "LS716 error", "TEXT", "is SQL");
    }
}
