//! The threads that drive the server, with standard input and output and a clock.

use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread;
use std::time::Instant;

use clap::Args;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::checks::{self, Checks, Learned};
use crate::cli::STACK;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::lsp::{Frame, Input, Job, Outcome, Output, Server, Task, read, write};
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

/// Where jobs are sent.
struct Workers {
    check: Sender<Job>,
    learn: Sender<Job>,
    attempt: Sender<Job>,
}

/// Messages are answered on one thread, projects are checked on another, and what takes longer is done on further ones,
/// so that no check delays an answer and nothing delays a check.
pub(in crate::cli) fn run(settings: &Settings, _: &LspArgs) -> anyhow::Result<Exit> {
    let (tell, told) = channel();
    let frames = tell.clone();
    // It ends with the process: reading cannot be interrupted.
    thread::spawn(move || listen(&frames));
    let (choice, pool) = (settings.choice(), Arc::new(aside()?));
    let (own, mut learned) = (choice.clone(), Learned::default());
    let learn = slow(&pool, &tell, move |job| Outcome::Learned(learned.learn(&own, job)));
    let own = choice.clone();
    let attempt = slow(&pool, &tell, move |job| Outcome::Found(checks::attempt(&own, job)));
    let (check, asked) = channel();
    let workers = Workers { check, learn, attempt };
    let folder = settings.folder.clone();
    let server = thread::spawn(move || serve(&told, &workers, folder));
    let mut checks = Checks::new(choice);
    loop {
        let job = match asked.try_recv() {
            Err(TryRecvError::Empty) => {
                // A defect there will show itself in the check, which tells of it.
                let _ = catch_unwind(AssertUnwindSafe(|| checks.prepare()));
                asked.recv().ok()
            }
            job => job.ok(),
        };
        let Some(job) = job else { break };
        finish(job, &tell, |job| match &job.task {
            Task::Check(changed) => Outcome::Found(checks.check(job, changed)),
            Task::Learn | Task::Try => Outcome::Failed,
        });
    }
    let code = server.join().map_err(|_| anyhow::anyhow!("the language server stopped unexpectedly"))??;
    Ok(if code == 0 { Exit::Success } else { Exit::Failure })
}

/// A thread that does jobs one after the other, on threads of their own. It ends with the process: nobody waits for it.
fn slow(
    pool: &Arc<ThreadPool>,
    tell: &Sender<Input>,
    mut act: impl FnMut(&Job) -> Outcome + Send + 'static,
) -> Sender<Job> {
    let (ask, asked) = channel::<Job>();
    let (pool, tell) = (Arc::clone(pool), tell.clone());
    thread::spawn(move || {
        for job in asked {
            finish(job, &tell, |job| pool.install(|| act(job)));
        }
    });
    ask
}

/// Threads for what nobody waits for at every key: one core is left to the checks.
fn aside() -> anyhow::Result<ThreadPool> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    Ok(ThreadPoolBuilder::new().num_threads(cores.saturating_sub(1).max(1)).stack_size(STACK).build()?)
}

/// Does a job, and tells what came of it.
fn finish(job: Job, tell: &Sender<Input>, act: impl FnOnce(&Job) -> Outcome) {
    let outcome = catch_unwind(AssertUnwindSafe(|| act(&job))).unwrap_or(Outcome::Failed);
    // The server ends first only when nobody asks any more.
    let _ = tell.send(Input::Done(Box::new(job.done(outcome))));
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
fn serve(told: &Receiver<Input>, workers: &Workers, folder: PathBuf) -> io::Result<u8> {
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
                Output::Do(job) => {
                    let worker = match job.task {
                        Task::Check(_) => &workers.check,
                        Task::Learn => &workers.learn,
                        Task::Try => &workers.attempt,
                    };
                    let _ = worker.send(job);
                }
                Output::Exit(code) => return Ok(code),
            }
        }
    }
}
