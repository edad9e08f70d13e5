//! Why a demo cannot be made, shown or removed.

use std::path::PathBuf;

use super::Settings;
use crate::data::GenerateError;
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
    #[error("no demo of `{0}` is up")]
    NotUp(String),
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
            Self::NotUp(solution) => Some(format!("start one: `lakesmith demo up {solution} -t local`")),
            Self::Record { path, .. } => Some(format!("remove `{}` and run the command again", path.display())),
            Self::NewerRecord { .. } => Some("use that version".to_string()),
            Self::DiskSpace { .. } => Some("free some, use a smaller `--scale`, or move the project".to_string()),
            Self::File(error) if error.source.kind() == std::io::ErrorKind::PermissionDenied => {
                Some(format!("make `{}` writable for you", error.path.display()))
            }
            Self::Generate(GenerateError::Scale(_)) => Some("use a `--scale` from 1 to 250".to_string()),
            Self::Generate(GenerateError::Date(_)) => Some("use another `--as-of`".to_string()),
            Self::Generate(_) | Self::File(_) => None,
        }
    }
}
