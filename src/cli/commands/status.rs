//! `lakesmith status`: what is deployed and how the last runs ended.

use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::views::status::{Deployed, LastRun};
use crate::cli::{unit, views, workspace};
use crate::pipeline::Kind;

/// Show what is deployed and how the last runs ended
#[derive(Args, Debug)]
pub(in crate::cli) struct StatusArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &StatusArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let all = workspace::with(settings, &resolved, async |connected| {
        let mut all = Vec::new();
        for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
            let state = connected.workspace.state(&unit, target).await?;
            let mut runs = Vec::new();
            for (key, record) in state.iter().flat_map(|state| &state.resources) {
                let last = match key.kind {
                    Kind::Pipeline => connected.workspace.last_update(&record.id).await?,
                    Kind::Job => connected.workspace.last_run(&record.id).await?,
                    _ => continue,
                };
                runs.push(LastRun { key: key.clone(), last });
            }
            all.push(Deployed { solution, state, runs });
        }
        Ok(all)
    })?;
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::result(true, views::status::json(target, &all)))?,
        Format::Human => settings.terminal.show(&views::status::text(target, &all))?,
    }
    Ok(Exit::Success)
}
