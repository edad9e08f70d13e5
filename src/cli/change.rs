//! Changing what is deployed: show the plan, ask, apply, say what became of it.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal};

use anyhow::Context;
use serde_json::{Value, json};

use super::args::Format;
use super::changing::Changing;
use super::exit::Exit;
use super::failure::advise;
use super::progress::{ApplyBar, Entrance};
use super::release::Made;
use super::settings::Settings;
use super::unit::Unit;
use super::views;
use super::workspace::{self, Connected};
use crate::pipeline::{
    self, Cancel, Deployment, DesiredSet, Orphans, Overwrite, Pace, Patience, Plan, PlanPattern, PlanStep, Recorded,
    Recording, Risk,
};
use crate::project::Resolved;

/// How a command changes a workspace, one deployed unit after the other.
pub(super) struct Change<'c> {
    pub(super) settings: &'c Settings,
    pub(super) resolved: &'c Resolved<'c>,
    pub(super) connected: &'c Connected,
    /// What the user said of consent, conduct and output.
    pub(super) by: &'c Changing,
    /// Everything is taken away.
    pub(super) removes: bool,
    /// Only what these select; everything if there are none.
    pub(super) only: &'c [PlanPattern],
    /// Where edits made in the workspace give way.
    pub(super) overwrite: &'c [Overwrite],
}

/// What became of one unit.
pub(super) struct Outcome {
    exit: Exit,
    body: Value,
}

impl Outcome {
    /// The worst of the exits; as JSON `{"version", "ok", "deployments": […]}`.
    pub(super) fn show(settings: &Settings, outcomes: Vec<Self>, format: Format) -> anyhow::Result<Exit> {
        let exit = outcomes.iter().fold(Exit::Success, |exit, outcome| exit.or(outcome.exit));
        if format == Format::Json {
            let deployments: Vec<Value> = outcomes.into_iter().map(|outcome| outcome.body).collect();
            let body = json!({ "deployments": deployments });
            settings.terminal.data(&views::json::result(exit == Exit::Success, body))?;
        }
        Ok(exit)
    }
}

