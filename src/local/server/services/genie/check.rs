//! The rules that the backend enforces on a space's content, and the upgrade of version 1.

use std::collections::BTreeSet;

use super::space::{Benchmark, DataSource, Instructions, JoinSpec, Space};
use crate::ident::TableName;
use crate::local::server::error::{ApiError, ApiResult};
use crate::local::store::{Reader, TableRecord};

const MAX_TABLES: usize = 30;
const MAX_TEXT: usize = 25_000;

/// The content as stored: version 2, whatever was sent.
pub(super) fn parse(text: &str) -> ApiResult<Space> {
    let failed = |why: String| ApiError::invalid(format!("Failed to parse serialized_space: {why}"));
    let mut space: Space = serde_json::from_str(text).map_err(|error| failed(error.to_string()))?;
    if !matches!(space.version, 1 | 2) {
        return Err(failed(format!("version {} is not supported", space.version)));
    }
    space.version = 2;
    check(&space)?;
    Ok(space)
}

fn check(space: &Space) -> ApiResult<()> {
    let mut ids = Ids::default();
    if let Some(config) = &space.config {
        ids.list("sample_question", config.sample_questions.iter().map(|question| &question.id), true)?;
        for question in &config.sample_questions {
            one_element("question", &question.question)?;
        }
    }
    if let Some(benchmarks) = &space.benchmarks {
        // The documentation asks for sorted ids, exports of the product are not always: not checked.
        ids.list("benchmark", benchmarks.questions.iter().map(|question| &question.id), false)?;
        benchmarks.questions.iter().try_for_each(benchmark)?;
    }
    sources("tables", &space.data_sources.tables)?;
    sources("metric_views", &space.data_sources.metric_views)?;
    let total = space.data_sources.tables.len() + space.data_sources.metric_views.len();
    if total > MAX_TABLES {
        return Err(ApiError::invalid(format!("A space can have at most {MAX_TABLES} tables; it has {total}.")));
    }
    space.instructions.as_ref().map_or(Ok(()), |instructions| check_instructions(instructions, &mut ids))
}

fn check_instructions(instructions: &Instructions, ids: &mut Ids) -> ApiResult<()> {
    if instructions.text_instructions.len() > 1 {
        return Err(ApiError::invalid("text_instructions must contain at most one item"));
    }
    ids.list("text_instruction", instructions.text_instructions.iter().map(|item| &item.id), true)?;
    ids.list("example_question_sql", instructions.example_question_sqls.iter().map(|item| &item.id), true)?;
    for example in &instructions.example_question_sqls {
        one_element("question", &example.question)?;
    }
    ids.list("sql_function", instructions.sql_functions.iter().map(|item| &item.id), true)?;
    ids.list("join_spec", instructions.join_specs.iter().map(|item| &item.id), true)?;
    instructions.join_specs.iter().try_for_each(join)?;
    if let Some(snippets) = &instructions.sql_snippets {
        ids.list("filter", snippets.filters.iter().map(|item| &item.id), true)?;
        ids.list("expression", snippets.expressions.iter().map(|item| &item.id), true)?;
        ids.list("measure", snippets.measures.iter().map(|item| &item.id), true)?;
    }
    Ok(())
}

/// Ids are 32 lower-case hexadecimal digits, unique, and in ascending order within their list.
#[derive(Default)]
struct Ids(BTreeSet<String>);

impl Ids {
    fn list<'a>(&mut self, what: &str, ids: impl Iterator<Item = &'a String>, sorted: bool) -> ApiResult<()> {
        let mut before: Option<&str> = None;
        for id in ids {
            if id.is_empty() {
                return Err(ApiError::invalid(format!("{what}.id must be provided")));
            }
            let digits = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
            if id.len() != 32 || !digits {
                return Err(ApiError::invalid(format!("{what}.id must be 32 lower-case hexadecimal digits: {id}")));
            }
            if !self.0.insert(id.clone()) {
                return Err(ApiError::invalid(format!("{what}.id is used more than once: {id}")));
            }
            if sorted && before.is_some_and(|before| before > id.as_str()) {
                return Err(ApiError::invalid(format!("{what} items must be sorted by id: {id}")));
            }
            before = Some(id);
        }
        Ok(())
    }
}

fn one_element(field: &str, list: &[String]) -> ApiResult<()> {
    match list {
        [text] if text.chars().count() <= MAX_TEXT => Ok(()),
        [_] => Err(ApiError::invalid(format!("{field} must have at most {MAX_TEXT} characters"))),
        _ => Err(ApiError::invalid(format!("{field} must have exactly one element"))),
    }
}

