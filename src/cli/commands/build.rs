//! `lakesmith build`: a release without a deployment.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::cli::args::Format;
use crate::cli::args::FormatArg;
use crate::cli::exit::Exit;
use crate::cli::release::Made;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::{views, workspace};
use crate::pipeline::Created;
use crate::sys::fs;

/// Make a release: the sources and what they come to for every target
///
/// The same sources give the same digest, whoever makes it and whenever. Every deployment makes one by itself and keeps it
/// in the workspace.
#[derive(Args, Debug)]
pub(in crate::cli) struct BuildArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Write the release to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &BuildArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    if args.out.is_some() && solutions.len() != 1 {
        bail!("`--out` writes the release of one solution; name it");
    }
    let system = &settings.system;
    let mut all = Vec::new();
    for solution in &solutions {
        // What has errors for the chosen target is no release.
        let _checked = Unit::compile(settings, &resolved, solution)?;
        let made = Made::of(settings, &resolved, solution, |git| Created {
            at: system.clock.now(),
            by: workspace::local_user(&system.env),
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            git,
            ci_url: None,
        })?;
        all.push(made.built);
    }
    if let (Some(file), [built]) = (&args.out, all.as_slice()) {
        fs::write_atomic(file, &built.to_file()?)?;
        settings.terminal.status(&format!("release written to {}", file.display()))?;
    }
    let targets: Vec<&str> = project.targets.keys().map(String::as_str).collect();
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::document(views::release::json(&all)))?,
        Format::Human => settings.terminal.show(&views::release::text(&all, &targets))?,
    }
    Ok(Exit::Success)
}
