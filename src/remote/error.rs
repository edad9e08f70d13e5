//! Why a resource could not be read or changed.

use crate::api::ApiError;
use crate::api::statements::StatementError;
use crate::resource::{Kind, Observed, ResourceKey};

#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("the statement failed")]
    Statement(#[from] StatementError),
    #[error("the workspace has no SQL warehouse; make one, or name one in `warehouse_id`")]
    NoWarehouse,
    #[error("the pipeline update {}{}", state.to_lowercase(), reasons(messages))]
    Update { state: String, messages: Vec<String> },
    #[error("the job run ended as {}{}", state.to_lowercase(), reasons(messages))]
    Run { state: String, messages: Vec<String> },
    #[error("the evaluation {run_id} ended as {status} after {}", progress(*done, *questions))]
    Evaluation { run_id: String, status: String, done: u64, questions: Option<u64> },
    #[error(
        "the evaluation {run_id} had answered {} after {seconds} seconds; it goes on in the workspace, give it longer \
         with `--genie-timeout`",
        progress(*done, *questions)
    )]
    EvaluationSlow { run_id: String, done: u64, questions: Option<u64>, seconds: u64 },
    #[error("`{0}` is not an id of the service")]
    Id(String),
    #[error("`{key}` is incomplete: {what}")]
    Incomplete { key: String, what: &'static str },
    #[error("`{key}` cannot be altered: {what}")]
    Alteration { key: String, what: String },
    /// The change was made, and what belongs to it was not.
    #[error("{source}")]
    Halfway { made: Box<Observed>, source: Box<RemoteError> },
    #[error("the {kind} `{name}` holds what this project did not make, so it stays: {}", listed(objects, *count))]
    Foreign { kind: &'static str, name: String, objects: Vec<String>, count: usize },
    /// The service has a name only once.
    #[error("{told}")]
    Taken { told: String, source: Box<RemoteError> },
}

/// That an object which is not the project's has the name of a resource, and what to do about it.
pub fn name_taken(key: &ResourceKey, id: Option<&str>) -> String {
    let kind = key.kind.as_str().replace('_', " ");
    match (id, key.kind) {
        (Some(id), _) => format!(
            "the {kind} `{id}`, which is not this project's, has the name of `{key}`: take it over with `lakesmith bind \
             {key} {id}`, or give this one another name"
        ),
        (None, Kind::Pipeline) => format!(
            "another {kind}, which you may not see, has the name of `{key}`: have it shown to you and take it over with \
             `lakesmith bind {key} ID`, or give this one another name"
        ),
        // Found by its name as soon as it is seen.
        (None, _) => format!(
            "another {kind} has the name of `{key}`: plan again, and what is there becomes managed; if the plan does not \
             show it, have it shown to you, or give this one another name"
        ),
    }
}

/// So many are named; the rest is counted.
const NAMED: usize = 10;

fn listed(objects: &[String], count: usize) -> String {
    let more = count.saturating_sub(objects.len());
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{more}", objects.join(", "))
}

fn progress(done: u64, questions: Option<u64>) -> String {
    match questions {
        Some(questions) => format!("{done} of {questions} questions"),
        None => format!("{done} questions"),
    }
}

fn reasons(messages: &[String]) -> String {
    match messages {
        [] => String::new(),
        [one] => format!(": {one}"),
        several => format!(":\n    {}", several.join("\n    ")),
    }
}

impl RemoteError {
    /// `objects` as `table a.b.c`, all of them.
    pub(super) fn foreign(kind: &'static str, name: &str, mut objects: Vec<String>) -> Self {
        let count = objects.len();
        objects.sort();
        objects.truncate(NAMED);
        Self::Foreign { kind, name: name.to_string(), objects, count }
    }

    /// What to do about it, where the error alone does not say so.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Foreign { .. } => Some("drop or move them, then run the command again"),
            Self::Taken { .. } => Some("do one of both, then run the command again"),
            // Something that came in after it was looked at, or that has no listing.
            Self::Api(error) if error.status().is_some_and(|status| status.message.contains("is not empty")) => {
                Some("drop or move what is inside, then run the command again")
            }
            // Databricks documentation, "Error conditions": the class of a change that a streaming table cannot follow.
            Self::Update { messages, .. }
                if messages.iter().any(|message| message.contains("[CANNOT_UPDATE_TABLE_SCHEMA]")) =>
            {
                Some("to read everything again from the files: `lakesmith run PIPELINE --full-refresh`")
            }
            Self::Statement(StatementError::Files(_)) => {
                Some("ask for fewer rows or columns (LIMIT, WHERE), or let this machine reach the workspace's storage")
            }
            _ => None,
        }
    }

    /// Is it unknown whether the call did what it was to do?
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Api(error) | Self::Statement(StatementError::Api(error)) => error.may_have_taken_effect(),
            // The statement may still be running.
            Self::Statement(
                StatementError::Failed { .. } | StatementError::Ended { .. } | StatementError::Files(_),
            ) => false,
            Self::NoWarehouse
            | Self::Update { .. }
            | Self::Run { .. }
            | Self::Evaluation { .. }
            | Self::EvaluationSlow { .. }
            | Self::Id(_)
            | Self::Incomplete { .. }
            | Self::Alteration { .. }
            | Self::Halfway { .. }
            | Self::Foreign { .. }
            | Self::Taken { .. } => false,
        }
    }

    /// Whoever asks may not know.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Api(error) if error.status().is_some_and(|status| status.status == 403))
    }

    /// What was given is no id of such an object, so that there is none.
    pub fn is_no_id(&self) -> bool {
        match self {
            Self::Id(_) => true,
            Self::Api(error) => error.status().is_some_and(|status| status.status == 400),
            _ => false,
        }
    }

    /// The service refuses what is asked as such, whatever is asked for: it does not have it, has it switched off, or
    /// does not let this caller use it.
    pub fn is_unavailable(&self) -> bool {
        let Self::Api(error) = self else { return false };
        error.status().is_some_and(|error| {
            matches!(error.status, 403 | 404 | 501)
                || matches!(error.error_code.as_str(), "FEATURE_DISABLED" | "NOT_IMPLEMENTED" | "ENDPOINT_NOT_FOUND")
        })
    }

    /// The service answered, and the answer stands.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Api(error) if error.status().is_some_and(|status| status.status == 400))
    }

    /// The object is there already.
    pub fn is_existing(&self) -> bool {
        matches!(self, Self::Api(error) if error.is_existing())
    }
}
