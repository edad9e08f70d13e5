//! Trying what is deployed: pipelines are updated, the queries of dashboards, Genie spaces and alerts are run.
//!
//! What Genie itself answers is not tried: that its trusted queries run is all that is proved here.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::apply::holder;
use crate::diag::chain;
use crate::plan::Plan;
use crate::release::{Check, Entry, Outcome, Rendered, VERIFICATION_VERSION, Verification};
use crate::remote::{QueryParameter, RemoteError, UpdateOptions, UpdateProgress};
use crate::resource::{Kind, ResourceKey};
use crate::state::State;

use super::super::{PipelineError, Workspace, drift};
use super::Built;

/// A query that something shows or trusts.
struct Query {
    /// Of the thing, with what of it is meant.
    name: String,
    text: String,
    catalog: Option<String>,
    schema: Option<String>,
    /// Or why it cannot be run by itself.
    parameters: Result<Vec<QueryParameter>, String>,
}

impl Workspace {
    /// Tries everything of a deployment that can be tried in the workspace. `runs` says that pipelines are updated;
    /// otherwise their latest update counts. `told` hears of each result.
    pub async fn try_out(
        &self,
        state: &State,
        built: &Built,
        runs: bool,
        told: &(dyn Fn(&Check) + Sync),
    ) -> Result<Vec<Check>, PipelineError> {
        let rendering = built.rendering(&state.target)?;
        let mut checks = self.try_drift(state).await?;
        checks.iter().for_each(told);
        for key in state.resources.keys().filter(|key| key.kind == Kind::Pipeline) {
            let check = self.try_pipeline(state, key, runs).await?;
            told(&check);
            checks.push(check);
        }
        for (key, rendered) in &rendering.resources {
            let queries = match key.kind {
                Kind::Dashboard => dashboard(&document(rendered, built)),
                Kind::GenieSpace => genie_space(&document(rendered, built)),
                Kind::Alert => alert(rendered),
                _ => continue,
            };
            for query in queries {
                let check = self.try_query(key, query).await?;
                told(&check);
                checks.push(check);
            }
        }
        Ok(checks)
    }

    /// What is tried is what was deployed, and not what somebody made of it.
    async fn try_drift(&self, state: &State) -> Result<Vec<Check>, PipelineError> {
        let plan = drift(self, &state.project, &state.target).await?;
        let check = |name: String, outcome| Check { kind: "drift".into(), name, outcome, detail: None };
        let changed = plan.iter().flat_map(Plan::changes).map(|step| check(step.key.to_string(), Outcome::Failed));
        let mut changed: Vec<Check> = changed.collect();
        if changed.is_empty() {
            changed.push(check("everything is as it was deployed".to_string(), Outcome::Passed));
        }
        Ok(changed)
    }

    async fn try_pipeline(&self, state: &State, key: &ResourceKey, runs: bool) -> Result<Check, PipelineError> {
        let check = |outcome, detail| Check { kind: "pipeline".into(), name: key.name().to_string(), outcome, detail };
        if !runs {
            let id = state.resources.get(key).map(|record| record.id.as_str()).unwrap_or_default();
            return Ok(match self.last_update(id).await? {
                Some((_, state)) if state == "COMPLETED" => {
                    check(Outcome::Passed, Some("its latest update".to_string()))
                }
                Some((_, state)) => check(Outcome::Failed, Some(format!("its latest update is {state}"))),
                None => check(Outcome::Failed, Some("it was never updated".to_string())),
            });
        }
        let violated = Mutex::new(Vec::new());
        let listen = |news: UpdateProgress| {
            if let UpdateProgress::Event(event) = news {
                let progress = Value::Object(event.details);
                violated.lock().unwrap_or_else(PoisonError::into_inner).extend(expectations(&progress));
            }
        };
        match self.run_pipeline(state, key.name(), &UpdateOptions::default(), &listen).await {
            Ok(_) => {
                let mut violated = violated.into_inner().unwrap_or_else(PoisonError::into_inner);
                violated.sort();
                violated.dedup();
                let detail = (!violated.is_empty()).then(|| violated.join("; "));
                Ok(check(Outcome::Passed, detail))
            }
            Err(PipelineError::Remote(error @ RemoteError::Update { .. })) => {
                Ok(check(Outcome::Failed, Some(chain(&error))))
            }
            Err(error) => Err(error),
        }
    }

    async fn try_query(&self, key: &ResourceKey, query: Query) -> Result<Check, PipelineError> {
        let name = format!("{}: {}", key.name(), query.name);
        let check = |outcome, detail| Check { kind: key.kind.as_str().to_string(), name, outcome, detail };
        let parameters = match query.parameters {
            Ok(parameters) => parameters,
            Err(reason) => return Ok(check(Outcome::Skipped, Some(reason))),
        };
        let (catalog, schema) = (query.catalog.as_deref(), query.schema.as_deref());
        match self.query_with(&query.text, catalog, schema, &parameters).await {
            Ok(_) => Ok(check(Outcome::Passed, None)),
            Err(PipelineError::Remote(error @ RemoteError::Statement(_))) => {
                Ok(check(Outcome::Failed, Some(chain(&error))))
            }
            Err(error) => Err(error),
        }
    }

    /// What was proved of a deployment, by whom and when.
    pub fn verification(&self, entry: &Entry, checks: Vec<Check>) -> Verification {
        let system = &self.system;
        Verification {
            format_version: VERIFICATION_VERSION,
            serial: entry.serial,
            release: entry.release.clone(),
            state: entry.state.clone(),
            at: system.clock.now(),
            by: self.user().to_string(),
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            ci_url: holder(self.user(), "", &system.env).ci_url,
            checks,
        }
    }
}

/// Expectations that rows did not meet, of a `flow_progress` event.
fn expectations(details: &Value) -> Vec<String> {
    let found = details.pointer("/flow_progress/data_quality/expectations").and_then(Value::as_array);
    let told = found.into_iter().flatten().filter_map(|expectation| {
        let failed = expectation.get("failed_records").and_then(Value::as_u64).filter(|failed| *failed > 0)?;
        let text = |field| expectation.get(field).and_then(Value::as_str).unwrap_or_default();
        let rows = if failed == 1 { "row" } else { "rows" };
        Some(format!("{failed} {rows} did not meet `{}` of {}", text("name"), text("dataset")))
    });
    told.collect()
}

fn document(rendered: &Rendered, built: &Built) -> Value {
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
fn dashboard(document: &Value) -> Vec<Query> {
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
fn genie_space(document: &Value) -> Vec<Query> {
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

fn alert(rendered: &Rendered) -> Vec<Query> {
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

    #[test]
    fn rows_that_do_not_meet_an_expectation_are_told() {
        let details = json!({"flow_progress": {"data_quality": {"expectations": [
            {"name": "a", "dataset": "t", "passed_records": 3, "failed_records": 0},
            {"name": "b", "dataset": "t", "passed_records": 1, "failed_records": 2}]}}});
        assert_eq!(expectations(&details), ["2 rows did not meet `b` of t"]);
    }
}
