//! Evaluations of Genie spaces: starting, waiting, and what came of each benchmark.

use std::time::Duration;

use crate::api::ApiError;
use crate::api::genie::{self, EvalRun};

use super::settled::settled;
use super::{Remote, RemoteError};

/// An evaluation that came to its end.
#[derive(Clone, PartialEq, Debug)]
pub struct Evaluation {
    pub run_id: String,
    pub questions: u64,
    pub correct: u64,
    /// What was not found good, in the order of the service.
    pub others: Vec<Assessed>,
}

/// A benchmark that was not answered well.
#[derive(Clone, PartialEq, Debug)]
pub struct Assessed {
    pub question: String,
    /// `BAD` or `NEEDS_REVIEW`; what became of it if it was not assessed at all.
    pub assessment: String,
    /// The service's words.
    pub reasons: Vec<String>,
    /// Genie answered with a query.
    pub has_query: bool,
}

impl Remote {
    /// Has Genie answer all benchmarks of a space, and waits for the end, so long at most.
    pub async fn evaluate(&self, space_id: &str, longest: Duration) -> Result<Evaluation, RemoteError> {
        let mut run = genie::evaluate(&self.client, space_id).await?;
        let deadline = tokio::time::Instant::now() + longest;
        let (mut wait, longest_wait) = self.patience();
        let missing = |error: &ApiError| error.is_missing();
        while !is_final(&run) {
            if tokio::time::Instant::now() + wait > deadline {
                return Err(RemoteError::EvaluationSlow {
                    done: run.num_done.unwrap_or(0),
                    questions: run.num_questions,
                    seconds: longest.as_secs(),
                    run_id: run.eval_run_id,
                });
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 3 / 2).min(longest_wait);
            let look = || genie::evaluation(&self.client, space_id, &run.eval_run_id);
            run = settled(look, |found| found.as_ref().is_err_and(missing)).await?;
        }
        self.judged(space_id, run).await
    }

    async fn judged(&self, space_id: &str, run: EvalRun) -> Result<Evaluation, RemoteError> {
        if run.eval_run_status.as_deref() != Some("DONE") {
            return Err(RemoteError::Evaluation {
                status: run.eval_run_status.unwrap_or_default(),
                done: run.num_done.unwrap_or(0),
                questions: run.num_questions,
                run_id: run.eval_run_id,
            });
        }
        let lacks = |field| ApiError::Incomplete { call: format!("evaluation {}", run.eval_run_id), field };
        let questions = run.num_questions.ok_or_else(|| lacks("num_questions"))?;
        let correct = run.num_correct.ok_or_else(|| lacks("num_correct"))?;
        let mut others = Vec::new();
        if correct < questions {
            for result in genie::results(&self.client, space_id, &run.eval_run_id).await? {
                let details = genie::result(&self.client, space_id, &run.eval_run_id, &result.result_id).await?;
                if details.assessment.as_deref() == Some("GOOD") {
                    continue;
                }
                others.push(Assessed {
                    question: result.question.unwrap_or(result.benchmark_question_id),
                    assessment: details.assessment.or(result.status).unwrap_or_else(|| "not assessed".to_string()),
                    reasons: details.assessment_reasons,
                    has_query: details.actual_response.iter().any(|response| {
                        response.response_type.as_deref() == Some("SQL") && response.response.is_some()
                    }),
                });
            }
        }
        Ok(Evaluation { run_id: run.eval_run_id, questions, correct, others })
    }
}

/// A status that this program does not know is no end: the deadline ends the wait.
fn is_final(run: &EvalRun) -> bool {
    let status = run.eval_run_status.as_deref();
    matches!(status, Some("DONE" | "EVALUATION_FAILED" | "EVALUATION_CANCELLED" | "EVALUATION_TIMEOUT"))
}
