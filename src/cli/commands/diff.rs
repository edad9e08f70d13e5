//! `lakesmith diff`: where two targets differ, and what promoting would change.

use std::time::Duration;

use anyhow::bail;
use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::progress::Entrance;
use crate::cli::release::{Unpacked, refuse};
use crate::cli::settings::Settings;
use crate::cli::workspace::{self, Connected};
use crate::cli::{unit, views};
use crate::diag::Severity;
use crate::pipeline::{self, Built, Cancel, Difference, Entry, Patience, Promotion, Refusal, unit as unit_name};
use crate::project::Resolved;

/// Compare two targets: what they declare, what else differs, and what promoting would change
///
/// Looks at the release that the first one runs, and shows the plan that `promote` would show. Exits with 1 if the targets
/// differ in more than they declare.
#[derive(Args, Debug)]
pub(in crate::cli) struct DiffArgs {
    /// Only this solution
    #[arg(value_name = "SOLUTION")]
    solution: Option<String>,

    /// The target whose release is looked at
    #[arg(long, value_name = "TARGET")]
    from: String,

    /// The target that it would be deployed to
    #[arg(long, value_name = "TARGET")]
    to: String,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

/// What there is to know of promoting a release, beside the plan.
pub(in crate::cli) struct Compared {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) release: String,
    /// What templates make of the target's name.
    pub(in crate::cli) undeclared: Vec<Difference>,
    /// The deployment that the target runs.
    pub(in crate::cli) there: Option<Entry>,
}

impl Compared {
    pub(in crate::cli) async fn of(
        connected: &Connected,
        built: &Built,
        to: &Resolved<'_>,
        solution: &str,
        undeclared: &[Difference],
    ) -> anyhow::Result<Self> {
        let target = &to.target.name;
        Ok(Self {
            solution: solution.to_string(),
            release: built.release.digest.as_str().to_string(),
            undeclared: undeclared.to_vec(),
            there: connected.workspace.kept(&built.release.unit, target).latest().await?,
        })
    }
}

/// What a target runs, with its release; `None` if nothing was ever deployed.
pub(in crate::cli) fn gathered(
    settings: &Settings,
    from: &Resolved<'_>,
    solution: &str,
) -> anyhow::Result<Option<(Promotion, Built)>> {
    let target = &from.target.name;
    let unit = unit_name(&from.project.name.value, solution);
    workspace::with(settings, from, async |connected| {
        let Some(promotion) = connected.workspace.promotion(&unit, target).await? else { return Ok(None) };
        let built = connected.workspace.kept(&unit, target).built(&promotion.entry.release).await?;
        Ok(Some((promotion, built)))
    })
}

/// What a release comes to for another target.
pub(in crate::cli) struct JudgedRelease {
    pub(in crate::cli) refused: Vec<Refusal>,
    pub(in crate::cli) differences: Vec<Difference>,
}

pub(in crate::cli) fn judged(
    unpacked: &Unpacked,
    built: &Built,
    solution: &str,
    from: &str,
    to: &str,
) -> anyhow::Result<JudgedRelease> {
    let target = to.to_string();
    if !built.release.targets.contains_key(to) {
        let refused = vec![Refusal::NoRendering { target }];
        // A target that the release does not know is told as such.
        unpacked.resolve(to)?;
        return Ok(JudgedRelease { refused, differences: Vec::new() });
    }
    let mut refused = Vec::new();
    let findings = pipeline::examine_for(&unpacked.resolve(to)?, solution);
    if findings.has_errors() {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let messages = errors.map(|error| format!("{}: {}", error.code, error.message)).collect();
        refused.push(Refusal::Errors { target, messages });
    }
    let given = unpacked.given();
    let differences = pipeline::undeclared(&unpacked.project, solution, given, from, to);
    let differences = differences.map_err(crate::cli::failure::Rejected)?;
    if !differences.is_empty() {
        let differs = differences.iter().map(views::diff::place).collect();
        refused.push(Refusal::Undeclared { from: from.to_string(), to: to.to_string(), differs });
    }
    Ok(JudgedRelease { refused, differences })
}

pub(in crate::cli) fn run(settings: &Settings, args: &DiffArgs) -> anyhow::Result<Exit> {
    if args.from == args.to {
        bail!("`{}` does not differ from itself", args.from);
    }
    let (project, _) = settings.project()?;
    let from = settings.resolve_as(&project, &args.from)?;
    let mut all = Vec::new();
    let mut text = String::new();
    for solution in unit::solutions(&from, args.solution.as_deref())? {
        let Some((_, built)) = gathered(settings, &from, &solution)? else {
            let refused = Refusal::never_deployed(from.target);
            return refuse(&[refused], || format!("{solution} has nothing to compare")).map(|()| Exit::CouldNotRun);
        };
        let unpacked = Unpacked::of(settings, &built)?;
        let judged = judged(&unpacked, &built, &solution, &args.from, &args.to)?;
        if let Some(refused) = judged.refused.iter().find(|refused| matches!(refused, Refusal::NoRendering { .. })) {
            refuse(std::slice::from_ref(refused), || format!("{solution} cannot be compared"))?;
        }
        let (one, other) = (unpacked.resolve(&args.from)?, unpacked.resolve(&args.to)?);
        let (compared, plan) = workspace::with(settings, &other, async |connected| {
            let compared = Compared::of(connected, &built, &other, &solution, &judged.differences).await?;
            let desired = connected.workspace.wanted(&built, &args.to)?;
            let (observer, cancel) = (&Entrance(settings.terminal), &Cancel::never());
            let patience = Patience { longest: Duration::ZERO, observer, cancel };
            let unit = &built.release.unit;
            let plan = pipeline::plan(&connected.workspace, unit, &args.to, &desired, patience).await?;
            Ok((compared, plan))
        })?;
        text.push_str(&views::diff::text(&compared, &one, &other));
        text.push_str(&views::plan::text(&plan));
        all.push(views::diff::json(&compared, &one, &other, &plan)?);
    }
    let differ = all.iter().any(|compared| compared["undeclared"].as_array().is_some_and(|list| !list.is_empty()));
    match args.format.format {
        Format::Json => {
            let body = serde_json::json!({ "from": args.from, "to": args.to, "solutions": all });
            settings.terminal.data(&views::json::result(!differ, body))?;
        }
        Format::Human => settings.terminal.show(&text)?,
    }
    Ok(if differ { Exit::Failure } else { Exit::Success })
}