impl Change<'_> {
    /// To what the project wants, by a plan that was shown before or by a new one.
    pub(super) async fn to(&self, unit: &Unit, saved: Option<&Plan>) -> anyhow::Result<Outcome> {
        let workspace = &self.connected.workspace;
        let made = Made::of(self.settings, self.resolved, &unit.solution, |git| workspace.created(git))?;
        made.check(self.resolved)?;
        let desired = unit.desired(workspace)?;
        let mut deployment = self.open(&unit.name, desired, "deploy").await?;
        if let Err(error) = self.settle(&mut deployment, unit, saved) {
            // Why the plan cannot be used says more than why the lease could not be given back.
            let _closed = deployment.close().await;
            return Err(error);
        }
        self.carry_out(deployment, Some(&made.recording())).await
    }

    /// To what a release wants, whatever the checkout has become.
    pub(super) async fn put(&self, recording: &Recording<'_>) -> anyhow::Result<Outcome> {
        let release = &recording.built.release;
        let desired = self.connected.workspace.wanted(recording.built, &self.resolved.target.name)?;
        let mut deployment = self.open(&release.unit, desired, recording.how.as_str()).await?;
        if let Err(error) = deployment.overwrite(self.overwrite) {
            let _closed = deployment.close().await;
            return Err(error.into());
        }
        self.carry_out(deployment, Some(recording)).await
    }

    /// Makes the plan the one that was asked for.
    fn settle(&self, deployment: &mut Deployment<'_>, unit: &Unit, saved: Option<&Plan>) -> anyhow::Result<()> {
        deployment.overwrite(self.overwrite)?;
        deployment.narrow(self.only)?;
        let Some(saved) = saved else { return Ok(()) };
        let overwrite: Vec<Overwrite> = saved.overwrites.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        deployment.overwrite(&overwrite)?;
        let patterns = saved.selected.iter().flat_map(|selected| &selected.patterns);
        let patterns: Vec<PlanPattern> = patterns.map(|pattern| pattern.parse()).collect::<Result<_, _>>()?;
        deployment.narrow(&patterns)?;
        Ok(deployment.check_same(saved, &unit.files())?)
    }

    /// Takes away what is deployed.
    pub(super) async fn away(&self, solution: &str) -> anyhow::Result<Outcome> {
        let unit = pipeline::unit(&self.resolved.project.name.value, solution);
        let mut deployment = self.open(&unit, DesiredSet::default(), "destroy").await?;
        let ready = match deployment.is_recorded() {
            true => deployment.narrow(self.only).map_err(anyhow::Error::from),
            false => self.look_for_orphans(solution).await,
        };
        if let Err(error) = ready {
            let _closed = deployment.close().await;
            return Err(error);
        }
        self.carry_out(deployment, None).await
    }

    /// Where nothing is recorded, nothing is taken away: an error if that is so because the state was lost.
    async fn look_for_orphans(&self, solution: &str) -> anyhow::Result<()> {
        let orphans = Orphans::of(&self.connected.workspace, self.resolved, solution).await?;
        let target = self.resolved.target;
        let unit = pipeline::unit(&self.resolved.project.name.value, solution);
        if orphans.is_state_lost() {
            let (message, hint) = views::orphans::lost(&unit, &target.name, &orphans);
            return Err(advise(message, hint));
        }
        if !orphans.named.is_empty() {
            self.settings.terminal.status(&views::orphans::not_ours(&unit, target, &orphans))?;
        }
        Ok(())
    }

    async fn open(&self, unit: &str, desired: DesiredSet, command: &str) -> anyhow::Result<Deployment<'_>> {
        self.connected.workspace.at_most(self.by.conduct.pace.parallel);
        let target = &self.resolved.target.name;
        let command = format!("lakesmith {command} -t {target}");
        let never = Cancel::never();
        // Whoever is asked can still end the process at once; one that nobody sits at gives the lease back first.
        let cancel = if self.by.consent.yes { &self.connected.interrupt(self.settings).cancel } else { &never };
        let observer = &Entrance(self.settings.terminal);
        let patience = Patience { longest: self.by.conduct.lock_timeout, observer, cancel };
        Ok(Deployment::open(&self.connected.workspace, unit, target, desired, &command, patience).await?)
    }

    /// Shows, asks, applies, records what came to its end, and gives the lease back.
    async fn carry_out(
        &self,
        mut deployment: Deployment<'_>,
        recording: Option<&Recording<'_>>,
    ) -> anyhow::Result<Outcome> {
        let withheld = views::plan::withheld(deployment.plan());
        let mut result = self.confirm_and_apply(&mut deployment).await;
        if let (Some(recording), Ok(outcome)) = (recording, &mut result)
            && outcome.exit == Exit::Success
            && let Err(error) = self.record(&deployment, recording, outcome).await
        {
            result = Err(error);
        }
        let done = result.as_ref().is_ok_and(|outcome| outcome.exit == Exit::Success);
        let closed =
            if self.removes && done { deployment.close_and_clear().await.map(drop) } else { deployment.close().await };
        // Why the changes failed says more than why the lease could not be given back, and has been told.
        let mut outcome = result?;
        if done {
            closed?;
            if !withheld.is_empty() {
                self.settings.terminal.problem(&withheld)?;
                outcome.exit = Exit::Withheld;
            }
        }
        Ok(outcome)
    }

    async fn record(
        &self,
        deployment: &Deployment<'_>,
        recording: &Recording<'_>,
        outcome: &mut Outcome,
    ) -> anyhow::Result<()> {
        let recorded = deployment.record(recording).await;
        let recorded =
            recorded.context("everything is deployed, but the history cannot say so; run the command again")?;
        let Some(Recorded { entry, known }) = recorded else { return Ok(()) };
        outcome.body["release"] = Value::from(entry.release.as_str());
        outcome.body["history"] = Value::from(entry.serial);
        if !known {
            let line = format!("release {} is deployment {} of this target", entry.release.short(), entry.serial);
            self.settings.terminal.status(&line)?;
        }
        Ok(())
    }

    async fn confirm_and_apply(&self, deployment: &mut Deployment<'_>) -> anyhow::Result<Outcome> {
        let (settings, terminal) = (self.settings, self.settings.terminal);
        let plan = deployment.plan().clone();
        let shown = if self.removes { views::plan::removal(&plan) } else { views::plan::text(&plan) };
        match self.by.format.format {
            Format::Human => terminal.show(&shown)?,
            // Whoever is asked must see what for; the data is the outcome.
            Format::Json if !self.by.consent.yes => terminal.problem(&shown)?,
            Format::Json => {}
        }
        let outcome =
            |exit, report| Outcome { exit, body: views::plan::outcome_json(&plan, report, &settings.places.borrow()) };
        if plan.is_empty() {
            deployment.finish_unchanged().await?;
            return Ok(outcome(Exit::Success, None));
        }
        // No consent helps.
        plan.expect_unblocked()?;
        let refused: Vec<&PlanStep> = plan.not_allowed(&self.by.consent.allow).collect();
        if !refused.is_empty() {
            return Err(not_allowed(&refused));
        }
        let guarded = self.is_guarded(&plan).then_some(self.resolved.target.name.as_str());
        if !self.by.consent.yes && !confirmed(settings, guarded)? {
            terminal.status("nothing was changed")?;
            return Ok(outcome(Exit::Failure, None));
        }
        let bar = ApplyBar::new(settings, plan.changes().count());
        let pace = Pace { parallel: self.by.conduct.pace.parallel, ..Pace::default() };
        let report = deployment.apply(&bar, &self.connected.interrupt(settings).cancel, pace).await;
        bar.finish();
        let report = report?;
        if !report.failed.is_empty() {
            workspace::learn_places(settings, self.resolved, &self.connected.workspace).await;
        }
        let exit = if report.is_complete() { Exit::Success } else { Exit::Failure };
        terminal.problem(&settings.places.borrow().translate(&views::plan::outcome(&report)))?;
        Ok(outcome(exit, Some(&report)))
    }
}

impl Change<'_> {
    /// Would it take something away from a target that is to be protected?
    fn is_guarded(&self, plan: &Plan) -> bool {
        self.resolved.target.protect && (self.removes || plan.changes().any(|step| step.risk == Risk::Destructive))
    }
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

/// `guarded` is the name of a protected target that would lose something: a `y` is too quickly typed for that.
fn confirmed(settings: &Settings, guarded: Option<&str>) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(advise("the changes need a yes, and nobody can be asked here", "add `--yes`"));
    }
    let question = match guarded {
        Some(target) => {
            format!("`{target}` is protected, and this takes away what cannot be brought back. Its name, to go on: ")
        }
        None => "Apply these changes? [y/N] ".to_string(),
    };
    settings.terminal.problem(&question)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(match guarded {
        Some(target) => answer.trim() == target,
        None => matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"),
    })
}
