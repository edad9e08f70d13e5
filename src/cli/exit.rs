//! Exit codes.

use std::process::ExitCode;

use crate::diag::{Diagnostics, Severity};

/// How a run ended. The numbers are documented and never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It did what was asked and found nothing wrong.
    Success,
    /// It found errors in the project, or what it ran failed.
    Failure,
    /// It could not run: wrong arguments, no project, no access.
    CouldNotRun,
    /// `plan --detailed-exitcode`: there are changes.
    Changes,
    /// `plan --detailed-exitcode`: there are changes that need an `--allow`.
    NeedsAllow,
    /// `drift`: somebody changed what is deployed.
    Drifted,
    /// Everything was deployed but changes of the project to what was edited in the workspace, too.
    Withheld,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::CouldNotRun | Self::Changes => 2,
            Self::NeedsAllow | Self::Drifted | Self::Withheld => 3,
        }
    }

    /// Of two parts of a run, the worse one.
    pub(super) fn or(self, other: Self) -> Self {
        if other == Self::Success { self } else { other }
    }

    /// An error with a place is one in the project; one without a place is about how the program was called.
    pub(super) fn of(diagnostics: &Diagnostics) -> Self {
        let mut errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).peekable();
        if errors.peek().is_none() {
            Self::Success
        } else if errors.any(|error| error.location.is_none()) {
            Self::CouldNotRun
        } else {
            Self::Failure
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
