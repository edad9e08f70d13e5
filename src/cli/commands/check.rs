//! `lakesmith check`: what is wrong with the project, found without a workspace.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::watch;
use crate::cli::args::Format;
use crate::cli::exit::Exit;
use crate::cli::failure::{Rejected, advise};
use crate::cli::settings::{Settings, accept, in_repository};
use crate::cli::views::{self, check::Report};
use crate::cli::{terminal::Terminal, unit};
use crate::diag::Diagnostics;
use crate::pipeline::{self, Adopted, Judge};
use crate::project::MANIFEST;
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
        let report = report(settings, args)?;
        return show(settings.terminal, args, &report);
    }
    if args.format != CheckFormat::Human {
        return Err(advise("--watch shows its results to people", "leave out --format"));
    }
    watch::run(settings, || watched(settings, args))
}

/// One round of `--watch`.
fn watched(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Exit> {
    let report = report(settings, args)?;
    let terminal = settings.terminal;
    terminal.clear()?;
    views::diagnostics::human(terminal, &report.findings)?;
    let time = settings.system.clock.now().with_timezone(&chrono::Local).format("%H:%M:%S").to_string();
    terminal.show(&views::check::round(&report, &time))?;
    Ok(Exit::of(&report.findings))
}

/// What is wrong with the files of the project, however much of it could be read.
fn report(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Report> {
    let began = Instant::now();
    let mut report = match inspect(settings, args) {
        Ok(report) => report,
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

fn inspect(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Report> {
    let (project, mut findings) = match &args.adopt {
        None => settings.project()?,
        Some(folder) => {
            let (adopted, findings) = adopted(settings, folder, false)?;
            (adopted.project, findings)
        }
    };
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let solutions = || {
        let (mut coverage, mut all) = (pipeline::Coverage::default(), Diagnostics::default());
        for solution in &solutions {
            let (compiled, found) = pipeline::compile(&resolved, Some(solution));
            all.extend(found);
            let (checked, found) = pipeline::examine(&compiled, Some(solution));
            all.extend(found);
            coverage.add(checked.coverage);
            // The process need not wait until all of it is taken apart.
            rayon::spawn(move || drop((compiled, checked)));
        }
        (coverage, all)
    };
    let ((coverage, found), linted) = rayon::join(solutions, || pipeline::lint(&resolved));
    findings.extend(found);
    findings.extend(linted);
    let judge = Judge::of(&resolved, args.solution.as_deref());
    let judged = judge.judge(findings);
    let judged = if args.strict { judged.strict() } else { judged };
    let (findings, allowed) = (judged.findings.sorted(), judged.allowed);
    let files = judge.files().map(str::to_string).collect();
    Ok(Report { findings, allowed, coverage: Some(coverage), files, ..Report::default() })
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
