//! `lakesmith history`: what was deployed to a target.

use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::views::history::Deployments;
use crate::cli::{unit, views, workspace};

/// Show the releases that were deployed to a target
#[derive(Args, Debug)]
pub(in crate::cli) struct HistoryArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// So many deployments, from the last
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &HistoryArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let all = workspace::with(settings, &resolved, async |connected| {
        let mut all = Vec::new();
        for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
            let kept = connected.workspace.kept(&unit, target);
            let mut entries = Vec::new();
            for entry in kept.entries(args.limit).await?.into_iter().rev() {
                let verification = kept.verification(entry.serial).await?;
                entries.push((entry, verification));
            }
            all.push(Deployments { solution, entries });
        }
        Ok(all)
    })?;
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::result(true, views::history::json(target, &all)?))?,
        Format::Human => settings.terminal.show(&views::history::text(target, &all))?,
    }
    Ok(Exit::Success)
}
