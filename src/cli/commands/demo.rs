//! `lakesmith demo`: a complete demo of a solution.

use clap::{Args, Subcommand};

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::Rejected;
use crate::cli::progress::DemoBar;
use crate::cli::settings::Settings;
use crate::cli::workspace::{self, Connected};
use crate::cli::{unit, views};
use crate::demo::{self, DemoError, Place, Record};
use crate::pipeline::unit as unit_name;

use super::data::Knobs;

/// A complete demo of a solution: data, deployment, pipeline, numbers
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum DemoCommand {
    /// Make a demo of a solution, or refresh it, and compare its numbers with the story
    Up(UpArgs),
    /// Remove everything that a demo made
    Down(DownArgs),
    /// Show which demo is up
    Status(DemoStatusArgs),
}

#[derive(Args, Debug)]
pub(in crate::cli) struct UpArgs {
    #[arg(value_name = "SOLUTION")]
    solution: String,

    #[command(flatten)]
    knobs: Knobs,

    /// Stop the embedded workspace when the numbers are there, instead of serving it until Ctrl-C
    #[arg(long)]
    no_serve: bool,

    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct DownArgs {
    #[arg(value_name = "SOLUTION")]
    solution: String,

    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct DemoStatusArgs {
    #[arg(value_name = "SOLUTION")]
    solution: String,

    #[command(flatten)]
    format: FormatArg,
}

impl DemoCommand {
    pub(in crate::cli) fn format(&self) -> Format {
        match self {
            Self::Up(args) => args.format.format,
            Self::Down(args) => args.format.format,
            Self::Status(args) => args.format.format,
        }
    }
}

pub(in crate::cli) fn run(settings: &Settings, command: &DemoCommand) -> anyhow::Result<Exit> {
    match command {
        DemoCommand::Up(args) => up(settings, args),
        DemoCommand::Down(args) => down(settings, args),
        DemoCommand::Status(args) => status(settings, args),
    }
}

/// Findings are shown as findings.
fn rejected(error: DemoError) -> anyhow::Error {
    match error {
        DemoError::Project(diagnostics) => Rejected(diagnostics).into(),
        other => other.into(),
    }
}

fn up(settings: &Settings, args: &UpArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    unit::solutions(&resolved, Some(&args.solution))?;
    let prepared =
        demo::prepare(&resolved, &args.solution, &args.knobs.wishes(), &settings.system).map_err(rejected)?;
    views::diagnostics::human(settings.terminal, &prepared.findings)?;
    workspace::with(settings, &resolved, async |connected| {
        let bar = DemoBar::new(settings);
        let cancel = &connected.interrupt(settings).cancel;
        let report = prepared.up(&connected.workspace, &bar, cancel).await;
        bar.finish();
        let report = report.map_err(rejected)?;
        match args.format.format {
            Format::Json => settings.terminal.data(&format!("{}\n", serde_json::to_string(&report)?))?,
            Format::Human => {
                settings.terminal.show(&views::demo::report(&report, settings.width()))?;
                settings.terminal.status(&views::demo::next(&report))?;
            }
        }
        if report.ok && !args.no_serve {
            serve(settings, connected).await?;
        }
        Ok(if report.ok { Exit::Success } else { Exit::Failure })
    })
}

/// Keeps the embedded workspace up, if it is ours, until Ctrl-C.
async fn serve(settings: &Settings, connected: &Connected) -> anyhow::Result<()> {
    if let Some(url) = connected.serves() {
        settings.terminal.status(&format!("serving the workspace at {url} until Ctrl-C"))?;
        connected.interrupt(settings).pressed().await;
    }
    Ok(())
}

fn down(settings: &Settings, args: &DownArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    unit::solutions(&resolved, Some(&args.solution))?;
    let removal = workspace::with(settings, &resolved, async |connected| {
        let bar = DemoBar::new(settings);
        let cancel = &connected.interrupt(settings).cancel;
        let removal = demo::down(&resolved, &args.solution, &connected.workspace, &bar, cancel).await;
        bar.finish();
        removal.map_err(rejected)
    })?;
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::document(serde_json::to_value(&removal)?))?,
        Format::Human => settings.terminal.show(&views::demo::removal(&removal))?,
    }
    Ok(if removal.left.is_empty() { Exit::Success } else { Exit::Failure })
}

fn status(settings: &Settings, args: &DemoStatusArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    unit::solutions(&resolved, Some(&args.solution))?;
    let record = Record::read(&Place::new(&project.root, &args.solution))?;
    let resources = match &record {
        Some(record) if record.target == resolved.target.name => {
            workspace::with(settings, &resolved, async |connected| {
                let unit = unit_name(&project.name.value, &args.solution);
                let state = connected.workspace.state(&unit, &record.target).await?;
                Ok(Some(state.map_or(0, |state| state.resources.len())))
            })?
        }
        // Another target's workspace is not asked.
        Some(_) | None => None,
    };
    match args.format.format {
        Format::Json => {
            let body = views::demo::status_json(&args.solution, record.as_ref(), resources);
            settings.terminal.data(&views::json::document(body))?;
        }
        Format::Human => settings.terminal.show(&views::demo::status(&args.solution, record.as_ref(), resources))?,
    }
    Ok(Exit::Success)
}
