//! Why a demo cannot be made, shown or removed.

use std::path::PathBuf;

use super::Settings;
use crate::data::GenerateError;
use crate::diag::{Diagnostics, chain};
use crate::pipeline::{ApplyReport, PipelineError};
use crate::sys::fs::FsError;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the solution `{solution}` has no synthetic data")]
    NoGenerator { solution: String, known: String },
    #[error("the solution `{0}` has no story: `sql/{0}/story.yml` is absent")]
    NoStory(String),
    #[error("the demo of `{solution}` is up with {up}, not with {asked}")]
    OtherSettings { solution: String, target: String, up: Box<Settings>, asked: Box<Settings> },
    #[error("the demo of `{solution}` is up on target `{up}`, not on `{asked}`")]
    OtherTarget { solution: String, up: String, asked: String },
    #[error("the project has errors")]
    Project(Diagnostics),
    #[error("the solution `{0}` has no layer `bronze`, whose volume `landing` the data is delivered to")]
    NoLanding(String),
    #[error("the plan would destroy or rebuild {}", refused.join(", "))]
    NotAllowed { solution: String, target: String, refused: Vec<String> },
    #[error("the deployment is not complete: {}", problems.join("; "))]
    Incomplete { problems: Vec<String>, advice: Option<&'static str> },
    #[error("the story's query `{id}` failed")]
    Story {
        id: String,
        #[source]
        source: PipelineError,
    },
    #[error("the data files of the demo `{solution}` are damaged or gone")]
    DataDamaged { solution: String, target: String },
    #[error("the data generator ended without a data set")]
    GeneratorDied,
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    #[error("cannot read {}", path.display())]
    Record {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error("{} was written by a newer lakesmith (version {version})", path.display())]
    NewerRecord { path: PathBuf, version: u64 },
    #[error("{needed_mb} MB of disk space are needed for the demo, {free_mb} MB are free at {}", path.display())]
    DiskSpace { path: PathBuf, needed_mb: u64, free_mb: u64 },
    #[error(transparent)]
    File(#[from] FsError),
    #[error("the synthetic data could not be generated")]
    Generate(#[from] GenerateError),
}

impl DemoError {
    pub(super) fn incomplete(report: ApplyReport) -> Self {
        let mut problems: Vec<String> = Vec::new();
        let advice = report.failed.iter().find_map(|(_, error)| error.hint());
        for (key, error) in report.failed {
            problems.push(format!("{key}: {}", chain(&error)));
        }
        if !report.skipped.is_empty() {
            problems.push(format!("{} more were kept back by these", report.skipped.len()));
        }
        if !report.left.is_empty() {
            problems.push(format!("{} were not begun, because the run was stopped", report.left.len()));
        }
        if let Some(error) = report.stopped {
            problems.push(chain(&error));
        }
        Self::Incomplete { problems, advice }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoGenerator { known, .. } => Some(format!("solutions with synthetic data: {known}")),
            Self::NoStory(solution) => {
                Some(format!("write `sql/{solution}/story.yml`, or use `lakesmith deploy` and `lakesmith run`"))
            }
            Self::OtherSettings { solution, target, .. } => Some(format!(
                "leave the flags out to go on with it, or remove it first: `lakesmith demo down {solution} -t {target}`"
            )),
            Self::OtherTarget { solution, up, .. } => {
                Some(format!("remove it first: `lakesmith demo down {solution} -t {up}`"))
            }
            Self::NoLanding(solution) => {
                Some(format!("add `bronze` to `solutions.{solution}.schemas` in lakesmith.yml"))
            }
            Self::NotAllowed { solution, target, .. } => Some(format!(
                "look at it with `lakesmith plan {solution} -t {target}` and do it with `lakesmith deploy --allow \
                 destructive,rebuild`, or begin anew with `lakesmith demo down {solution} -t {target}`"
            )),
            Self::DataDamaged { solution, target } => {
                Some(format!("make them again: `lakesmith demo up {solution} -t {target}`"))
            }
            Self::Incomplete { advice, .. } => {
                Some(advice.unwrap_or("mend the cause and run the command again: it goes on from there").to_string())
            }
            Self::Record { path, .. } => Some(format!("remove `{}` and run the command again", path.display())),
            Self::NewerRecord { .. } => Some("use that version".to_string()),
            Self::DiskSpace { .. } => Some("free some, use a smaller `--scale`, or move the project".to_string()),
            Self::File(error) if error.source.kind() == std::io::ErrorKind::PermissionDenied => {
                Some(format!("make `{}` writable for you", error.path.display()))
            }
            Self::Generate(GenerateError::Scale(_)) => Some("use a `--scale` from 1 to 250".to_string()),
            Self::Generate(GenerateError::Date(_)) => Some("use another `--as-of`".to_string()),
            Self::Generate(_) | Self::File(_) | Self::Project(_) | Self::Story { .. } => None,
            Self::GeneratorDied | Self::Pipeline(_) => None,
        }
    }
}
