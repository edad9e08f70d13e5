//! Trying what Genie answers: its benchmarks are evaluated in the workspace.

use crate::diag::chain;
use crate::release::{Assessed, Check, Evaluation, Outcome};
use crate::remote::{self, RemoteError};
use crate::resource::ResourceKey;
use crate::state::State;

use super::super::{PipelineError, Workspace};
use super::verify::Trial;

impl Workspace {
    /// What Genie makes of a space's benchmarks, of which there are so many.
    pub(super) async fn try_genie(
        &self,
        state: &State,
        key: &ResourceKey,
        benchmarks: usize,
        trial: &Trial,
    ) -> Result<Vec<Check>, PipelineError> {
        let name = format!("{}: Genie's answers", key.name());
        let check = |outcome, detail: String| Check::new(key.kind.as_str(), name.clone(), outcome, Some(detail));
        if benchmarks == 0 {
            return Ok(vec![check(Outcome::Skipped, "the space has no benchmarks".to_string())]);
        }
        let Some(record) = state.resources.get(key) else {
            return Ok(vec![check(Outcome::Failed, "the space is not deployed".to_string())]);
        };
        match self.remote.evaluate(&record.id, trial.genie_timeout).await {
            Ok(found) => Ok(judged(key, &name, found, trial)),
            Err(error) if error.is_unavailable() => {
                let why = format!("the workspace does not evaluate benchmarks: {}", chain(&error));
                Ok(vec![check(Outcome::Skipped, why)])
            }
            Err(error @ (RemoteError::Evaluation { .. } | RemoteError::EvaluationSlow { .. })) => {
                Ok(vec![check(Outcome::Failed, chain(&error))])
            }
            Err(error) if error.is_refused() => Ok(vec![check(Outcome::Failed, chain(&error))]),
            Err(error) => Err(error.into()),
        }
    }
}

/// The embedded workspace has no language model: what no trusted example answers says nothing of how Genie would answer,
/// and is counted apart. Anywhere else, what needs a review was not answered well.
fn judged(key: &ResourceKey, name: &str, found: remote::Evaluation, trial: &Trial) -> Vec<Check> {
    let total = found.questions;
    let (open, others): (Vec<_>, Vec<_>) =
        found.others.into_iter().partition(|other| trial.is_embedded && !other.has_query);
    let assessed = |other: remote::Assessed| Assessed {
        question: other.question,
        assessment: other.assessment,
        reasons: other.reasons,
    };
    let untold = u64::try_from(open.len()).unwrap_or(u64::MAX);
    let run_id = found.run_id;
    let evaluation = |questions: u64, correct: u64, others: Vec<remote::Assessed>| Evaluation {
        run_id: run_id.clone(),
        questions,
        correct,
        threshold: trial.genie_threshold,
        others: others.into_iter().map(assessed).collect(),
    };
    let mut checks = Vec::new();
    if untold < total {
        let counted = evaluation(total - untold, found.correct, others);
        let outcome = if counted.is_met() { Outcome::Passed } else { Outcome::Failed };
        let detail = match trial.is_embedded {
            true => format!("{}; answered by the space's examples, not by a language model", told(&counted)),
            false => told(&counted),
        };
        let check = Check::new(key.kind.as_str(), name, outcome, Some(detail));
        checks.push(Check { evaluation: Some(counted), ..check });
    }
    if untold > 0 {
        let detail = format!(
            "{untold} of {total} {} no trusted answer; the embedded workspace has no language model",
            if total == 1 { "benchmark has" } else { "benchmarks have" }
        );
        let name = format!("{}: benchmarks without a trusted answer", key.name());
        let check = Check::new(key.kind.as_str(), name, Outcome::Skipped, Some(detail));
        checks.push(Check { evaluation: Some(evaluation(0, 0, open)), ..check });
    }
    checks
}

fn told(evaluation: &Evaluation) -> String {
    let Evaluation { questions, correct, threshold, others, .. } = evaluation;
    let reviews = others.iter().filter(|other| other.assessment == "NEEDS_REVIEW").count();
    let (share, wanted) = (percent(evaluation.share()), percent(*threshold));
    let reviews = match reviews {
        0 => String::new(),
        1 => "; 1 needs a review, which counts as not good".to_string(),
        several => format!("; {several} need a review, which counts as not good"),
    };
    format!("{correct} of {questions} good ({share} %, {wanted} % are needed){reviews}")
}

/// Rounded down: 79.96 % is not 80 %.
fn percent(share: f64) -> String {
    // Digits that are only there because a share is no binary fraction.
    let tenths = (share * 1000.0 + 1e-9).floor();
    format!("{}", tenths / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_told_greater_than_it_is() {
        let told = [0.8, 0.7996, 2.0 / 3.0, 0.29, 1.0, 0.0].map(percent);
        assert_eq!(told, ["80", "79.9", "66.6", "29", "100", "0"]);
    }

    /// 4 of 5 are 80 %, whatever their binary fractions are.
    #[test]
    fn a_threshold_that_is_just_met_is_met() {
        for (correct, questions, threshold, met) in
            [(4, 5, 0.8, true), (3, 4, 0.8, false), (7, 10, 0.7, true), (0, 3, 0.0, true), (14, 14, 1.0, true)]
        {
            let run_id = String::new();
            let evaluation = Evaluation { run_id, questions, correct, threshold, others: Vec::new() };
            assert_eq!(evaluation.is_met(), met, "{correct} of {questions}");
        }
    }
}
