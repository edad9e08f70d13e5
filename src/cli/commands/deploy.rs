//! `lakesmith deploy`, `apply` and `destroy`: changing a workspace.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::workspace::{self, Connected};
use crate::cli::{progress::ApplyBar, views};
use crate::pipeline::{Deployment, DesiredSet, PATIENCE, Plan, PlanStep, Risk};
use crate::project::Resolved;
use crate::sys::fs;

/// What may be done without asking.
#[derive(Args, Debug)]
pub(in crate::cli) struct Consent {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// Also do what is risky: rebuild, security, destructive
    #[arg(long, value_name = "RISK", value_delimiter = ',', value_parser = risk)]
    allow: Vec<Risk>,
}

fn risk(text: &str) -> Result<Risk, String> {
    Risk::parse(text)
        .filter(|risk| *risk != Risk::Safe)
        .ok_or_else(|| "expected rebuild, security or destructive".into())
}

/// Plan, confirm and apply
#[derive(Args, Debug)]
pub(in crate::cli) struct DeployArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    #[command(flatten)]
    consent: Consent,
}

/// Apply exactly a plan that was written before
///
/// Refused if the project, the state or the workspace is not as it was when the plan was made.
#[derive(Args, Debug)]
pub(in crate::cli) struct ApplyArgs {
    /// As written by `lakesmith plan --out`
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    consent: Consent,
}

/// Remove everything that was deployed
#[derive(Args, Debug)]
pub(in crate::cli) struct DestroyArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(in crate::cli) fn deploy(settings: &Settings, args: &DeployArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let units = Unit::compile_all(settings, &resolved, &solutions)?;
    workspace::with(settings, &resolved, async |connected| {
        let mut exit = Exit::Success;
        for unit in &units {
            exit = exit.or(change(settings, &resolved, unit, connected, &args.consent, None).await?);
        }
        Ok(exit)
    })
}

pub(in crate::cli) fn apply(settings: &Settings, args: &ApplyArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let saved = Plan::parse(&fs::read(&args.file)?).with_context(|| format!("cannot use {}", args.file.display()))?;
    let resolved = settings.resolve_for(&project, Some(&saved.target))?;
    if saved.target != resolved.target.name {
        bail!("the plan is for the target `{}`, not for `{}`", saved.target, resolved.target.name);
    }
    let solution = saved.project.rsplit('/').next().unwrap_or_default().to_string();
    unit::solutions(&resolved, Some(&solution))?;
    let unit = Unit::compile(settings, &resolved, &solution)?;
    workspace::with(settings, &resolved, async |connected| {
        change(settings, &resolved, &unit, connected, &args.consent, Some(&saved)).await
    })
}

pub(in crate::cli) fn destroy(settings: &Settings, args: &DestroyArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let consent = Consent { yes: args.yes, allow: vec![Risk::Rebuild, Risk::Security, Risk::Destructive] };
    workspace::with(settings, &resolved, async |connected| {
        let mut exit = Exit::Success;
        for solution in &solutions {
            let unit = crate::pipeline::unit(&project.name.value, solution);
            let deployment = open(connected, &resolved, &unit, DesiredSet::default(), "destroy").await?;
            exit = exit.or(carry_out(settings, &resolved, connected, deployment, &consent, true).await?);
        }
        Ok(exit)
    })
}

async fn open<'w>(
    connected: &'w Connected,
    resolved: &Resolved<'_>,
    unit: &str,
    desired: DesiredSet,
    command: &str,
) -> anyhow::Result<Deployment<'w>> {
    let (target, command) = (&resolved.target.name, format!("lakesmith {command} -t {}", resolved.target.name));
    Ok(Deployment::open(&connected.workspace, unit, target, desired, &command, PATIENCE).await?)
}

async fn change(
    settings: &Settings,
    resolved: &Resolved<'_>,
    unit: &Unit,
    connected: &Connected,
    consent: &Consent,
    saved: Option<&Plan>,
) -> anyhow::Result<Exit> {
    let desired = unit.desired(&connected.workspace)?;
    let deployment = open(connected, resolved, &unit.name, desired, "deploy").await?;
    if let Some(saved) = saved
        && let Err(error) = deployment.check_same(saved)
    {
        // Why the plan cannot be used says more than why the lease could not be given back.
        let _closed = deployment.close().await;
        return Err(error.into());
    }
    carry_out(settings, resolved, connected, deployment, consent, false).await
}

/// Shows, asks, applies, and gives the lease back.
async fn carry_out(
    settings: &Settings,
    resolved: &Resolved<'_>,
    connected: &Connected,
    mut deployment: Deployment<'_>,
    consent: &Consent,
    clear: bool,
) -> anyhow::Result<Exit> {
    let result = confirm_and_apply(settings, resolved, connected, &mut deployment, consent, clear).await;
    let closed = if clear && matches!(result, Ok(Exit::Success)) {
        deployment.close_and_clear().await.map(drop)
    } else {
        deployment.close().await
    };
    // Why the changes failed says more than why the lease could not be given back.
    let exit = result?;
    closed?;
    Ok(exit)
}

async fn confirm_and_apply(
    settings: &Settings,
    resolved: &Resolved<'_>,
    connected: &Connected,
    deployment: &mut Deployment<'_>,
    consent: &Consent,
    removes: bool,
) -> anyhow::Result<Exit> {
    let terminal = settings.terminal;
    let plan = deployment.plan();
    terminal.show(&if removes { views::plan::removal(plan) } else { views::plan::text(plan) })?;
    if plan.is_empty() {
        return Ok(Exit::Success);
    }
    let refused: Vec<&PlanStep> = plan.not_allowed(&consent.allow).collect();
    if !refused.is_empty() {
        return Err(not_allowed(&refused));
    }
    if !consent.yes && !confirmed(settings)? {
        terminal.status("nothing was changed")?;
        return Ok(Exit::Failure);
    }
    let bar = ApplyBar::new(settings, plan.changes().count());
    let report = deployment.apply(&bar, &connected.interrupt(settings).cancel).await;
    bar.finish();
    let report = report?;
    if !report.failed.is_empty() {
        workspace::learn_places(settings, resolved, &connected.workspace).await;
    }
    terminal.problem(&settings.places.borrow().translate(&views::plan::outcome(&report)))?;
    Ok(if report.is_complete() { Exit::Success } else { Exit::Failure })
}

fn not_allowed(steps: &[&PlanStep]) -> anyhow::Error {
    let named: Vec<String> = steps.iter().map(|step| format!("{} ({})", step.key, step.risk.as_str())).collect();
    let risks: BTreeSet<&str> = steps.iter().map(|step| step.risk.as_str()).collect();
    let risks: Vec<&str> = risks.into_iter().collect();
    advise(
        format!("the plan has risky changes: {}", named.join(", ")),
        format!("nothing was changed; if they are meant, add `--allow {}`", risks.join(",")),
    )
}

fn confirmed(settings: &Settings) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(advise("the changes need a yes, and nobody can be asked here", "add `--yes`"));
    }
    settings.terminal.problem("Apply these changes? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
