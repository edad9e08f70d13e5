//! `lakesmith deploy`, `apply` and `destroy`: changing a workspace.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::cli::args::FormatArg;
use crate::cli::change::{Change, Outcome};
use crate::cli::changing::{Changing, Conduct, Consent, Overwriting, Selected, risk};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::workspace;
use crate::pipeline::{Plan, PlanPattern, Risk};
use crate::sys::fs;

/// Plan, confirm and apply
#[derive(Args, Debug)]
pub(in crate::cli) struct DeployArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    #[command(flatten)]
    selected: Selected,

    #[command(flatten)]
    overwriting: Overwriting,

    #[command(flatten)]
    pub(in crate::cli) changing: Changing,
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
    pub(in crate::cli) changing: Changing,
}

/// Remove everything that was deployed
#[derive(Args, Debug)]
pub(in crate::cli) struct DestroyArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// Only these resources and what needs them: `dashboard:*`, `job:nightly`; may be repeated
    #[arg(long = "select", value_name = "KIND:NAME", value_delimiter = ',')]
    select: Vec<PlanPattern>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// Take away only what is no riskier: rebuild, security, destructive; a protected target needs it
    #[arg(long, value_name = "RISK", value_delimiter = ',', value_parser = risk)]
    allow: Vec<Risk>,

    #[command(flatten)]
    conduct: Conduct,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn deploy(settings: &Settings, args: &DeployArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let units = Unit::compile_all(settings, &resolved, &solutions)?;
    let outcomes = workspace::with(settings, &resolved, async |connected| {
        let (only, overwrite) = (args.selected.patterns.as_slice(), args.overwriting.overwrite.as_slice());
        let change = Change { only, overwrite, ..args.changing.change(settings, &resolved, connected) };
        let mut outcomes = Vec::new();
        for unit in &units {
            outcomes.push(change.to(unit, None).await?);
        }
        Ok(outcomes)
    })?;
    Outcome::show(settings, outcomes, args.changing.format.format)
}

pub(in crate::cli) fn apply(settings: &Settings, args: &ApplyArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let saved = Plan::parse(&fs::read(&args.file)?).with_context(|| format!("cannot use {}", args.file.display()))?;
    let (of, solution) = saved.project.rsplit_once('/').unwrap_or(("", &saved.project));
    if of != project.name.value {
        return Err(advise(
            format!("the plan is of the project `{of}`, and this is `{}`", project.name.value),
            "apply it in the checkout that it was made in, or plan again here",
        ));
    }
    let resolved = settings.resolve_for(&project, Some(&saved.target))?;
    if saved.target != resolved.target.name {
        bail!("the plan is for the target `{}`, not for `{}`", saved.target, resolved.target.name);
    }
    unit::solutions(&resolved, Some(solution))?;
    let unit = Unit::compile(settings, &resolved, solution)?;
    let outcome = workspace::with(settings, &resolved, async |connected| {
        args.changing.change(settings, &resolved, connected).to(&unit, Some(&saved)).await
    })?;
    Outcome::show(settings, vec![outcome], args.changing.format.format)
}

pub(in crate::cli) fn destroy(settings: &Settings, args: &DestroyArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    // Who destroys means it, unless the target is to be protected from just that.
    let all = vec![Risk::Rebuild, Risk::Security, Risk::Destructive];
    let named = resolved.target.protect || !args.allow.is_empty();
    let consent = Consent { yes: args.yes, allow: if named { args.allow.clone() } else { all } };
    let changing = Changing { consent, conduct: args.conduct, format: args.format };
    let outcomes = workspace::with(settings, &resolved, async |connected| {
        let (removes, only) = (true, args.select.as_slice());
        let change = Change { removes, only, ..changing.change(settings, &resolved, connected) };
        let mut outcomes = Vec::new();
        for solution in &solutions {
            outcomes.push(change.away(solution).await?);
        }
        Ok(outcomes)
    })?;
    Outcome::show(settings, outcomes, args.format.format)
}
