//! `lakesmith check`: what is wrong with the project, found without a workspace.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::watch::{self, Changes, Step};
use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::failure::{Rejected, advise};
use crate::cli::settings::{Settings, accept, in_repository};
use crate::cli::views::{self, check::Report};
use crate::cli::{terminal::Terminal, unit};
use crate::diag::Diagnostics;
use crate::pipeline::{self, Adopted, Judged, Round, Rounds};
use crate::project::{MANIFEST, Overlay, decoded};
use crate::sys::fs;

/// Render, parse and bind every statement of the project
///
/// Says what is wrong, where, and what to do. Needs no workspace and no network.
#[derive(Args, Debug)]
pub(in crate::cli) struct CheckArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: CheckFormat,

    /// Take warnings for errors
    #[arg(long)]
    strict: bool,

    /// Check again whenever a file of the project is saved, until Ctrl-C
    #[arg(long)]
    watch: bool,

    /// Check this folder as it is, without a lakesmith.yml
    #[arg(long, value_name = "DIR", conflicts_with_all = ["solution", "watch"])]
    adopt: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum CheckFormat {
    /// Excerpts with carets
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
}

impl CheckArgs {
    /// Of errors that are about no file of the project.
    pub(in crate::cli) fn error_format(&self) -> Format {
        match self.format {
            CheckFormat::Json => Format::Json,
            CheckFormat::Human | CheckFormat::Sarif | CheckFormat::Junit | CheckFormat::Github => Format::Human,
        }
    }
}

pub(in crate::cli) fn run(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Exit> {
    if !args.watch {
        let report = report(settings, args, |settings| inspect(settings, args))?;
        return show(settings.terminal, args, &report);
    }
    if args.format != CheckFormat::Human {
        return Err(advise("--watch shows its results to people", "leave out --format"));
    }
    let mut rounds = None;
    watch::run(settings, |step| match step {
        Step::Round(changes) => watched(settings, args, &mut rounds, &changes).map(Some),
        Step::Idle => {
            rounds.iter_mut().for_each(Rounds::prepare);
            Ok(None)
        }
    })
}

/// One round of `--watch`.
fn watched(
    settings: &Settings,
    args: &CheckArgs,
    rounds: &mut Option<Rounds>,
    changes: &Changes,
) -> anyhow::Result<Exit> {
    let report = report(settings, args, |settings| again(settings, args, rounds, changes))?;
    let terminal = settings.terminal;
    terminal.clear()?;
    views::diagnostics::human(terminal, &report.findings)?;
    let time = settings.system.clock.now().with_timezone(&chrono::Local).format("%H:%M:%S").to_string();
    terminal.show(&views::check::round(&report, &time))?;
    Ok(Exit::of(&report.findings))
}

/// What is wrong with the files of the project, however much of it could be read.
fn report(
    settings: &Settings,
    args: &CheckArgs,
    inspect: impl FnOnce(&Settings) -> anyhow::Result<Round>,
) -> anyhow::Result<Report> {
    let began = Instant::now();
    let mut report = match inspect(settings) {
        Ok(Round { findings, allowed, coverage, files }) => {
            let judged = Judged { findings, allowed };
            let judged = if args.strict { judged.strict() } else { judged };
            let (findings, allowed) = (judged.findings, judged.allowed);
            Report { findings, allowed, coverage: Some(coverage), files, ..Report::default() }
        }
        Err(error) => match error.downcast::<Rejected>() {
            Ok(Rejected(findings)) => Report { findings: findings.sorted(), ..Report::default() },
            Err(error) => return Err(error),
        },
    };
    report.elapsed = began.elapsed();
    report.prefix = match &args.adopt {
        None => settings.repository_prefix(),
        Some(folder) => in_repository(&settings.folder.join(folder)),
    };
    Ok(report)
}

fn inspect(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Round> {
    let (project, found) = match &args.adopt {
        None => settings.checkable_project()?,
        Some(folder) => {
            let (adopted, found) = adopted(settings, folder, false)?;
            (adopted.project, found)
        }
    };
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    Ok(pipeline::round(&resolved, &solutions, args.solution.as_deref(), found))
}

/// A round that goes on from the last one, if that is possible.
fn again(
    settings: &Settings,
    args: &CheckArgs,
    rounds: &mut Option<Rounds>,
    changes: &Changes,
) -> anyhow::Result<Round> {
    if let (Some(last), Changes::Files(files)) = (rounds.as_mut(), changes) {
        if let Some(round) = edited(last, files, &Overlay::default()) {
            return Ok(round);
        }
    }
    *rounds = None;
    let (project, found) = settings.checkable_project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let (round, next) = Rounds::first(&resolved, &solutions, args.solution.as_deref(), found);
    *rounds = next;
    Ok(round)
}

/// The round after these files were changed, on the disk or in the overlay. `None`: something was changed that asks for a
/// whole check.
pub(super) fn edited(rounds: &mut Rounds, files: &BTreeMap<String, PathBuf>, overlay: &Overlay) -> Option<Round> {
    let mut round = None;
    for (path, file) in files {
        let held = overlay.get(path).map(|held| held.map(|source| source.text()));
        let is_there = held.map_or_else(|| fs::exists(file), |held| held.is_some());
        // Made by an editor on the way, and gone again.
        if !is_there && rounds.is_nothing(path) {
            continue;
        }
        let text = match held {
            Some(text) => Cow::Borrowed(text?),
            None => Cow::Owned(decoded(path, fs::read(file).ok()?).ok()?),
        };
        // Saved as it was.
        if rounds.text(path)? != text {
            round = Some(rounds.edit(path, &text)?);
        }
    }
    Some(round.unwrap_or_else(|| rounds.last()))
}

/// A folder without a manifest, taken for a project.
pub(in crate::cli) fn adopted(
    settings: &Settings,
    folder: &Path,
    anew: bool,
) -> anyhow::Result<(Adopted, Diagnostics)> {
    let root = settings.folder.join(folder);
    if !fs::is_dir(&root) {
        return Err(advise(format!("`{}` is no folder", folder.display()), "name the folder that holds the files"));
    }
    if !anew && fs::exists(&root.join(MANIFEST)) {
        let message = format!("`{}` has a {MANIFEST}: it is a project already", folder.display());
        return Err(advise(&message, "check it with -C and without --adopt"));
    }
    Ok(accept(pipeline::adopt(&fs::canonicalize(&root)?)?)?)
}

fn show(terminal: Terminal, args: &CheckArgs, report: &Report) -> anyhow::Result<Exit> {
    let exit = Exit::of(&report.findings);
    match args.format {
        CheckFormat::Json => terminal.data(&views::json::document(views::check::json(report)))?,
        CheckFormat::Human => {
            views::diagnostics::human(terminal, &report.findings)?;
            terminal.show(&views::check::summary(report))?;
        }
        CheckFormat::Sarif => terminal.data(&views::sarif::document(report, exit.code()))?,
        CheckFormat::Junit => terminal.data(&views::junit::document(report))?,
        CheckFormat::Github => terminal.data(&views::github::annotations(report))?,
    }
    Ok(exit)
}
