//! What a space answers without a language model: a question that one of its own examples asks.
//!
//! An example answers a question if both have the same words in the same order, whatever their case and punctuation, and
//! apart from words that say nothing of what is asked ([`FILLERS`]). Where several examples do, or none, there is no
//! answer: a number, a name or a "not" more is another question, and guessing would be inventing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::space::{ExampleSql, Space};
use crate::local::engine::ParameterValue;
use crate::syntax::{DataType, parse_type};

/// Words that say how something is asked for, and not what.
const FILLERS: [&str; 24] = [
    "a", "an", "and", "are", "can", "could", "did", "do", "does", "give", "is", "list", "me", "our", "please", "show",
    "tell", "the", "us", "was", "we", "were", "what", "which",
];

/// The query of an example that answers a question, and what it needs.
pub(super) struct Trusted {
    pub(super) sql: String,
    /// The defaults of its parameters.
    pub(super) parameters: BTreeMap<String, ParameterValue>,
}

/// Why nothing of a space answers a question, in words for whoever asked.
pub(super) enum Unanswered {
    NoExample,
    /// Several examples ask the same, with different queries.
    Ambiguous,
    /// A parameter of the example has no default, and a question holds no value that could be told from its words.
    NoDefault(String),
}

impl Unanswered {
    pub(super) fn message(&self) -> String {
        let none = "The embedded workspace has no language model and answers from trusted examples only";
        match self {
            Self::NoExample => format!("{none}; no example of the space asks this question."),
            Self::Ambiguous => format!("{none}; several examples of the space ask this question differently."),
            Self::NoDefault(name) => format!("{none}; the parameter {name} of the example has no default value."),
        }
    }
}

/// The space's own answer to a question.
pub(super) fn answer(space: &Space, question: &str) -> Result<Trusted, Unanswered> {
    let examples = space.instructions.iter().flat_map(|instructions| &instructions.example_question_sqls);
    let all: Vec<&ExampleSql> = examples.collect();
    let same = |normal: fn(&str) -> Vec<String>| -> Vec<&ExampleSql> {
        let wanted = normal(question);
        all.iter()
            .copied()
            .filter(|example| !wanted.is_empty() && normal(&example.question.concat()) == wanted)
            .collect()
    };
    let mut found = same(words);
    if found.is_empty() {
        found = same(telling);
    }
    let first = *found.first().ok_or(Unanswered::NoExample)?;
    let sql = first.sql.concat();
    if found.iter().any(|other| !same_text(&other.sql.concat(), &sql)) {
        return Err(Unanswered::Ambiguous);
    }
    Ok(Trusted { sql, parameters: defaults(first)? })
}

/// In lower case, without punctuation.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '%' | '$'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The words that say what is asked.
fn telling(text: &str) -> Vec<String> {
    words(text).into_iter().filter(|word| !FILLERS.contains(&word.as_str())).collect()
}

/// Two queries that differ in nothing but space and a final semicolon.
pub(super) fn same_text(left: &str, right: &str) -> bool {
    let parts = |text: &'_ str| -> Vec<String> {
        text.trim().trim_end_matches(';').split_whitespace().map(str::to_string).collect()
    };
    parts(left) == parts(right)
}

/// `parameters: [{ name, type_hint, default_value: { values: [text] } }]`
fn defaults(example: &ExampleSql) -> Result<BTreeMap<String, ParameterValue>, Unanswered> {
    let mut found = BTreeMap::new();
    for parameter in &example.parameters {
        let text = |field: &str| parameter.get(field).and_then(Value::as_str);
        let Some(name) = text("name") else { continue };
        let value = parameter.pointer("/default_value/values/0").and_then(Value::as_str);
        let value = value.ok_or_else(|| Unanswered::NoDefault(name.to_string()))?;
        let data_type = text("type_hint").map_or(DataType::String, data_type);
        found.insert(name.to_string(), ParameterValue { data_type, text: Some(value.to_string()) });
    }
    Ok(found)
}

/// The service documents no list of types (lakeview-genie-alerts.md C1): those that are seen beside the names of SQL.
fn data_type(hint: &str) -> DataType {
    match hint.trim().to_uppercase().as_str() {
        "NUMBER" | "NUMERIC" => DataType::Double,
        "INTEGER" | "LONG" => DataType::BigInt,
        "DATETIME" => DataType::Timestamp,
        folded => parse_type(folded).unwrap_or(DataType::String),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn space(examples: &[(&str, &str)]) -> Space {
        let example = |(at, (question, sql)): (usize, &(&str, &str))| json!({"id": format!("{at:032x}"), "question": [question], "sql": [sql]});
        let examples: Vec<Value> = examples.iter().enumerate().map(example).collect();
        let value = json!({"version": 2, "instructions": {"example_question_sqls": examples}});
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_question_is_answered_by_the_example_that_asks_it_and_by_no_other() {
        let space = space(&[
            ("How many calls did we get in 2025?", "SELECT 1"),
            ("Which journeys leak, and at what rate?", "SELECT 2"),
            ("Top 5 journeys", "SELECT 3"),
            ("Same", "SELECT 4"),
            ("same!", "SELECT 5"),
            ("Twice", "SELECT  6;"),
            ("twice", "SELECT 6"),
        ]);
        let sql = |question: &str| answer(&space, question).map(|found| found.sql).map_err(|no| no.message());
        assert_eq!(sql("how many CALLS did we get in 2025").unwrap(), "SELECT 1");
        assert_eq!(sql("Show me the journeys that leak").err().unwrap(), Unanswered::NoExample.message());
        assert_eq!(sql("Please list journeys leak at rate").unwrap(), "SELECT 2");
        // A word that means something is another question.
        for other in ["How many calls did we get in 2024?", "Top 10 journeys", "Journeys top 5", "", "the?"] {
            assert_eq!(sql(other).err().unwrap(), Unanswered::NoExample.message(), "{other}");
        }
        assert_eq!(sql("Same").err().unwrap(), Unanswered::Ambiguous.message());
        assert_eq!(sql("Twice?").unwrap(), "SELECT  6;");
    }

    #[test]
    fn parameters_take_their_defaults() {
        let example = |default: Value| {
            let parameter = json!({"name": "since", "type_hint": "DATE", "default_value": default});
            let example = json!({"id": "0", "question": ["Q"], "sql": ["SELECT :since"], "parameters": [parameter]});
            let value = json!({"version": 2, "instructions": {"example_question_sqls": [example]}});
            serde_json::from_value::<Space>(value).unwrap()
        };
        let with = example(json!({"values": ["2026-01-01"]}));
        let found = answer(&with, "q").map_err(|no| no.message()).unwrap();
        let value = ParameterValue { data_type: DataType::Date, text: Some("2026-01-01".to_string()) };
        assert_eq!(found.parameters["since"], value);
        let without = example(Value::Null);
        let told = answer(&without, "q").err().unwrap().message();
        assert!(told.contains("the parameter since of the example has no default value"), "{told}");
    }
}
