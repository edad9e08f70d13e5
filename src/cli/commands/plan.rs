//! `lakesmith plan`: what deploying would change.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::cli::args::{Format, duration};
use crate::cli::changing::{Overwriting, Parallel, Selected};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::progress::Entrance;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::{views, workspace};
use crate::pipeline::{self, Cancel, Patience, Plan};
use crate::sys::fs;

/// Compare the project with the workspace
///
/// Shows every change that a deployment would make, and why. Changes nothing.
#[derive(Args, Debug)]
pub(in crate::cli) struct PlanArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Write the plan to this file, for `lakesmith apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Exit with 2 if there are changes, with 3 if some need an `--allow` or edits in the workspace are kept
    #[arg(long)]
    pub(in crate::cli) detailed_exitcode: bool,

    /// Wait this long for a deployment of the target that runs; without it, the plan is of what is there now
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    lock_timeout: Duration,

    #[command(flatten)]
    pace: Parallel,

    #[command(flatten)]
    selected: Selected,

    #[command(flatten)]
    overwriting: Overwriting,

    /// Form of the output; Markdown is for pull requests
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: PlanFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(in crate::cli) enum PlanFormat {
    Human,
    Json,
    Markdown,
}

impl PlanFormat {
    pub(in crate::cli) fn of_errors(self) -> Format {
        if self == Self::Json { Format::Json } else { Format::Human }
    }
}

impl PlanArgs {
    pub(in crate::cli) fn error_format(&self) -> Format {
        self.format.of_errors()
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &PlanArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    if args.out.is_some() && solutions.len() != 1 {
        bail!("`--out` writes the plan of one solution; name it");
    }
    if let Some(file) = &args.out {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !fs::is_dir(folder)) {
            return Err(advise(
                format!("the folder `{}` does not exist", folder.display()),
                "make it, or write elsewhere",
            ));
        }
    }
    let units = Unit::compile_all(settings, &resolved, &solutions)?;
    let plans = workspace::with(settings, &resolved, async |connected| {
        connected.workspace.at_most(args.pace.parallel);
        let (observer, cancel) = (&Entrance(settings.terminal), &Cancel::never());
        let patience = Patience { longest: args.lock_timeout, observer, cancel };
        let mut plans = Vec::new();
        for unit in &units {
            let desired = unit.desired(&connected.workspace)?;
            let target = &resolved.target.name;
            let (workspace, overwrite) = (&connected.workspace, &args.overwriting.overwrite);
            let plan = pipeline::plan_over(workspace, &unit.name, target, &desired, patience, overwrite).await?;
            let plan = pipeline::select(plan, &args.selected.patterns)?;
            plans.push(Plan { files: unit.files(), ..plan });
        }
        Ok(plans)
    })?;
    if let (Some(file), [plan]) = (&args.out, plans.as_slice()) {
        fs::write_atomic(file, &plan.to_bytes()?)?;
        settings.terminal.status(&format!("plan written to {}", file.display()))?;
    }
    let elsewhere = |plan: &Plan| views::orphans::elsewhere(plan, resolved.target);
    for note in plans.iter().filter_map(elsewhere) {
        settings.terminal.status(&format!("note: {note}"))?;
    }
    match args.format {
        PlanFormat::Json => settings.terminal.data(&views::json::result(true, views::plan::json(&plans)?))?,
        PlanFormat::Markdown => {
            let of = args.solution.as_deref().map(|solution| pipeline::unit(&project.name.value, solution));
            let of = of.unwrap_or_else(|| project.name.value.clone());
            settings.terminal.data(&views::plan_markdown::plans(&of, &resolved.target.name, &plans, &elsewhere))?;
        }
        PlanFormat::Human => {
            for plan in &plans {
                settings.terminal.show(&views::plan::text(plan))?;
            }
        }
    }
    Ok(if args.detailed_exitcode { detailed(&plans) } else { Exit::Success })
}

fn detailed(plans: &[Plan]) -> Exit {
    if plans.iter().any(|plan| plan.not_allowed(&[]).next().is_some() || plan.kept().next().is_some()) {
        Exit::NeedsAllow
    } else if plans.iter().any(|plan| !plan.is_empty()) {
        Exit::Changes
    } else {
        Exit::Success
    }
}
