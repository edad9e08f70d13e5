//! What the user sees of an error, and the exit code: decided here and nowhere else.

use std::io;

use serde_json::json;

use super::args::Format;
use super::exit::Exit;
use super::terminal::Terminal;
use super::views;
use crate::demo::DemoError;
use crate::diag::Diagnostics;
use crate::local::server::ServerError;
use crate::pipeline::{ApplyError, ConfigError, PipelineError, Places, RemoteError};
use crate::plan::PlanError;

/// A stage found errors, so that the command has nothing to work on.
#[derive(Debug, thiserror::Error)]
#[error("the project has errors")]
pub(super) struct Rejected(pub(super) Diagnostics);

/// A command cannot do what was asked, and the user can do something about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Advice {
    message: String,
    hint: String,
}

/// An error with a hint. `message` says what is wrong, `hint` what to do.
pub(super) fn advise(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Advice { message: message.into(), hint: hint.into() }.into()
}

/// Shows an error and gives the exit code.
/// `places` says where in the project the places are that a workspace named.
pub(super) fn show(error: &anyhow::Error, format: Format, terminal: &Terminal, places: &Places) -> Exit {
    if is_broken_pipe(error) {
        // The reader has what it wanted.
        return Exit::Success;
    }
    let (exit, written) = match error.downcast_ref::<Rejected>() {
        Some(Rejected(diagnostics)) => {
            let written = match format {
                Format::Human => views::diagnostics::human(*terminal, diagnostics),
                Format::Json => terminal.data(&views::json::failure(views::diagnostics::json(diagnostics))),
            };
            (Exit::of(diagnostics), written)
        }
        None => {
            let written = match format {
                Format::Human => terminal.problem(&places.translate(&chain(error))),
                Format::Json => {
                    let told = |error: String| places.translate(&error);
                    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).map(told).collect();
                    let body = json!({ "message": told(error.to_string()), "causes": causes, "hint": hint(error) });
                    terminal.data(&views::json::failure(json!({ "error": body })))
                }
            };
            (if is_outcome(error) { Exit::Failure } else { Exit::CouldNotRun }, written)
        }
    };
    // There is nowhere left to report that the report could not be written.
    written.map_or(Exit::CouldNotRun, |()| exit)
}

/// `--help`, `--version` and wrong arguments.
pub(super) fn usage(error: &clap::Error) -> Exit {
    match error.print() {
        Err(problem) if problem.kind() != io::ErrorKind::BrokenPipe => Exit::CouldNotRun,
        _ if error.exit_code() == 0 => Exit::Success,
        _ => Exit::CouldNotRun,
    }
}

fn chain(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}\n");
    for cause in error.chain().skip(1) {
        text.push_str(&format!("  caused by: {cause}\n"));
    }
    if let Some(hint) = hint(error) {
        text.push_str(&format!("  hint: {hint}\n"));
    }
    text
}

/// What was run did run, and failed.
fn is_outcome(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let pipeline = match cause.downcast_ref::<DemoError>() {
            Some(DemoError::Incomplete { .. }) => return true,
            Some(DemoError::Pipeline(error) | DemoError::Story { source: error, .. }) => Some(error),
            Some(_) | None => cause.downcast_ref::<PipelineError>(),
        };
        matches!(
            pipeline,
            Some(PipelineError::Remote(
                RemoteError::Update { .. }
                    | RemoteError::Run { .. }
                    | RemoteError::Evaluation { .. }
                    | RemoteError::EvaluationSlow { .. }
                    | RemoteError::Statement(_)
            ))
        )
    })
}

/// What the user can do about it, where the error alone does not say so.
fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(advice) = cause.downcast_ref::<Advice>() {
            return Some(advice.hint.clone());
        }
        if let Some(hint) = cause.downcast_ref::<ConfigError>().and_then(ConfigError::hint) {
            return Some(hint.to_string());
        }
        if let Some(hint) = cause.downcast_ref::<DemoError>().and_then(DemoError::hint) {
            return Some(hint);
        }
        if let Some(PipelineError::Api(error)) = cause.downcast_ref::<PipelineError>()
            && let Some(hint) = error.hint()
        {
            return Some(hint.to_string());
        }
        if let Some(hint) = cause.downcast_ref::<ApplyError>().and_then(ApplyError::hint) {
            return Some(hint);
        }
        if let Some(hint) = cause.downcast_ref::<PlanError>().and_then(PlanError::hint) {
            return Some(hint.to_string());
        }
        // An error that is transparent stands for the one inside it.
        if let Some(PipelineError::Apply(error)) = cause.downcast_ref::<PipelineError>()
            && let Some(hint) = error.hint()
        {
            return Some(hint);
        }
        if let Some(DemoError::Pipeline(PipelineError::Apply(error))) = cause.downcast_ref::<DemoError>()
            && let Some(hint) = error.hint()
        {
            return Some(hint);
        }
        if let Some(PipelineError::Remote(error)) = cause.downcast_ref::<PipelineError>()
            && let Some(hint) = error.hint()
        {
            return Some(hint.to_string());
        }
        if let Some(ServerError::Bind { .. }) = cause.downcast_ref::<ServerError>() {
            return Some("choose another port with `--port`: those below 1024 belong to the system".to_string());
        }
        if let Some(hint) = cause.downcast_ref::<ServerError>().and_then(ServerError::hint) {
            return Some(hint.to_string());
        }
        // Errors that are transparent stand for the file error inside them.
        let hint = match cause.downcast_ref::<io::Error>()?.kind() {
            io::ErrorKind::PermissionDenied => "check who may read and write the path",
            io::ErrorKind::StorageFull => "free some space on the disk",
            _ => return None,
        };
        Some(hint.to_string())
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}
