//! Evaluations of a space's benchmarks: their record, and the work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::compare::{Assessment, MAX_ROWS, Reason, differences};
use super::space::{Benchmark, Space};
use super::trusted;
use crate::local::engine::{ParameterValue, Principal};
use crate::local::server::activity::Cancel;
use crate::local::server::app::{App, Shared};
use crate::local::server::engine::{Answer, RunFailure, StatementRun};
use crate::local::server::error::ApiResult;
use crate::local::server::services::statements::{Recorded, run_recorded};
use crate::local::store::{DocumentKind, Expect, Filter, Order, PageRequest, Reader, Writer};

pub(super) const KIND: DocumentKind = DocumentKind("genie_eval_run");

/// `EvaluationStatusType`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Status {
    #[serde(rename = "NOT_STARTED")]
    NotStarted,
    #[serde(rename = "RUNNING")]
    Running,
    #[serde(rename = "DONE")]
    Done,
    #[serde(rename = "EVALUATION_CANCELLED")]
    Cancelled,
}

/// An evaluation; it belongs to its space.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EvalRun {
    pub(super) status: Status,
    /// Who started it.
    pub(super) by: String,
    /// Milliseconds since the epoch.
    pub(super) created: i64,
    pub(super) updated: i64,
    /// One a benchmark, in the order of the space.
    pub(super) results: Vec<Evaluated>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Evaluated {
    pub(super) id: String,
    /// Snapshots of the benchmark.
    pub(super) benchmark_id: String,
    pub(super) question: String,
    pub(super) expected: String,
    pub(super) status: Status,
    pub(super) verdict: Option<Verdict>,
}

/// What came of a benchmark.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) assessment: Assessment,
    pub(super) reasons: Vec<Reason>,
    pub(super) said: Said,
    /// The statement that ran the benchmark's own SQL.
    pub(super) expected_statement: Option<String>,
}

/// What the space answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    Sql {
        sql: String,
        statement: String,
    },
    /// Why there is no answer.
    Text(String),
}

impl EvalRun {
    pub(super) fn new(app: &App, by: &str, benchmarks: &[Benchmark]) -> Self {
        let now = app.now_ms();
        let result = |benchmark: &Benchmark| Evaluated {
            id: app.hex_id(),
            benchmark_id: benchmark.id.clone(),
            question: benchmark.question.concat(),
            expected: benchmark.answer.iter().flat_map(|answer| &answer.content).cloned().collect(),
            status: Status::NotStarted,
            verdict: None,
        };
        let results = benchmarks.iter().map(result).collect();
        Self { status: Status::NotStarted, by: by.to_string(), created: now, updated: now, results }
    }

    pub(super) fn count(&self, assessment: Assessment) -> usize {
        let verdicts = self.results.iter().filter_map(|result| result.verdict.as_ref());
        verdicts.filter(|verdict| verdict.assessment == assessment).count()
    }

    /// What has not come to its end will not.
    fn cancel(&mut self, now: i64) {
        self.updated = now;
        self.status = Status::Cancelled;
        for result in self.results.iter_mut().filter(|result| result.status != Status::Done) {
            result.status = Status::Cancelled;
        }
    }
}

pub(super) fn put(writer: &Writer<'_>, space: &str, id: &str, run: &EvalRun, expect: Expect) -> ApiResult<()> {
    writer.put_document(KIND, id, space, "", run, expect)?;
    Ok(())
}

/// With its space.
pub(super) fn forget(writer: &Writer<'_>, space: &str) -> ApiResult<()> {
    writer.delete_documents_of(KIND, space)?;
    Ok(())
}

/// Evaluations that a killed process left unfinished were cancelled.
pub(crate) fn settle_interrupted(writer: &Writer<'_>, now: i64) -> ApiResult<()> {
    let reader: &Reader<'_> = writer;
    let all = reader.documents::<EvalRun>(KIND, Filter::default(), Order::Oldest, PageRequest::ALL)?;
    for mut run in all.items {
        if matches!(run.body.status, Status::NotStarted | Status::Running) {
            run.body.cancel(now);
            put(writer, &run.parent, &run.id, &run.body, Expect::Present)?;
        }
    }
    Ok(())
}

