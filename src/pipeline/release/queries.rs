//! The queries of documents, for trying them.

use serde_json::Value;

use crate::release::Rendered;
use crate::remote::QueryParameter;

use super::Built;

/// A query that something shows or trusts.
pub(super) struct Query {
    /// Of the thing, with what of it is meant.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) catalog: Option<String>,
    pub(super) schema: Option<String>,
    /// Or why it cannot be run by itself.
    pub(super) parameters: Result<Vec<QueryParameter>, String>,
}

pub(super) fn document(rendered: &Rendered, built: &Built) -> Value {
    let bytes = rendered.content.as_ref().and_then(|content| built.archive.get(&content.sha256));
    bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.get(field).and_then(Value::as_str).map(str::to_string)
}

/// A text, or the lines of one.
fn joined(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// The datasets (lakeview-genie-alerts.md A2).
pub(super) fn dashboard(document: &Value) -> Vec<Query> {
    let datasets = list(document, "/datasets").filter_map(|dataset| {
        let query = joined(dataset.get("queryLines").or_else(|| dataset.get("query")));
        let name = text(dataset, "displayName").or_else(|| text(dataset, "name"))?;
        let parameters = list(dataset, "/parameters").map(default_value).collect();
        let (catalog, schema) = (text(dataset, "catalog"), text(dataset, "schema"));
        (!query.trim().is_empty()).then_some(Query { name, text: query, catalog, schema, parameters })
    });
    datasets.collect()
}

/// A dataset's parameter with its default value (lakeview-genie-alerts.md A2).
fn default_value(parameter: &Value) -> Result<QueryParameter, String> {
    let keyword = text(parameter, "keyword").unwrap_or_default();
    if parameter.get("complexType").is_some_and(|complex| !complex.is_null()) {
        return Err(format!("its parameter `{keyword}` holds several values"));
    }
    let mut values = list(parameter, "/defaultSelection/values/values").filter_map(|value| text(value, "value"));
    let value = values.next().ok_or_else(|| format!("its parameter `{keyword}` has no default"))?;
    let data_type = match text(parameter, "dataType").as_deref() {
        Some("INTEGER") => "BIGINT",
        Some("DECIMAL") => "DOUBLE",
        Some("DATE") => "DATE",
        Some("DATETIME") => "TIMESTAMP",
        _ => "STRING",
    };
    Ok(QueryParameter { name: keyword, value, data_type: data_type.to_string() })
}

/// The trusted examples and the answers of benchmarks (lakeview-genie-alerts.md C).
pub(super) fn genie_space(document: &Value) -> Vec<Query> {
    let examples = list(document, "/instructions/example_question_sqls").map(|example| {
        let declared = list(example, "/parameters").next().is_some();
        let question = joined(example.get("question"));
        (format!("example \"{question}\""), joined(example.get("sql")), declared)
    });
    let benchmarks = list(document, "/benchmarks/questions").flat_map(|question| {
        let asked = joined(question.get("question"));
        let answers = list(question, "/answer").filter(|answer| answer.get("format") == Some(&Value::from("SQL")));
        answers.map(move |answer| (format!("benchmark \"{asked}\""), joined(answer.get("content")), false))
    });
    let queries = examples.chain(benchmarks).filter(|(_, text, _)| !text.trim().is_empty());
    let query = |(name, text, declared): (String, String, bool)| {
        let parameters = match declared {
            true => Err("its parameters have values only in a conversation".to_string()),
            false => Ok(Vec::new()),
        };
        Query { name, text, catalog: None, schema: None, parameters }
    };
    queries.map(query).collect()
}

/// How many questions there are to ask.
pub(super) fn benchmarks(document: &Value) -> usize {
    list(document, "/benchmarks/questions").count()
}

pub(super) fn alert(rendered: &Rendered) -> Vec<Query> {
    let query = rendered.spec.get("query_text").and_then(Value::as_str).map(|text| Query {
        name: "its query".to_string(),
        text: text.to_string(),
        catalog: None,
        schema: None,
        parameters: Ok(Vec::new()),
    });
    query.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_queries_of_documents_are_found_with_their_parameters() {
        let value = |text: &str| json!({"values": {"dataType": "STRING", "values": [{"value": text}]}});
        let board = json!({"datasets": [
            {"name": "a", "displayName": "A", "queryLines": ["SELECT 1\n", "FROM t"], "catalog": "c"},
            {"name": "b", "query": "SELECT :d", "parameters": [
                {"keyword": "d", "dataType": "DATE", "defaultSelection": value("2026-01-02")}]},
            {"name": "c", "query": "SELECT :m", "parameters": [
                {"keyword": "m", "complexType": "MULTI", "defaultSelection": value("x")}]},
            {"name": "d", "query": "SELECT :n", "parameters": [{"keyword": "n"}]},
        ]});
        let found = dashboard(&board);
        assert_eq!(found.iter().map(|query| query.name.as_str()).collect::<Vec<_>>(), ["A", "b", "c", "d"]);
        assert_eq!((found[0].text.as_str(), found[0].catalog.as_deref()), ("SELECT 1\nFROM t", Some("c")));
        let date = found[1].parameters.as_ref().unwrap();
        assert_eq!(
            (date[0].name.as_str(), date[0].value.as_str(), date[0].data_type.as_str()),
            ("d", "2026-01-02", "DATE")
        );
        assert_eq!(found[2].parameters.as_ref().unwrap_err(), "its parameter `m` holds several values");
        assert_eq!(found[3].parameters.as_ref().unwrap_err(), "its parameter `n` has no default");
        let space = json!({
            "instructions": {"example_question_sqls": [
                {"question": ["How many?"], "sql": ["SELECT 1"]},
                {"question": ["Where?"], "sql": "SELECT :x", "parameters": [{"name": "x"}]}]},
            "benchmarks": {"questions": [{"question": ["Why?"], "answer": [
                {"format": "SQL", "content": ["SELECT\n", "2"]}, {"format": "TEXT", "content": ["no"]}]}]},
        });
        let found = genie_space(&space);
        let told: Vec<_> = found.iter().map(|query| (query.name.as_str(), query.parameters.is_ok())).collect();
        assert_eq!(
            told,
            [("example \"How many?\"", true), ("example \"Where?\"", false), ("benchmark \"Why?\"", true)]
        );
        assert_eq!(found[2].text, "SELECT\n2");
    }
}
