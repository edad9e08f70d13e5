//! `lakesmith state`: what is remembered of a target, and how it is made whole again.

use clap::{Args, Subcommand};

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::progress::Entrance;
use crate::cli::settings::Settings;
use crate::cli::views::state::{Kept, Unlocked};
use crate::cli::{unit, views, workspace};
use crate::pipeline::{PATIENCE, Patience, ResourceKey, Source, unit as unit_name};

/// See and mend what is remembered of a target
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum StateCommand {
    Show(ShowArgs),
    Unlock(UnlockArgs),
    Repair(RepairArgs),
    Prune(PruneArgs),
}

/// Show what is remembered: serial, resources, who deploys, what is damaged
#[derive(Args, Debug)]
pub(in crate::cli) struct ShowArgs {
    /// All that is recorded of one resource, such as `job.daily`
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// Only this solution
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    #[command(flatten)]
    format: FormatArg,
}

/// Take the lock from a deployment that is gone
///
/// A lock ends by itself a minute after its deployment died; this is for those who cannot wait. With `--force` it is taken
/// from a deployment that may still run, which notices within 15 seconds and stops before its next effect.
#[derive(Args, Debug)]
pub(in crate::cli) struct UnlockArgs {
    /// Only this solution
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    /// Also from a deployment that may be alive
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    format: FormatArg,
}

/// Make a whole state of what there is
///
/// Without an option: the newest document that is whole, with what the journals of dead runs say. What is damaged is kept
/// beside it.
#[derive(Args, Debug)]
pub(in crate::cli) struct RepairArgs {
    /// Only this solution
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    /// Take this copy, as `state show` lists them
    #[arg(long, value_name = "SERIAL", conflicts_with = "adopt")]
    from_copy: Option<u64>,

    /// Begin with an empty state; the next deployment finds what was deployed by names and marks
    #[arg(long)]
    adopt: bool,

    #[command(flatten)]
    format: FormatArg,
}

/// Remove old releases and their entries in the history
///
/// What no kept deployment needs goes away, and can no longer be rolled back to.
#[derive(Args, Debug)]
pub(in crate::cli) struct PruneArgs {
    /// Only this solution
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    /// Keep so many deployments, from the last
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: u32,

    #[command(flatten)]
    format: FormatArg,
}

impl StateCommand {
    pub(in crate::cli) fn format(&self) -> Format {
        match self {
            Self::Show(args) => args.format.format,
            Self::Unlock(args) => args.format.format,
            Self::Repair(args) => args.format.format,
            Self::Prune(args) => args.format.format,
        }
    }
}

pub(in crate::cli) fn run(settings: &Settings, command: &StateCommand) -> anyhow::Result<Exit> {
    match command {
        StateCommand::Show(args) => show(settings, args),
        StateCommand::Unlock(args) => unlock(settings, args),
        StateCommand::Repair(args) => repair(settings, args),
        StateCommand::Prune(args) => prune(settings, args),
    }
}

fn show(settings: &Settings, args: &ShowArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let key: Option<ResourceKey> = args.key.as_deref().map(str::parse).transpose()?;
    let all = workspace::with(settings, &resolved, async |connected| {
        let mut all = Vec::new();
        for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
            let folder = connected.workspace.root(&unit, target);
            let found = connected.workspace.inspect(&unit, target).await?;
            all.push(Kept { solution, folder, found });
        }
        Ok(all)
    })?;
    if let Some(key) = &key {
        let records = all.iter().filter_map(|kept| Some((kept, kept.found.state.as_ref()?.resources.get(key)?)));
        let Some((kept, record)) = records.into_iter().next() else {
            return Err(advise(
                format!("nothing is recorded of `{key}` on {target}"),
                "`lakesmith state show` lists what is",
            ));
        };
        match args.format.format {
            Format::Json => {
                let body = views::state::record_json(&kept.solution, key, record)?;
                settings.terminal.data(&views::json::result(true, body))?;
            }
            Format::Human => settings.terminal.show(&views::state::record_text(key, record)?)?,
        }
        return Ok(Exit::Success);
    }
    let whole = all.iter().all(|kept| kept.found.error.is_none());
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::result(whole, views::state::json(target, &all)))?,
        Format::Human => settings.terminal.show(&views::state::text(target, &all))?,
    }
    Ok(if whole { Exit::Success } else { Exit::Failure })
}

fn unlock(settings: &Settings, args: &UnlockArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let all = workspace::with(settings, &resolved, async |connected| {
        let mut all = Vec::new();
        for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
            let from = connected.workspace.unlock(&unit, target, args.force).await?;
            all.push(Unlocked { solution, from });
        }
        Ok(all)
    })?;
    match args.format.format {
        Format::Json => {
            settings.terminal.data(&views::json::result(true, views::state::unlocked_json(target, &all)))?
        }
        Format::Human => settings.terminal.show(&views::state::unlocked_text(target, &all))?,
    }
    Ok(Exit::Success)
}

fn repair(settings: &Settings, args: &RepairArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let source = match (args.from_copy, args.adopt) {
        (Some(serial), _) => Source::Copy(serial),
        (None, true) => Source::Nothing,
        (None, false) => Source::Newest,
    };
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    if source != Source::Newest && solutions.len() != 1 {
        return Err(advise("every solution has a state of its own", "name the one to repair with `--solution`"));
    }
    let all = workspace::with(settings, &resolved, async |connected| {
        let cancel = &connected.interrupt(settings).cancel;
        let patience = Patience { longest: PATIENCE, observer: &Entrance(settings.terminal), cancel };
        let mut all = Vec::new();
        for solution in solutions {
            let unit = unit_name(&project.name.value, &solution);
            let repaired = connected.workspace.repair(&unit, target, source, patience).await?;
            all.push((solution, repaired));
        }
        Ok(all)
    })?;
    match args.format.format {
        Format::Json => {
            settings.terminal.data(&views::json::result(true, views::state::repaired_json(target, &all)))?
        }
        Format::Human => settings.terminal.show(&views::state::repaired_text(target, &all))?,
    }
    Ok(Exit::Success)
}

fn prune(settings: &Settings, args: &PruneArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let all = workspace::with(settings, &resolved, async |connected| {
        let cancel = &connected.interrupt(settings).cancel;
        let patience = Patience { longest: PATIENCE, observer: &Entrance(settings.terminal), cancel };
        let mut all = Vec::new();
        for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
            let keep = usize::try_from(args.keep).unwrap_or(usize::MAX);
            all.push((solution, connected.workspace.prune(&unit, target, keep, patience).await?));
        }
        Ok(all)
    })?;
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::result(true, views::state::pruned_json(target, &all)))?,
        Format::Human => settings.terminal.show(&views::state::pruned_text(target, &all))?,
    }
    Ok(Exit::Success)
}
