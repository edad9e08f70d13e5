//! `lakesmith drift`: what was done behind the back of what is deployed.

use clap::Args;

use crate::cli::args::Format;
use crate::cli::commands::plan::PlanFormat;
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::progress::Entrance;
use crate::cli::settings::Settings;
use crate::cli::{unit, views, workspace};
use crate::pipeline::{self, Orphans};

/// Compare what is deployed with the workspace
///
/// Shows what was changed or deleted there since the last deployment, whatever the project has become meanwhile. Changes
/// nothing. Exits with 3 if something is not as it was deployed.
#[derive(Args, Debug)]
pub(in crate::cli) struct DriftArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Form of the output; Markdown is for pull requests
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: PlanFormat,
}

impl DriftArgs {
    pub(in crate::cli) fn error_format(&self) -> Format {
        self.format.of_errors()
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &DriftArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let (plans, absent) = workspace::with(settings, &resolved, async |connected| {
        let (mut plans, mut absent) = (Vec::new(), Vec::new());
        for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
            if let Some(plan) =
                pipeline::drift(&connected.workspace, &unit, target, &Entrance(settings.terminal)).await?
            {
                plans.push(plan);
                continue;
            }
            let orphans = Orphans::of(&connected.workspace, &resolved, &solution).await?;
            if orphans.is_state_lost() {
                let (message, hint) = views::orphans::lost(&unit, target, &orphans);
                return Err(advise(message, hint));
            }
            absent.push(unit);
        }
        Ok((plans, absent))
    })?;
    let terminal = settings.terminal;
    for unit in absent {
        terminal.status(&format!("{unit} on {target}: nothing is deployed"))?;
    }
    let as_deployed = plans.iter().all(pipeline::Plan::is_empty);
    match args.format {
        PlanFormat::Json => terminal.data(&views::json::result(as_deployed, views::plan::json(&plans)?))?,
        PlanFormat::Markdown => terminal.data(&views::plan_markdown::drift(target, &plans))?,
        PlanFormat::Human => {
            for plan in &plans {
                terminal.show(&views::plan::drift(plan))?;
            }
        }
    }
    Ok(if as_deployed { Exit::Success } else { Exit::Drifted })
}
