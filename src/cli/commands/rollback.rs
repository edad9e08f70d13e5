//! `lakesmith rollback`: an earlier release, deployed again.

use anyhow::bail;
use clap::Args;

use crate::cli::change::{Change, Outcome};
use crate::cli::changing::{Changing, Overwriting};
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
    pub(in crate::cli) changing: Changing,
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
        let overwrite = args.overwriting.overwrite.as_slice();
        let change = Change { overwrite, ..args.changing.change(settings, &resolved, connected) };
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
    Outcome::show(settings, outcomes, args.changing.format.format)
}

/// The deployment whose release is to be put back. `entries` from the oldest.
fn chosen<'e>(entries: &'e [Entry], to: Option<&str>, solution: &str, target: &str) -> anyhow::Result<&'e Entry> {
    let list = || format!("`lakesmith history {solution} -t {target}` shows what was deployed");
    // Deployments are numbered from 1 without a gap, and only the first ones are ever taken away.
    let first = entries.first().map_or(1, |entry| entry.serial);
    let pruned = match first {
        1 => None,
        2 => Some("deployment 1 was removed by `state prune`".to_string()),
        _ => Some(format!("deployments 1 to {} were removed by `state prune`", first - 1)),
    };
    let because = |problem: String| match &pruned {
        Some(pruned) => format!("{problem}: {pruned}"),
        None => problem,
    };
    let Some(wanted) = to else {
        return before(entries).ok_or_else(|| {
            if entries.is_empty() {
                let hint = format!("`lakesmith deploy {solution} -t {target}` deploys a release and records it");
                return advise(format!("{solution} on {target}: no release was deployed"), hint);
            }
            advise(because(format!("{solution} on {target}: there is no earlier release")), list())
        });
    };
    let found = match wanted.parse::<u64>().ok().filter(|_| wanted.len() < SHORTEST) {
        Some(serial) => {
            let found = entries.iter().find(|entry| entry.serial == serial);
            if let (None, true, Some(pruned)) = (found, (1..first).contains(&serial), &pruned) {
                let problem = format!("{solution} on {target} cannot go back to deployment {serial}: {pruned}");
                return Err(advise(problem, left(entries, solution, target)));
            }
            found
        }
        None if wanted.len() < SHORTEST => bail!(
            "`{wanted}` is no number, and too short for a digest: at least {SHORTEST} digits of one that `lakesmith history` shows"
        ),
        None => {
            let matching = || entries.iter().rev().filter(|entry| entry.release.as_str().starts_with(wanted));
            if matching().any(|entry| Some(&entry.release) != matching().next().map(|first| &first.release)) {
                bail!("more than one release begins with `{wanted}`");
            }
            let found = matching().next();
            if let (None, Some(pruned)) = (found, &pruned) {
                let problem = format!("no deployment of {solution} to {target} that is kept has `{wanted}`: {pruned}");
                return Err(advise(problem, left(entries, solution, target)));
            }
            found
        }
    };
    found.ok_or_else(|| advise(format!("{solution} was never deployed to {target} as `{wanted}`"), list()))
}

/// What can still be put back, from the last.
fn left(entries: &[Entry], solution: &str, target: &str) -> String {
    let named = |entry: &Entry| format!("{} ({})", entry.serial, entry.release.short());
    let kept: Vec<String> = entries.iter().rev().take(MOST).map(named).collect();
    let more = match entries.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} before them; `lakesmith history {solution} -t {target}` shows all"),
    };
    format!("`--to` takes what is kept: {}{more}", kept.join(", "))
}

/// More deployments than this are counted, not listed.
const MOST: usize = 5;

/// Of the beginning of a digest; shorter numbers are those of deployments.
const SHORTEST: usize = 6;
