//! `lakesmith deploy`, `apply` and `destroy`: changing a workspace.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::cli::args::FormatArg;
use crate::cli::change::{Change, Conduct, Consent, Outcome, Overwriting, Selected};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::workspace;
use crate::pipeline::{Plan, Risk};
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
    consent: Consent,

    #[command(flatten)]
    conduct: Conduct,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
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

    #[command(flatten)]
    conduct: Conduct,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
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
        let (consent, conduct, format) = (&args.consent, &args.conduct, args.format.format);
        let (resolved, only) = (&resolved, args.selected.patterns.as_slice());
        let (removes, overwrite) = (false, args.overwriting.overwrite.as_slice());
        let change = Change { settings, resolved, connected, consent, conduct, removes, only, overwrite, format };
        let mut outcomes = Vec::new();
        for unit in &units {
            outcomes.push(change.to(unit, None).await?);
        }
        Ok(outcomes)
    })?;
    Outcome::show(settings, outcomes, args.format.format)
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
    let outcome = workspace::with(settings, &resolved, async |connected| {
        let (consent, conduct, format) = (&args.consent, &args.conduct, args.format.format);
        let (resolved, removes, only, overwrite) = (&resolved, false, &[], &[]);
        let change = Change { settings, resolved, connected, consent, conduct, removes, only, overwrite, format };
        change.to(&unit, Some(&saved)).await
    })?;
    Outcome::show(settings, vec![outcome], args.format.format)
}

pub(in crate::cli) fn destroy(settings: &Settings, args: &DestroyArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let consent = &Consent { yes: args.yes, allow: vec![Risk::Rebuild, Risk::Security, Risk::Destructive] };
    let (conduct, format) = (&args.conduct, args.format.format);
    let outcomes = workspace::with(settings, &resolved, async |connected| {
        let (resolved, removes, only, overwrite) = (&resolved, true, &[], &[]);
        let change = Change { settings, resolved, connected, consent, conduct, removes, only, overwrite, format };
        let mut outcomes = Vec::new();
        for solution in &solutions {
            outcomes.push(change.away(&crate::pipeline::unit(&project.name.value, solution)).await?);
        }
        Ok(outcomes)
    })?;
    Outcome::show(settings, outcomes, format)
}
