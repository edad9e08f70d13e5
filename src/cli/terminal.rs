//! The two output streams.

use std::io::{self, IsTerminal, Write};

use super::args::{Color, Global};
use crate::sys::Env;

/// Where and how a command may write. Data goes to [`Terminal::data`]; everything else is standard error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// Colours on standard error.
    color: bool,
    quiet: bool,
}

impl Terminal {
    pub(super) fn new(global: &Global, env: &Env) -> Self {
        // NO_COLOR: https://no-color.org, any value that is not empty.
        let wanted = |terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && env.get("NO_COLOR").is_none() && env.get("TERM").as_deref() != Some("dumb"),
        };
        Self { color: wanted(io::stderr().is_terminal()), quiet: global.quiet }
    }

    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    pub(super) fn color(self) -> bool {
        self.color
    }

    /// Writes data to standard output.
    pub(super) fn data(self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// A line about what was done; not with `--quiet`.
    pub(super) fn status(self, line: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.problem(&format!("{line}\n")) }
    }

    /// Findings and errors, also with `--quiet`.
    pub(super) fn problem(self, text: &str) -> io::Result<()> {
        io::stderr().lock().write_all(text.as_bytes())
    }
}
