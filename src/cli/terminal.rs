//! The two output streams.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use super::args::{Color, Global};
use crate::sys::Env;

/// Where and how a command may write. Data goes to [`Terminal::data`]; everything else is standard error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// Colours on standard error.
    color: bool,
    quiet: bool,
    verbose: u8,
    /// Of standard error, if it is a terminal.
    width: Option<usize>,
}

impl Terminal {
    pub(super) fn new(global: &Global, env: &Env) -> Self {
        // NO_COLOR: https://no-color.org, any value that is not empty.
        let wanted = |terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && env.get("NO_COLOR").is_none() && env.get("TERM").as_deref() != Some("dumb"),
        };
        let terminal = io::stderr().is_terminal();
        let width = terminal.then(|| comfy_table::Table::new().width()).flatten().map(usize::from);
        Self { color: wanted(terminal), quiet: global.quiet, verbose: global.verbose, width }
    }

    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    pub(super) fn color(self) -> bool {
        self.color
    }

    /// In which excerpts must fit; `None` where nobody looks.
    pub(super) fn width(self) -> Option<usize> {
        self.width
    }

    pub(super) fn is_verbose(self) -> bool {
        self.verbose > 0
    }

    /// Are requests shown?
    pub(super) fn shows_requests(self) -> bool {
        self.verbose > 1
    }

    /// Writes what people read to standard output.
    pub(super) fn show(self, text: &str) -> io::Result<()> {
        self.data(&visible(text))
    }

    /// Writes data to standard output, byte by byte.
    pub(super) fn data(self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Empties the screen before a new report; nothing where the output is kept.
    pub(super) fn clear(self) -> io::Result<()> {
        if io::stdout().is_terminal() && io::stderr().is_terminal() { self.data("\u{1b}[2J\u{1b}[H") } else { Ok(()) }
    }

    /// A line about what was done; not with `--quiet`.
    pub(super) fn status(self, line: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.problem(&format!("{line}\n")) }
    }

    /// A step that was done; with `--verbose`.
    pub(super) fn detail(self, line: &str) -> io::Result<()> {
        if self.verbose > 0 { self.problem(&format!("{line}\n")) } else { Ok(()) }
    }

    /// Errors, also with `--quiet`.
    pub(super) fn problem(self, text: &str) -> io::Result<()> {
        self.styled(&visible(text))
    }

    /// As [`Terminal::problem`], of a text that holds the colours of this program and nothing else that acts.
    pub(super) fn styled(self, text: &str) -> io::Result<()> {
        io::stderr().lock().write_all(text.as_bytes())
    }
}

/// What would act on a terminal, or reorder what is read there, as `\u{1b}`: names, messages and values come from data.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let acts = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_data_acts_on_a_terminal() {
        assert_eq!(visible("a\tb\n"), "a\tb\n");
        assert_eq!(visible("\u{1b}[31mred\r\u{7}\u{9b}2J"), "\\u{1b}[31mred\\r\\u{7}\\u{9b}2J");
        assert_eq!(visible("a\u{202e}b"), "a\\u{202e}b");
    }
}
