//! `lakesmith diff`: where two targets differ, and what promoting would change.

use anyhow::bail;
use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::release::{Unpacked, refuse};
use crate::cli::settings::Settings;
use crate::cli::workspace::{self, Connected};
use crate::cli::{unit, views};
use crate::diag::Severity;
use crate::pipeline::{self, Built, Difference, Entry, Promotion, Refusal, compare, unit as unit_name};
use crate::project::Resolved;

/// Compare two targets: what they declare, what else differs, and what promoting would change
///
/// Looks at the release that the first one runs. Exits with 1 if the targets differ in more than they declare.
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

/// What promoting a release would change, and what else there is to know.
pub(in crate::cli) struct Compared {
    pub(in crate::cli) solution: String,
    pub(in crate::cli) release: String,
    /// What templates make of the target's name.
    pub(in crate::cli) undeclared: Vec<Difference>,
    /// The deployment that the target runs.
    pub(in crate::cli) there: Option<Entry>,
    /// From what it runs to what it would run; everything, if it runs nothing.
    pub(in crate::cli) changes: Vec<Difference>,
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
        let kept = connected.workspace.kept(&built.release.unit, target);
        let there = kept.latest().await?;
        let before = match &there {
            Some(entry) if entry.release == built.release.digest => built.rendering(target)?,
            Some(entry) => kept.built(&entry.release).await?.rendering(target)?,
            None => Default::default(),
        };
        Ok(Self {
            solution: solution.to_string(),
            release: built.release.digest.as_str().to_string(),
            undeclared: undeclared.to_vec(),
            there,
            changes: compare(&before, &built.rendering(target)?),
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
            let refused = Refusal::NeverDeployed { target: args.from.clone() };
            return refuse(&[refused], || format!("{solution} has nothing to compare")).map(|()| Exit::CouldNotRun);
        };
        let unpacked = Unpacked::of(settings, &built)?;
        let judged = judged(&unpacked, &built, &solution, &args.from, &args.to)?;
        if let Some(refused) = judged.refused.iter().find(|refused| matches!(refused, Refusal::NoRendering { .. })) {
            refuse(std::slice::from_ref(refused), || format!("{solution} cannot be compared"))?;
        }
        let (one, other) = (unpacked.resolve(&args.from)?, unpacked.resolve(&args.to)?);
        let compared = workspace::with(settings, &other, async |connected| {
            Compared::of(connected, &built, &other, &solution, &judged.differences).await
        })?;
        text.push_str(&views::diff::text(&compared, &one, &other));
        all.push(views::diff::json(&compared, &one, &other)?);
    }
    let differ = all.iter().any(|compared| compared["undeclared"].as_array().is_some_and(|list| !list.is_empty()));
    match args.format.format {
        Format::Json => {
            let body = serde_json::json!({ "from": args.from, "to": args.to, "solutions": all });
            settings.terminal.data(&views::json::document(body))?;
        }
        Format::Human => settings.terminal.show(&text)?,
    }
    Ok(if differ { Exit::Failure } else { Exit::Success })
}
