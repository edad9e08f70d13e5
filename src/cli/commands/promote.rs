//! `lakesmith promote`: what one target has proved, deployed to another.

use anyhow::bail;
use clap::Args;

use crate::cli::args::Format;
use crate::cli::change::{Change, Outcome};
use crate::cli::changing::{Changing, Overwriting};
use crate::cli::commands::diff::{Compared, gathered, judged};
use crate::cli::exit::Exit;
use crate::cli::release::{Unpacked, refuse};
use crate::cli::settings::Settings;
use crate::cli::{unit, views, workspace};
use crate::pipeline::{How, Origin, Recording, Refusal};

/// Deploy the release that one target has proved to another
///
/// Everything comes out of the release, nothing from the checkout: the very bytes that were deployed and verified. Refused
/// as long as a condition is not met; each refusal names the command that meets it.
#[derive(Args, Debug)]
pub(in crate::cli) struct PromoteArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// The target that has proved it
    #[arg(long, value_name = "TARGET")]
    from: String,

    /// The target to deploy it to
    #[arg(long, value_name = "TARGET")]
    to: String,

    #[command(flatten)]
    overwriting: Overwriting,

    #[command(flatten)]
    pub(in crate::cli) changing: Changing,
}

pub(in crate::cli) fn run(settings: &Settings, args: &PromoteArgs) -> anyhow::Result<Exit> {
    if args.from == args.to {
        bail!("`{}` cannot be promoted to itself", args.from);
    }
    let (project, _) = settings.project()?;
    let from = settings.resolve_as(&project, &args.from)?;
    let solutions = unit::solutions(&from, args.solution.as_deref())?;
    // Everything is refused before anything is deployed.
    let mut ready = Vec::new();
    for solution in &solutions {
        let refused = |refused: &[Refusal]| {
            refuse(refused, || format!("{solution} is not promoted from `{}` to `{}`", args.from, args.to))
        };
        let Some((promotion, built)) = gathered(settings, &from, solution)? else {
            return refused(&[Refusal::never_deployed(from.target)]).map(|()| Exit::CouldNotRun);
        };
        let unpacked = Unpacked::of(settings, &built)?;
        let mut unmet = promotion.refused(&args.from, &built.release, &settings.overrides(&project));
        let judged = judged(&unpacked, &built, solution, &args.from, &args.to)?;
        let target = unpacked.resolve(&args.to)?.target.clone();
        let rules = Refusal::of_production(&target, None, &[]);
        unmet.extend(rules);
        if target.mode == crate::project::Mode::Production && promotion.entry.git.as_ref().is_some_and(|git| git.dirty)
        {
            unmet.push(Refusal::MadeDirty { target: args.from.clone() });
        }
        unmet.extend(judged.refused);
        refused(&unmet)?;
        ready.push((solution, promotion, built, unpacked, judged.differences));
    }
    let mut outcomes = Vec::new();
    for (solution, promotion, built, unpacked, differences) in &ready {
        let to = unpacked.resolve(&args.to)?;
        let outcome = workspace::with(settings, &to, async |connected| {
            let compared = Compared::of(connected, built, &to, solution, differences).await?;
            let shown = views::diff::text(&compared, &from, &to);
            match args.changing.format.format {
                Format::Human => settings.terminal.show(&shown)?,
                Format::Json if !args.changing.consent.yes => settings.terminal.problem(&shown)?,
                Format::Json => {}
            }
            let from = Some(Origin { target: args.from.clone(), serial: promotion.entry.serial });
            let git = promotion.entry.git.clone();
            let recording = Recording { built, how: How::Promote, git, restores: None, from };
            let overwrite = args.overwriting.overwrite.as_slice();
            let change = Change { overwrite, ..args.changing.change(settings, &to, connected) };
            change.put(&recording).await
        })?;
        outcomes.push(outcome);
    }
    Outcome::show(settings, outcomes, args.changing.format.format)
}
