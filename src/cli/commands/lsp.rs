//! `lakesmith lsp`: what the language server is driven with: standard input and output, a clock, and the project's files.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::lsp::{Facts, Frame, Input, Job, Output, Server, Snapshot, read, write};
use crate::pipeline::{self, Judge};
use crate::project;

/// Answer editors: findings while you type, hover, definitions, uses, renames, completion
///
/// Speaks the Language Server Protocol 3.17 over standard input and output (docs/editors.md).
#[derive(Args, Debug)]
pub(in crate::cli) struct LspArgs {
    /// Speak over standard input and output, as it does anyway: some editors say so
    #[arg(long)]
    stdio: bool,
}

/// Messages are answered on one thread and projects are checked on another, so that no check delays an answer.
pub(in crate::cli) fn run(settings: &Settings, _: &LspArgs) -> anyhow::Result<Exit> {
    let (tell, told) = channel();
    let (ask, asked) = channel();
    let frames = tell.clone();
    // It ends with the process: reading cannot be interrupted.
    thread::spawn(move || listen(&frames));
    let folder = settings.folder.clone();
    let server = thread::spawn(move || serve(&told, &ask, folder));
    for job in asked {
        let snapshot = catch_unwind(AssertUnwindSafe(|| recheck(settings, &job))).ok();
        // The server ends first only when nobody asks any more.
        let _ = tell.send(Input::Checked(Box::new(job.done(snapshot))));
    }
    let code = server.join().map_err(|_| anyhow::anyhow!("the language server stopped unexpectedly"))??;
    Ok(if code == 0 { Exit::Success } else { Exit::Failure })
}

fn listen(frames: &Sender<Input>) {
    let mut input = io::BufReader::new(io::stdin());
    loop {
        let frame = read(&mut input).unwrap_or(Frame::End);
        let end = frame == Frame::End;
        if frames.send(Input::Frame(frame)).is_err() || end {
            return;
        }
    }
}

/// Until the client says that it ends; gives the exit code.
fn serve(told: &Receiver<Input>, ask: &Sender<Job>, folder: PathBuf) -> io::Result<u8> {
    let mut server = Server::new(move |path: &Path| project::find(&folder.join(path)).ok());
    let mut deadline: Option<Instant> = None;
    let mut output = io::stdout().lock();
    loop {
        let input = match deadline {
            None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => told.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        let input = match input {
            Ok(input) => input,
            Err(RecvTimeoutError::Timeout) => {
                deadline = None;
                Input::Quiet
            }
            Err(RecvTimeoutError::Disconnected) => Input::Frame(Frame::End),
        };
        for output_of in server.handle(input) {
            match output_of {
                Output::Send(message) => match write(&mut output, &message) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(1),
                    written => written?,
                },
                Output::Wait(time) => deadline = Some(Instant::now() + time),
                Output::Check(job) => {
                    let _ = ask.send(job);
                }
                Output::Exit(code) => return Ok(code),
            }
        }
    }
}

/// Checks a project as `lakesmith check` does, with the editor's texts in it, and keeps what answers are made from.
fn recheck(settings: &Settings, job: &Job) -> Snapshot {
    let (project, mut findings) = match pipeline::load_with(&job.root, &job.overlay) {
        Ok(loaded) => loaded,
        Err(error) => {
            let message = crate::diag::chain(&error);
            return Snapshot { findings: Diagnostic::error(Code::UNREADABLE_FILE, message).into(), facts: None };
        }
    };
    // As everywhere, nothing is made of a manifest that has errors.
    let (Some(project), true) = (project, pipeline::is_checkable(&findings)) else { return without_facts(findings) };
    let (resolved, found) = settings.resolved(&project);
    findings.extend(found);
    let (Some(resolved), true) = (resolved, pipeline::is_checkable(&findings)) else { return without_facts(findings) };
    let (compiled, found) = pipeline::compile(&resolved, None);
    findings.extend(found);
    let (checked, graph, found) = pipeline::examine_and_trace(&compiled, None);
    findings.extend(found);
    findings.extend(pipeline::lint(&resolved));
    let findings = Judge::of(&resolved, None).judge(findings).findings.sorted();
    Snapshot { findings, facts: Some(Facts::of(&resolved, &compiled, &checked, graph)) }
}

fn without_facts(findings: Diagnostics) -> Snapshot {
    Snapshot { findings: findings.sorted(), facts: None }
}