/// An evaluation that was begun.
pub(super) struct Evaluation {
    pub(super) space_id: String,
    pub(super) id: String,
    pub(super) space: Space,
    pub(super) run: EvalRun,
    pub(super) caller: Principal,
}

impl Evaluation {
    /// Asks one benchmark after the other and keeps what came of each.
    pub(super) async fn work(mut self, app: Shared, cancel: Cancel) {
        self.run.status = Status::Running;
        for at in 0..self.run.results.len() {
            self.run.results[at].status = Status::Running;
            if !self.keep(&app).await {
                return;
            }
            match self.ask(&app, at, &cancel).await {
                Some(verdict) => {
                    let result = &mut self.run.results[at];
                    (result.status, result.verdict) = (Status::Done, Some(verdict));
                }
                None => {
                    self.run.cancel(app.now_ms());
                    self.keep(&app).await;
                    return;
                }
            }
        }
        self.run.status = Status::Done;
        self.keep(&app).await;
    }

    /// `false` if the evaluation is not there any more: its space was trashed. What cannot be written for another reason
    /// will be settled when the workspace starts again.
    async fn keep(&mut self, app: &Shared) -> bool {
        self.run.updated = app.now_ms();
        let (space, id, run) = (self.space_id.clone(), self.id.clone(), self.run.clone());
        app.write(move |writer| put(writer, &space, &id, &run, Expect::Present)).await.is_ok()
    }

    /// `None` if the evaluation shall end.
    async fn ask(&self, app: &Shared, at: usize, cancel: &Cancel) -> Option<Verdict> {
        let result = &self.run.results[at];
        let trusted = match trusted::answer(&self.space, &result.question) {
            Ok(trusted) => trusted,
            Err(unanswered) => {
                let said = Said::Text(unanswered.message());
                let assessment = Assessment::NeedsReview;
                return Some(Verdict { assessment, reasons: Vec::new(), said, expected_statement: None });
            }
        };
        // Two runs of one query would only find what changed in between.
        let same = trusted.parameters.is_empty() && trusted::same_text(&trusted.sql, &result.expected);
        let actual = self.run_sql(app, &trusted.sql, trusted.parameters, cancel).await;
        let said = Said::Sql { sql: trusted.sql, statement: actual.id.clone() };
        let (expected_statement, expected) = match same {
            true => (actual.id.clone(), None),
            false => {
                let expected = self.run_sql(app, &result.expected, BTreeMap::new(), cancel).await;
                (expected.id, Some(expected.outcome))
            }
        };
        let (assessment, reasons) = assess(actual.outcome, expected)?;
        Some(Verdict { assessment, reasons, said, expected_statement: Some(expected_statement) })
    }

    async fn run_sql(
        &self,
        app: &Shared,
        text: &str,
        parameters: BTreeMap<String, ParameterValue>,
        cancel: &Cancel,
    ) -> Recorded {
        let run = StatementRun {
            text: text.to_string(),
            principal: self.caller.clone(),
            catalog: None,
            schema: None,
            parameters,
            row_limit: Some(MAX_ROWS),
        };
        run_recorded(app, run, cancel).await
    }
}

/// `expected` is absent if the benchmark's SQL is the answer's. `None` if a statement was cancelled.
fn assess(
    actual: Result<Answer, RunFailure>,
    expected: Option<Result<Answer, RunFailure>>,
) -> Option<(Assessment, Vec<Reason>)> {
    let expected = match expected {
        Some(Err(RunFailure::Cancelled)) => return None,
        // Nothing to compare with: "Genie cannot assess correctness".
        Some(Err(RunFailure::Failed(_))) => return Some((Assessment::NeedsReview, Vec::new())),
        Some(Ok(expected)) => Some(expected),
        None => None,
    };
    let actual = match actual {
        Ok(actual) => actual,
        Err(RunFailure::Cancelled) => return None,
        Err(RunFailure::Failed(_)) => return Some((Assessment::Bad, vec![Reason::EmptyResult])),
    };
    let reasons = expected.map(|expected| differences(&actual, &expected)).unwrap_or_default();
    let assessment = if reasons.is_empty() { Assessment::Good } else { Assessment::Bad };
    Some((assessment, reasons))
}
