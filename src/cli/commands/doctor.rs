//! `lakesmith doctor`: can this machine deploy this project to this workspace, and what stands in the way?

use clap::Args;

use crate::cli::args::{Format, FormatArg};
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::views;
use crate::cli::workspace::{block_on, embedded, explicit, show_exchange};
use crate::pipeline::doctor::{Check, Examination, Finding, Needs, diagnose};
use crate::pipeline::{self, Connection, Exchange, Judge, Secret};
use crate::project::{LOCAL, Resolved};

/// Look for what would keep a deployment from succeeding
///
/// Looks at the connection, the clock, the sign-in, entitlements, Unity Catalog, compute, the privileges that the project
/// needs, and the folder of the state, each with what to do about it. Changes nothing but a file that it makes there and
/// removes. Exits with 1 if something failed.
#[derive(Args, Debug)]
pub(in crate::cli) struct DoctorArgs {
    /// The workspace [default: of the target, of DATABRICKS_HOST, or of the profile]
    #[arg(long, value_name = "URL")]
    host: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) format: FormatArg,
}

pub(in crate::cli) fn run(settings: &Settings, args: &DoctorArgs) -> anyhow::Result<Exit> {
    let project = match settings.project() {
        Ok((project, _)) => Some(project),
        // Nobody can say what a target is that no project has.
        Err(error) if settings.target().is_some() => return Err(error),
        Err(_) => None,
    };
    let resolved = project.as_ref().map(|project| settings.resolve(project)).transpose()?;
    let (needs, of_project) = match &resolved {
        Some(resolved) => needs(resolved),
        None => (None, Finding::skipped(Check::Project, "there is none here that can be read")),
    };
    let mut found = examine(settings, args, resolved.as_ref(), needs.as_ref())?;
    found.findings.insert(0, of_project);
    let target = resolved.as_ref().map(|resolved| resolved.target.name.as_str());
    match args.format.format {
        Format::Json => {
            settings.terminal.data(&views::json::result(!found.has_failed(), views::doctor::json(target, &found)))?
        }
        Format::Human => settings.terminal.show(&views::doctor::text(&found))?,
    }
    Ok(if found.has_failed() { Exit::Failure } else { Exit::Success })
}

/// What the solutions need; nothing if one of them has errors, since nobody knows what they would deploy.
fn needs(resolved: &Resolved<'_>) -> (Option<Needs>, Finding) {
    let mut needs = Needs::default();
    let (mut broken, mut errors) = (Vec::new(), 0);
    for solution in resolved.solutions.keys() {
        let (compiled, mut findings) = pipeline::compile(resolved, Some(solution));
        let (_, found) = pipeline::examine(&compiled, Some(solution));
        findings.extend(found);
        let findings = Judge::of(resolved, Some(solution)).judge(findings).findings;
        if findings.has_errors() {
            broken.push(format!("`{solution}`"));
            errors += findings.iter().filter(|finding| finding.severity == crate::diag::Severity::Error).count();
        } else {
            compiled.add_needs(&mut needs);
        }
    }
    if broken.is_empty() {
        let count = resolved.solutions.len();
        let noun = if count == 1 { "solution" } else { "solutions" };
        return (Some(needs), Finding::ok(Check::Project, format!("{count} {noun} without errors")));
    }
    let noun = if errors == 1 { "error" } else { "errors" };
    let message = format!("{} cannot be deployed: {errors} {noun}", broken.join(", "));
    (Some(needs), Finding::failed(Check::Project, message, "`lakesmith check` says what is wrong, and where"))
}

fn examine(
    settings: &Settings,
    args: &DoctorArgs,
    resolved: Option<&Resolved<'_>>,
    needs: Option<&Needs>,
) -> anyhow::Result<Examination> {
    let system = &settings.system;
    let watch = settings.terminal.shows_requests().then_some(show_exchange as fn(&Exchange<'_>));
    let target = resolved.map(|resolved| resolved.target);
    let is_embedded = |resolved: &&Resolved<'_>| {
        args.host.is_none() && resolved.target.name == LOCAL && resolved.target.host.is_none()
    };
    block_on(async {
        if let Some(resolved) = resolved.filter(is_embedded) {
            let local = embedded(settings, resolved).await?;
            let connection = Connection::with_token(local.url(), Secret::new(local.token()));
            let found = diagnose(connection.map_err(Into::into), target, needs, system, watch).await;
            local.close().await?;
            return Ok(found);
        }
        let explicit = explicit(settings, args.host.as_ref(), target);
        let connection = Connection::collect(&explicit, &system.env);
        Ok(diagnose(connection.map_err(Into::into), target, needs, system, watch).await)
    })
}
