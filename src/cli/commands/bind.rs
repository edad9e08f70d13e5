//! `lakesmith bind` and `unbind`: which object of the workspace a resource of the project is.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::args::{Format, FormatArg, duration};
use crate::cli::exit::Exit;
use crate::cli::failure::advise;
use crate::cli::progress::Entrance;
use crate::cli::settings::Settings;
use crate::cli::unit::{self, Unit};
use crate::cli::{views, workspace};
use crate::pipeline::{BindError, Cancel, Patience, Plan, ResourceKey};
use crate::project::Resolved;

/// Take an object that is there already for a resource of the project
///
/// Changes the state alone; the next deployment makes the object what the project says, and a removal leaves it.
#[derive(Args, Debug)]
pub(in crate::cli) struct BindArgs {
    /// As the project calls it: `job.daily`
    #[arg(value_name = "KEY")]
    key: ResourceKey,

    /// Of the job, pipeline, dashboard, Genie space or alert
    #[arg(value_name = "ID")]
    id: String,

    /// Where several solutions have the key
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    /// Wait this long for a deployment of the target to end
    #[arg(long, value_name = "DURATION", default_value = "90s", value_parser = duration)]
    lock_timeout: Duration,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

/// Forget which object a resource is; the object stays
#[derive(Args, Debug)]
pub(in crate::cli) struct UnbindArgs {
    /// As `lakesmith state show` lists it: `job.daily`
    #[arg(value_name = "KEY")]
    key: ResourceKey,

    /// Where several solutions have the key
    #[arg(long, value_name = "SOLUTION")]
    solution: Option<String>,

    /// Wait this long for a deployment of the target to end
    #[arg(long, value_name = "DURATION", default_value = "90s", value_parser = duration)]
    lock_timeout: Duration,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn bind(settings: &Settings, args: &BindArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let solutions = unit::solutions(&resolved, args.solution.as_deref())?;
    let mut units = Unit::compile_all(settings, &resolved, &solutions)?;
    let plan = workspace::with(settings, &resolved, async |connected| {
        let workspace = &connected.workspace;
        let mut sets = Vec::new();
        for unit in units.drain(..) {
            let desired = unit.desired(workspace)?;
            sets.push((unit, desired));
        }
        let mut having = sets.iter().filter(|(_, desired)| desired.get(&args.key).is_some());
        let Some((unit, desired)) = having.next() else {
            let known = sets.iter().flat_map(|(_, desired)| desired.keys()).filter(|key| key.kind == args.key.kind);
            return Err(unknown(&args.key, known.map(ToString::to_string).collect()));
        };
        if having.next().is_some() {
            return Err(advise(format!("several solutions have `{}`", args.key), "name one with `--solution`"));
        }
        let (observer, cancel) = (&Entrance(settings.terminal), &Cancel::never());
        let patience = Patience { longest: args.lock_timeout, observer, cancel };
        let target = &resolved.target.name;
        let plan = workspace.bind(&unit.name, target, desired, &args.key, &args.id, patience).await;
        plan.map_err(refused)
    })?;
    show_bound(settings, args, &plan)
}

fn show_bound(settings: &Settings, args: &BindArgs, plan: &Plan) -> anyhow::Result<Exit> {
    let differs = differences(plan, &args.key);
    match args.format.format {
        Format::Json => {
            let body = json!({ "key": args.key, "id": args.id, "target": plan.target, "differs": differs });
            settings.terminal.data(&views::json::result(true, body))?;
        }
        Format::Human => {
            let told = if differs.is_empty() { "they are the same".to_string() } else { differs.join(", ") };
            let line = match differs.is_empty() {
                true => format!("`{}` is `{}` of {}: {told}\n", args.key, args.id, plan.target),
                false => format!("`{}` is `{}` of {}; they differ in {told}\n", args.key, args.id, plan.target),
            };
            settings.terminal.show(&line)?;
        }
    }
    Ok(Exit::Success)
}

/// The fields in which a resource and its object differ.
pub(in crate::cli) fn differences(plan: &Plan, key: &ResourceKey) -> Vec<String> {
    let steps = plan.steps.iter().filter(|step| step.key == *key);
    steps.flat_map(|step| &step.changes).map(|change| change.path.clone()).collect()
}

fn unknown(key: &ResourceKey, known: Vec<String>) -> anyhow::Error {
    let error = BindError::NotWanted(key.clone());
    let hint = error.hint().unwrap_or_default();
    let hint = if known.is_empty() { hint } else { format!("it has {}; {hint}", known.join(", ")) };
    advise(error.to_string(), hint)
}

pub(in crate::cli) fn refused(error: BindError) -> anyhow::Error {
    match (error.hint(), error) {
        (_, BindError::Pipeline(error)) => error.into(),
        (Some(hint), error) => advise(error.to_string(), hint),
        (None, error) => error.into(),
    }
}

pub(in crate::cli) fn unbind(settings: &Settings, args: &UnbindArgs) -> anyhow::Result<Exit> {
    let (project, _) = settings.project()?;
    let resolved = settings.resolve(&project)?;
    let target = &resolved.target.name;
    let id = workspace::with(settings, &resolved, async |connected| {
        let unit = recorded_in(connected, &resolved, args).await?;
        let (observer, cancel) = (&Entrance(settings.terminal), &Cancel::never());
        let patience = Patience { longest: args.lock_timeout, observer, cancel };
        connected.workspace.unbind(&unit, target, &args.key, patience).await.map_err(refused)
    })?;
    match args.format.format {
        Format::Json => {
            let body = json!({ "key": args.key, "id": id, "target": target });
            settings.terminal.data(&views::json::result(true, body))?;
        }
        Format::Human => {
            let line = format!("`{}` is not `{id}` of {target} any more, which stays as it is\n", args.key);
            settings.terminal.show(&line)?;
        }
    }
    if !args.key.kind.has_natural_identity() {
        settings.terminal.status(
            "take it out of the project, too: as long as it is declared, the next deployment finds it again by its name \
             and its place, or makes another one",
        )?;
    }
    Ok(Exit::Success)
}

/// The unit whose state has the key.
async fn recorded_in(
    connected: &workspace::Connected,
    resolved: &Resolved<'_>,
    args: &UnbindArgs,
) -> anyhow::Result<String> {
    let target = &resolved.target.name;
    let mut found = Vec::new();
    for (_, unit) in unit::named(resolved, args.solution.as_deref())? {
        let state = connected.workspace.state(&unit, target).await?;
        if state.is_some_and(|state| state.resources.contains_key(&args.key)) {
            found.push(unit);
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(refused(BindError::NotRecorded(args.key.clone()))),
        _ => Err(advise(format!("several solutions have `{}`", args.key), "name one with `--solution`")),
    }
}
