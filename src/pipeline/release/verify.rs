//! Trying what is deployed: pipelines are updated, the queries of dashboards, Genie spaces and alerts are run, and Genie
//! is asked its benchmarks.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::apply::{Silent, holder};
use crate::diag::chain;
use crate::plan::Plan;
use crate::release::{Check, Entry, Outcome, VERIFICATION_VERSION, Verification};
use crate::remote::{RemoteError, UpdateOptions, UpdateProgress};
use crate::resource::{Kind, ResourceKey};
use crate::state::State;

use super::super::{PipelineError, Workspace, drift};
use super::Built;
use super::queries::{Query, alert, benchmarks, dashboard, document, genie_space};

/// How a deployment is tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Pipelines are updated; otherwise their latest update counts.
    pub runs: bool,
    /// The share of a Genie space's benchmarks that must be answered well.
    pub genie_threshold: f64,
    /// So long an evaluation may take.
    pub genie_timeout: Duration,
    /// It is the embedded workspace, whose Genie has no language model.
    pub is_embedded: bool,
}

impl Workspace {
    /// Tries everything of a deployment that can be tried in the workspace. `told` hears of each result.
    pub async fn try_out(
        &self,
        state: &State,
        built: &Built,
        trial: &Trial,
        told: &(dyn Fn(&Check) + Sync),
    ) -> Result<Vec<Check>, PipelineError> {
        let rendering = built.rendering(&state.target)?;
        let mut checks = self.try_drift(state).await?;
        checks.iter().for_each(told);
        for key in state.resources.keys().filter(|key| key.kind == Kind::Pipeline) {
            let check = self.try_pipeline(state, key, trial.runs).await?;
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
            if key.kind == Kind::GenieSpace {
                let asked = benchmarks(&document(rendered, built));
                let found = self.try_genie(state, key, asked, trial).await?;
                found.iter().for_each(told);
                checks.extend(found);
            }
        }
        Ok(checks)
    }

    /// What is tried is what was deployed, and not what somebody made of it.
    async fn try_drift(&self, state: &State) -> Result<Vec<Check>, PipelineError> {
        let plan = drift(self, &state.project, &state.target, &Silent).await?;
        let check = |name: String, outcome| Check::new("drift", name, outcome, None);
        let changed = plan.iter().flat_map(Plan::changes).map(|step| check(step.key.to_string(), Outcome::Failed));
        let mut changed: Vec<Check> = changed.collect();
        if changed.is_empty() {
            changed.push(check("everything is as it was deployed".to_string(), Outcome::Passed));
        }
        Ok(changed)
    }

    async fn try_pipeline(&self, state: &State, key: &ResourceKey, runs: bool) -> Result<Check, PipelineError> {
        let check = |outcome, detail| Check::new("pipeline", key.name(), outcome, detail);
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
        let check = |outcome, detail| Check::new(key.kind.as_str(), name, outcome, detail);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_that_do_not_meet_an_expectation_are_told() {
        let details = json!({"flow_progress": {"data_quality": {"expectations": [
            {"name": "a", "dataset": "t", "passed_records": 3, "failed_records": 0},
            {"name": "b", "dataset": "t", "passed_records": 1, "failed_records": 2}]}}});
        assert_eq!(expectations(&details), ["2 rows did not meet `b` of t"]);
    }
}