fn benchmark(item: &Benchmark) -> ApiResult<()> {
    one_element("question", &item.question)?;
    match item.answer.as_slice() {
        [answer] if answer.format == "SQL" => Ok(()),
        _ => Err(ApiError::invalid("A benchmark question needs exactly one answer of format SQL")),
    }
}

fn join(spec: &JoinSpec) -> ApiResult<()> {
    const TYPES: [&str; 4] = ["MANY_TO_ONE", "ONE_TO_MANY", "ONE_TO_ONE", "MANY_TO_MANY"];
    let relationship = spec.sql.get(1).and_then(|text| text.trim().strip_prefix("--rt=FROM_RELATIONSHIP_TYPE_"));
    let relationship = relationship.and_then(|text| text.strip_suffix("--"));
    match spec.sql.len() == 2 && relationship.is_some_and(|text| TYPES.contains(&text)) {
        true => Ok(()),
        false => Err(ApiError::invalid("join_spec.sql must be a condition and a relationship type")),
    }
}

fn sources(list: &str, sources: &[DataSource]) -> ApiResult<()> {
    ascending(list, sources.iter().map(|source| source.identifier.as_str()))?;
    for source in sources {
        let columns = source.column_configs.iter();
        ascending("column_configs", columns.map(|column| column.column_name.as_str()))?;
        for column in &source.column_configs {
            if column.enable_entity_matching == Some(true) && column.enable_format_assistance != Some(true) {
                let message = format!("Entity matching needs format assistance on column {}", column.column_name);
                return Err(ApiError::invalid(message));
            }
        }
    }
    Ok(())
}

fn ascending<'a>(list: &str, names: impl Iterator<Item = &'a str>) -> ApiResult<()> {
    let mut before: Option<&str> = None;
    for name in names {
        if before.is_some_and(|before| before >= name) {
            return Err(ApiError::invalid(format!("{list} must be sorted and unique: {name}")));
        }
        before = Some(name);
    }
    Ok(())
}

/// Every table of the space must exist when it is written.
pub(super) fn check_tables(reader: &Reader<'_>, space: &Space) -> ApiResult<()> {
    for source in space.data_sources.tables.iter().chain(&space.data_sources.metric_views) {
        let name = TableName::parse(&source.identifier).map_err(|error| ApiError::invalid(error.to_string()))?;
        if reader.securable::<TableRecord>(&name)?.is_none() {
            return Err(ApiError::invalid(format!("Table '{}' does not exist.", source.identifier)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(n: u8) -> String {
        format!("{n:032x}")
    }

    /// The rules are those of lakeview-genie-alerts.md C1, "Validation rules".
    #[test]
    fn rules() {
        let refused = |space: serde_json::Value| parse(&space.to_string()).unwrap_err().message;
        let questions = |ids: &[u8]| {
            let questions: Vec<_> = ids.iter().map(|n| json!({"id": id(*n), "question": ["q"]})).collect();
            json!({"version": 2, "config": {"sample_questions": questions}})
        };
        parse(&questions(&[1, 2]).to_string()).unwrap();
        assert!(refused(questions(&[2, 1])).contains("sorted"));
        assert!(refused(questions(&[1, 1])).contains("more than once"));
        assert!(refused(json!({})).contains("version"));
        assert!(refused(json!({"version": 3})).contains("version 3"));
        assert!(refused(json!({"version": 2, "tables": []})).contains("unknown field"));
        let text = json!({"id": id(1), "content": ["a"]});
        let two = json!({"version": 2, "instructions": {"text_instructions": [text, text]}});
        assert_eq!(refused(two), "text_instructions must contain at most one item");
        let tables = json!([{"identifier": "a.b.d"}, {"identifier": "a.b.c"}]);
        assert!(refused(json!({"version": 2, "data_sources": {"tables": tables}})).contains("sorted"));
        let join =
            json!({"id": id(1), "left": {"identifier": "a.b.c"}, "right": {"identifier": "a.b.d"}, "sql": ["x"]});
        assert!(refused(json!({"version": 2, "instructions": {"join_specs": [join]}})).contains("relationship"));
    }

    #[test]
    fn version_1_becomes_version_2() {
        let column = json!({"column_name": "c", "get_example_values": true});
        let sources = json!({"tables": [{"identifier": "a.b.c", "column_configs": [column]}]});
        let space = parse(&json!({"version": 1, "data_sources": sources}).to_string()).unwrap();
        let stored = serde_json::to_value(space).unwrap();
        assert_eq!(stored["version"], 2);
        assert_eq!(stored["data_sources"]["tables"][0]["column_configs"][0]["enable_format_assistance"], true);
        let empty = serde_json::to_value(parse("{\"version\":1}").unwrap()).unwrap();
        assert_eq!(empty, json!({"version": 2, "data_sources": {}}));
    }
}
