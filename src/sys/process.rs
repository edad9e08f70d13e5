//! Programs of the user's machine: found on PATH, run with a limit of time. What they print is returned, never shown.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Env;

#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("`{}` cannot be run", .program.display())]
    NotRun {
        program: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` did not end within {} s", .program.display(), .limit.as_secs())]
    Late { program: PathBuf, limit: Duration },
}

/// What a program that ended has printed.
pub struct Output {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

/// Where a program is, by the PATH of `env`.
pub fn find(name: &str, env: &Env) -> Option<PathBuf> {
    let path = env.get("PATH")?;
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ""] } else { &[""] };
    let places = std::env::split_paths(&path).flat_map(|folder| endings.iter().map(move |end| (folder.clone(), end)));
    places.map(|(folder, end)| folder.join(format!("{name}{end}"))).find(|file| file.is_file())
}

/// Runs a program to its end, without input. A program that takes longer is ended.
pub fn run(program: &Path, arguments: &[&str], limit: Duration) -> Result<Output, ProcessError> {
    let failed = |source| ProcessError::NotRun { program: program.to_path_buf(), source };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    // Both at once: a program waits when nobody takes what it prints.
    let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let until = Instant::now() + limit;
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break status,
            None if Instant::now() >= until => {
                end(&mut child);
                return Err(ProcessError::Late { program: program.to_path_buf(), limit });
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |thread: std::thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&thread.join().unwrap_or_default()).into_owned()
    };
    Ok(Output { success: status.success(), stdout: text(stdout), stderr: text(stderr) })
}

/// Opens an address in the user's browser: `BROWSER`, or what the system has for it. `false` if there is none.
pub fn browse(address: &str, env: &Env) -> bool {
    let system: (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let (program, before) = match env.get("BROWSER") {
        Some(program) => (Some(PathBuf::from(program)), &[][..]),
        None => (find(system.0, env), system.1),
    };
    program.is_some_and(|program| start(&program, &[before, &[address]].concat()).is_ok())
}

/// Starts a program that goes on by itself, such as a browser.
fn start(program: &Path, arguments: &[&str]) -> Result<(), ProcessError> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = command.spawn().map(drop);
    started.map_err(|source| ProcessError::NotRun { program: program.to_path_buf(), source })
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a broken pipe is what there is.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        bytes
    })
}

/// It may have ended by itself in the meantime.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
