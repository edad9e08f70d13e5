//! `lakesmith rollback`: an earlier release, deployed again.

use anyhow::bail;
use clap::Args;

use crate::cli::args::FormatArg;
use crate::cli::change::{Change, Conduct, Consent, Outcome, Overwriting};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::{unit, workspace};
use crate::pipeline::{Entry, How, Recording, before, unit as unit_name};

/// Deploy an earlier release again
///
/// The release is taken from the history of the target, not from the checkout. The plan is shown, and what destroys needs
/// an `--allow`, as with `deploy`.
#[derive(Args, Debug)]
pub(in crate::cli) struct RollbackArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// A deployment's number in the history, or the digest of a release; without it, the release before the present one
    #[arg(long, value_name = "SERIAL|DIGEST")]
    to: Option<String>,

    #[command(flatten)]
    overwriting: Overwriting,

    #[command(flatten)]
    consent: Consent,

    #[command(flatten)]
    conduct: Conduct,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &RollbackArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    if args.to.is_some() && solutions.len() != 1 {
        bail!("every solution has a history of its own: name the one to roll back");
    }
    let outcomes = workspace::with(settings, &resolved, async |connected| {
        let (consent, conduct, format) = (&args.consent, &args.conduct, args.format.format);
        let (resolved, removes, only, overwrite) = (&resolved, false, &[], args.overwriting.overwrite.as_slice());
        let change = Change { settings, resolved, connected, consent, conduct, removes, only, overwrite, format };
        let mut outcomes = Vec::new();
        for solution in &solutions {
            let kept = connected.workspace.kept(&unit_name(&project.name.value, solution), target);
            let entries = kept.entries(usize::MAX).await?;
            let entry = chosen(&entries, args.to.as_deref(), solution, target)?;
            let built = kept.built(&entry.release).await?;
            let git = entry.git.clone();
            let recording =
                Recording { built: &built, how: How::Rollback, git, restores: Some(entry.serial), from: None };
            outcomes.push(change.put(&recording).await?);
        }
        Ok(outcomes)
    })?;
    Outcome::show(settings, outcomes, args.format.format)
}

/// The deployment whose release is to be put back.
fn chosen<'e>(entries: &'e [Entry], to: Option<&str>, solution: &str, target: &str) -> anyhow::Result<&'e Entry> {
    let list = || format!("`lakesmith history {solution} -t {target}` shows what was deployed");
    let Some(wanted) = to else {
        return before(entries).ok_or_else(|| {
            let problem = if entries.is_empty() { "nothing was deployed" } else { "there is no earlier release" };
            advise(format!("{solution} on {target}: {problem}"), list())
        });
    };
    let found = match wanted.parse::<u64>().ok().filter(|_| wanted.len() < SHORTEST) {
        Some(serial) => entries.iter().find(|entry| entry.serial == serial),
        None if wanted.len() < SHORTEST => bail!("`{wanted}` is no number, and too short for a digest"),
        None => {
            let matching = || entries.iter().rev().filter(|entry| entry.release.as_str().starts_with(wanted));
            if matching().any(|entry| Some(&entry.release) != matching().next().map(|first| &first.release)) {
                bail!("more than one release begins with `{wanted}`");
            }
            matching().next()
        }
    };
    found.ok_or_else(|| advise(format!("{solution} was never deployed to {target} as `{wanted}`"), list()))
}

/// Of the beginning of a digest; shorter numbers are those of deployments.
const SHORTEST: usize = 6;
