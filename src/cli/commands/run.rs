//! `lakesmith run`: a deployed pipeline or job, to its end.

use anyhow::bail;
use clap::Args;
use serde_json::Map;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::progress::RunBar;
use crate::cli::settings::Settings;
use crate::cli::workspace::{self, Connected};
use crate::cli::{unit, views};
use crate::pipeline::{Kind, ResourceKey, State, UpdateOptions, unit as unit_name};
use crate::project::Resolved;

/// Run a pipeline or a job and wait for its end
///
/// The exit code is the outcome.
#[derive(Args, Debug)]
pub(in crate::cli) struct RunArgs {
    /// Its key in the project: `insurance_pipeline`, or `pipeline.insurance_pipeline`
    #[arg(value_name = "KEY")]
    key: String,

    /// Pipeline: read everything again from the beginning
    #[arg(long, conflicts_with = "validate_only")]
    full_refresh: bool,

    /// Pipeline: check it in the workspace without touching a table
    #[arg(long)]
    validate_only: bool,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &RunArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    workspace::with(settings, &resolved, async |connected| {
        let (state, key) = find(&resolved, connected, &args.key).await?;
        let bar = RunBar::new(settings);
        if key.kind == Kind::Pipeline {
            let options = UpdateOptions {
                full: args.full_refresh,
                validate_only: args.validate_only,
                ..UpdateOptions::default()
            };
            let id = connected.workspace.run_pipeline(&state, key.name(), &options, &|news| bar.update(&news)).await?;
            show(settings, args, &key, &id)?;
        } else {
            if args.full_refresh || args.validate_only {
                bail!("`{key}` is a job; `--full-refresh` and `--validate-only` are for pipelines");
            }
            let id = connected.workspace.run_job(&state, key.name(), &Map::new(), &|news| bar.job(&news)).await?;
            show(settings, args, &key, &id.to_string())?;
        }
        Ok(Exit::Success)
    })
}

fn show(settings: &Settings, args: &RunArgs, key: &ResourceKey, id: &str) -> anyhow::Result<()> {
    let terminal = settings.terminal;
    match args.format.format {
        Format::Human => terminal.show(&views::run::done(key, id))?,
        Format::Json => terminal.data(&views::json::result(true, views::run::json(key, id)))?,
    }
    Ok(())
}

/// The deployed pipeline or job that is meant, in whichever solution.
async fn find(resolved: &Resolved<'_>, connected: &Connected, text: &str) -> anyhow::Result<(State, ResourceKey)> {
    let (mut known, mut other) = (Vec::new(), None);
    for solution in unit::solutions(resolved, None)? {
        let unit = unit_name(&resolved.project.name.value, &solution);
        let Some(state) = connected.workspace.state(&unit, &resolved.target.name).await? else { continue };
        let runs = |key: &&ResourceKey| matches!(key.kind, Kind::Pipeline | Kind::Job);
        let all: Vec<ResourceKey> = state.resources.keys().filter(runs).cloned().collect();
        if let Some(key) = all.iter().find(|key| key.name() == text || key.to_string() == text) {
            return Ok((state, key.clone()));
        }
        other =
            other.or_else(|| state.resources.keys().find(|key| key.name() == text || key.to_string() == text).cloned());
        known.extend(all.iter().map(ToString::to_string));
    }
    if known.is_empty() {
        bail!("no pipeline and no job is deployed to `{}`", resolved.target.name);
    }
    if let Some(key) = other {
        let hint = format!("pipelines and jobs can: {}", known.join(", "));
        return Err(advise(format!("`{key}` is deployed, but nothing that can be run"), hint));
    }
    bail!("`{text}` is not deployed to `{}`; deployed are: {}", resolved.target.name, known.join(", "))
}
