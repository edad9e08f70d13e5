//! The arguments of commands that change a workspace, as groups that they share.

use std::time::Duration;

use clap::Args;

use super::args::{FormatArg, duration};
use super::change::Change;
use super::settings::Settings;
use super::workspace::Connected;
use crate::pipeline::{CALLS_AT_ONCE, Overwrite, PlanPattern, Risk};
use crate::project::Resolved;

/// What every command has that changes what is deployed.
#[derive(Args, Clone, Debug)]
pub(super) struct Changing {
    #[command(flatten)]
    pub(super) consent: Consent,

    #[command(flatten)]
    pub(super) conduct: Conduct,

    #[command(flatten)]
    pub(super) format: FormatArg,
}

impl Changing {
    /// A change of all there is, which takes nothing away but what is not wanted any more, and keeps edits.
    pub(super) fn change<'c>(
        &'c self,
        settings: &'c Settings,
        resolved: &'c Resolved<'c>,
        connected: &'c Connected,
    ) -> Change<'c> {
        Change { settings, resolved, connected, by: self, removes: false, only: &[], overwrite: &[] }
    }
}

/// What may be done without asking.
#[derive(Args, Clone, Debug)]
pub(super) struct Consent {
    /// Do not ask
    #[arg(short, long)]
    pub(super) yes: bool,

    /// Also do what is risky: rebuild, security, destructive
    #[arg(long, value_name = "RISK", value_delimiter = ',', value_parser = risk)]
    pub(super) allow: Vec<Risk>,
}

/// A part of what is wanted.
#[derive(Args, Debug)]
pub(super) struct Selected {
    /// Only these resources, what they need and what is on them (grants, permissions, tags, masks, row filters):
    /// `dashboard:*`, `job:nightly`; may be repeated
    #[arg(long = "select", value_name = "KIND:NAME", value_delimiter = ',')]
    pub(super) patterns: Vec<PlanPattern>,
}

/// Whose edits give way to the project.
#[derive(Args, Debug)]
pub(super) struct Overwriting {
    /// Replace what was edited in the workspace, everywhere or where it says; otherwise such edits are kept
    #[arg(
        long = "overwrite-remote",
        value_name = "KIND:NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*"
    )]
    pub(super) overwrite: Vec<Overwrite>,
}

/// How a run behaves beside others, and how much it does at once.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Conduct {
    /// Wait this long for another deployment of the target to end; the default outlives one that was killed
    #[arg(long, value_name = "DURATION", default_value = "90s", value_parser = duration)]
    pub(super) lock_timeout: Duration,

    #[command(flatten)]
    pub(super) pace: Parallel,
}

/// How much is done at once.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Parallel {
    /// Work on at most so many resources at once, with at most so many requests
    #[arg(long, value_name = "N", default_value_t = CALLS_AT_ONCE, value_parser = parallel)]
    pub(super) parallel: usize,
}

/// A service refuses long before.
const MOST: usize = 256;

fn parallel(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| format!("expected a number from 1 to {MOST}"))
}

pub(super) fn risk(text: &str) -> Result<Risk, String> {
    Risk::parse(text)
        .filter(|risk| *risk != Risk::Safe)
        .ok_or_else(|| "expected rebuild, security or destructive".into())
}
