//! `lakesmith check`: what is wrong with the project, found without a workspace.

use std::time::Instant;

use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::{unit, views};
use crate::pipeline;

/// Render, parse and bind every statement of the project
///
/// Says what is wrong, where, and what to do. Needs no workspace and no network.
#[derive(Args, Debug)]
pub(in crate::cli) struct CheckArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let (project, mut findings) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let mut coverage = pipeline::Coverage::default();
    for solution in unit::solutions(&resolved, args.solution.as_deref())? {
        let (compiled, found) = pipeline::compile(&resolved, Some(&solution));
        findings.extend(found);
        let (checked, found) = pipeline::examine(&compiled, Some(&solution));
        findings.extend(found);
        coverage.add(checked.coverage);
    }
    findings.extend(pipeline::lint(&resolved));
    let findings = findings.sorted();
    let terminal = settings.terminal;
    match args.format.format {
        Format::Json => {
            let body = views::check::json(&findings, &coverage, began.elapsed());
            terminal.data(&views::json::document(body))?;
        }
        Format::Human => {
            views::diagnostics::human(terminal, &findings)?;
            terminal.show(&views::check::summary(&findings, &coverage))?;
        }
    }
    Ok(Exit::of(&findings))
}
