//! The command line: flags, settings, wording, exit codes.
//!
//! Parses arguments ([`args`]), folds them with the environment into values ([`settings`]), runs one function a
//! command ([`commands`]) and shows what it returns ([`views`]). A command returns an [`Exit`] or an error; text and
//! exit code of an error are decided once, in [`failure`]. Standard output is data, standard error is everything else.
//!
//! A new command is a file in `commands` with its arguments and `run`, a variant of `args::Command` and a line in
//! `commands::dispatch`.

mod args;
mod change;
mod changing;
mod commands;
mod crash;
mod exit;
mod failure;
mod interrupt;
mod output;
mod progress;
mod release;
mod settings;
mod snapshots;
mod terminal;
mod unit;
mod views;
mod workspace;

pub use exit::Exit;

use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use crate::pipeline::Places;

/// Runs the program and gives its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    crash::tell_panics();
    let parsed = args::definition().try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| args::Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error).into(),
    };
    let system = crate::sys::System::real();
    let terminal = terminal::Terminal::new(&cli.global, &system.env);
    let command = cli.command;
    let format = command.format();
    let settings = room_for_recursion().and_then(|()| settings::Settings::new(cli.global, system, &terminal));
    let exit = match settings {
        Ok(settings) => commands::dispatch(&settings, &command)
            .unwrap_or_else(|error| failure::show(&error, format, &terminal, &settings.places.borrow())),
        Err(error) => failure::show(&error, format, &terminal, &Places::default()),
    };
    match exit {
        // There, 2 means that there are changes.
        exit::Exit::CouldNotRun if command.has_detailed_exit() => exit::Exit::Failure,
        exit => exit,
    }
    .into()
}

/// What checks side by side recurses as deep as the user's text; a thread of the usual size would have to be given
/// another stack at every expression.
const STACK: usize = 64 * 1024 * 1024;

fn room_for_recursion() -> anyhow::Result<()> {
    let Err(error) = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global() else { return Ok(()) };
    // Without a cause, the threads are there already.
    let Some(cause) = error.source() else { return Ok(()) };
    let hint = "each needs 64 MiB of addresses: raise the limits of this process (`ulimit -v`, `ulimit -u`), or set \
                RAYON_NUM_THREADS=1";
    Err(failure::advise(format!("the threads that a check needs cannot be started: {cause}"), hint))
}
