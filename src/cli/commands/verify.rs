//! `lakesmith verify`: proving what is deployed.

use std::time::Duration;

use clap::Args;

use crate::cli::args::{Format, FormatArg, duration};
use crate::cli::commands::test;
use crate::cli::exit::Exit;
use crate::cli::release::{Unpacked, refuse};
use crate::cli::settings::Settings;
use crate::cli::views::verify::Verified;
use crate::cli::{unit, views, workspace};
use crate::pipeline::{Check, CheckOutcome, Promotion, Refusal, Trial};
use crate::project::{LOCAL, Target};

/// Try what is deployed, and remember the result
///
/// Updates the pipelines, runs the queries of dashboards, Genie spaces and alerts in the workspace, asks Genie its
/// benchmarks, and runs the release's own tests of SQL on this machine. `promote` asks for it.
#[derive(Args, Debug)]
pub(in crate::cli) struct VerifyArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Update no pipeline: the latest update of each counts
    #[arg(long)]
    no_run: bool,

    /// Wait this long for Genie to answer the benchmarks of a space
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration)]
    genie_timeout: Duration,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let mut all = Vec::new();
    for (solution, unit) in unit::named(&resolved, args.solution.as_deref())? {
        let (promotion, built) = workspace::with(settings, &resolved, async |connected| {
            let promotion = connected.workspace.promotion(&unit, target).await?;
            let promotion = current(promotion, &solution, resolved.target)?;
            let built = connected.workspace.kept(&unit, target).built(&promotion.entry.release).await?;
            Ok((promotion, built))
        })?;
        let unpacked = Unpacked::of(settings, &built)?;
        let mut checks = tests(settings, &unpacked, &solution)?;
        let verification = workspace::with(settings, &resolved, async |connected| {
            let workspace = &connected.workspace;
            let terminal = settings.terminal;
            let told = |check: &Check| {
                // A line that cannot be shown is no reason to stop.
                let _ = terminal.status(&views::verify::line(check));
            };
            checks.iter().for_each(told);
            let trial = Trial {
                runs: !args.no_run,
                // The release's own: what is asked of it is deployed with it.
                genie_threshold: unpacked.project.verify.genie_threshold,
                genie_timeout: args.genie_timeout,
                is_embedded: connected.is_embedded(),
            };
            if let Some(state) = workspace.state(&unit, target).await? {
                checks.extend(workspace.try_out(&state, &built, &trial, &told).await?);
            }
            // Whoever deploys meanwhile changes what was tried.
            current(
                workspace.promotion(&unit, target).await?.filter(|now| now.entry == promotion.entry),
                &solution,
                resolved.target,
            )?;
            let verification = workspace.verification(&promotion.entry, checks);
            workspace.kept(&unit, target).verified(&verification).await?;
            Ok(verification)
        })?;
        all.push(Verified { solution, verification });
    }
    let passed = all.iter().all(|verified| verified.verification.passed());
    match args.format.format {
        Format::Json => settings.terminal.data(&views::json::result(passed, views::verify::json(target, &all)?))?,
        Format::Human => settings.terminal.show(&views::verify::text(target, &all))?,
    }
    Ok(if passed { Exit::Success } else { Exit::Failure })
}

fn current(promotion: Option<Promotion>, solution: &str, target: &Target) -> anyhow::Result<Promotion> {
    let refused = match &promotion {
        None => Some(Refusal::never_deployed(target)),
        Some(found) if !found.is_current() => {
            Some(Refusal::Moved { target: target.name.clone(), serial: found.entry.serial })
        }
        Some(_) => None,
    };
    refuse(refused.as_slice(), || format!("{solution} cannot be verified"))?;
    promotion.ok_or_else(|| anyhow::anyhow!("nothing is deployed"))
}

/// The release's own tests of SQL.
fn tests(settings: &Settings, unpacked: &Unpacked, solution: &str) -> anyhow::Result<Vec<Check>> {
    let resolved = unpacked.resolve(LOCAL)?;
    let done = test::prove(settings, &resolved, solution)?;
    let checks = done.into_iter().map(|test| {
        let failed = test.failures.len();
        let outcome = if failed == 0 { CheckOutcome::Passed } else { CheckOutcome::Failed };
        let detail = (failed > 0).then(|| "`lakesmith test` shows what differs".to_string());
        Check::new("test", test.id, outcome, detail)
    });
    Ok(checks.collect())
}
