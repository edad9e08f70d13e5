//! `lakesmith build`: a release without a deployment.

use std::path::PathBuf;

use anyhow::bail;
use chrono::{DateTime, Utc};
use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::release::Made;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::views;
use crate::pipeline::{Created, Git};
use crate::sys::{Env, fs, git};

/// Make a release: the sources and what they come to for every target
///
/// The same sources give the same digest, whoever makes it and whenever, and the same commit the same file. Every deployment makes one by itself and keeps it
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
    let epoch = source_date_epoch(&settings.system.env)?;
    let committed = || git::commit_time(&project.root).ok().flatten();
    let mut all = Vec::new();
    for solution in &solutions {
        // What has errors for the chosen target is no release.
        let _checked = Unit::compile(settings, &resolved, solution)?;
        // Who builds it, when and in which clone is nothing of the sources: the same commit gives the same bytes.
        let made = Made::of(settings, &resolved, solution, |git| Created {
            at: epoch.or_else(|| git.as_ref().filter(|git| !git.dirty).and_then(|_| committed())),
            by: None,
            tool_version: env!("CARGO_PKG_VERSION").to_string(),
            git: git.map(|git| Git { remote: None, ..git }),
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
        Format::Json => settings.terminal.data(&views::json::result(true, views::release::json(&all)))?,
        Format::Human => settings.terminal.show(&views::release::text(&all, &targets))?,
    }
    Ok(Exit::Success)
}

/// The time that whoever builds says things are of (reproducible-builds.org, "SOURCE_DATE_EPOCH").
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// "The value MUST be an ASCII representation of an integer with no fractional component, identical to the output format
/// of date +%s", and "if the value is malformed, the build process SHOULD exit with a non-zero error code".
fn source_date_epoch(env: &Env) -> anyhow::Result<Option<DateTime<Utc>>> {
    let Some(text) = env.get(EPOCH) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let time = text.parse().ok().filter(|_| digits).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.map(Some).ok_or_else(|| {
        advise(format!("{EPOCH} is `{text}`"), "write the seconds since 1970-01-01 00:00:00 UTC, as `date +%s` does")
    })
}
